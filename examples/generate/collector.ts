/** collector/mixed.log: one syslog file of many senders. Lyon's ASA and servers, a FortiGate, and RFC 5424 senders. */
import { anyTimes, END, FROM, MINUTE, officeTimes, parisIso, SECOND, syslogTime, utcIso } from "./clock.js";
import { type Context, randomFor } from "./context.js";
import { adminLoginFailed, FGT_LYON, traffic } from "./fortigate-lines.js";
import { HOSTS, KNOCKED, PAGES, USERS } from "./organisation.js";
import type { Random } from "./random.js";
import type { Plant } from "./truth.js";
import { sshd } from "./vpn.js";
import { combined } from "./web.js";
import type { Entry } from "./writer.js";

const LINES = 24_000;

/** https://www.cisco.com/c/en/us/td/docs/security/asa/syslog/b_syslog.html */
const asa = (at: number, message: string): string => `${syslogTime(at)} asa-lyon ${message}`;

/** https://help.ubuntu.com/community/UFW and netfilter's LOG target. */
function netfilter(
  random: Random,
  at: number,
  p: { prefix: string; inward: boolean; src: string; dst: string; sport: number; dport: number; flags: string },
): string {
  const mac = p.inward ? `MAC=52:54:00:12:34:56:52:54:00:ab:cd:ef:08:00 ` : "";
  return (
    `${syslogTime(at)} web-02 kernel: [${random.int(1000, 9_999_999)}.${random.int(100_000, 999_999)}] [${p.prefix}] ` +
    `IN=${p.inward ? "eth0" : ""} OUT=${p.inward ? "" : "eth0"} ${mac}SRC=${p.src} DST=${p.dst} LEN=60 TOS=0x00 PREC=0x00 ` +
    `TTL=${random.int(40, 64)} ID=${random.int(1, 65_535)} DF PROTO=TCP SPT=${p.sport} DPT=${p.dport} WINDOW=29200 RES=0x00 ${p.flags} URGP=0 `
  );
}

/** RFC 5424: PRI, version, a time with its zone, host, application, process, message id, structured data. */
const rfc5424 = (time: string, host: string, app: string, pid: string, structured: string, message: string): string =>
  `<38>1 ${time} ${host} ${app} ${pid} - ${structured} ${message}`;
const parisOffsetTime = (at: number): string => `${parisIso(at)}${at < Date.UTC(2021, 2, 28, 1) ? "+01:00" : "+02:00"}`;

const built = (id: number, way: "inbound" | "outbound", far: string, near: string, nearMapped: string): string =>
  `%ASA-6-302013: Built ${way} TCP connection ${id} for outside:${far} (${far}) to ${way === "inbound" ? "dmz" : "inside"}:${near} (${nearMapped})`;
const teardown = (
  id: number,
  far: string,
  near: string,
  inside: string,
  duration: string,
  bytes: number,
  why: string,
): string =>
  `%ASA-6-302014: Teardown TCP connection ${id} for outside:${far} to ${inside}:${near} duration ${duration} bytes ${bytes} ${why}`;
const denied = (far: string, fport: number, near: string, nport: number): string =>
  `%ASA-4-106023: Deny tcp src outside:${far}/${fport} dst dmz:${near}/${nport} by access-group "outside_in" [0x0, 0x0]`;

