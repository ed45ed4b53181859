/**
 * Events of agents on hosts that name a connection: Falco, osquery, Velociraptor, ESET, Cortex XDR and Falcon's event stream. Only a
 * direction that the record states decides who began; a table of open sockets states none.
 */
import type { Endpoint, Event, Initiator } from "../../model/event.js";
import { canonicalIp } from "../../model/ip.js";
import { wordTable } from "../../model/word-table.js";
import { timeOfValue } from "../fallback/find-time.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { object, objects, string, type Json } from "../json-fields.js";
import { shaped, timestamp } from "../shape.js";
import { endpoint, transport } from "../values.js";
import { clientEnd, first, judgedAs as of, loginOutcome, utcTime, type Judged } from "./audit.js";

interface Connection {
  readonly time: string | undefined;
  readonly local: Endpoint | undefined;
  readonly remote: Endpoint | undefined;
  readonly direction: "in" | "out" | undefined;
  /** The word for it, where the ends stand as source and destination already. */
  readonly stated?: "inbound" | "outbound" | undefined;
  /** What says the direction, or why there is none. */
  readonly why?: string;
  readonly judged: Judged;
  readonly action?: string | undefined;
  readonly transport?: string | undefined;
  readonly host?: string | undefined;
  readonly process?: string | undefined;
  readonly user?: string | undefined;
  readonly rule?: string | undefined;
  readonly vendor: string;
  readonly product: string;
}

function connection(c: Connection, context: LineContext, envelope: EnvelopeFields | undefined): FormatResult {
  const inbound = c.direction === "in";
  const initiator: Initiator = c.direction === undefined ? "unknown" : "source";
  const event: Event = {
    timestamp: timestamp(
      c.time === undefined ? undefined : (utcTime(c.time) ?? timeOfValue(c.time)),
      context,
      envelope,
    ),
    source: inbound ? c.remote : c.local,
    destination: inbound ? c.local : c.remote,
    network: {
      transport: c.transport,
      direction: "stated" in c ? c.stated : c.direction && (inbound ? "inbound" : "outbound"),
    },
    event: { action: c.action },
    host: { name: c.host },
    user: { name: c.user },
    process: { name: c.process },
    rule: { name: c.rule },
    observer: { name: c.host, vendor: c.vendor, product: c.product },
  } as Event;
  return shaped({
    event,
    ...c.judged,
    initiator,
    initiatorReason: c.why ?? (c.direction === undefined ? "the record does not say who connected" : undefined),
  } as FormatResult);
}

const NONE = new Set(["0.0.0.0", "::"]);

/** An end; the address that stands for none is none. */
function end(ip: string | undefined, stated?: string): Endpoint | undefined {
  const read = canonicalIp(ip);
  return read === undefined || NONE.has(read)
    ? undefined
    : endpoint({ ip: read, port: stated === "0" ? undefined : stated });
}

/** Of the items of a record, the one with an address that was looked for, else the first. */
function chosen(
  items: readonly Json[],
  keys: readonly string[],
  observed: readonly string[] | undefined,
): Json | undefined {
  const held =
    observed && items.find((item) => keys.some((key) => observed.includes(canonicalIp(string(item[key])) ?? "")));
  return held ?? items[0];
}

/** `192.0.2.1:40556->198.51.100.2:80`: client and server, as far as the call shows. IPv6 has no brackets. */
function tuple(name: string | undefined): { client: Endpoint; server: Endpoint } | undefined {
  const m = /^([0-9A-Fa-f.:]{2,45}):(\d{1,5})->([0-9A-Fa-f.:]{2,45}):(\d{1,5})$/.exec(name ?? "");
  const client = m ? end(m[1], m[2]) : undefined;
  const server = m ? end(m[3], m[4]) : undefined;
  return client && server && { client, server };
}

/** System calls that show who began. */
const CALLS: Readonly<Record<string, "in" | "out">> = wordTable({ connect: "out", accept: "in", accept4: "in" });

