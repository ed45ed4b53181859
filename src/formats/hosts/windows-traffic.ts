/** Windows events about connections, look-ups, downloads and files. */
import type { Event, Initiator, Outcome } from "../../model/event.js";
import { hostOfField } from "../../model/host.js";
import { canonicalIp } from "../../model/ip.js";
import { packetBegan } from "../firewalls/verdict.js";
import { replyPorts } from "../initiator.js";
import { endpoint, integer, transport } from "../values.js";
import { addressOf, baseName, valueOf, type Kind, type Reader, type WindowsEvent } from "./windows-fields.js";
import { wordTable } from "../../model/word-table.js";

const INBOUND = /^(?:%%14592|inbound)$/i;
const OUTBOUND = /^(?:%%14593|outbound)$/i;

/** The Windows Filtering Platform: `Direction` says who began a connection; a dropped packet may be a late reply. */
export function filtering(outcome: Outcome, packet: boolean): Reader {
  return (event) => {
    const { data } = event;
    const direction = valueOf(data, "Direction") ?? "";
    const ends: Pick<Event, "source" | "destination" | "network"> = {
      source: endpoint({ ip: addressOf(valueOf(data, "SourceAddress")), port: valueOf(data, "SourcePort") }),
      destination: endpoint({
        ip: addressOf(valueOf(data, "DestAddress", "DestinationAddress")),
        port: valueOf(data, "DestPort", "DestinationPort"),
      }),
      network: {
        transport: transport(valueOf(data, "Protocol")),
        direction: INBOUND.test(direction) ? "inbound" : OUTBOUND.test(direction) ? "outbound" : undefined,
      },
    };
    const said = `event ${event.id}, direction ${ends.network?.direction ?? "not stated"}`;
    // What Windows calls source of a connection that was let in may be its own end: then the ports tell.
    const swapped = ends.network?.direction === "inbound" && replyPorts(ends.source?.port, ends.destination?.port);
    const began = packet
      ? packetBegan(ends, said)
      : swapped
        ? { initiator: "destination" as const, initiatorReason: `${said}: the service's port is the source's` }
        : {
            initiator: ends.network?.direction === undefined ? ("unknown" as const) : ("source" as const),
            initiatorReason: said,
          };
    return {
      ...ends,
      ...began,
      outcome,
      outcomeReason: `event ${event.id}`,
      oneWay: packet ? true : undefined,
      process: baseName(valueOf(data, "Application", "ApplicationName")),
      action: outcome === "blocked" ? "blocked" : "permitted",
    };
  };
}

/** Sysmon takes a TCP connect when it completes, so that both ends have spoken; a datagram shows no answer. */
export function connection(event: WindowsEvent): Kind {
  const { data } = event;
  const word = transport(valueOf(data, "Protocol"));
  const ends: Pick<Event, "source" | "destination"> = {
    source: endpoint({
      ip: addressOf(valueOf(data, "SourceIp")),
      port: valueOf(data, "SourcePort"),
      domain: hostField(valueOf(data, "SourceHostname")),
    }),
    destination: endpoint({
      ip: addressOf(valueOf(data, "DestinationIp")),
      port: valueOf(data, "DestinationPort"),
      domain: hostField(valueOf(data, "DestinationHostname")),
    }),
  };
  const initiated = valueOf(data, "Initiated")?.toLowerCase();
  const reversed = replyPorts(ends.source?.port, ends.destination?.port);
  const initiator: Initiator =
    reversed && initiated !== "true"
      ? "destination"
      : initiated === undefined
        ? "unknown"
        : reversed
          ? "unknown"
          : "source";
  return {
    ...ends,
    network: {
      transport: word,
      ...(initiated === "true" ? { direction: "outbound" } : initiated === "false" ? { direction: "inbound" } : {}),
    },
    outcome: word === "tcp" ? "established" : "unknown",
    outcomeReason:
      word === "tcp" ? "Sysmon event 3: a TCP connection was made" : "Sysmon event 3: datagrams show no answer",
    initiator,
    initiatorReason: `Initiated=${initiated ?? "not stated"}${reversed ? ", from a service port" : ""}`,
    user: valueOf(data, "User"),
    process: baseName(valueOf(data, "Image")),
    action: "network-connection",
  };
}

