/** ids/: Suricata 6 EVE in front of the DMZ. https://docs.suricata.io/en/suricata-6.0.20/output/eve/eve-json-format.html */
import { anyTimes, FROM, END, MONTH_STARTS, officeTimes, parisIso, parisZone } from "./clock.js";
import { type Context, randomFor } from "./context.js";
import { HOSTS, KNOCKED, PAGES, SCANNED, SITES, USER_AGENTS, workstation } from "./organisation.js";
import type { Random } from "./random.js";
import type { Plant } from "./truth.js";
import type { Entry } from "./writer.js";

const LINES_A_MONTH = 3900;

interface Ends {
  src: string;
  sport: number;
  dst: string;
  dport: number;
  proto?: "TCP" | "UDP";
}

const eveTime = (at: number): string => `${parisIso(at)}${String((at * 17) % 1000).padStart(3, "0")}${parisZone(at)}`;

function eve(random: Random, at: number, type: string, e: Ends, body: Record<string, unknown>): string {
  return JSON.stringify({
    timestamp: eveTime(at),
    flow_id: random.int(1, 2_000_000_000) * 1_000_003,
    in_iface: "eth2",
    event_type: type,
    src_ip: e.src,
    src_port: e.sport,
    dest_ip: e.dst,
    dest_port: e.dport,
    proto: e.proto ?? "TCP",
    ...body,
  });
}

const toWeb = (random: Random, src: string, dport: number): Ends => ({
  src,
  sport: random.ephemeral(),
  dst: HOSTS.wwwPublic,
  dport,
});

function flow(random: Random, at: number, e: Ends, answered: boolean): string {
  return eve(random, at, "flow", e, {
    ...(answered ? { app_proto: "tls" } : {}),
    flow: {
      pkts_toserver: answered ? 12 : 2,
      pkts_toclient: answered ? 14 : 0,
      bytes_toserver: answered ? random.int(900, 9000) : 120,
      bytes_toclient: answered ? random.int(900, 90_000) : 0,
      start: eveTime(at - 31_000),
      end: eveTime(at - 30_000),
      age: 1,
      state: answered ? "closed" : "new",
      reason: "timeout",
      alerted: false,
    },
    tcp: answered
      ? {
          tcp_flags: "1b",
          tcp_flags_ts: "1b",
          tcp_flags_tc: "1b",
          syn: true,
          fin: true,
          psh: true,
          ack: true,
          state: "closed",
        }
      : { tcp_flags: "02", tcp_flags_ts: "02", tcp_flags_tc: "00", syn: true, state: "syn_sent" },
  });
}

function http(random: Random, at: number, e: Ends, url: string, status: number, agent: string): string {
  return eve(random, at, "http", e, {
    tx_id: 0,
    http: {
      hostname: "www.exemple.example",
      url,
      http_user_agent: agent,
      http_content_type: "text/html",
      http_method: "GET",
      protocol: "HTTP/1.1",
      status,
      length: random.int(100, 30_000),
    },
  });
}

/** From Suricata 2 to 6 the answer's event keeps the client as its source. */
function dnsAnswer(random: Random, at: number, client: string, name: string, addresses: string[]): string {
  const e: Ends = { src: client, sport: random.ephemeral(), dst: HOSTS.resolver, dport: 53, proto: "UDP" };
  return eve(random, at, "dns", e, {
    dns: {
      version: 2,
      type: "answer",
      id: random.int(1, 65_535),
      flags: "8180",
      qr: true,
      rd: true,
      ra: true,
      rrname: name,
      rrtype: "A",
      rcode: "NOERROR",
      answers: addresses.map((rdata) => ({ rrname: name, rrtype: "A", ttl: 300, rdata })),
      grouped: { A: addresses },
    },
  });
}

interface Counters {
  toserver: number;
  toclient: number;
}

function alert(random: Random, at: number, e: Ends, signature: string, action: string, count: Counters): string {
  return eve(random, at, "alert", e, {
    alert: {
      action,
      gid: 1,
      signature_id: random.int(2_000_000, 2_034_000),
      rev: random.int(1, 9),
      signature,
      category: "Attempted Administrator Privilege Gain",
      severity: 1,
    },
    flow: {
      pkts_toserver: Math.ceil(count.toserver / 600),
      pkts_toclient: Math.ceil(count.toclient / 900),
      bytes_toserver: count.toserver,
      bytes_toclient: count.toclient,
      start: eveTime(at - 800),
    },
  });
}

function tls(random: Random, at: number, e: Ends, sni: string): string {
  return eve(random, at, "tls", e, {
    tls: {
      subject: "CN=www.exemple.example",
      issuerdn: "C=US, O=Let's Encrypt, CN=R3",
      serial: Array.from({ length: 8 }, () => random.hex(2).toUpperCase()).join(":"),
      sni,
      version: "TLS 1.2",
      ja3: { hash: random.hex(32), string: "771,4865-4866-4867-49195,0-23-65281-10-11,29-23-24,0" },
    },
  });
}

function background(context: Context, random: Random, at: number): string {
  const { world } = context;
  const stranger = random.pick(world.strangers);
  const kind = random.next();
  if (kind < 0.4) {
    const answered = random.chance(0.4);
    return flow(random, at, toWeb(random, stranger, answered ? 443 : random.pick(KNOCKED)), answered);
  }
  if (kind < 0.6) {
    const bad = random.chance(0.3);
    return http(
      random,
      at,
      toWeb(random, stranger, 80),
      random.pick(bad ? SCANNED : PAGES),
      bad ? 404 : 200,
      random.pick(USER_AGENTS),
    );
  }
  if (kind < 0.8)
    return dnsAnswer(random, at, workstation(random), random.pick(SITES), [
      random.pick(world.servers),
      random.pick(world.servers),
    ]);
  if (kind < 0.94) return tls(random, at, toWeb(random, stranger, 443), "www.exemple.example");
  if (kind < 0.98)
    return alert(random, at, toWeb(random, stranger, 443), "ET SCAN Suspicious inbound to mySQL port 3306", "allowed", {
      toserver: 74,
      toclient: 54,
    });
  return JSON.stringify({
    timestamp: eveTime(at),
    event_type: "stats",
    stats: { uptime: random.int(10, 9_000_000), capture: { kernel_packets: random.int(1, 2 ** 31), kernel_drops: 0 } },
  });
}

