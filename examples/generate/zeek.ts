/** zeek/: a sensor on the inside link and the DMZ, kept for some days of each month; 8 April was written as JSON. */
import { anyTimes, DAY, HOUR, officeTimes } from "./clock.js";
import { type Context, randomFor } from "./context.js";
import { workstationBeacons } from "./fortigate.js";
import { HOSTS, KNOCKED, PAGES, SCANNED, SITES, USER_AGENTS, workstation } from "./organisation.js";
import type { Random } from "./random.js";
import type { Plant } from "./truth.js";
import { conn, dns, ends, http, type Logs, ssh, ssl, type State, uidOf } from "./zeek-rows.js";
import { jsonLine, LAYOUTS, tsvFooter, tsvHeader, tsvLine, type ZeekLog } from "./zeek-schema.js";

const DAYS = [
  "2021-01-14",
  "2021-01-28",
  "2021-02-09",
  "2021-02-23",
  "2021-03-11",
  "2021-03-25",
  "2021-04-07",
  "2021-04-08",
  "2021-05-06",
  "2021-05-19",
  "2021-06-02",
  "2021-06-16",
  "2021-07-06",
  "2021-07-21",
] as const;
const JSON_DAY = "2021-04-08";

function background(context: Context, random: Random, from: number, logs: Logs): void {
  const { world } = context;
  for (const at of officeTimes(random, from, from + DAY, 2600)) {
    const uid = uidOf(random);
    const kind = random.next();
    if (kind < 0.45) {
      const v6 = random.chance(0.05);
      const client = v6 ? `2001:db8:100:30::${random.hex(3)}` : workstation(random);
      const server = v6 ? `2001:db8:fe${random.hex(2)}::443` : random.pick(world.servers);
      const e = ends(client, random.ephemeral(), server, 443);
      logs.conn.push({ at, row: conn(random, uid, e, random.chance(0.9) ? "SF" : "RSTO", "ssl") });
      logs.ssl.push({ at: at + 40, row: ssl(random, uid, e, random.pick(SITES)) });
    } else if (kind < 0.8) {
      const client = workstation(random);
      const name = random.chance(0.1);
      const row = name
        ? dns(
            random,
            uid,
            client,
            `${random.pick(world.strangers).split(".").toReversed().join(".")}.in-addr.arpa`,
            "PTR",
            [],
          )
        : dns(random, uid, client, random.pick(SITES), "A", [random.pick(world.servers), random.pick(world.servers)]);
      const e = ends(client, row["id.orig_p"] as number, HOSTS.resolver, 53);
      logs.conn.push({ at, row: conn(random, uid, e, "SF", "dns", "udp") });
      logs.dns.push({ at, row });
    } else if (kind < 0.93) {
      const scanner = random.chance(0.5);
      const port = scanner ? random.pick(KNOCKED) : 443;
      const e = ends(random.pick(world.strangers), random.ephemeral(), HOSTS.wwwPublic, port);
      logs.conn.push({ at, row: conn(random, uid, e, scanner ? random.pick(["S0", "REJ"] as const) : "SF") });
    } else if (kind < 0.99) {
      const e = ends(random.pick(world.strangers), random.ephemeral(), HOSTS.wwwPublic, 80);
      const bad = random.chance(0.3);
      const uri = bad ? random.pick(SCANNED) : random.pick(PAGES);
      logs.conn.push({ at, row: conn(random, uid, e, "SF", "http") });
      logs.http.push({ at: at + 15, row: http(random, uid, e, uri, bad ? 404 : 200, random.pick(USER_AGENTS)) });
    } else {
      const client = random.pick(world.strangers);
      const row = ssh(random, uid, client, false);
      logs.conn.push({
        at,
        row: conn(random, uid, ends(client, row["id.orig_p"] as number, HOSTS.bastionPublic, 22), "SF", "ssh"),
      });
      logs.ssh.push({ at: at + 900, row });
    }
  }
}

/** What each probe or visit of a relay looked like to the sensor. */
const CONTACTS: readonly { state: State; outcome: Plant["outcome"]; verdict: Plant["verdict"] }[] = [
  { state: "S0", outcome: "unanswered", verdict: "probe" },
  { state: "REJ", outcome: "refused", verdict: "probe" },
  { state: "SF", outcome: "established", verdict: "contact" },
];

