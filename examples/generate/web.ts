/** web/: nginx, the public site (combined) and a portal behind a load balancer (combined and $http_x_forwarded_for). */
import { anyTimes, clfTime, DAY, END, FROM, HOUR, MONTH_STARTS, officeTimes } from "./clock.js";
import { type Context, randomFor } from "./context.js";
import { HOSTS, PAGES, SCANNED, SITES, USER_AGENTS, USERS } from "./organisation.js";
import type { Random } from "./random.js";
import type { Plant } from "./truth.js";
import type { Entry } from "./writer.js";

const LINES_A_MONTH = 4200;
const PORTAL_LINES = 5000;

interface Hit {
  client: string;
  user?: string;
  method?: string;
  path: string;
  status: number;
  bytes?: number;
  referrer?: string;
  agent?: string;
}

/** https://nginx.org/en/docs/http/ngx_http_log_module.html: the predefined `combined`. */
export function combined(random: Random, at: number, h: Hit): string {
  const bytes = h.bytes ?? (h.status === 304 ? 0 : random.int(150, 60_000));
  return `${h.client} - ${h.user ?? "-"} [${clfTime(at)}] "${h.method ?? "GET"} ${h.path} HTTP/1.1" ${h.status} ${bytes} "${h.referrer ?? "-"}" "${h.agent ?? random.pick(USER_AGENTS)}"`;
}

function background(context: Context, random: Random, at: number): string {
  const client = random.chance(0.02)
    ? `2001:db8:fe${random.hex(2)}::${random.hex(3)}`
    : random.pick(context.world.strangers);
  const kind = random.next();
  if (kind < 0.15)
    return combined(random, at, {
      client,
      path: random.pick(SCANNED),
      status: 404,
      bytes: 153,
      agent: "Mozilla/5.0 zgrab/0.x",
    });
  if (kind < 0.2) return combined(random, at, { client, path: "/", status: 301, bytes: 169, agent: "-" });
  if (kind < 0.25) return combined(random, at, { client, path: "/admin/", status: 403, bytes: 153 });
  return combined(random, at, {
    client,
    path: random.pick(PAGES),
    status: random.chance(0.15) ? 304 : 200,
    referrer: random.chance(0.3) ? `https://${random.pick(SITES)}/` : "-",
  });
}

type PlantRest = Omit<Plant, "indicator">;
const CONTACT = { case: "web-contact", role: "source", outcome: "established", verdict: "contact" } as const;

function planted(context: Context, random: Random): Entry[] {
  const { cast, world } = context;
  const out: Entry[] = [];
  const put = (at: number, hit: Hit, indicator: string, plant: PlantRest): void =>
    void out.push({ at, text: combined(random, at, hit), plants: [{ ...plant, indicator }] });
  const when = (): number => anyTimes(random, FROM, END, 1)[0]!;

  for (const relay of cast.visitors)
    for (let i = random.int(1, 4); i > 0; i--)
      put(when(), { client: relay, path: random.pick(PAGES), status: random.pick([200, 200, 301]) }, relay, {
        ...CONTACT,
        note: "a public page, status 200 or 301",
      });
  for (const relay of cast.probers)
    for (let i = random.int(0, 3); i > 0; i--)
      put(
        when(),
        {
          client: relay,
          path: random.pick(SCANNED),
          status: random.pick([403, 404]),
          bytes: 153,
          agent: "Mozilla/5.0 zgrab/0.x",
        },
        relay,
        { case: "web-probe", role: "source", outcome: "refused", verdict: "probe", note: "status 403 or 404" },
      );
  for (let i = 0; i < 3; i++)
    put(
      Date.UTC(2021, 5, 9, 23, 4 + i * 3, 11),
      { client: cast.portalThief, user: "n.david", path: `/extranet/dossiers/${i + 1}`, status: 200 },
      cast.portalThief,
      {
        case: "web-access",
        role: "source",
        outcome: "authenticated",
        verdict: "access",
        note: "$remote_user is set (basic authentication) and the status is 200",
      },
    );
  const mapped = cast.visitors[9]!;
  put(when(), { client: `::ffff:${mapped}`, path: "/contact", status: 200 }, mapped, {
    ...CONTACT,
    case: "web-mapped",
    note: "a dual-stack listener writes the IPv4 client as ::ffff:a.b.c.d",
  });
  put(Date.UTC(2020, 11, 30, 15, 20, 31), { client: cast.visitors[10]!, path: "/", status: 200 }, cast.visitors[10]!, {
    ...CONTACT,
    case: "before-window",
    note: "30 December 2020",
  });
  put(Date.UTC(2021, 7, 2, 9, 0, 1), { client: cast.visitors[10]!, path: "/", status: 200 }, cast.visitors[10]!, {
    ...CONTACT,
    case: "after-window",
    note: "2 August 2021",
  });
  const mention: PlantRest = {
    case: "mention-web",
    role: "mention",
    outcome: "established",
    outcomeAlso: ["unknown"],
    verdict: "mention",
    note: "",
  };
  const [, , , agentWord, refererWord, pathWord] = cast.mentioned as [string, string, string, string, string, string];
  put(
    when(),
    {
      client: world.strangers[31]!,
      path: "/",
      status: 200,
      agent: `Mozilla/5.0 (compatible; probe; +http://${agentWord}/info)`,
    },
    agentWord,
    { ...mention, note: "the address is in the user agent" },
  );
  put(
    when(),
    { client: world.strangers[32]!, path: "/actualites/", status: 200, referrer: `http://${refererWord}/` },
    refererWord,
    {
      ...mention,
      note: "the address is in the referrer",
    },
  );
  put(when(), { client: world.strangers[33]!, path: `/recherche?q=${pathWord}&p=2`, status: 200 }, pathWord, {
    ...mention,
    note: "the address is in the query",
  });
  // The same client is the source and repeats its address in the query: one sighting, as the source.
  const boaster = cast.probers[50]!;
  put(when(), { client: boaster, path: `/?x=${boaster}`, status: 404 }, boaster, {
    case: "web-probe",
    role: "source",
    outcome: "refused",
    verdict: "probe",
    note: "source and mention at once: the source counts",
  });
  const misses: [Hit, string][] = [
    [{ client: "195.143.219.230", path: "/", status: 200 }, "a digit before 95.143.219.230"],
    [{ client: "105.157.234.10", path: "/", status: 200 }, "105.157.234.0 with a digit before its last"],
    [
      { client: "197.53.21.8", path: "/?next=197.53.21.180.evil.example.org", status: 404 },
      "197.53.21.180 as the first labels of a host name",
    ],
    [
      { client: world.strangers[40]!, path: "/", status: 200, agent: "Scanner/2.50.208.83.1" },
      "2.50.208.83 inside a five-part version",
    ],
    [
      { client: world.strangers[41]!, path: "/?h=adsl-95-143-219-230.example.net", status: 200, referrer: "" },
      "dashes, and an empty referrer",
    ],
  ];
  for (const [hit, miss] of misses) {
    const at = when();
    out.push({ at, text: combined(random, at, hit), miss });
  }
  return out;
}

