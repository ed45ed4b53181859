/** Palo Alto Networks GlobalProtect: portal and gateway events. The far end is the client, the firewall is the asset. */
import type { Outcome } from "../../model/event.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { quotesAnother, shaped, timestamp } from "../shape.js";
import { keyedEvent, type Fields } from "./keyed.js";
import { SLOTS } from "./panos.js";
import { findPanos, panosTime, readPanos } from "./panos-columns.js";

/** Events that only a client which has logged in can cause. */
const LOGGED_IN = /auth|login|connected|logout|getconfig|register|tunnel|config|agent-msg|hip|switch-to/;
/** Before the login: an answer of the portal to anyone. */
const BEFORE = /prelogin|before-login/;

function outcomeOf(f: Fields): { outcome: Outcome; outcomeReason: string } {
  const words = `${f["event"] ?? ""} ${f["stage"] ?? ""}`.trim();
  const status = f["status"] ?? "";
  const outcomeReason = `${words}: ${status}`;
  if (status === "failure") return { outcome: "refused", outcomeReason };
  if (status !== "success") return { outcome: "unknown", outcomeReason };
  return { outcome: LOGGED_IN.test(words) && !BEFORE.test(words) ? "authenticated" : "established", outcomeReason };
}

const MARK = ",GLOBALPROTECT,";
const NO_ADDRESS = /^(?:0\.0\.0\.0|::|0:0:0:0:0:0:0:0)?$/;

function parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
  if (!line.includes(MARK)) return undefined;
  const found = findPanos(line);
  if (found?.type !== "GLOBALPROTECT" || quotesAnother(line.slice(0, found.start))) return undefined;
  const read = readPanos(line, found.start, found.type);
  const f = {
    ...read,
    // A client that came by IPv6 has 0.0.0.0 in the IPv4 column.
    src: NO_ADDRESS.test(read["src"] ?? "") ? (read["src6"] ?? "") : read["src"]!,
    snat: NO_ADDRESS.test(read["snat"] ?? "") ? (read["snat6"] ?? "") : read["snat"]!,
  };
  const event = keyedEvent(f, SLOTS);
  return shaped({
    ...outcomeOf(read),
    initiator: "source",
    initiatorReason: "a client reached the portal or gateway",
    observerIsAsset: true,
    event: {
      timestamp: timestamp(panosTime(read), context, envelope),
      ...event,
      network: { protocol: "globalprotect" },
      event: { action: read["event"] ?? "", dataset: "paloalto.globalprotect" },
      observer: { name: envelope?.hostname, vendor: "Palo Alto Networks", product: "GlobalProtect" },
    },
  });
}

export const globalprotect: Format = {
  id: "paloalto.globalprotect",
  title: "Palo Alto Networks GlobalProtect logs",
  reference:
    "https://docs.paloaltonetworks.com/pan-os/11-1/pan-os-admin/monitoring/use-syslog-for-monitoring/syslog-field-descriptions/globalprotect-log-fields",
  marks: [MARK],
  parse,
};
