/** Dates in feeds. A feed's time without a zone is UTC (abuse.ch, MISP and CERT-FR write so). */

const ISO =
  /^(\d{4})[-/](\d{2})[-/](\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|z|UTC|GMT|[+-]\d{2}:?\d{2})?)?$/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})$/;
const EPOCH = /^(\d{9,10}|\d{12,13})$/;
const DAY_MS = 86_400_000;

function offsetMs(zone: string | undefined): number {
  if (zone === undefined || !/^[+-]/.test(zone)) return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone[0] === "-" ? -minutes : minutes) * 60_000;
}

/**
 * `2021-07-20`, `2021-07-20 08:00:00 UTC`, RFC 3339, `20210720`, epoch seconds or milliseconds, to epoch milliseconds.
 * With `edge: "end"` a bare date is the last millisecond of that day. Undefined for anything else, `07/20/2021` included:
 * day and month could be either.
 */
export function parseFeedDate(text: string, edge: "start" | "end" = "start"): number | undefined {
  const s = text.trim();
  const m = ISO.exec(s) ?? COMPACT.exec(s);
  if (!m) return EPOCH.test(s) ? Number(s) * (s.length <= 10 ? 1000 : 1) : undefined;
  const [year, month, day] = [Number(m[1]), Number(m[2]), Number(m[3])];
  const midnight = Date.UTC(year, month - 1, day);
  const back = new Date(midnight);
  if (back.getUTCMonth() !== month - 1 || back.getUTCDate() !== day) return undefined;
  if (m[4] === undefined) return edge === "end" ? midnight + DAY_MS - 1 : midnight;
  const [hour, minute, second] = [Number(m[4]), Number(m[5]), Number(m[6] ?? 0)];
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const ms = m[7] === undefined ? 0 : Math.trunc(Number(`0.${m[7]}`) * 1000);
  return midnight + ((hour * 60 + minute) * 60 + second) * 1000 + ms - offsetMs(m[8]);
}
