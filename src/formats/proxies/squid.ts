/**
 * Squid access log, native and `common`/`combined` with the result code at the end; Apache Traffic Server writes the same.
 *
 * A forward proxy's status means something else than a web server's: whatever the far server answered, 404 and 500 included,
 * it answered, so traffic went both ways. Refusal and failure are in the result code, the hierarchy code and the few statuses
 * that Squid makes up itself:
 *
 * | line says | outcome |
 * | --- | --- |
 * | `…DENIED…`, and any 403/407 without a next hop | blocked: the proxy's own rule |
 * | `TCP_DENIED_REPLY` with a next hop | established: the answer came and was withheld from the client |
 * | a hit (`TCP_HIT`, `TCP_MEM_HIT`, …) without a next hop | unknown: served from the cache, nothing went to the server now |
 * | no next hop (`HIER_NONE/-`) | unanswered for 502, 503 and 504; else unknown |
 * | a next hop, status 000 or none, or 502 | unknown: aborted, or connected without a valid answer |
 * | a next hop, status 503 or 504 | unanswered: Squid's own word for "could not connect" and "timed out" |
 * | a next hop, any other status | established |
 *
 * A server that itself answers 503 or 504 cannot be told from one that did not answer.
 */
import type { EnvelopeFields, Format, FormatResult, LineContext, ParsedTime } from "../format.js";
import type { Outcome } from "../../model/event.js";
import { parseClfTime, parseEpoch } from "../time.js";
import { addressAndPort, integer, keyValues, text } from "../values.js";
import { proxyTarget, timeOf, tokens } from "../fields.js";
import { compact } from "../shape.js";

const NATIVE =
  /^ {0,3}(\d{9,11}\.\d{1,6}) {1,8}(-?\d{1,12}) (\S{1,255}) ([A-Z][A-Z_]{1,40})\/(\d{3}|-) (\d{1,15}|-) ([A-Z][\w-]{0,31}) (\S+) ("[^"]{0,255}"|\S+) ([A-Z][A-Z_]{1,40})\/(\S{1,255})(?: |$)/;
