/** What Sophos (Astaro) UTM puts before the lines of its files: its own date, host and program. */
import type { Envelope, EnvelopeFields } from "../format.js";
import { civilTime } from "../time.js";
import { readTag, stripPriority } from "./header.js";

const HEADER = /^(\d{4}):(\d{1,2}):(\d{1,2})-(\d{1,2}):(\d\d):(\d\d) ([A-Za-z0-9][\w.-]{0,254}) /;

export const sophosUtmHeader: Envelope = {
  id: "sophos-utm-file",
  title: "Sophos UTM log files",
  reference: 'Sophos UTM 9 Administration Guide, "Logging & Reporting"',
  unwrap(line, context) {
    const { rest } = stripPriority(line);
    if (rest.charCodeAt(4) !== 58) return undefined;
    const m = HEADER.exec(rest);
    const time = m && civilTime(+m[1]!, +m[2]!, +m[3]!, +m[4]!, +m[5]!, +m[6]!);
    if (!m || !time) return undefined;
    const message = rest.slice(m[0].length);
    const tag = readTag(message);
    const fields: EnvelopeFields = { hostname: m[7]! };
    const timestamp = context.resolveTime(time);
    if (timestamp !== undefined) fields.timestamp = timestamp;
    if (tag) fields.program = tag.program;
    return { fields, message: tag ? message.slice(tag.length) : message };
  },
};
