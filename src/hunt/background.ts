/**
 * The background check. Relays and scanners share networks with harmless neighbours, and a log holds a good part of the Internet:
 * some addresses of any list are met by chance. So beside the list the hunt looks for decoys, addresses of the same /16 that
 * nobody listed, and asks whether the listed ones are met more often.
 *
 * The unit is the distinct address: one that comes a thousand times counts once, or a single busy host would decide. Each
 * listed address and its decoys form a set. If being listed meant nothing, then of a set's addresses that were met each is as
 * likely the listed one: with k of n met, the listed one is among them with chance k/n, whatever the network's own traffic.
 * The sum over the sets gives the exact chance of as many listed ones met as there are. With one decoy each this is the sign
 * test (McNemar's, exact): sets in which both or none were met say nothing.
 */
import { PUBLIC_RESOLVERS, SPECIAL_USE } from "../intel/special-use.js";
import { BACKGROUND_KINDS, type Background, type BackgroundCount, type BackgroundKind } from "../model/background.js";
import type { Indicator, IndicatorSet } from "../model/indicator.js";
import { formatIpv4 } from "../model/ip.js";
import { VERDICTS, type Finding, type Verdict } from "../model/sighting.js";
import { FAMILY } from "../triage/ladder.js";
import type { OwnNetworks } from "../triage/own.js";
import type { DecoyHit } from "./decoy-tally.js";
import { upperTail } from "./statistics.js";

/** Below it a hunt is said to show more than chance; so often it is said where there is chance alone, or less often. */
export const ALPHA = 0.01;
/** Sets at most: a thousand say all that can be said, and a list of a hundred thousand is hunted as fast as without them. */
const MAX_SETS = 1000;
/** Draws for one decoy before it is given up: its network is listed through, or own. */
const DRAWS = 32;

export interface DecoySet {
  /** The listed address. */
  listed: string;
  decoys: string[];
}

export interface Decoys {
  sets: DecoySet[];
  /** To be hunted like the list's. */
  indicators: Indicator[];
}

interface Span {
  first: number;
  last: number;
}

/** Whether an address lies in one of many spans. */
class Spans {
  private readonly sorted: Span[] = [];

  constructor(spans: readonly Span[]) {
    for (const span of spans.toSorted((a, b) => a.first - b.first)) {
      const end = this.sorted.at(-1);
      if (end && span.first <= end.last) end.last = Math.max(end.last, span.last);
      else this.sorted.push({ ...span });
    }
  }

  has(address: number): boolean {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.sorted[middle]!.first <= address) low = middle + 1;
      else high = middle;
    }
    return low > 0 && address <= this.sorted[low - 1]!.last;
  }
}

function spanOf({ range }: Pick<Indicator, "range">): Span[] {
  return range?.version === 4 ? [{ first: Number(range.first), last: Number(range.last) }] : [];
}

/**
 * Draws decoys for the single IPv4 addresses of a list, in its order. The same list gives the same ones.
 * @param each decoys for one address, 0 for none
 */
export function drawDecoys(list: Pick<IndicatorSet, "indicators" | "hash">, own: OwnNetworks, each: number): Decoys {
  const out: Decoys = { sets: [], indicators: [] };
  if (each < 1) return out;
  const { indicators, hash } = list;
  // A set is sorted: the single addresses, which may be a million, are looked up where they stand.
  const singles: Indicator[] = [];
  const wide: Span[] = [];
  for (const indicator of indicators) {
    const { type, range } = indicator;
    if (range?.version !== 4) continue;
    if (type === "ipv4-addr" && range.first === range.last) singles.push(indicator);
    else wide.push(...spanOf(indicator));
  }
  const blocks = new Spans(wide);
  const isListed = (address: number): boolean => blocks.has(address) || holds(singles, address);
  const special = new Spans([...SPECIAL_USE, ...PUBLIC_RESOLVERS].flatMap(spanOf));
  const isFit = (address: number): boolean => !special.has(address) && !own.contains(formatIpv4(address));
  const drawn = new Set<number>();
  const seed = seedOf(hash);
  for (const indicator of chosen(singles, seed)) {
    const address = Number(indicator.range!.first);
    if (!isFit(address)) continue;
    const decoys: string[] = [];
    for (const candidate of candidates(seed, address, each * DRAWS)) {
      if (drawn.has(candidate) || isListed(candidate) || !isFit(candidate)) continue;
      drawn.add(candidate);
      decoys.push(formatIpv4(candidate));
      out.indicators.push(decoyOf(indicator, candidate));
      if (decoys.length === each) break;
    }
    if (decoys.length > 0) out.sets.push({ listed: indicator.value, decoys });
  }
  return out;
}

/** Whether an address is among single ones in ascending order. */
function holds(singles: readonly Indicator[], address: number): boolean {
  let low = 0;
  let high = singles.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (Number(singles[middle]!.range!.first) < address) low = middle + 1;
    else high = middle;
  }
  return low < singles.length && Number(singles[low]!.range!.first) === address;
}

