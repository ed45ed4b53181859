/**
 * aws/vpcflow/: VPC flow logs, every direction of a conversation on its own line.
 * https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html
 */
import { anyTimes, DAY, END, FROM, MINUTE, officeTimes, utcIso } from "./clock.js";
import { type Context, randomFor } from "./context.js";
import { HOSTS, KNOCKED } from "./organisation.js";
import type { Random } from "./random.js";
import { serverBeacons } from "./squid.js";
import type { Plant } from "./truth.js";
import type { Entry } from "./writer.js";

const ACCOUNT = "123456789010";
const V2_FIELDS =
  "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";
/** A custom format puts the fields in any order; the header line is the only guide. */
const V5_FIELDS =
  "version vpc-id subnet-id instance-id interface-id account-id type srcaddr dstaddr srcport dstport pkt-srcaddr pkt-dstaddr protocol bytes packets start end action tcp-flags log-status flow-direction traffic-path";
const INTERFACES: Readonly<Record<string, string>> = {
  [HOSTS.awsProxy]: "eni-0a1f3c5e7b9d2f401",
  [HOSTS.awsWeb]: "eni-0b2e4d6f8a1c3e502",
  [HOSTS.awsBatch]: "eni-0c3d5f7a9b2e4d603",
};
const CONVERSATIONS_A_WEEK = 800;
const V5_FROM = Date.UTC(2021, 5, 1);

/** TCP flag bits as AWS sums them over the capture window: FIN 1, SYN 2, RST 4, SYN-ACK 18. */
export const FLAGS = { syn: 2, synFin: 3, synAckFin: 19 } as const;

interface Flow {
  /** The own interface that logged it. */
  own: string;
  src: string;
  sport: number;
  dst: string;
  dport: number;
  packets: number;
  bytes: number;
  action: "ACCEPT" | "REJECT";
  flags: number;
  proto?: number;
}

function record(at: number, format: "v2" | "v5", f: Flow): string {
  const start = Math.floor(at / 1000);
  const egress = f.src === f.own;
  const values: Record<string, string | number> = {
    version: format === "v2" ? 2 : 5,
    "account-id": ACCOUNT,
    "interface-id": INTERFACES[f.own]!,
    "vpc-id": "vpc-0a9b8c7d6e5f40312",
    "subnet-id": "subnet-01f2e3d4c5b6a7980",
    "instance-id": "i-0fedcba9876543210",
    type: "IPv4",
    srcaddr: f.src,
    dstaddr: f.dst,
    srcport: f.sport,
    dstport: f.dport,
    "pkt-srcaddr": f.src,
    "pkt-dstaddr": f.dst,
    protocol: f.proto ?? 6,
    packets: f.packets,
    bytes: f.bytes,
    start,
    end: start + 58,
    action: f.action,
    "tcp-flags": f.flags,
    "log-status": "OK",
    "flow-direction": egress ? "egress" : "ingress",
    "traffic-path": egress ? 8 : "-",
  };
  return (format === "v2" ? V2_FIELDS : V5_FIELDS)
    .split(" ")
    .map((field) => values[field])
    .join(" ");
}

/** Both records of one conversation; `client` began it. */
function pair(random: Random, own: string, client: [string, number], server: [string, number]): [Flow, Flow] {
  const packets = random.int(6, 30);
  const base = { own, action: "ACCEPT" as const };
  return [
    {
      ...base,
      src: client[0],
      sport: client[1],
      dst: server[0],
      dport: server[1],
      packets,
      bytes: packets * 120,
      flags: FLAGS.synFin,
    },
    {
      ...base,
      src: server[0],
      sport: server[1],
      dst: client[0],
      dport: client[1],
      packets,
      bytes: packets * 610,
      flags: FLAGS.synAckFin,
    },
  ];
}