function falcoOutcome(call: string, result: string | undefined): Judged {
  if (CALLS[call] === "in") return of("established", `${call}: the connection was accepted`);
  if (result === "ECONNREFUSED") return of("refused", "evt.res=ECONNREFUSED");
  if (result === "ETIMEDOUT") return of("unanswered", "evt.res=ETIMEDOUT");
  return of("unknown", call === "" ? "the alert does not say how it ended" : `${call}: written when it is tried`);
}

export const falco: Format = {
  id: "falco.alerts",
  title: "Falco alerts with a connection, JSON",
  reference: "https://falco.org/docs/reference/rules/supported-fields/",
  json: true,
  parse(line, context, envelope, r) {
    if (!r || !line.includes('"output_fields"') || r["rule"] === undefined) return undefined;
    const f = object(r["output_fields"]);
    if (!f) return undefined;
    const call = string(f["evt.type"]) ?? "";
    const pair = tuple(string(f["fd.name"]));
    const named = end(string(f["fd.cip"]), string(f["fd.cport"]));
    const server = end(string(f["fd.sip"]), string(f["fd.sport"]));
    const both = named && server;
    const remote = end(string(f["fd.rip"]), string(f["fd.rport"]));
    if (!both && !pair && !remote) return undefined;
    const direction = CALLS[call];
    const common = {
      time: string(r["time"]),
      judged: falcoOutcome(call, string(f["evt.res"])),
      action: call === "" ? undefined : call,
      transport: transport(string(f["fd.l4proto"])),
      host: string(r["hostname"]),
      process: string(f["proc.name"]),
      user: string(f["user.name"]),
      rule: string(r["rule"]),
      vendor: "Falco",
      product: "Falco",
    };
    // Client and server, named as such or in the order of a call that shows it, need no turning round.
    const stated = direction && (direction === "in" ? ("inbound" as const) : ("outbound" as const));
    if (both)
      return connection(
        {
          ...common,
          local: named,
          remote: server,
          direction: "out",
          stated,
          why: "fd.cip and fd.sip name client and server",
        },
        context,
        envelope,
      );
    if (pair) {
      const said = direction === undefined ? {} : { why: `evt.type=${call}` };
      return connection(
        { ...common, local: pair.client, remote: pair.server, direction: direction && "out", stated, ...said },
        context,
        envelope,
      );
    }
    return connection(
      { ...common, local: end(string(f["fd.lip"]), string(f["fd.lport"])), remote, direction },
      context,
      envelope,
    );
  },
};

/** https://osquery.io/schema/current/#socket_events: `action` and `status` are the audit's. */
function osqueryJudge(row: Json, direction: "in" | "out" | undefined): Judged {
  const status = string(row["status"]);
  const datagram = transport(string(row["protocol"])) === "udp";
  if (direction !== undefined && status === "succeeded" && !datagram) return of("established", "status=succeeded");
  if (direction === "out" && status === "failed") return of("unanswered", "status=failed");
  const state = string(row["state"]);
  return state === "ESTABLISHED" ? of("established", "state=ESTABLISHED") : of("unknown", "a row of the result");
}

export const osquery: Format = {
  id: "osquery.results",
  title: "osquery results with sockets, JSON",
  reference: "https://github.com/osquery/osquery/blob/master/specs/posix/socket_events.table",
  json: true,
  parse(line, context, envelope, r) {
    if (!r || !line.includes('"remote_address"') || r["hostIdentifier"] === undefined) return undefined;
    const columns = object(r["columns"]);
    const rows = (columns ? [columns] : objects(r["snapshot"])).filter((row) => row["remote_address"] !== undefined);
    const row = chosen(rows, ["remote_address", "local_address"], context.observed);
    if (!row) return undefined;
    const action = string(row["action"]);
    const direction = CALLS[action ?? ""];
    return connection(
      {
        // The event's own time, not the query's.
        time: string(row["time"]) ?? string(r["unixTime"]),
        local: end(string(row["local_address"]), string(row["local_port"])),
        remote: end(string(row["remote_address"]), string(row["remote_port"])),
        direction,
        judged: osqueryJudge(row, direction),
        action,
        transport: row["protocol"] === "0" || row["protocol"] === 0 ? undefined : transport(string(row["protocol"])),
        host: string(r["hostIdentifier"]),
        process: string(row["path"]) ?? string(row["name"]),
        rule: string(r["name"]),
        vendor: "osquery",
        product: "osquery",
      },
      context,
      envelope,
    );
  },
};

