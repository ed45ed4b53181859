/** From the hits of one line to the indicators in it: which a line bears out, and as what. */
import { confirmsField, confirmsHere, hostAt, UrlIndex, type HostAt } from "../matcher/confirm.js";
import { canonicalHost, canonicalMail } from "../model/host.js";
import type { IndicatorType } from "../model/indicator.js";
import { canonicalIp } from "../model/ip.js";
import { pathFields } from "../model/url.js";
import type { HuntedIndicator, IndicatorTable } from "./indicator-table.js";

/** A hit of the kernel, its offset from the line's start. */
export interface LineHit {
  slot: number;
  offset: number;
  length: number;
}

/** An indicator met in a line. */
export interface LineIndicator {
  indicator: HuntedIndicator;
  /** Of its first token. */
  offset: number;
  length: number;
  /** Every token of it, canonical: several addresses of a network, a domain and names below it. */
  tokens: Set<string>;
}

/**
 * The indicators of a line, each once, in the order of their first hits. A URL whose host alone stands there is none.
 * @param seen what earlier pieces of an over-long line had; what is found is added
 */
export function indicatorsOf(
  line: Buffer,
  hits: readonly LineHit[],
  table: Pick<IndicatorTable, "at">,
  seen: Set<string> | undefined,
): Iterable<LineIndicator> {
  // The usual line has one hit, of one indicator: without what several need, the whole hunt takes 3 % less where many lines are hits.
  const alone = hits.length === 1 && !seen ? table.at(hits[0]!.slot) : undefined;
  if (alone?.length === 1 && alone[0]!.type !== "url") {
    const { offset, length } = hits[0]!;
    return [{ indicator: alone[0]!, offset, length, tokens: new Set([tokenOf(alone[0]!.type, line, offset, length)]) }];
  }
  const found = new Map<HuntedIndicator, LineIndicator>();
  const urls = new LineUrls(line);
  for (const { slot, offset, length } of hits) {
    const all = table.at(slot);
    const { any, index } = urlsIn(all);
    const host = any ? hostAt(line, offset, length) : undefined;
    for (const indicator of host && index ? urls.candidates(index, host) : all) {
      const known = found.get(indicator);
      if (!known && seen?.has(keyOf(indicator))) continue;
      if (host && !urls.bornOut(indicator, host)) continue;
      const token = tokenOf(indicator.type, line, offset, length);
      if (known) known.tokens.add(token);
      else found.set(indicator, { indicator, offset, length, tokens: new Set([token]) });
    }
  }
  if (seen) for (const indicator of found.keys()) seen.add(keyOf(indicator));
  return found.values();
}

function keyOf({ type, value }: HuntedIndicator): string {
  return `${type} ${value}`;
}

interface SlotUrls {
  any: boolean;
  index: UrlIndex<HuntedIndicator> | undefined;
}

/** Lists of the table live as long as the hunt. */
const slots = new WeakMap<readonly HuntedIndicator[], SlotUrls>();

function urlsIn(all: readonly HuntedIndicator[]): SlotUrls {
  let known = slots.get(all);
  if (!known) slots.set(all, (known = { any: all.some(({ type }) => type === "url"), index: UrlIndex.of(all) }));
  return known;
}

/** `confirms` for a line with several hosts: what is the same for all of them is done once. */
class LineUrls {
  private ownFields: number[] | undefined;
  private readonly elsewhere = new Map<HuntedIndicator, boolean>();

  constructor(private readonly line: Buffer) {}

  private get fields(): number[] {
    return (this.ownFields ??= pathFields(this.line));
  }

  /** Without the URLs that the line cannot bear out. */
  candidates(index: UrlIndex<HuntedIndicator>, host: HostAt): HuntedIndicator[] {
    return index.at(this.line, host.target === undefined ? this.fields : [host.target]);
  }

  bornOut(indicator: HuntedIndicator, host: HostAt): boolean {
    const here = confirmsHere(indicator, this.line, host);
    if (here !== undefined) return here;
    let known = this.elsewhere.get(indicator);
    if (known === undefined) {
      known = confirmsField(indicator, this.line, this.fields);
      this.elsewhere.set(indicator, known);
    }
    return known;
  }
}

/** The token as fields of a parsed line hold it once they are canonical too. @param type of the indicator that was hit there */
function tokenOf(type: IndicatorType, line: Buffer, offset: number, length: number): string {
  const token = line.toString("utf8", offset, offset + length);
  switch (type) {
    case "ipv4-addr":
    case "ipv6-addr":
      return canonicalIp(token) ?? token;
    case "domain-name":
      return canonicalHost(token) ?? token;
    case "url":
      return canonicalIp(token) ?? canonicalHost(token) ?? token;
    case "email-addr":
      return canonicalMail(token) ?? token;
    case "user-agent":
      return token;
    default:
      return token.toLowerCase();
  }
}
