/** Amazon S3 server access log. A requester other than `-` signed the request; the log is the bucket's own. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { tokens } from "../fields.js";
import { parseClfTime } from "../time.js";
import { addressAndPort, httpOutcome, integer, text } from "../values.js";
import { webResult } from "./record.js";

const HEAD =
  /^(\S{1,64}) (\S{3,255}) \[(\d{1,2}\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\] (\S{1,45}) (\S{1,512}) (\S{1,64}) ((?:REST|WEBSITE|SOAP|BATCH|S3)\.[\w.-]{1,80}) (\S{1,4096}) /;

export const awsS3: Format = {
  id: "aws.s3access",
  title: "Amazon S3: server access log",
  reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html",
  marks: [" REST.", " WEBSITE.", " SOAP.", " BATCH.", " S3."],
  parse(line: string, context: LineContext, _envelope?: EnvelopeFields): FormatResult | undefined {
    const m = line.includes("] ") ? HEAD.exec(line) : null;
    if (!m) return undefined;
    const rest = tokens(line, m[0].length, 24).map((t) => t.text);
    const requester = text(m[5]!);
    const status = integer(rest[1]);
    const judged = httpOutcome(status);
    const client = addressAndPort(m[4]!);
    const out = webResult(
      {
        time: parseClfTime(m[3]!),
        client: client.ip === undefined ? undefined : m[4]!,
        request: rest[0],
        status: rest[1],
        bytesOut: rest[3],
        referrer: rest[7],
        agent: rest[8],
        host: rest[14],
        tls: rest[15],
        user: requester,
        hostname: m[2]!,
      },
      context,
      judged.outcome === "established" && requester !== undefined
        ? { outcome: "authenticated", outcomeReason: `status ${status!}, signed by ${requester.slice(0, 120)}` }
        : judged,
    );
    out.event.event = { ...out.event.event, action: m[7]! };
    return out;
  },
};
