/** Values of flags that need more than a look. */
import { usage } from "./usage.js";

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)([Zz]|[+-]\d{2}:\d{2})?$/;

/**
 * RFC 3339 or a date, to epoch milliseconds; UTC unless it says otherwise.
 * @param edge a bare date stands for its first or its last millisecond
 */
export function parseTimeBound(text: string, flag: string, edge: "start" | "end"): number {
  const time = TIME.exec(text);
  const date = DATE.test(text) ? text : time?.[1];
  const ms = DATE.test(text)
    ? Date.parse(`${text}T${edge === "start" ? "00:00:00.000" : "23:59:59.999"}Z`)
    : Date.parse(time ? `${time[1]}T${time[2]}${time[3]?.toUpperCase() ?? "Z"}` : "");
  // Date.parse takes 30 February for 2 March.
  const midnight = Date.parse(`${date ?? ""}T00:00:00Z`);
  const exists = !Number.isNaN(midnight) && new Date(midnight).toISOString().slice(0, 10) === date;
  if (Number.isNaN(ms) || !exists)
    throw usage(`--${flag} takes a date (2021-01-31) or an RFC 3339 time (2021-01-31T08:00:00+01:00), not "${text}"`);
  return ms;
}
