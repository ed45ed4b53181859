/** Times as the logs write them. All inputs are epoch milliseconds. */
import type { Random } from "./random.js";

export const FROM = Date.UTC(2021, 0, 1);
/** Exclusive: the first instant of August. */
export const END = Date.UTC(2021, 7, 1);
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const CEST_FROM = Date.UTC(2021, 2, 28, 1);
const CEST_UNTIL = Date.UTC(2021, 9, 31, 1);
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Minutes east of UTC in Paris in the winter of 2020/21 and in 2021. */
export function parisOffset(at: number): number {
  return at >= CEST_FROM && at < CEST_UNTIL ? 120 : 60;
}

/** `+0100` or `+0200`. */
export function parisZone(at: number): string {
  return parisOffset(at) === 120 ? "+0200" : "+0100";
}

/** `2021-03-04T05:06:07.000` in Paris, without the zone. */
export function parisIso(at: number): string {
  return new Date(at + parisOffset(at) * MINUTE).toISOString().slice(0, 23);
}

/** `2021-03-04T05:06:07.000Z`. */
export function utcIso(at: number): string {
  return new Date(at).toISOString();
}

/** RFC 3164 TIMESTAMP, UTC: `Mar  4 05:06:07`. */
export function syslogTime(at: number): string {
  const iso = utcIso(at);
  return `${MONTHS[Number(iso.slice(5, 7)) - 1]} ${iso[8] === "0" ? ` ${iso[9]}` : iso.slice(8, 10)} ${iso.slice(11, 19)}`;
}

/** Common log format, Paris: `04/Mar/2021:06:06:07 +0100`. */
export function clfTime(at: number): string {
  const iso = parisIso(at);
  return `${iso.slice(8, 10)}/${MONTHS[Number(iso.slice(5, 7)) - 1]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} ${parisZone(at)}`;
}

/** First instants of the months January to August 2021, UTC. */
export const MONTH_STARTS: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7].map((month) => Date.UTC(2021, month, 1));

/** `n` ascending times in [from, to), most of them in office hours, as an organisation's traffic is. */
export function officeTimes(random: Random, from: number, to: number, n: number): number[] {
  const out: number[] = [];
  while (out.length < n) {
    const at = from + Math.floor(random.next() * (to - from));
    const local = new Date(at + parisOffset(at) * MINUTE);
    const hour = local.getUTCHours();
    const weekend = local.getUTCDay() % 6 === 0;
    if (random.chance(weekend ? 0.2 : hour >= 8 && hour < 19 ? 1 : 0.25)) out.push(at);
  }
  return out.sort((a, b) => a - b);
}

/** `n` times in [from, to), evenly spread: what scanners and relays keep. */
export function anyTimes(random: Random, from: number, to: number, n: number): number[] {
  return Array.from({ length: n }, () => from + Math.floor(random.next() * (to - from))).sort((a, b) => a - b);
}

/** Beacon times: every `period` with up to a tenth of it as jitter. */
export function beaconTimes(random: Random, from: number, to: number, period: number): number[] {
  const out: number[] = [];
  for (let at = from; at < to; at += period) out.push(at + random.int(0, Math.floor(period / 10)));
  return out;
}