/** After the media type: `BLOCK_WBRS_11-policy-identity-…`. */
const DECISION = /^ (?:\S{1,120} )?(BLOCK_\w{1,60}?)(?:_\d{1,3})?-/;
/** Last field of `logformat common` and `combined`: `%Ss:%Sh`. */
const RESULT_AT_END =
  /(?: |")((?:TCP|UDP|TAG|NONE|NO|ERR)[A-Z_]{0,40}):([A-Z][A-Z_]{1,40})(?:\/(\S{1,255}))?(?: "[^"]{0,512}")?\s*$/;
const CLF =
  /^(\S{1,255}) (\S{1,255}) (\S{1,255}) \[(\d{1,2}\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d(?:\.\d{1,3})?(?: [+-]\d{4})?)\] "([A-Z][\w-]{0,31}) (\S+)(?: [A-Z]+\/\d(?:\.\d)?)?" (\d{3}|-) (\d{1,15}|-)(?: |$)/;

interface Access {
  time: ParsedTime | undefined;
  /** Milliseconds. */
  elapsed?: number;
  client: string;
  result: string;
  status?: number;
  bytes?: number;
  method: string;
  url: string;
  user?: string;
  hierarchy: string;
  /** Next hop: the server's address, a parent proxy, or `-`. */
  hop?: string;
  /** The decision tag of a Cisco web appliance, where it is a block. */
  decision?: string;
  agent?: string;
  referrer?: string;
}

export const squid: Format = {
  id: "squid.access",
  title: "Squid, and Cisco Secure Web Appliance (IronPort): access log",
  reference: "https://wiki.squid-cache.org/Features/LogFormat",
  parse(line: string, context: LineContext, _envelope?: EnvelopeFields): FormatResult | undefined {
    const access = native(line) ?? keyed(line) ?? emulated(line);
    return access && result(access, context);
  },
};

function native(line: string): Access | undefined {
  const m = NATIVE.exec(line);
  if (!m) return undefined;
  const out: Access = {
    time: parseEpoch(m[1]!),
    client: m[3]!,
    result: m[4]!,
    // Cisco's appliance writes TCP_CONNECT for what it intercepts, and tunnel:// for what it tunnels.
    method: m[7] === "TCP_CONNECT" ? "CONNECT" : m[7]!,
    url: m[8]!,
    hierarchy: m[10]!,
  };
  set(out, "elapsed", integer(m[2]));
  set(out, "status", integer(m[5]));
  set(out, "bytes", integer(m[6]));
  set(out, "user", text(m[9]!.replace(/^"(.*)"$/, "$1")));
  set(out, "hop", text(m[11]));
  set(out, "decision", DECISION.exec(line.slice(m[0].length - 1))?.[1]);
  return out;
}

/** The `key=value` logformat that Splunk recommends for Squid. */
function keyed(line: string): Access | undefined {
  if (!line.includes("vendor_action=") || !line.includes("src_ip=")) return undefined;
  const pairs = keyValues(line.slice(0, 16_384));
  const { src_ip: client, vendor_action: action, url } = pairs;
  if (client === undefined || action === undefined || url === undefined) return undefined;
  const out: Access = {
    time: parseEpoch(line.slice(0, line.search(/ |$/))),
    client,
    result: action,
    method: text(pairs["http_method"]) ?? "",
    url,
    hierarchy: text(pairs["dest_status"]) ?? "HIER_NONE",
  };
  set(out, "elapsed", integer(pairs["duration"]));
  set(out, "status", integer(pairs["status"]));
  set(out, "bytes", integer(pairs["bytes_out"] ?? pairs["bytes"]));
  set(out, "user", text(pairs["user"]));
  set(out, "hop", text(pairs["dest_ip"]));
  set(out, "agent", text(pairs["http_user_agent"]));
  set(out, "referrer", text(pairs["http_referrer"]));
  return out;
}

function emulated(line: string): Access | undefined {
  if (!line.includes('] "')) return undefined;
  // Only the end of the line is looked at, so that a long line costs no more than a short one.
  const end = RESULT_AT_END.exec(line.slice(-900));
  const m = end && CLF.exec(line);
  if (!end || !m) return undefined;
  const tail = tokens(line, m[0].length, 2).filter((t) => t.kind === "quoted");
  const out: Access = {
    time: parseClfTime(m[4]!),
    client: m[1]!,
    result: end[1]!,
    method: m[5]!,
    url: m[6]!,
    hierarchy: end[2]!,
  };
  set(out, "status", integer(m[7]));
  set(out, "bytes", integer(m[8]));
  set(out, "user", text(m[3]));
  set(out, "hop", text(end[3]));
  set(out, "referrer", text(tail[0]?.text));
  set(out, "agent", text(tail[1]?.text));
  return out;
}

function set<K extends keyof Access>(access: Access, key: K, value: Access[K] | undefined): void {
  if (value !== undefined) access[key] = value;
}

/** Hierarchy codes whose next hop is another proxy, not the server asked for (prefix of the code without `HIER_`). */
const PARENTS = /PARENT|SIBLING|PEER|CARP|ROUNDROBIN|USERHASH|SOURCEHASH/;

function result(access: Access, context: LineContext): FormatResult {
  const asked = proxyTarget(access.method, access.url);
  const hop = addressAndPort(access.hop);
  const parent = PARENTS.test(access.hierarchy);
  const notes: string[] = [];
  // The address that was connected to; behind a parent proxy that is the parent, and the server is only known by name.
  const ip = parent ? asked.ip : (hop.ip ?? asked.ip);
  if (parent && access.hop !== undefined) notes.push(`through the parent proxy ${access.hop}`);
  if (!parent && hop.ip !== undefined && asked.ip !== undefined && hop.ip !== asked.ip)
    notes.push(`the URL names ${asked.ip}, the proxy connected to ${hop.ip}`);
  const judged = judge(access);
  if (judged.outcomeReason.includes("cache")) notes.push("served from the cache: no traffic to the server now");
  const client = addressAndPort(access.client);
  return {
    event: compact({
      timestamp: timeOf(context, access.time),
      source: client.ip === undefined ? { domain: text(access.client) } : client,
      destination: { ip, port: asked.port, domain: asked.domain },
      network: { transport: "tcp" },
      event: {
        action: access.result,
        outcome:
          judged.outcome === "established"
            ? "success"
            : judged.outcome === "unknown" || judged.outcome === "authenticated"
              ? undefined
              : "failure",
        duration: access.elapsed === undefined ? undefined : access.elapsed * 1_000_000,
      },
      url: { original: access.url, domain: asked.domain ?? asked.ip, path: asked.path },
      http: {
        request: { method: access.method, referrer: access.referrer },
        response: { status_code: access.status === 0 ? undefined : access.status, body: { bytes: access.bytes } },
      },
      user_agent: { original: access.agent },
      user: { name: access.user },
    }),
    ...judged,
    initiator: "source",
    ...(notes.length > 0 ? { notes } : {}),
  };
}

const HIT = /_HIT|_UNMODIFIED|REFRESH_FAIL_OLD|NEGATIVE/;

function judge(access: Access): { outcome: Outcome; outcomeReason: string } {
  const { status } = access;
  const says = `${access.result}/${status ?? "-"} ${access.hierarchy}`;
  const is = (outcome: Outcome, why = ""): { outcome: Outcome; outcomeReason: string } => ({
    outcome,
    outcomeReason: why === "" ? says : `${says}: ${why}`,
  });
  const asked = !/^(?:HIER_)?NONE$/.test(access.hierarchy);
  // http_reply_access: the request went out and was answered; only the way back to the client was barred.
  if (access.result.includes("DENIED_REPLY") && asked)
    return is("established", "the server answered, the proxy withheld it");
  if (access.decision !== undefined) return is("blocked", access.decision);
  if (access.result.includes("DENIED")) return is("blocked", "denied by the proxy");
  if (!asked) {
    if (status === 403 || status === 407) return is("blocked", "denied by the proxy");
    if (HIT.test(access.result)) return is("unknown", "from the cache");
    if (status === 502 || status === 503 || status === 504) return is("unanswered", "no connection to the server");
    return is("unknown", "the proxy asked no server");
  }
  if (status === undefined || status === 0) return is("unknown", "ended before an answer was passed on");
  if (status === 503 || status === 504) return is("unanswered", "the proxy got no answer, or the server said so");
  if (status === 502) return is("unknown", "no valid answer");
  if (access.bytes === 0 && access.method === "CONNECT") return is("unknown", "a tunnel without data");
  return is("established");
}
