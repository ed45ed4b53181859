/** proxy/: Squid's native access.log. https://wiki.squid-cache.org/Features/LogFormat */
import { anyTimes, beaconTimes, END, FROM, MONTH_STARTS, officeTimes } from "./clock.js";
import { type Beacon, beacons, type Context, IMPLANT_SERVER, randomFor } from "./context.js";
import { HOSTS, SITES, USERS, workstation } from "./organisation.js";
import type { Random } from "./random.js";
import type { Plant } from "./truth.js";
import type { Entry } from "./writer.js";

const LINES_A_MONTH = 6000;

/** The file server's calls through the proxy; the proxy's own network interface logs the far half. */
export function serverBeacons(context: Context): Beacon[] {
  const random = randomFor(context, "implant-server/times");
  return beacons(
    context,
    "implant-server",
    beaconTimes(random, IMPLANT_SERVER.from, IMPLANT_SERVER.to, IMPLANT_SERVER.period),
  );
}

interface Request {
  elapsed: number;
  client: string;
  result: string;
  bytes: number;
  method: string;
  url: string;
  user?: string;
  hierarchy: string;
  type?: string;
}

/** `%9d.%03d %6d %s %s/%03d %d %s %s %s %s%s/%s %s`, as Squid prints it. */
function render(at: number, r: Request): string {
  const time = `${Math.floor(at / 1000)}.${String(at % 1000).padStart(3, "0")}`;
  return `${time} ${String(r.elapsed).padStart(6)} ${r.client} ${r.result} ${r.bytes} ${r.method} ${r.url} ${r.user ?? "-"} ${r.hierarchy} ${r.type ?? "-"}`;
}

function background(context: Context, random: Random, at: number): string {
  const client = workstation(random);
  const user = random.chance(0.7) ? random.pick(USERS) : undefined;
  const site = random.pick(SITES);
  const peer = random.pick(context.world.servers);
  const common = { client, elapsed: random.int(1, 60_000), ...(user === undefined ? {} : { user }) };
  const kind = random.next();
  if (kind < 0.7)
    return render(at, {
      ...common,
      result: "TCP_TUNNEL/200",
      bytes: random.int(2000, 400_000),
      method: "CONNECT",
      url: `${site}:443`,
      hierarchy: `HIER_DIRECT/${peer}`,
    });
  if (kind < 0.9)
    return render(at, {
      ...common,
      result: random.pick(["TCP_MISS/200", "TCP_MISS/200", "TCP_REFRESH_MODIFIED/200", "TCP_MISS/304", "TCP_MISS/404"]),
      bytes: random.int(300, 90_000),
      method: "GET",
      url: `http://${site}/${random.word(8)}.${random.pick(["html", "js", "png", "css"])}`,
      hierarchy: `HIER_DIRECT/${peer}`,
      type: random.pick(["text/html", "application/javascript", "image/png", "text/css"]),
    });
  if (kind < 0.96)
    return render(at, {
      ...common,
      result: "TCP_MEM_HIT/200",
      bytes: random.int(300, 9000),
      method: "GET",
      url: `http://${site}/logo.png`,
      hierarchy: "HIER_NONE/-",
      type: "image/png",
    });
  return render(at, {
    ...common,
    result: "TCP_DENIED/403",
    bytes: 3890,
    method: "CONNECT",
    url: `${random.pick(context.world.servers)}:${random.pick([25, 6667, 4444])}`,
    hierarchy: "HIER_NONE/-",
    type: "text/html",
  });
}