function planted(context: Context, random: Random, from: number, index: number, logs: Logs): void {
  const { cast } = context;
  const when = (): number => anyTimes(random, from + HOUR, from + DAY - HOUR, 1)[0]!;

  for (let i = 0; i < 6; i++) {
    const c = CONTACTS[i % 3]!;
    const relay =
      c.state === "SF" ? cast.visitors[(index + i) % cast.visitors.length]! : cast.probers[(index * 7 + i) % 60]!;
    const e = ends(relay, random.ephemeral(), HOSTS.wwwPublic, c.state === "SF" ? 443 : random.pick(KNOCKED));
    logs.conn.push({
      at: when(),
      row: conn(random, uidOf(random), e, c.state),
      plants: [
        {
          case: `zeek-${c.verdict}-${c.state.toLowerCase()}`,
          indicator: relay,
          role: "source",
          outcome: c.outcome,
          verdict: c.verdict,
          note: `conn_state ${c.state}, originator is the relay`,
        },
      ],
    });
  }
  if (index % 3 === 0) {
    const relay = cast.dead[6 + (index % 2)]!;
    const state: State = index % 2 === 0 ? "S0" : "REJ";
    const e = ends(workstation(random), random.ephemeral(), relay, 443);
    logs.conn.push({
      at: when(),
      row: conn(random, uidOf(random), e, state),
      plants: [
        {
          case: "zeek-callout-attempt",
          indicator: relay,
          role: "destination",
          outcome: state === "S0" ? "unanswered" : "refused",
          verdict: "callout-attempt",
          note: `conn_state ${state}, originator is an own workstation`,
        },
      ],
    });
  }
  if (index % 2 === 0) {
    const [first, second] = [cast.resolved[index % 3]!, cast.resolved[3]!];
    const answers = index === 4 ? [first, second] : [context.world.servers[index]!, first];
    const plant = (indicator: string): Plant => ({
      case: "zeek-resolution",
      indicator,
      role: "answer",
      outcome: "established",
      outcomeAlso: ["unknown"],
      verdict: "resolution",
      note: "the resolver answered an own workstation with the relay's address",
    });
    logs.dns.push({
      at: when(),
      row: dns(random, uidOf(random), workstation(random), "update-cdn.example.net", "A", answers),
      plants: answers.filter((answer) => cast.listed.includes(answer)).map(plant),
    });
  }
  const relay = cast.probers[(index * 3) % 60]!;
  const failed = ssh(random, uidOf(random), relay, false);
  logs.ssh.push({
    at: when(),
    row: failed,
    plants: [
      {
        case: "zeek-ssh-probe",
        indicator: relay,
        role: "source",
        outcome: "refused",
        verdict: "probe",
        note: "auth_success F",
      },
    ],
  });
  const bad = index % 2 === 0;
  const visitor = cast.visitors[index % cast.visitors.length]!;
  logs.http.push({
    at: when(),
    row: http(
      random,
      uidOf(random),
      ends(visitor, random.ephemeral(), HOSTS.wwwPublic, 80),
      bad ? SCANNED[index % SCANNED.length]! : PAGES[1]!,
      bad ? 404 : 200,
      USER_AGENTS[3]!,
    ),
    plants: [
      {
        case: bad ? "zeek-http-probe" : "zeek-http-contact",
        indicator: visitor,
        role: "source",
        outcome: bad ? "refused" : "established",
        verdict: bad ? "probe" : "contact",
        note: bad ? "status 404" : "status 200 of a public page",
      },
    ],
  });
}