/** All, or as many as are allowed, spread evenly over the list from a start that the seed gives. */
function chosen(singles: readonly Indicator[], seed: number): readonly Indicator[] {
  if (singles.length <= MAX_SETS) return singles;
  const step = singles.length / MAX_SETS;
  const start = (mixed(seed) / 2 ** 32) * step;
  return Array.from({ length: MAX_SETS }, (_, i) => singles[Math.floor(start + i * step)]!);
}

/** Host addresses of the /16 in an order that seed and address give; a network's first and last are seldom hosts. */
function* candidates(seed: number, address: number, most: number): Generator<number> {
  const network = address - (address % 65_536);
  let state = mixed(seed ^ mixed(address));
  for (let n = 0; n < most; n++) {
    state = (state + 0x9e3779b9) >>> 0;
    const host = mixed(state) >>> 16;
    if (host % 256 !== 0 && host % 256 !== 255) yield network + host;
  }
}

/** The first 32 bits of the set's hash. */
function seedOf(hash: string): number {
  return Number.parseInt(hash.slice(0, 8), 16) >>> 0;
}

/** A well-mixed 32-bit number of another: the finaliser of MurmurHash3. */
function mixed(n: number): number {
  let h = n >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A decoy passes for its indicator, validity included; nothing is known of it. */
function decoyOf({ type, role, validFrom, validUntil }: Indicator, address: number): Indicator {
  const value = BigInt(address);
  return {
    type,
    value: formatIpv4(address),
    range: { version: 4, first: value, last: value },
    role,
    labels: [],
    assertions: [],
    ...(validFrom === undefined ? {} : { validFrom }),
    ...(validUntil === undefined ? {} : { validUntil }),
  };
}

/** Addresses met, by kind of verdict. */
type Met = Map<BackgroundKind, Set<string>>;

function met(pairs: Iterable<readonly [string, Verdict]>): Met {
  const out: Met = new Map(BACKGROUND_KINDS.map((kind) => [kind, new Set<string>()]));
  for (const [value, verdict] of pairs) {
    const family = FAMILY[verdict];
    if (family !== "own") out.get(family)!.add(value);
  }
  return out;
}

function* contactsOf(findings: Iterable<Pick<Finding, "indicator" | "verdicts">>): Generator<[string, Verdict]> {
  for (const { indicator, verdicts } of findings)
    if (indicator.type === "ipv4-addr")
      for (const verdict of Object.keys(verdicts) as Verdict[]) yield [indicator.name, verdict];
}

/** Undefined when no decoys were hunted: none were asked for, or the list holds no address to draw them for. */
export function background(
  { sets }: Pick<Decoys, "sets">,
  hits: readonly DecoyHit[],
  findings: Iterable<Pick<Finding, "indicator" | "verdicts">>,
): Background | undefined {
  if (sets.length === 0) return undefined;
  const byVerdict: Partial<Record<Verdict, number>> = {};
  for (const { verdict, count } of hits) byVerdict[verdict] = (byVerdict[verdict] ?? 0) + count;
  const listed = met(contactsOf(findings));
  const decoys = met(hits.map(({ value, verdict }) => [value, verdict] as const));
  const kinds: Background["kinds"] = {};
  for (const kind of BACKGROUND_KINDS) {
    const count = compare(
      sets,
      (value) => listed.get(kind)!.has(value),
      (value) => decoys.get(kind)!.has(value),
    );
    if (count.p !== undefined) kinds[kind] = count;
  }
  // Who reads about an address does not meet it: mentions are counted apart.
  const traffic = BACKGROUND_KINDS.filter((kind) => kind !== "mention");
  const all = compare(
    sets,
    (value) => traffic.some((kind) => listed.get(kind)!.has(value)),
    (value) => traffic.some((kind) => decoys.get(kind)!.has(value)),
  );
  return {
    compared: sets.length,
    drawn: sets.reduce((n, set) => n + set.decoys.length, 0),
    alpha: ALPHA,
    ...all,
    hits: Object.fromEntries(VERDICTS.flatMap((v) => (byVerdict[v] === undefined ? [] : [[v, byVerdict[v]]]))),
    kinds,
  };
}

function compare(
  sets: readonly DecoySet[],
  isListedMet: (value: string) => boolean,
  isDecoyMet: (value: string) => boolean,
): BackgroundCount {
  let listed = 0;
  let decoys = 0;
  let drawn = 0;
  let certain = 0;
  const chances: number[] = [];
  for (const set of sets) {
    const own = isListedMet(set.listed);
    const others = set.decoys.filter(isDecoyMet).length;
    drawn += set.decoys.length;
    decoys += others;
    if (own) listed++;
    const chance = ((own ? 1 : 0) + others) / (set.decoys.length + 1);
    if (chance === 1) certain++;
    else if (chance > 0) chances.push(chance);
  }
  if (listed + decoys === 0) return { listed, decoys, conclusion: "no-hits" };
  const p = upperTail(chances, listed - certain);
  const least = upperTail(chances, chances.length);
  return {
    listed,
    decoys,
    ...(decoys === 0 ? {} : { ratio: listed / sets.length / (decoys / drawn) }),
    p,
    conclusion: p < ALPHA ? "signal" : least < ALPHA ? "chance" : "too-few",
  };
}