/** Go's `Status` of a socket, as Velociraptor's netstat writes it. */
const SOCKET_STATES: Readonly<Record<string, Judged>> = wordTable({
  ESTAB: of("established", "Status=ESTAB"),
  ESTABLISHED: of("established", "Status=ESTABLISHED"),
});

export const velociraptor: Format = {
  id: "velociraptor.netstat",
  title: "Velociraptor network connections (netstat), JSON",
  reference: "https://docs.velociraptor.app/artifact_references/pages/windows.network.netstat/",
  json: true,
  parse(line, context, envelope, r) {
    if (!r || !line.includes("Raddr") || !line.includes("Laddr")) return undefined;
    const [near, far] = [object(r["Laddr"]), object(r["Raddr"])];
    const of4 = (inner: Json | undefined, flat: string, key: string): string | undefined =>
      string(inner?.[key]) ?? string(r[`${flat}.${key}`]);
    const status = string(r["Status"]);
    const remote = end(of4(far, "Raddr", "IP"), of4(far, "Raddr", "Port"));
    if (status === undefined || (r["Raddr.IP"] === undefined && !far)) return undefined;
    return connection(
      {
        time: string(r["Timestamp"]),
        local: end(of4(near, "Laddr", "IP"), of4(near, "Laddr", "Port")),
        remote,
        direction: undefined,
        judged: SOCKET_STATES[status] ?? of("unknown", `Status=${status.slice(0, 40)}`),
        transport: transport(string(r["Type"]) ?? string(r["TypeString"])),
        host: string(r["Fqdn"]) ?? string(r["Hostname"]),
        process: string(r["Name"]),
        user: string(r["Username"]),
        vendor: "Rapid7",
        product: "Velociraptor",
      },
      context,
      envelope,
    );
  },
};

const ESET_ACTIONS: Readonly<Record<string, Judged>> = wordTable({
  blocked: of("blocked", "action=Blocked"),
});

function esetDirection(r: Json, source: string | undefined): Pick<Connection, "direction" | "stated" | "why"> {
  const inbound = r["inbound"];
  if (typeof inbound !== "boolean") return { direction: undefined };
  const own = [canonicalIp(string(r["ipv4"])), canonicalIp(string(r["ipv6"]))];
  const isOwn = source !== undefined && own.includes(source);
  return isOwn === inbound && own.some((ip) => ip !== undefined)
    ? { direction: undefined, why: `inbound=${inbound} does not fit the source` }
    : { direction: "out", stated: inbound ? "inbound" : "outbound", why: `inbound=${inbound}` };
}

export const eset: Format = {
  id: "eset.protect",
  title: "ESET PROTECT: firewall and web events, JSON",
  reference: "https://help.eset.com/protect_cloud/en-US/events-exported-to-json-format.html",
  json: true,
  parse(line, context, envelope, r) {
    if (!r || !line.includes('"source_uuid"')) return undefined;
    const kind = string(r["event_type"]);
    const common = {
      time: string(r["occured"]) ?? string(r["occurred"]),
      host: string(r["hostname"]),
      process: string(r["process_name"]),
      rule: string(r["threat_name"]) ?? string(r["rule_name"]),
      vendor: "ESET",
      product: "PROTECT",
      action: string(r["event"]),
    };
    if (kind === "FirewallAggregated_Event" && r["source_address"] !== undefined) {
      const local = end(string(r["source_address"]), string(r["source_port"]));
      const action = string(r["action"]) ?? "";
      // `inbound` says where the source stands; source and target keep their places.
      return connection(
        {
          ...common,
          local,
          remote: end(string(r["target_address"]), string(r["target_port"])),
          ...esetDirection(r, local?.ip),
          transport: transport(string(r["protocol"])),
          user: string(r["account"]),
          judged: ESET_ACTIONS[action.toLowerCase()] ?? of("unknown", `action=${action.slice(0, 40)}`),
        },
        context,
        envelope,
      );
    }
    if (kind === "FilteredWebsites_Event" && r["target_address"] !== undefined) {
      const action = string(r["action_taken"]) ?? "";
      const out = connection(
        {
          ...common,
          local: end(string(r["ipv4"])) ?? end(string(r["ipv6"])),
          remote: end(string(r["target_address"]), undefined),
          direction: "out",
          why: "a web page that this host asked for",
          user: string(r["username"]),
          judged: ESET_ACTIONS[action.toLowerCase()] ?? of("unknown", `action_taken=${action.slice(0, 40)}`),
        },
        context,
        envelope,
      );
      const url = string(r["object_uri"]);
      if (url !== undefined) out.event.url = { original: url };
      return out;
    }
    return undefined;
  },
};

