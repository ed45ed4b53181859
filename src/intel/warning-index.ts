/** What warning lists say, arranged so that one look-up costs the same for one list as for a hundred. */
import type { IpRange } from "../model/ip.js";
import type { Value } from "./value.js";

/** What a hit on a list comes to: not hunted at all, hunted with its findings' level capped, or hunted with a remark. */
export type Effect = "set-aside" | "benign" | "note";

export interface ListName {
  name: string;
  effect: Effect;
}

type Lists = Map<number | bigint, ListName[]>;

/** An address's network: a number for IPv4, because a list of 100,000 addresses is asked for eight sizes each. */
function network(version: 4 | 6, address: bigint, hostBits: number): number | bigint {
  return version === 4 ? Math.floor(Number(address) / 2 ** hostBits) : address >> BigInt(hostBits);
}

/** Blocks by size; the key is the network's number. Ranges that are no block are kept as they are. */
class Blocks {
  private readonly bySize = new Map<number, Lists>();
  private readonly odd: { range: IpRange; list: ListName }[] = [];

  add(range: IpRange, list: ListName): void {
    const size = range.last - range.first + 1n;
    const hostBits = size.toString(2).length - 1;
    if (size !== 1n << BigInt(hostBits) || range.first % size !== 0n) {
      this.odd.push({ range, list });
      return;
    }
    let blocks = this.bySize.get(hostBits);
    if (!blocks) this.bySize.set(hostBits, (blocks = new Map()));
    const key = network(range.version, range.first, hostBits);
    const lists = blocks.get(key);
    if (lists) lists.push(list);
    else blocks.set(key, [list]);
  }

  /** Lists with a block around all of `range`. */
  around(range: IpRange, found: ListName[]): void {
    const { version, first, last } = range;
    for (const [hostBits, blocks] of this.bySize) {
      const key = network(version, first, hostBits);
      const lists = blocks.get(key);
      if (lists && (first === last || key === network(version, last, hostBits))) found.push(...lists);
    }
    for (const { range: outer, list } of this.odd) if (outer.first <= first && last <= outer.last) found.push(list);
  }
}

type Kind = Value["type"];

function add(map: Map<string, ListName[]>, key: string, list: ListName): void {
  const lists = map.get(key);
  if (lists) lists.push(list);
  else map.set(key, [list]);
}

/** Longer values are matched by no regular expression of a list. */
const MAX_REGEX_VALUE = 512;

/** No list names it: the same for all, because most of a million are named by none. */
const NOTHING: ListName[] = [];

export class WarningIndex {
  /** By the first 16 bits of an IPv4 address: whether any block lies there at all. */
  private readonly touched = new Uint8Array(65_536);
  private readonly blocks = { 4: new Blocks(), 6: new Blocks() };
  /** `type:value`. */
  private readonly exact = new Map<string, ListName[]>();
  /** Names that count with all names below them. */
  private readonly suffixes = new Map<string, ListName[]>();
  private readonly parts: { text: string; kinds: ReadonlySet<Kind>; list: ListName }[] = [];
  private readonly patterns: { pattern: RegExp; kinds: ReadonlySet<Kind>; list: ListName }[] = [];

  range(range: IpRange, list: ListName): void {
    this.blocks[range.version].add(range, list);
    if (range.version === 4) this.touched.fill(1, Number(range.first >> 16n), Number(range.last >> 16n) + 1);
  }

  value(type: Kind, value: string, list: ListName): void {
    add(this.exact, `${type}:${value}`, list);
  }

  nameAndBelow(name: string, list: ListName): void {
    add(this.suffixes, name, list);
  }

  part(text: string, kinds: ReadonlySet<Kind>, list: ListName): void {
    this.parts.push({ text, kinds, list });
  }

  pattern(pattern: RegExp, kinds: ReadonlySet<Kind>, list: ListName): void {
    this.patterns.push({ pattern, kinds, list });
  }

  /** Lists of the name itself and of names that it stands below. */
  private namesAround(name: string, found: ListName[]): void {
    for (let at = 0; at >= 0;) {
      found.push(...(this.suffixes.get(name.slice(at)) ?? []));
      const dot = name.indexOf(".", at);
      at = dot < 0 ? -1 : dot + 1;
    }
  }

  /** Every list that names the value; one list may come twice. */
  find(value: Value): readonly ListName[] {
    const { range } = value;
    if (range?.version === 4 && this.touched[Math.floor(Number(range.first) / 65_536)] === 0) return NOTHING;
    const found: ListName[] = [];
    if (range) {
      this.blocks[range.version].around(range, found);
      return found;
    }
    found.push(...(this.exact.get(`${value.type}:${value.value}`) ?? []));
    const name = hostName(value);
    if (name !== undefined) this.namesAround(name, found);
    for (const { text, kinds, list } of this.parts)
      if (kinds.has(value.type) && value.value.includes(text)) found.push(list);
    for (const { pattern, kinds, list } of this.patterns)
      if (kinds.has(value.type) && value.value.length <= MAX_REGEX_VALUE && pattern.test(value.value)) found.push(list);
    return found;
  }
}

/**
 * The name that lists of hosts are asked for. A URL with a path is more than its host: `https://github.com/evil/x` is an indicator
 * though everyone visits github.com.
 */
function hostName({ type, value }: Value): string | undefined {
  if (type === "domain-name") return value;
  if (type !== "url") return undefined;
  return /^[a-z][a-z0-9+.-]*:\/\/([^/?#:]+)(?::\d+)?\/?$/.exec(value)?.[1];
}