function portal(context: Context): Entry[] {
  const random = randomFor(context, "web/portal");
  const { cast, world } = context;
  const line = (at: number, forwarded: string, path: string, status: number, user?: string): string =>
    `${combined(random, at, { client: HOSTS.balancer, path, status, ...(user === undefined ? {} : { user }) })} "${forwarded}"`;
  const out: Entry[] = officeTimes(random, FROM, END, PORTAL_LINES).map((at) => {
    const stranger = random.pick(world.strangers);
    const health = random.chance(0.1);
    if (health) return { at, text: line(at, "-", "/healthz", 200) };
    return random.chance(0.15)
      ? { at, text: line(at, stranger, random.pick(SCANNED), 404) }
      : { at, text: line(at, stranger, "/portail/accueil", 200, random.chance(0.5) ? random.pick(USERS) : undefined) };
  });
  const put = (at: number, forwarded: string, path: string, status: number, plants: Plant[]): void =>
    void out.push({ at, text: line(at, forwarded, path, status), plants });
  const plant = (indicator: string, status: number, note: string): Plant => ({
    case: status === 200 ? "web-forwarded-contact" : "web-forwarded-probe",
    indicator,
    role: "forwarded",
    outcome: status === 200 ? "established" : "refused",
    verdict: status === 200 ? "contact" : "probe",
    note,
  });
  const note = "the source is the load balancer; the client stands in X-Forwarded-For";
  for (const relay of cast.visitors.slice(0, 6)) {
    const at = anyTimes(random, FROM, END, 1)[0]!;
    put(at, relay, "/portail/", 200, [plant(relay, 200, note)]);
  }
  for (const relay of cast.probers.slice(51, 59)) {
    const at = anyTimes(random, FROM, END, 1)[0]!;
    put(at, relay, random.pick(SCANNED), 403, [plant(relay, 403, note)]);
  }
  const chain = Date.UTC(2021, 3, 20, 18, 3, 9);
  put(chain, `${cast.visitors[6]!}, 203.0.113.80`, "/portail/", 200, [
    plant(cast.visitors[6]!, 200, "first of two hops"),
  ]);
  put(chain + HOUR, `${cast.visitors[6]!}, ${cast.visitors[7]!}`, "/portail/", 200, [
    plant(cast.visitors[6]!, 200, "two relays on one line: two sightings"),
    plant(cast.visitors[7]!, 200, "two relays on one line: two sightings"),
  ]);
  return out;
}

export function writeWeb(context: Context): void {
  const random = randomFor(context, "web");
  const special = planted(context, random);
  for (let month = 0; month < 7; month++) {
    const from = month === 0 ? FROM - 2 * DAY : MONTH_STARTS[month]!;
    const to = month === 6 ? END + 2 * DAY : MONTH_STARTS[month + 1]!;
    const entries: Entry[] = officeTimes(random, from, to, LINES_A_MONTH).map((at) => ({
      at,
      text: background(context, random, at),
    }));
    entries.push(...special.filter((entry) => entry.at >= from && entry.at < to));
    const age = 6 - month;
    const name = age === 0 ? "web/access.log" : age === 1 ? "web/access.log.1" : `web/access.log.${age}.gz`;
    context.writer.add(name, entries, { mtime: to, gzip: age > 1 });
  }
  context.writer.add("web/portail.access.log", portal(context), { mtime: END });
}