function background(context: Context, random: Random, at: number, format: "v2" | "v5"): Entry[] {
  const { world } = context;
  const own = random.pick([HOSTS.awsProxy, HOSTS.awsWeb, HOSTS.awsBatch]);
  const kind = random.next();
  const write = (flows: Flow[]): Entry[] => flows.map((flow) => ({ at, text: record(at, format, flow) }));
  if (kind < 0.5) return write(pair(random, own, [own, random.ephemeral()], [random.pick(world.servers), 443]));
  if (kind < 0.75) {
    return write(pair(random, HOSTS.awsWeb, [random.pick(world.strangers), random.ephemeral()], [HOSTS.awsWeb, 443]));
  }
  if (kind < 0.99)
    return write([
      {
        own,
        src: random.pick(world.strangers),
        sport: random.ephemeral(),
        dst: own,
        dport: random.pick(KNOCKED),
        packets: 1,
        bytes: 40,
        action: "REJECT",
        flags: FLAGS.syn,
      },
    ]);
  const start = Math.floor(at / 1000);
  const empty =
    format === "v2"
      ? `2 ${ACCOUNT} ${INTERFACES[own]} - - - - - - - ${start} ${start + 60} - ${random.pick(["NODATA", "SKIPDATA"])}`
      : `5 vpc-0a9b8c7d6e5f40312 subnet-01f2e3d4c5b6a7980 i-0fedcba9876543210 ${INTERFACES[own]} ${ACCOUNT} - - - - - - - - - - ${start} ${start + 60} - - NODATA - -`;
  return [{ at, text: empty }];
}

type Put = (at: number, flow: Flow, indicator: string, plant: Omit<Plant, "indicator">) => void;

/** The stories that both formats tell. */
function inbound(context: Context, random: Random, put: Put, from: number, to: number, offset: number): void {
  const { cast } = context;
  const when = (): number => anyTimes(random, from, to - MINUTE, 1)[0]!;
  const own = HOSTS.awsWeb;
  for (const relay of cast.probers.slice(offset, offset + 14))
    put(
      when(),
      {
        own,
        src: relay,
        sport: random.ephemeral(),
        dst: own,
        dport: 22,
        packets: 1,
        bytes: 40,
        action: "REJECT",
        flags: FLAGS.syn,
      },
      relay,
      {
        case: "vpc-probe-rejected",
        role: "source",
        outcome: "blocked",
        verdict: "probe-blocked",
        note: "REJECT, inbound",
      },
    );
  for (const relay of cast.probers.slice(offset + 14, offset + 18))
    put(
      when(),
      {
        own,
        src: relay,
        sport: random.ephemeral(),
        dst: own,
        dport: 8443,
        packets: 1,
        bytes: 60,
        action: "ACCEPT",
        flags: FLAGS.syn,
      },
      relay,
      {
        case: "vpc-probe-one-way",
        role: "source",
        outcome: "unknown",
        outcomeAlso: ["unanswered"],
        verdict: "probe",
        note: "let in, and no record of an answer: the reverse flow is absent",
      },
    );
  for (const relay of cast.visitors.slice(0, 5)) {
    const at = when();
    const [request, reply] = pair(random, own, [relay, random.ephemeral()], [own, 443]);
    const plant = { case: "vpc-contact-paired", outcome: "established" as const, verdict: "contact" as const };
    put(at, request, relay, { ...plant, role: "source", note: "the request; its answer is recorded too" });
    put(at, reply, relay, {
      ...plant,
      role: "destination",
      note: "own to relay, but the answer to an inbound request: no callout",
    });
  }
}