function planted(context: Context, random: Random): Entry[] {
  const { cast } = context;
  const out: Entry[] = [];
  const when = (): number => anyTimes(random, FROM, END, 1)[0]!;
  const put = (at: number, text: string, indicator: string, plant: Omit<Plant, "indicator">): void =>
    void out.push({ at, text, plants: [{ ...plant, indicator }] });

  for (const relay of cast.probers.slice(5, 25)) {
    const at = when();
    put(at, flow(random, at, toWeb(random, relay, random.pick(KNOCKED)), false), relay, {
      case: "ids-flow-unanswered",
      role: "source",
      outcome: "unanswered",
      verdict: "probe",
      note: "flow state new, no packet to the client",
    });
  }
  for (const relay of cast.visitors.slice(0, 8)) {
    const at = when();
    put(at, flow(random, at, toWeb(random, relay, 443), true), relay, {
      case: "ids-contact",
      role: "source",
      outcome: "established",
      verdict: "contact",
      note: "flow with bytes both ways",
    });
    put(at - 30_500, tls(random, at - 30_500, toWeb(random, relay, 443), "www.exemple.example"), relay, {
      case: "ids-contact",
      role: "source",
      outcome: "established",
      verdict: "contact",
      note: "TLS handshake completed with the own server",
    });
  }
  for (const relay of cast.probers.slice(25, 40)) {
    const at = when();
    put(
      at,
      http(
        random,
        at,
        toWeb(random, relay, 80),
        random.pick(SCANNED),
        random.pick([403, 404]),
        "Mozilla/5.0 zgrab/0.x",
      ),
      relay,
      {
        case: "ids-http-probe",
        role: "source",
        outcome: "refused",
        verdict: "probe",
        note: "status 403 or 404",
      },
    );
  }
  for (const relay of cast.probers.slice(40, 50)) {
    const at = when();
    const e = { ...toWeb(random, relay, 443), dst: HOSTS.mailPublic };
    put(
      at,
      alert(random, at, e, "ET EXPLOIT Microsoft Exchange SSRF Inbound (CVE-2021-26855)", "blocked", {
        toserver: 1400,
        toclient: 0,
      }),
      relay,
      {
        case: "ids-alert-blocked",
        role: "source",
        outcome: "blocked",
        verdict: "probe-blocked",
        note: "alert.action blocked",
      },
    );
  }
  // A rule on server data: Suricata 6 takes the packet's direction, so the own server is src_ip.
  for (const relay of cast.visitors.slice(8, 11)) {
    const at = when();
    const e: Ends = { src: HOSTS.wwwPublic, sport: 80, dst: relay, dport: random.ephemeral() };
    put(
      at,
      alert(random, at, e, "GPL ATTACK_RESPONSE 403 Forbidden", "allowed", { toserver: 800, toclient: 2400 }),
      relay,
      {
        case: "ids-alert-on-reply",
        role: "destination",
        outcome: "established",
        outcomeAlso: ["unknown"],
        verdict: "contact",
        note: "an alert on the answer of the own web server (port 80 to an ephemeral port): an inbound visit, not a callout",
      },
    );
  }
  for (const relay of cast.resolved.slice(2, 6)) {
    const at = when();
    const text = dnsAnswer(random, at, workstation(random), "sync.example.org", [context.world.servers[3]!, relay]);
    put(at, text, relay, {
      case: "ids-resolution",
      role: "answer",
      outcome: "established",
      outcomeAlso: ["unknown"],
      verdict: "resolution",
      note: "the address stands in answers and grouped, and is one sighting",
    });
  }
  const at = when();
  const stranger = toWeb(random, context.world.strangers[11]!, 80);
  put(at, http(random, at, stranger, `/search?q=${cast.mentioned[1]!}`, 200, USER_AGENTS[0]!), cast.mentioned[1]!, {
    case: "mention-url",
    role: "mention",
    outcome: "established",
    outcomeAlso: ["unknown"],
    verdict: "mention",
    note: "the address is a word in a URL query",
  });
  out.push({
    at: at + 1000,
    text: http(random, at + 1000, stranger, "/search?q=1.3.6.95.143.219.230.4", 404, "curl/7.95.143.219.230"),
    miss: "95.143.219.230 inside an OID and at the end of a five-part version",
  });
  return out;
}

/** logrotate with dateext: the piece of a month carries the first day of the next. */
export function writeSuricata(context: Context): void {
  const random = randomFor(context, "ids");
  const special = planted(context, random);
  for (let month = 0; month < 7; month++) {
    const from = MONTH_STARTS[month]!;
    const to = MONTH_STARTS[month + 1]!;
    const entries: Entry[] = officeTimes(random, from, to, LINES_A_MONTH).map((at) => ({
      at,
      text: background(context, random, at),
    }));
    entries.push(...special.filter((entry) => entry.at >= from && entry.at < to));
    const name = month === 6 ? "ids/eve.json" : `ids/eve.json-20210${month + 2}01.gz`;
    context.writer.add(name, entries, { mtime: to, gzip: month !== 6 });
  }
}