/** https://docs-cortex.paloaltonetworks.com/r/Cortex-XDR-REST-API/Get-Alerts-Multi-Events-v1 */
export const cortexXdr: Format = {
  id: "paloalto.cortex-xdr",
  title: "Palo Alto Cortex XDR alerts, JSON",
  reference: "https://docs-cortex.paloaltonetworks.com/r/Cortex-XDR-REST-API/Get-Alerts-Multi-Events-v1",
  json: true,
  parse(line, context, envelope, r) {
    // An alert's events may have been taken out of it.
    if (!r || !line.includes('"action_remote_ip"') || !line.includes('"action_local_ip"')) return undefined;
    const events = objects(r["events"]).filter((e) => string(e["action_remote_ip"]) !== undefined);
    const e = chosen(events.length > 0 ? events : [r], ["action_remote_ip", "action_local_ip"], context.observed)!;
    if (string(e["action_remote_ip"]) === undefined) return undefined;
    const get = (key: string): string | undefined => first(e, [key]) ?? first(r, [key]);
    const action = string(r["action"]) ?? "";
    return connection(
      {
        time: string(e["event_timestamp"]) ?? string(r["detection_timestamp"]),
        local: end(first(e, ["action_local_ip"]), first(e, ["action_local_port"])),
        remote: end(first(e, ["action_remote_ip"]), first(e, ["action_remote_port"])),
        direction: undefined,
        judged: /^BLOCKED(?:_\d{1,2})?$/.test(action)
          ? of("blocked", `action=${action}`)
          : of(
              "unknown",
              `action=${action === "" ? "not stated" : action.slice(0, 40)}: an alert about the connection`,
            ),
        action: string(r["category"]),
        host: get("host_name"),
        process: get("actor_process_image_name"),
        user: get("user_name"),
        rule: string(r["name"]),
        vendor: "Palo Alto Networks",
        product: "Cortex XDR",
      },
      context,
      envelope,
    );
  },
};

/** `ConnectionDirection` of a firewall match; of 2 and others it is not said. */
const FALCON_DIRECTIONS: Readonly<Record<string, "in" | "out">> = wordTable({ "0": "out", "1": "in" });

function falconAudit(
  metadata: Json,
  e: Json,
  context: LineContext,
  envelope: EnvelopeFields | undefined,
): FormatResult {
  const said = e["Success"];
  const operation = string(e["OperationName"]);
  const judged = loginOutcome(
    typeof said === "boolean" ? said : undefined,
    typeof said === "boolean" ? `Success=${said}` : "the record does not say how it ended",
  );
  return shaped({
    event: {
      timestamp: timestamp(
        utcTime(string(e["UTCTimestamp"]) ?? string(metadata["eventCreationTime"])),
        context,
        envelope,
      ),
      source: clientEnd(string(e["UserIp"])),
      event: { action: operation },
      user: { name: string(e["UserId"]) },
      observer: { name: string(e["ServiceName"]), vendor: "CrowdStrike", product: "Falcon" },
    },
    ...judged,
    initiator: "source",
    observerIsAsset: true,
  });
}

