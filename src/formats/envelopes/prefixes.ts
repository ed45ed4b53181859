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

/** `[2021-03-04 05:06:07] <14>…`: a collector's own time before a message as it came. */
const RECEIVED =
  /^\[?(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z| ?[+-]\d{2}:?\d{2})?)\]?[ \t](?=<\d{1,3}>)/;

export const received: Envelope = {
  id: "received",
  title: "a collector's time before a message with its priority",
  reference: "RFC 5424 6.2.1",
  unwrap(line, context) {
    const c = line.charCodeAt(0);
    if (!(c === 91 || (c >= 48 && c <= 57)) || !line.slice(0, 128).includes("<")) return undefined;
    const m = RECEIVED.exec(line);
    const time = m && parseIsoTime(m[1]!);
    if (!m || !time) return undefined;
    const timestamp = context.resolveTime(time);
    return { fields: timestamp === undefined ? {} : { timestamp }, message: line.slice(m[0].length) };
  },
};

/** A line in quotes, as one column of a table is exported: `"Mar  4 05:06:07 gate sshd[12]: …"`, with RFC 4180's doubled quotes. */
export const quoted: Envelope = {
  id: "quoted",
  title: "whole lines in quotes",
  reference: "RFC 4180",
  ifKnown: true,
  unwrap(line) {
    if (line.charCodeAt(0) !== 34 || line.length < 20 || !line.endsWith('"')) return undefined;
    const inner = line.slice(1, -1);
    // Several columns are no one line.
    if (/(?:^|[^"])"[,;\t]"/.test(inner)) return undefined;
    return { fields: {}, message: inner.replaceAll('""', '"').replaceAll('\\"', '"') };
  },
};

export const tai64n: Envelope = {
  id: "tai64n",
  title: "multilog, svlogd and s6-log",
  reference: "https://cr.yp.to/daemontools/multilog.html",
  // Times of this age begin with zeros.
  marks: ["@40000"],
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
  marks: [".log", ".txt", ".out", ".err", ".messages", ".gz:", ".gz.", ".gz-"],
  unwrap(line) {
    const m = FILE.exec(line);
    if (!m) return undefined;
    const fields: EnvelopeFields = {};
    return { fields, message: line.slice(m[0].length) };
  },
};