function background(context: Context, random: Random, at: number): string {
  const { world } = context;
  const stranger = random.pick(world.strangers);
  const port = random.ephemeral();
  const kind = random.next();
  if (kind < 0.2) {
    const far = `${random.pick(world.servers)}/443`;
    const near = `10.20.9.${random.int(40, 90)}/${port}`;
    const id = random.int(100_000, 9_999_999);
    return asa(
      at,
      random.chance(0.5)
        ? built(id, "outbound", far, near, `198.51.100.4/${port}`)
        : teardown(id, far, near, "inside", `0:00:${random.int(10, 59)}`, random.int(900, 90_000), "TCP FINs"),
    );
  }
  if (kind < 0.4) return asa(at, denied(stranger, port, HOSTS.webTwo, random.pick(KNOCKED)));
  if (kind < 0.6)
    return netfilter(random, at, {
      prefix: "UFW BLOCK",
      inward: true,
      src: stranger,
      dst: HOSTS.webTwo,
      sport: port,
      dport: random.pick(KNOCKED),
      flags: "SYN",
    });
  if (kind < 0.75)
    return sshd(
      at,
      "lyon-srv1",
      random.int(900, 32_000),
      `Failed password for root from ${stranger} port ${port} ssh2`,
    );
  if (kind < 0.85)
    return `${syslogTime(at)} fgt-lyon ${traffic(random, at, FGT_LYON, {
      src: `10.20.9.${random.int(40, 90)}`,
      sport: port,
      dst: random.pick(world.servers),
      dport: 443,
      from: "lan",
      action: "close",
      sent: random.int(300, 9000),
      received: random.int(300, 90_000),
      duration: random.int(1, 60),
      nat: { kind: "snat", ip: "198.51.100.5", port },
    })}`;
  if (kind < 0.95)
    return rfc5424(
      utcIso(at),
      "web-03",
      "nginx",
      "8710",
      "-",
      combined(random, at, { client: stranger, path: random.pick(PAGES), status: 200 }),
    );
  return rfc5424(
    parisOffsetTime(at),
    "app-01",
    "planning",
    String(random.int(300, 900)),
    `[meta sequenceId="${random.int(1, 99_999)}"]`,
    `tache terminee pour ${random.pick(USERS)}`,
  );
}