export const falconStream: Format = {
  id: "crowdstrike.eventstream",
  title: "CrowdStrike Falcon event streams (SIEM connector), JSON",
  reference: "https://www.elastic.co/docs/reference/beats/filebeat/exported-fields-crowdstrike",
  json: true,
  parse(line, context, envelope, r) {
    if (!r || !line.includes('"eventType"') || !line.includes('"customerIDString"')) return undefined;
    const [metadata, e] = [object(r["metadata"]), object(r["event"])];
    const kind = string(metadata?.["eventType"]);
    if (!metadata || !e || kind === undefined) return undefined;
    if (e["UserIp"] !== undefined) return falconAudit(metadata, e, context, envelope);
    const common = {
      action: kind,
      host: string(e["HostName"]) ?? string(e["ComputerName"]),
      rule: string(e["RuleName"]) ?? string(e["DetectName"]),
      user: string(e["UserName"]),
      vendor: "CrowdStrike",
      product: "Falcon",
    };
    const ends = (
      at: Json,
    ): { local: Endpoint | undefined; remote: Endpoint | undefined; transport: string | undefined } => ({
      local: end(string(at["LocalAddress"]), string(at["LocalPort"])),
      remote: end(string(at["RemoteAddress"]), string(at["RemotePort"])),
      transport: transport(string(at["Protocol"])),
    });
    if (kind === "FirewallMatchEvent") {
      const stated = string(e["ConnectionDirection"]) ?? "";
      const direction = FALCON_DIRECTIONS[stated];
      return connection(
        {
          ...common,
          ...ends(e),
          time: string(e["Timestamp"]) ?? string(e["UTCTimestamp"]) ?? string(metadata["eventCreationTime"]),
          direction,
          why: `ConnectionDirection=${stated}`,
          judged: of("unknown", `RuleAction=${string(e["RuleAction"])?.slice(0, 40) ?? "not stated"}`),
        },
        context,
        envelope,
      );
    }
    const access = chosen(objects(e["NetworkAccesses"]), ["RemoteAddress", "LocalAddress"], context.observed);
    if (!access) return undefined;
    return connection(
      {
        ...common,
        ...ends(access),
        time: string(access["AccessTimestamp"]) ?? string(metadata["eventCreationTime"]),
        direction: undefined,
        process: string(e["FileName"]),
        judged: of("unknown", "an access of the process that was detected"),
      },
      context,
      envelope,
    );
  },
};

/** `192.0.2.7;2001:db8::7;` */
function records(value: unknown): string[] {
  return (string(value) ?? "").split(";", 64).flatMap((part) => canonicalIp(part.trim()) ?? []);
}

export const falconDns: Format = {
  id: "crowdstrike.fdr-dns",
  title: "CrowdStrike Falcon Data Replicator DNS requests",
  reference: "https://developer.crowdstrike.com/docs/data-replicator/",
  json: true,
  parse(line, context, envelope, r) {
    if (!r || !line.includes('"DnsRequest"')) return undefined;
    if ((string(r["event_simpleName"]) ?? string(r["EventSimpleName"])) !== "DnsRequest") return undefined;
    const name = string(r["DomainName"]);
    if (name === undefined) return undefined;
    const time = first(r, ["ContextTimeStamp", "timestamp", "ContextTimeStamp_decimal"]);
    return shaped({
      event: {
        timestamp: timestamp(utcTime(time), context, envelope),
        dns: {
          question: { name },
          resolved_ip: [...records(r["IP4Records"]), ...records(r["IP6Records"])],
        },
        event: { action: "dns-query" },
        host: { name: first(r, ["ComputerName", "aid"]) },
        process: { name: string(r["ContextBaseFileName"]) },
        observer: { name: first(r, ["ComputerName", "aid"]), vendor: "CrowdStrike", product: "Falcon" },
      },
      outcome: "unknown",
      initiator: "source",
    } as FormatResult);
  },
};

export const endpointEvents: readonly Format[] = [
  falco,
  osquery,
  velociraptor,
  eset,
  cortexXdr,
  falconStream,
  falconDns,
];
