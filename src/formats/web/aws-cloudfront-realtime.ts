/** Amazon CloudFront real-time logs with every field, in the documented order: tab-separated, no header. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { parseEpoch } from "../time.js";
import { text } from "../values.js";
import { webResult } from "./record.js";

const HEAD = /^\d{10}\.\d{1,3}\t[0-9a-fA-F.:]{3,45}\t[\d.]{1,12}\t\d{3}\t\d{1,15}\t[A-Z]{1,16}\t/;

export const cloudfrontRealtime: Format = {
  id: "aws.cloudfront_realtime",
  title: "Amazon CloudFront: real-time log",
  reference: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/real-time-logs.html",
  parse(line: string, context: LineContext, _envelope?: EnvelopeFields): FormatResult | undefined {
    if (!line.includes("\t") || !HEAD.test(line)) return undefined;
    const f = line.split("\t", 64).map((v) => text(v));
    return webResult(
      {
        time: parseEpoch(f[0]!),
        client: f[1],
        status: f[3],
        bytesOut: f[4],
        method: f[5],
        host: f[12] ?? f[7],
        uri: f[8],
        query: f[19],
        bytesIn: f[9],
        agent: f[16]?.replaceAll("%20", " "),
        referrer: f[17],
        forwarded: f[21]?.replaceAll("%20", " "),
        tls: f[22],
        clientPort: f[31],
      },
      context,
    );
  },
};