function planted(context: Context, random: Random): Entry[] {
  const { cast, world } = context;
  const out: Entry[] = [];
  const when = (): number => anyTimes(random, FROM, END - 10 * MINUTE, 1)[0]!;
  const put = (at: number, text: string, indicator: string, plant: Omit<Plant, "indicator">): void =>
    void out.push({ at, text, plants: [{ ...plant, indicator }] });
  const blocked = { role: "source", outcome: "blocked", verdict: "probe-blocked" } as const;
  const refused = { role: "source", outcome: "refused", verdict: "probe" } as const;

  for (const relay of cast.probers.slice(0, 30)) {
    const at = when();
    put(at, asa(at, denied(relay, random.ephemeral(), HOSTS.webTwo, random.pick(KNOCKED))), relay, {
      ...blocked,
      case: "asa-probe",
      note: "106023 Deny, from outside",
    });
  }
  for (const relay of cast.probers.slice(30, 36)) {
    const at = when();
    const text = `%ASA-2-106001: Inbound TCP connection denied from ${relay}/${random.ephemeral()} to ${HOSTS.webTwo}/23 flags SYN  on interface outside`;
    put(at, asa(at, text), relay, { ...blocked, case: "asa-probe", note: "106001 Inbound denied" });
  }
  for (const relay of cast.probers.slice(20, 55)) {
    const at = when();
    const text = netfilter(random, at, {
      prefix: "UFW BLOCK",
      inward: true,
      src: relay,
      dst: HOSTS.webTwo,
      sport: random.ephemeral(),
      dport: random.pick(KNOCKED),
      flags: "SYN",
    });
    put(at, text, relay, { ...blocked, case: "ufw-probe", note: "UFW BLOCK, IN=eth0" });
  }
  // Reply trap: the host's own LOG rule on OUTPUT saw the answer to a visit, and nothing else of it.
  for (const relay of cast.visitors.slice(11, 15)) {
    const at = when();
    const text = netfilter(random, at, {
      prefix: "FW-OUT",
      inward: false,
      src: HOSTS.webTwo,
      dst: relay,
      sport: 443,
      dport: random.ephemeral(),
      flags: "ACK SYN",
    });
    put(at, text, relay, {
      case: "netfilter-reply",
      role: "destination",
      outcome: "established",
      outcomeAlso: ["unknown"],
      verdict: "contact",
      verdictAlso: ["probe"],
      note: "ACK SYN out of the own port 443 answers an inbound SYN; never a callout",
    });
  }
  const tried = when();
  put(
    tried,
    netfilter(random, tried, {
      prefix: "UFW BLOCK",
      inward: false,
      src: HOSTS.webTwo,
      dst: cast.dead[0]!,
      sport: random.ephemeral(),
      dport: 443,
      flags: "SYN",
    }),
    cast.dead[0]!,
    {
      case: "ufw-callout-blocked",
      role: "destination",
      outcome: "blocked",
      verdict: "callout-attempt",
      note: "UFW BLOCK, OUT=eth0, SYN",
    },
  );

  const near = `${HOSTS.lyonServer}/443`;
  for (const relay of cast.visitors.slice(0, 4)) {
    const at = when();
    const id = random.int(10_000_000, 20_000_000);
    const far = `${relay}/${random.ephemeral()}`;
    put(at, asa(at, built(id, "inbound", far, near, `${HOSTS.webTwo}/443`)), relay, {
      case: "asa-inbound",
      role: "source",
      outcome: "established",
      outcomeAlso: ["unknown"],
      verdict: "contact",
      verdictAlso: ["probe"],
      note: "Built inbound; alone it says only that a slot was made, its Teardown has bytes",
    });
    const text = teardown(id, far, near, "dmz", "0:00:41", random.int(4000, 90_000), "TCP FINs");
    put(at + 41 * SECOND, asa(at + 41 * SECOND, text), relay, {
      case: "asa-inbound",
      role: "source",
      outcome: "established",
      verdict: "contact",
      note: "Teardown after Built inbound: it names no initiator, the relay's port is ephemeral, the own one 443",
    });
  }
  for (const relay of cast.dead.slice(1, 4)) {
    const at = when();
    const id = random.int(20_000_000, 30_000_000);
    const port = random.ephemeral();
    const inside = `${HOSTS.lyonServer}/${port}`;
    const attempt = { role: "destination", verdict: "callout-attempt" } as const;
    put(at, asa(at, built(id, "outbound", `${relay}/443`, inside, `198.51.100.4/${port}`)), relay, {
      ...attempt,
      case: "asa-outbound",
      outcome: "unanswered",
      outcomeAlso: ["unknown"],
      note: "Built outbound is logged at the SYN; its Teardown says SYN Timeout, so no callout",
    });
    put(
      at + 30 * SECOND,
      asa(at + 30 * SECOND, teardown(id, `${relay}/443`, inside, "inside", "0:00:30", 0, "SYN Timeout")),
      relay,
      {
        ...attempt,
        case: "asa-outbound",
        outcome: "unanswered",
        note: "Teardown after Built outbound: SYN Timeout, 0 bytes; `outside` comes first whoever began it",
      },
    );
  }
  const denyOut = when();
  put(
    denyOut,
    asa(
      denyOut,
      `%ASA-4-106023: Deny tcp src inside:${HOSTS.lyonServer}/${random.ephemeral()} dst outside:${cast.dead[4]!}/443 by access-group "inside_out" [0x0, 0x0]`,
    ),
    cast.dead[4]!,
    {
      case: "asa-callout-denied",
      role: "destination",
      outcome: "blocked",
      verdict: "callout-attempt",
      note: "106023 Deny, from inside",
    },
  );
  const anyconnect = Date.UTC(2021, 2, 24, 23, 50, 2);
  put(
    anyconnect,
    asa(
      anyconnect,
      `%ASA-4-722051: Group <GroupPolicy_Lyon> User <p.morel> IP <${cast.vpnThief}> IPv4 Address <192.168.50.201> IPv6 address <::> assigned to session`,
    ),
    cast.vpnThief,
    {
      case: "vpn-access",
      role: "source",
      outcome: "authenticated",
      verdict: "access",
      note: "AnyConnect gave a named user an address",
    },
  );
  put(
    anyconnect - MINUTE,
    asa(
      anyconnect - MINUTE,
      `%ASA-6-113015: AAA user authentication Rejected : reason = Invalid password : local database : user = p.morel : user IP = ${cast.vpnThief}`,
    ),
    cast.vpnThief,
    { ...refused, case: "vpn-access", note: "AAA rejected the password" },
  );
  for (const relay of cast.probers.slice(40, 50)) {
    const at = when();
    const text = `Failed password for root from ${relay} port ${random.ephemeral()} ssh2`;
    put(at, sshd(at, "lyon-srv1", 2211, text), relay, { ...refused, case: "ssh-probe", note: "wrong password" });
    const later = at + 5 * MINUTE;
    const again = rfc5424(parisOffsetTime(later), "app-01", "sshd", "2212", `[origin ip="10.20.9.40"]`, text);
    put(later, again, relay, { ...refused, case: "ssh-probe", note: "RFC 5424 with its own zone and structured data" });
  }
  const visitor = cast.visitors[12]!;
  const seen = when();
  put(
    seen,
    rfc5424(
      utcIso(seen),
      "web-03",
      "nginx",
      "8710",
      "-",
      combined(random, seen, { client: visitor, path: "/", status: 200 }),
    ),
    visitor,
    {
      case: "web-contact",
      role: "source",
      outcome: "established",
      verdict: "contact",
      note: "nginx combined inside RFC 5424",
    },
  );
  const fgt = when();
  put(
    fgt,
    `${syslogTime(fgt)} fgt-lyon ${adminLoginFailed(random, fgt, FGT_LYON, cast.probers[7]!, "198.51.100.5")}`,
    cast.probers[7]!,
    {
      ...refused,
      case: "fw-admin-login",
      note: "FortiGate inside RFC 3164",
    },
  );
  const zero = when();
  put(zero, asa(zero, denied(cast.zeroHosts[0]!, 51_000, HOSTS.webTwo, 22)), cast.zeroHosts[0]!, {
    ...blocked,
    case: "asa-probe",
    note: "a host whose last octet is 0",
  });

  const warned = Date.UTC(2021, 6, 21, 12, 0, 0);
  put(
    warned,
    rfc5424(
      utcIso(warned),
      "app-01",
      "veille",
      "812",
      "-",
      `bulletin CERTFR-2021-IOC-003 : relais ${cast.mentioned[6]!} en liste de surveillance`,
    ),
    cast.mentioned[6]!,
    { case: "mention-text", role: "mention", outcome: "unknown", verdict: "mention", note: "message text" },
  );
  put(
    warned + MINUTE,
    `note d'exploitation, adresse ${cast.mentioned[7]!} à surveiller (message sans en-tête)`,
    cast.mentioned[7]!,
    {
      case: "undated",
      role: "mention",
      outcome: "unknown",
      verdict: "mention",
      undated: true,
      note: "a line without a header: no time is stated; kept, and marked undated",
    },
  );

  const misses: [string, string][] = [
    [asa(warned, denied("105.157.234.2", 40_001, HOSTS.webTwo, 22)), "neighbour of the listed host 105.157.234.0"],
    [asa(warned, denied("95.143.219.231", 40_001, HOSTS.webTwo, 22)), "neighbour of 95.143.219.230"],
    [asa(warned, denied("25.143.219.230", 40_001, HOSTS.webTwo, 22)), "a digit before 5.143.219.230"],
    [
      sshd(
        warned,
        "lyon-srv1",
        99,
        `Failed password for root from ${world.strangers[50]!} port 22956 ssh2: 1.95.143.219.230`,
      ),
      "five dotted numbers",
    ],
    [`${syslogTime(warned)} lyon-srv1 snmpd[711]: oid 1.3.6.1.4.1.9.95.143.219.230.1 timeout`, "an OID"],
    [`${syslogTime(warned)} lyon-srv1 dhclient[9]: bound to 105-154-12-165, - - ""`, "dashes, and empty values"],
  ];
  misses.forEach(([text, miss], i) => out.push({ at: warned + (i + 2) * MINUTE, text, miss }));
  return out;
}

export function writeCollector(context: Context): void {
  const random = randomFor(context, "collector");
  const entries: Entry[] = officeTimes(random, FROM, END, LINES).map((at) => ({
    at,
    text: background(context, random, at),
  }));
  entries.push(...planted(context, random));
  context.writer.add("collector/mixed.log", entries, { mtime: END });
}
