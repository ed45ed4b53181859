/** Times as text, as RFC 3339 writes them. */

const DAY_MS = 86_400_000;
const FROM = Date.UTC(2000, 0, 1);
const TO = Date.UTC(2100, 0, 1);

/** The last day that was asked for: a log's lines are of few. */
let day = -1;
let date = "";

/** UTC with milliseconds, as `Date.toISOString` gives it; RangeError for what is no time. */
export function isoTime(ms: number): string {
  if (!(ms >= FROM && ms < TO) || !Number.isInteger(ms)) return new Date(ms).toISOString();
  const asked = Math.floor(ms / DAY_MS);
  if (asked !== day) {
    date = new Date(ms).toISOString().slice(0, 10);
    day = asked;
  }
  const of = ms - asked * DAY_MS;
  const seconds = Math.floor(of / 1000);
  const milliseconds = of - seconds * 1000;
  const more = milliseconds < 10 ? "00" : milliseconds < 100 ? "0" : "";
  return `${date}T${TWO[Math.floor(seconds / 3600)]}:${TWO[Math.floor(seconds / 60) % 60]}:${TWO[seconds % 60]}.${more}${milliseconds}Z`;
}

const TWO = Array.from({ length: 60 }, (_, i) => String(i).padStart(2, "0"));