function v2(context: Context): Entry[] {
  const random = randomFor(context, "vpcflow/v2/planted");
  const { cast } = context;
  const out: Entry[] = [];
  const put: Put = (at, flow, indicator, plant) =>
    void out.push({
      at,
      text: record(at, "v2", flow),
      plants: [{ ...plant, indicator, at: Math.floor(at / 1000) * 1000 }],
    });
  inbound(context, random, put, FROM, END, 0);
  for (const b of serverBeacons(context)) {
    const [request, reply] = pair(random, HOSTS.awsProxy, [HOSTS.awsProxy, b.sport], [cast.implantServer, 443]);
    const plant = { case: "implant-server", outcome: "established" as const, verdict: "callout" as const };
    put(b.at, request, cast.implantServer, {
      ...plant,
      role: "destination",
      note: "the proxy's own interface, to the relay's port 443; the answer is recorded",
    });
    put(b.at, reply, cast.implantServer, {
      ...plant,
      role: "source",
      note: "relay to own, but the answer to an own call",
    });
  }
  // The capture of the request was skipped: only ports tell.
  for (const relay of cast.visitors.slice(5, 8)) {
    const at = anyTimes(random, FROM, END - MINUTE, 1)[0]!;
    const [, reply] = pair(random, HOSTS.awsWeb, [relay, random.ephemeral()], [HOSTS.awsWeb, 443]);
    put(at, reply, relay, {
      case: "vpc-reply-alone",
      role: "destination",
      outcome: "established",
      outcomeAlso: ["unknown"],
      verdict: "contact",
      verdictAlso: ["probe"],
      note: "own port 443 to an ephemeral port: an answer whose request was not recorded; never a callout",
    });
  }
  const refused = Date.UTC(2021, 2, 9, 4, 5, 6);
  put(
    refused,
    {
      own: HOSTS.awsBatch,
      src: HOSTS.awsBatch,
      sport: random.ephemeral(),
      dst: cast.dead[8]!,
      dport: 443,
      packets: 3,
      bytes: 180,
      action: "REJECT",
      flags: FLAGS.syn,
    },
    cast.dead[8]!,
    {
      case: "vpc-callout-rejected",
      role: "destination",
      outcome: "blocked",
      verdict: "callout-attempt",
      note: "REJECT, outbound",
    },
  );
  return out;
}

function v5(context: Context): Entry[] {
  const random = randomFor(context, "vpcflow/v5/planted");
  const { cast } = context;
  const out: Entry[] = [];
  const put: Put = (at, flow, indicator, plant) =>
    void out.push({
      at,
      text: record(at, "v5", flow),
      plants: [{ ...plant, indicator, at: Math.floor(at / 1000) * 1000 }],
    });
  inbound(context, random, put, V5_FROM, END, 20);
  for (const at of anyTimes(random, V5_FROM, END - MINUTE, 4))
    put(
      at,
      {
        own: HOSTS.awsBatch,
        src: HOSTS.awsBatch,
        sport: random.ephemeral(),
        dst: cast.dead[9]!,
        dport: 443,
        packets: 3,
        bytes: 180,
        action: "ACCEPT",
        flags: FLAGS.syn,
      },
      cast.dead[9]!,
      {
        case: "vpc-callout-unanswered",
        role: "destination",
        outcome: "unanswered",
        outcomeAlso: ["unknown"],
        verdict: "callout-attempt",
        note: "let out with SYN alone, and no reverse flow",
      },
    );
  for (const relay of cast.visitors.slice(8, 10)) {
    const at = anyTimes(random, V5_FROM, END - MINUTE, 1)[0]!;
    const [, reply] = pair(random, HOSTS.awsWeb, [relay, random.ephemeral()], [HOSTS.awsWeb, 443]);
    put(at, reply, relay, {
      case: "vpc-reply-alone",
      role: "destination",
      outcome: "established",
      outcomeAlso: ["unknown"],
      verdict: "contact",
      verdictAlso: ["probe"],
      note: "tcp-flags 19 is SYN-ACK and FIN: the own side answered; never a callout",
    });
  }
  return out;
}

export function writeVpcFlow(context: Context): void {
  const random = randomFor(context, "vpcflow");
  const special = v2(context);
  const name = (folder: string, from: number, id: string): string =>
    `aws/vpcflow/${folder}${ACCOUNT}_vpcflowlogs_eu-west-3_${id}_${utcIso(from).slice(0, 10).replaceAll("-", "")}T0000Z_${random.hex(8)}.log.gz`;
  for (let from = FROM; from < END; from += 7 * DAY) {
    const to = Math.min(from + 7 * DAY, END);
    const entries = officeTimes(random, from, to, CONVERSATIONS_A_WEEK).flatMap((at) =>
      background(context, random, at, "v2"),
    );
    entries.push(...special.filter((entry) => entry.at >= from && entry.at < to));
    context.writer.add(name("", from, "fl-0a1b2c3d4e5f60718"), entries, { mtime: to, gzip: true, header: [V2_FIELDS] });
  }
  const entries = officeTimes(random, V5_FROM, END, 3000).flatMap((at) => background(context, random, at, "v5"));
  entries.push(...v5(context));
  context.writer.add(name("custom/", V5_FROM, "fl-0f9e8d7c6b5a40312"), entries, {
    mtime: END,
    gzip: true,
    header: [V5_FIELDS],
  });
}
