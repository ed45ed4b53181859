/** Forcepoint (Websense) web security, syslog in `key=value`. The category and disposition say why; `action` says what. */
import type { Format, FormatResult, LineContext } from "../format.js";
import { keyValues } from "../values.js";
import { readGateway, type GatewayLog } from "./reader.js";

/** What is longer holds a URL that pads. */
const LONGEST = 16_384;

const LOG: GatewayLog = {
  id: "forcepoint.web",
  title: "Forcepoint (Websense) web security, key=value",
  reference: "https://www.websense.com/content/support/library/web/v85/siem/siem.pdf",
  is: () => true,
  names: {
    time: ["time", "timestamp", "dt"],
    client: ["src_host", "src_ip", "src"],
    clientPort: ["src_port"],
    user: ["user", "suser"],
    server: ["dst_ip", "dst"],
    serverPort: ["dst_port"],
    host: ["dst_host"],
    uri: ["url"],
    method: ["http_method"],
    status: ["http_response"],
    sent: ["bytes_out"],
    received: ["bytes_in"],
    agent: ["http_user_agent"],
    action: ["action"],
    rule: ["policy"],
  },
};

const MARKS = ["vendor=Forcepoint", "vendor=Websense"];

export const forcepoint: Format = {
  id: LOG.id,
  title: LOG.title,
  reference: LOG.reference,
  marks: MARKS,
  parse(line: string, context: LineContext): FormatResult | undefined {
    if (!MARKS.some((mark) => line.includes(mark))) return undefined;
    return readGateway(LOG, keyValues(line.slice(0, LONGEST)), context);
  },
};
