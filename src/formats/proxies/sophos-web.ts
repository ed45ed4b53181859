/** Sophos Web Appliance: `h=client u="user" s=status … req="GET http://…" … target_ip="server"`. Its action is a number, so the status tells. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { requestLine } from "../fields.js";
import { keyValues } from "../values.js";
import { readGateway, type GatewayLog } from "./reader.js";

const LOG: GatewayLog = {
  id: "sophos.web_appliance",
  title: "Sophos Web Appliance",
  reference: "https://docs.trellix.com/docs/sophos-web-security-and-control-log-format-and-field-mapping",
  is: () => true,
  names: {
    time: ["t"],
    client: ["h"],
    user: ["u"],
    server: ["target_ip"],
    host: ["dom"],
    status: ["s"],
    sent: ["in"],
    received: ["out"],
    agent: ["ua"],
    referrer: ["ref"],
    rule: ["rule"],
  },
  adjust(out, record) {
    const { method, original } = requestLine(String(record["req"] ?? ""));
    out.method = method;
    out.uri = original;
  },
  judge(out) {
    // 403 is the appliance's own page as often as the server's.
    return out.status === "403"
      ? { outcome: "unknown", outcomeReason: "status 403: by the appliance or the server" }
      : undefined;
  },
};

export const sophosWeb: Format = {
  id: LOG.id,
  title: LOG.title,
  reference: LOG.reference,
  marks: [" sav-ev="],
  parse(line: string, context: LineContext, _envelope?: EnvelopeFields): FormatResult | undefined {
    if (!line.startsWith("h=") || !line.includes(" sav-ev=")) return undefined;
    return readGateway(LOG, keyValues(line.slice(0, 16_384)), context);
  },
};