function plantedOnce(context: Context, random: Random, day: string, from: number, logs: Logs): void {
  const { cast } = context;
  if (day === "2021-05-06") {
    logs.ssh.push({
      at: from + 3 * HOUR,
      row: ssh(random, uidOf(random), cast.sshThief, true),
      plants: [
        {
          case: "ssh-access",
          indicator: cast.sshThief,
          role: "source",
          outcome: "authenticated",
          verdict: "access",
          note: "auth_success T",
        },
      ],
    });
    logs.dns.push({
      at: from + 10 * HOUR,
      row: dns(random, uidOf(random), HOSTS.fileServer, cast.implantServer, "A", []),
      plants: [
        {
          case: "zeek-question",
          indicator: cast.implantServer,
          role: "question",
          outcome: "refused",
          outcomeAlso: ["unknown", "established"],
          verdict: "resolution",
          verdictAlso: ["mention"],
          note: "a program asked the resolver for an address literal as if it were a name; NXDOMAIN",
        },
      ],
    });
  }
  if (day === "2021-06-02") {
    const e = ends("10.20.5.10", random.ephemeral(), HOSTS.extranet, 80);
    logs.http.push({
      at: from + 11 * HOUR,
      row: {
        ...http(random, uidOf(random), e, "/", 200, USER_AGENTS[1]!),
        proxied: [`X-FORWARDED-FOR -> ${cast.visitors[3]!}`],
      },
      plants: [
        {
          case: "zeek-forwarded",
          indicator: cast.visitors[3]!,
          role: "forwarded",
          outcome: "established",
          verdict: "contact",
          note: "the load balancer is the originator; the client stands in `proxied`",
        },
      ],
    });
    logs.dns.push({
      at: from + 12 * HOUR,
      row: dns(random, uidOf(random), workstation(random), "host-105-154-12-165.example.net", "A", [
        context.world.servers[9]!,
      ]),
      miss: "105.154.12.165 with dashes in a queried name",
    });
    logs.dns.push({
      at: from + 13 * HOUR,
      row: dns(random, uidOf(random), workstation(random), "105.154.12.165.dyn.example.net", "A", []),
      miss: "105.154.12.165 as the first labels of a host name",
    });
    logs.dns.push({
      at: from + 14 * HOUR,
      row: dns(random, uidOf(random), HOSTS.resolver, "165.12.154.105.in-addr.arpa", "PTR", []),
      miss: "the reverse name of 105.154.12.165 is not the address",
    });
  }
}

function implant(context: Context, from: number, logs: Logs): void {
  const random = randomFor(context, `zeek/implant/${from}`);
  const relay = context.cast.implantWorkstation;
  for (const b of workstationBeacons(context).filter((beacon) => beacon.at >= from && beacon.at < from + DAY)) {
    const uid = uidOf(random);
    const e = ends(HOSTS.workstation, b.sport, relay, 443);
    // FortiGate logs a session when it ends, Zeek dates it by its first packet.
    const at = b.at - b.duration * 1000;
    const plant = (note: string): Plant => ({
      case: "implant-workstation",
      indicator: relay,
      role: "destination",
      outcome: "established",
      verdict: "callout",
      note,
    });
    if (at < from) continue;
    logs.conn.push({
      at,
      row: { ...conn(random, uid, e, "SF", "ssl"), orig_bytes: b.sent, resp_bytes: b.received, duration: b.duration },
      plants: [plant("conn_state SF, an own workstation is the originator")],
    });
    logs.ssl.push({
      at: at + 60,
      row: ssl(random, uid, e, undefined),
      plants: [plant("TLS established, no server name")],
    });
  }
}

export function writeZeek(context: Context): void {
  DAYS.forEach((day, index) => {
    const random = randomFor(context, `zeek/${day}`);
    const from = Date.parse(`${day}T00:00:00Z`);
    const logs: Logs = { conn: [], dns: [], http: [], ssl: [], ssh: [] };
    background(context, random, from, logs);
    planted(context, random, from, index, logs);
    plantedOnce(context, random, day, from, logs);
    implant(context, from, logs);
    for (const log of Object.keys(LAYOUTS) as ZeekLog[]) {
      const json = day === JSON_DAY;
      const line = json ? jsonLine : tsvLine;
      const entries = logs[log].map((item) => Object.assign(item, { text: line(log, item.at, item.row) }));
      context.writer.add(`zeek/${day}/${log}.log.gz`, entries, {
        mtime: from + DAY,
        gzip: true,
        ...(json ? {} : { header: tsvHeader(log, from), footer: tsvFooter(from + DAY) }),
      });
    }
  });
}
