/** What the matcher's tests share: indicators from text, and both engines' answers in one comparable form. */
import type { Indicator, IndicatorType } from "../src/model/indicator.js";
import { formatRange, parseCidr, parseIp } from "../src/model/ip.js";
import type { IpRange } from "../src/model/ip.js";
import { Kernel } from "../src/matcher/kernel.js";
import type { CompiledSet, Hit } from "../src/matcher/matcher.js";
import { referenceScan } from "../src/matcher/reference.js";

export function indicatorOf(range: IpRange): Indicator {
  return {
    type: range.version === 4 ? "ipv4-addr" : "ipv6-addr",
    value: formatRange(range),
    range,
    role: "relay",
    labels: [],
    assertions: [],
  };
}

/** An address, CIDR block or `first-last`. */
export function indicator(text: string): Indicator {
  const dash = text.indexOf("-");
  if (dash < 0) return indicatorOf(parseCidr(text)!);
  const first = parseIp(text.slice(0, dash))!;
  return indicatorOf({ version: first.version, first: first.value, last: parseIp(text.slice(dash + 1))!.value });
}

/** Of any type but an address. `=name` is a domain without its subdomains. */
export function typed(type: IndicatorType, text: string): Indicator {
  const exact = type === "domain-name" && text.startsWith("=");
  const value = exact ? text.slice(1) : text;
  return { type, value, ...(exact ? { exact } : {}), role: "c2", labels: [], assertions: [] };
}

export interface Scan {
  hits: Hit[];
  newlines: number;
}

export function kernelScan(kernel: Kernel, bytes: Uint8Array, at = 0): Scan {
  kernel.block.set(bytes, at);
  const result = kernel.scan(at, at + bytes.length);
  return { hits: Array.from({ length: result.count }, (_, i) => result.hit(i)), newlines: result.newlines };
}

export function twinScan(set: CompiledSet, indicators: readonly Indicator[], bytes: Uint8Array): Scan {
  const newlines = bytes.reduce((n, byte) => n + (byte === 10 ? 1 : 0), 0);
  return { hits: referenceScan(set, indicators, bytes), newlines };
}
