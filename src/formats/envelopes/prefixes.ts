/** What tools put before a line they pass on. Each is believed only when a format knows what follows. */
import type { Envelope, EnvelopeFields } from "../format.js";
import { parseIsoTime, parseTai64n } from "../time.js";

const STAMP = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z|[+-]\d{2}:?\d{2}))(?: |\t)(?=\S)/;

export const stamped: Envelope = {
  id: "stamped",
  title: "a time before each line (CloudWatch export, kubectl logs --timestamps, ts)",
  reference: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3ExportTasks.html",
  ifKnown: true,
  unwrap(line, context) {
    if (line.charCodeAt(10) !== 84) return undefined;
    const m = STAMP.exec(line);
    const time = m && parseIsoTime(m[1]!);
    if (!m || !time) return undefined;
    const timestamp = context.resolveTime(time);
    return { fields: timestamp === undefined ? {} : { timestamp }, message: line.slice(m[0].length) };
  },
};

export const tai64n: Envelope = {
  id: "tai64n",
  title: "multilog, svlogd and s6-log",
  reference: "https://cr.yp.to/daemontools/multilog.html",
  unwrap(line, context) {
    if (!line.startsWith("@4")) return undefined;
    const space = line.indexOf(" ");
    const time = space === 25 || space === 17 ? parseTai64n(line) : undefined;
    if (!time) return undefined;
    const timestamp = context.resolveTime(time);
    return { fields: timestamp === undefined ? {} : { timestamp }, message: line.slice(space + 1) };
  },
};

const FILE =
  /^(?:[A-Za-z]:\\)?[\w./\\-]{1,200}\.(?:log|txt|out|err|messages|gz)(?:[.-]\d{1,8})?(?:\.gz)?:(?:\d{1,9}:)?/;

export const grepped: Envelope = {
  id: "grep",
  title: "lines that grep found in several files",
  reference: "https://www.gnu.org/software/grep/manual/html_node/Output-Line-Prefix-Control.html",
  ifKnown: true,
  unwrap(line) {
    const m = FILE.exec(line);
    if (!m) return undefined;
    const fields: EnvelopeFields = {};
    return { fields, message: line.slice(m[0].length) };
  },
};