function planted(context: Context, random: Random): Entry[] {
  const { cast } = context;
  const out: Entry[] = [];
  const put = (at: number, request: Request, plant: Plant): void =>
    void out.push({ at, text: render(at, request), plants: [plant] });
  for (const b of serverBeacons(context))
    put(
      b.at,
      {
        elapsed: b.duration * 1000,
        client: HOSTS.fileServer,
        result: "TCP_TUNNEL/200",
        bytes: b.received,
        method: "CONNECT",
        url: `${cast.implantServer}:443`,
        hierarchy: `HIER_DIRECT/${cast.implantServer}`,
      },
      {
        case: "implant-server",
        indicator: cast.implantServer,
        role: "destination",
        outcome: "established",
        verdict: "callout",
        note: "a file server's CONNECT tunnel; 5.143.219.230 is inside this address and is not here",
      },
    );
  for (const relay of cast.dead.slice(2, 6)) {
    const at = anyTimes(random, FROM, END, 1)[0]!;
    put(
      at,
      {
        elapsed: 0,
        client: workstation(random),
        result: "TCP_DENIED/403",
        bytes: 3890,
        method: "CONNECT",
        url: `${relay}:8443`,
        hierarchy: "HIER_NONE/-",
        type: "text/html",
      },
      {
        case: "proxy-denied",
        indicator: relay,
        role: "destination",
        outcome: "blocked",
        outcomeAlso: ["refused"],
        verdict: "callout-attempt",
        note: "the proxy's rules denied it",
      },
    );
  }
  for (const relay of cast.dead.slice(6, 9)) {
    const at = anyTimes(random, FROM, END, 1)[0]!;
    put(
      at,
      {
        elapsed: 60_014,
        client: workstation(random),
        result: "TCP_MISS/503",
        bytes: 4012,
        method: "GET",
        url: `http://${relay}/`,
        hierarchy: `HIER_DIRECT/${relay}`,
        type: "text/html",
      },
      {
        case: "proxy-unreachable",
        indicator: relay,
        role: "destination",
        outcome: "refused",
        outcomeAlso: ["unanswered", "unknown"],
        verdict: "callout-attempt",
        note: "status 503 is the proxy's own: it could not connect",
      },
    );
  }
  const word = cast.mentioned[2]!;
  const asked = Date.UTC(2021, 6, 21, 9, 14, 3, 120);
  const site = { elapsed: 210, client: "10.20.31.12", result: "TCP_MISS/200", bytes: 4410, method: "GET" };
  put(
    asked,
    {
      ...site,
      url: `http://whois.example.org/lookup?ip=${word}&lang=fr`,
      user: "s.bonnet",
      hierarchy: `HIER_DIRECT/${context.world.servers[1]!}`,
      type: "text/html",
    },
    {
      case: "mention-lookup",
      indicator: word,
      role: "mention",
      outcome: "established",
      outcomeAlso: ["unknown"],
      verdict: "mention",
      note: "an analyst looked the address up",
    },
  );
  const misses: [string, string][] = [
    ["http://95.143.219.230.dyn.example.net/", "95.143.219.230 as the first labels of a host name"],
    ["http://updates.example.org/pkg-2.50.217.75.1.tar.gz", "2.50.217.75 inside a five-part version"],
    ["http://maps.example.com/tile?v=195.72.64.85", "a digit before 95.72.64.85"],
  ];
  misses.forEach(([url, miss], i) => {
    const at = asked + (i + 1) * 3_600_000;
    const text = render(at, { ...site, url, hierarchy: `HIER_DIRECT/${context.world.servers[2]!}`, type: "text/html" });
    out.push({ at, text, miss });
  });
  return out;
}

/** Rotated monthly; one archive was appended to, so it holds two gzip members. */
export function writeSquid(context: Context): void {
  const random = randomFor(context, "proxy");
  const special = planted(context, random);
  for (let month = 0; month < 7; month++) {
    const from = MONTH_STARTS[month]!;
    const to = MONTH_STARTS[month + 1]!;
    const entries: Entry[] = officeTimes(random, from, to, LINES_A_MONTH).map((at) => ({
      at,
      text: background(context, random, at),
    }));
    entries.push(...special.filter((entry) => entry.at >= from && entry.at < to));
    const name = month === 6 ? "proxy/access.log" : `proxy/access.log.${6 - month}.gz`;
    context.writer.add(name, entries, { mtime: to, gzip: month !== 6, ...(month === 5 ? { members: 2 } : {}) });
  }
}
