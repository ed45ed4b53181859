/** Snort's other alert outputs: alert_csv of Snort 2 (and pfSense's) and 3, the address line of alert_full, alert_json. */
import type { Endpoint } from "../../model/event.js";
import type { EnvelopeFields, Format, FormatResult, LineContext, ParsedTime } from "../format.js";
import { splitColumns } from "../fallback/delimited.js";
import { icmpBeginning, packetBeginning, TCP, type Beginning } from "../initiator.js";
import { string, type Json } from "../json-fields.js";
import { parseEpoch, milliseconds } from "../time.js";
import { endpoint } from "../values.js";
import { shaped, timestamp } from "../shape.js";
import { readEnd, snortDate } from "./suricata-fast.js";

/** `MM/DD[/YY[YY]]-hh:mm:ss.ffffff`. */
const TIME = /^(\d\d)\/(\d\d)(?:\/(\d{4}|\d\d))?-(\d\d):(\d\d):(\d\d)\.(\d{1,6})/;

function snortTime(text: string): ParsedTime | undefined {
  const m = TIME.exec(text);
  if (!m) return undefined;
  const ms = milliseconds(m[7]);
  return snortDate([+m[1]!, +m[2]!, m[3] === undefined ? undefined : +m[3]], [+m[4]!, +m[5]!, +m[6]!, ms]);
}

interface Alert {
  time: ParsedTime | undefined;
  from: Endpoint | undefined;
  to: Endpoint | undefined;
  protocol: string | undefined;
  rule: string | undefined;
  action: string | undefined;
  /** `C2S`, `S2C` of Snort 3. */
  direction?: string | undefined;
  beginning?: Beginning | undefined;
}

const BLOCKING = /^(?:drop|block|reject|reset|deny|sdrop|would_drop|rewrite)$/i;

function result(a: Alert, context: LineContext, envelope: EnvelopeFields | undefined): FormatResult {
  // Snort 3 says whether the packet went to the server: its sender is then the client.
  const answer = a.direction === "S2C";
  const known: Beginning | undefined =
    answer || a.direction === "C2S" ? { initiator: "source", initiatorReason: `dir=${a.direction!}` } : a.beginning;
  const blocked = a.action !== undefined && BLOCKING.test(a.action) && a.action !== "would_drop";
  return shaped({
    event: {
      timestamp: timestamp(a.time, context, envelope),
      source: answer ? a.to : a.from,
      destination: answer ? a.from : a.to,
      network: { transport: a.protocol?.toLowerCase() },
      event: { action: "alert" },
      observer: { name: envelope?.hostname, vendor: "Cisco", product: "Snort" },
      rule: { name: a.rule },
    },
    outcome: blocked ? "blocked" : "unknown",
    outcomeReason: blocked ? `action=${a.action!}` : "an alert does not say how far the traffic came",
    ...(known ?? { initiator: "unknown", initiatorReason: "an alert names the packet's sender" }),
    oneWay: true,
  });
}

const FULL =
  /^\d\d\/\d\d(?:\/\d{2,4})?-\d\d:\d\d:\d\d\.\d{1,6} (?:[0-9A-F:]{11,17} -> [0-9A-F:]{11,17} type:0x[0-9A-F]{1,4} len:0x[0-9A-F]{1,4} )?([0-9A-Fa-f.:[\]]{3,64}) -> ([0-9A-Fa-f.:[\]]{3,64})(?: [A-Z]{2,8} TTL:.*)?$/;

/** Snort 2: two columns hold an end. Snort 3: one, `address:port`. */
function csv(line: string): Alert | undefined {
  const v = splitColumns(line, ",").map((value) => value.trim());
  const time = snortTime(v[0] ?? "");
  if (/^(?:C2S|S2C|UNK)$/.test(v[5] ?? "")) {
    const [from, to] = [readEnd(v[6] ?? ""), readEnd(v[7] ?? "")];
    if (from.ip === undefined && to.ip === undefined) return undefined;
    return { time: snortTime(v[0] ?? ""), from, to, protocol: v[2], rule: v[8], action: v[9], direction: v[5] };
  }
  if (!/^[A-Z]{2,8}\d{0,4}$/.test(v[5] ?? "")) return undefined;
  const icmp = v[5]!.startsWith("ICMP");
  const from = endpoint({ ip: v[6], port: icmp ? undefined : v[7] });
  const to = endpoint({ ip: v[8], port: icmp ? undefined : v[9] });
  if (from?.ip === undefined || to?.ip === undefined) return undefined;
  // Snort 2's default goes on with Ethernet, then the packet's flags; pfSense's with class, priority and action.
  const flags = v.length > 20 && /^[*UAPRSF12]{8}$/.test(v[13] ?? "") ? v[13]! : undefined;
  const type = icmp && v.length > 23 ? v[23] : undefined;
  return {
    time,
    from,
    to,
    protocol: v[5],
    rule: v[4],
    action: v.length <= 16 ? v[14] || v[13] : undefined,
    beginning: icmp
      ? icmpBeginning(type === undefined || type === "" ? undefined : Number(type), v[5] === "ICMPV6" ? 6 : 4)
      : flags === undefined
        ? undefined
        : packetBeginning((flags.includes("S") ? TCP.SYN : 0) | (flags.includes("A") ? TCP.ACK : 0), `flags ${flags}`),
  };
}

export const snortText: Format = {
  id: "snort.alert",
  title: "Snort alert_csv and alert_full",
  reference: "https://docs.snort.org/start/alert_logging",
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    if (line[2] !== "/" || !TIME.test(line)) return undefined;
    const full = line.includes(" -> ") ? FULL.exec(line.trimEnd()) : null;
    if (full) {
      const [from, to] = [readEnd(full[1]!), readEnd(full[2]!)];
      if (from.ip === undefined || to.ip === undefined) return undefined;
      return result(
        { time: snortTime(line), from, to, protocol: undefined, rule: undefined, action: undefined },
        context,
        envelope,
      );
    }
    if (!line.includes(",")) return undefined;
    const alert = csv(line);
    return alert && result(alert, context, envelope);
  },
};

export const snortJson: Format = {
  id: "snort.json",
  title: "Snort 3 alert_json",
  reference: "https://docs.snort.org/start/alert_logging",
  json: true,
  parse(line: string, context: LineContext, envelope?: EnvelopeFields, record?: Json): FormatResult | undefined {
    if (!record || !/"(?:src_ap|src_addr)"/.test(line) || !/"(?:pkt_num|pkt_gen|rule|gid|sid)"/.test(line))
      return undefined;
    const f = (name: string): string | undefined => string(record[name]);
    const seconds = f("seconds");
    const from =
      f("src_ap") === undefined ? endpoint({ ip: f("src_addr"), port: f("src_port") }) : readEnd(f("src_ap") ?? "");
    const to =
      f("dst_ap") === undefined ? endpoint({ ip: f("dst_addr"), port: f("dst_port") }) : readEnd(f("dst_ap") ?? "");
    return result(
      {
        time: seconds === undefined ? snortTime(f("timestamp") ?? "") : parseEpoch(seconds),
        from,
        to,
        protocol: f("proto"),
        rule: f("msg") ?? f("rule"),
        action: f("action"),
        direction: f("dir"),
      },
      context,
      envelope,
    );
  },
};
