import { findTime } from "../fallback/find-time.js";
import type { Envelope, EnvelopeFields } from "../format.js";
import { isHost } from "./header.js";

const KIWI =
  /^(\d{4}-\d{2}-\d{2}|\d{2}-\d{2}-\d{4})[ \t](\d{2}:\d{2}:\d{2})[\t ][A-Za-z]{2,9}\d?\.[A-Za-z]{2,10}[\t ]([^\t ]{1,255})[\t ]/;

/** Date (two orders), time, facility.level, host and message, parted by tabs or by spaces. */
export const kiwi: Envelope = {
  id: "kiwi",
  title: "Kiwi Syslog Server",
  reference: "https://documentation.solarwinds.com/en/success_center/kss/content/kss_adminguide_logfileformats.htm",
  unwrap(line, context) {
    const c = line.charCodeAt(0);
    const after = line.charCodeAt(19);
    if (!(c >= 48 && c <= 57) || (after !== 9 && after !== 32)) return undefined;
    const m = KIWI.exec(line);
    const time = m && findTime(`${m[1]} ${m[2]}`)?.time;
    if (!m || !time) return undefined;
    const fields: EnvelopeFields = {};
    const timestamp = context.resolveTime(time);
    if (timestamp !== undefined) fields.timestamp = timestamp;
    if (isHost(m[3]!)) fields.hostname = m[3]!;
    return { fields, message: line.slice(m[0].length) };
  },
};