const hostField = (value: string | undefined): string | undefined =>
  value === undefined ? undefined : hostOfField(value);

/** `type:  5 cname.example;::ffff:203.0.113.7;`, `203.0.113.7;2001:db8::1;` */
function answers(results: string | undefined): { resolved_ip: string[]; answers: { data: string; type?: string }[] } {
  const resolved: string[] = [];
  const names: { data: string; type?: string }[] = [];
  for (const part of (results ?? "").split(";", 64)) {
    const m = /^\s{0,3}(?:type:\s{1,4}(\d{1,5})\s{1,2})?(\S{1,255})$/.exec(part);
    const ip = canonicalIp(m?.[2]);
    if (ip !== undefined) resolved.push(ip);
    else if (m?.[2] !== undefined && m[1] !== undefined && hostOfField(m[2]) !== undefined)
      names.push(m[1] === "5" ? { data: hostOfField(m[2])!, type: "CNAME" } : { data: hostOfField(m[2])! });
  }
  return { resolved_ip: resolved, answers: names };
}

export function resolution(event: WindowsEvent): Kind {
  const { data } = event;
  const name = hostField(valueOf(data, "QueryName", "QNAME"));
  const status = valueOf(data, "QueryStatus", "Status");
  const said = answers(valueOf(data, "QueryResults"));
  return {
    dns: {
      question: name === undefined ? {} : { name },
      ...said,
      ...(status === undefined ? {} : { response_code: status }),
    },
    outcome: "unknown",
    initiator: "source",
    process: baseName(valueOf(data, "Image")),
    user: valueOf(data, "User"),
    action: "dns-query",
  };
}

const DIGITS: Readonly<Record<string, number>> = wordTable({ md5: 32, sha1: 40, sha256: 64 });

/** `SHA1=…,MD5=…,SHA256=…,IMPHASH=…`, or a bare digest. */
export function hashesOf(value: string | undefined): Event["file"] {
  const hash: Record<string, string> = {};
  for (const part of (value ?? "").split(/[,|; ]/, 8)) {
    const [name = "", digest = ""] = part.split("=");
    const key = name.toLowerCase();
    if (DIGITS[key] === digest.length && /^[0-9a-f]+$/i.test(digest)) hash[key] = digest.toLowerCase();
  }
  return Object.keys(hash).length > 0 ? { hash } : undefined;
}

/** A process, an image, a file: what its command line names is no end of traffic. */
export function seen(action: string): Reader {
  return (event) => ({
    file: hashesOf(valueOf(event.data, "Hashes", "Hash")),
    outcome: "unknown",
    initiator: "unknown",
    user: valueOf(event.data, "User", "SubjectUserName"),
    process: baseName(valueOf(event.data, "Image", "NewProcessName", "ProcessName")),
    action,
  });
}

/** A download of the background transfer service: the URL is where it went. */
export function transfer(event: WindowsEvent): Kind {
  const url = valueOf(event.data, "url", "Url", "RemoteName");
  const host = /^[a-z]{2,6}:\/\/(?:[^/?#@\s]{0,255}@)?(\[[0-9a-f:.]{2,45}\]|[^/?#:\s]{1,253})(?::(\d{1,5}))?/i.exec(
    url ?? "",
  );
  const ip = canonicalIp(host?.[1]?.replace(/^\[|\]$/g, ""));
  const bytes = integer(valueOf(event.data, "bytesTransferred", "fileLength"));
  return {
    destination: host
      ? endpoint({ ip, port: host[2], domain: ip === undefined ? host[1] : undefined, bytes: undefined })
      : undefined,
    url: url === undefined ? undefined : { original: url },
    outcome: event.id === 60 && (bytes ?? 0) > 0 ? "established" : "unknown",
    outcomeReason: `BITS event ${event.id}${bytes === undefined ? "" : `, ${bytes} bytes transferred`}`,
    initiator: "source",
    action: "download",
  };
}
