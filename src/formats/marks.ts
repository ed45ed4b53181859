/**
 * Which formats a line may be of: the literals that formats name are looked for in one pass over the line, whatever their number,
 * so that a format more costs a line of another nothing.
 *
 * Four characters of a literal stand for it, and lie in a table by their hash: more formats may be asked than need be, never fewer.
 */

/** What names its literals: a format. */
export interface Marked {
  readonly marks?: readonly string[];
}

const GRAM = 4;
const HASH_BITS = 14;
/** Knuth's multiplicative hash. */
const MULTIPLIER = 0x9e3779b1;
const WORD_BITS = 32;
/** Of ASCII letters; others are changed too, which makes them alike where they were not: a format asked in vain. */
const LOWER = 0x20;

/** Whom a text may concern: a bit each of those that an index was made of. */
export type Marks = Uint32Array;

export class MarkIndex {
  private readonly words: number;
  /** Where each list begins in the bits. */
  private readonly starts = new Map<readonly Marked[], number>();
  /** Hash of four characters to a row of `rows`, 0: none. */
  private readonly table = new Uint16Array(1 << HASH_BITS);
  /** Bits of the formats that a hash stands for. */
  private readonly rows: Uint32Array[];
  /** Bits of those that are always asked. */
  private readonly always: Uint32Array;

  /** @param lists of those that are asked together, envelopes and formats, so that one look serves both */
  constructor(lists: readonly (readonly Marked[])[]) {
    let words = 0;
    for (const list of lists) {
      this.starts.set(list, words);
      words += Math.ceil(list.length / WORD_BITS);
    }
    this.words = words;
    this.always = new Uint32Array(words);
    this.rows = [this.always];
    const shared = gramCounts(lists.flat());
    for (const list of lists)
      for (const [i, { marks }] of list.entries()) {
        const bit = this.starts.get(list)! * WORD_BITS + i;
        if (!marks) set(this.always, bit);
        else for (const mark of marks) set(this.rowOf(rarest(mark, shared)), bit);
      }
  }

  /** Room for what a text has. */
  empty(): Marks {
    return new Uint32Array(this.words);
  }

  /** Makes `found` what `text` has. */
  find(text: string, found: Marks): void {
    found.set(this.always);
    this.add(text, found);
  }

  /** Adds to `found` what `text` has. */
  add(text: string, found: Marks): void {
    const { table, rows, words } = this;
    let gram = 0;
    for (let i = 0; i < text.length; i++) {
      gram = (gram << 8) | ((text.charCodeAt(i) | LOWER) & 0xff);
      const row = table[Math.imul(gram, MULTIPLIER) >>> (WORD_BITS - HASH_BITS)]!;
      if (row === 0 || i < GRAM - 1) continue;
      const bits = rows[row]!;
      for (let w = 0; w < words; w++) found[w]! |= bits[w]!;
    }
  }

  /** Those of a list that may know a text, in their order. @param list one that the index was made of */
  candidates<T extends Marked>(list: readonly T[], found: Marks): T[] {
    const start = this.starts.get(list)!;
    const out: T[] = [];
    for (let at = 0; at < list.length; at += WORD_BITS)
      for (let left = found[start + at / WORD_BITS]!; left !== 0; left &= left - 1)
        out.push(list[at + 31 - Math.clz32(left & -left)]!);
    return out;
  }

  private rowOf(gram: number): Uint32Array {
    const hash = Math.imul(gram, MULTIPLIER) >>> (WORD_BITS - HASH_BITS);
    if (this.table[hash] === 0) this.table[hash] = this.rows.push(new Uint32Array(this.words)) - 1;
    return this.rows[this.table[hash]!]!;
  }
}

function set(bits: Uint32Array, i: number): void {
  bits[i >>> 5]! |= 1 << (i & 31);
}

function gramsOf(mark: string): number[] {
  if (mark.length < GRAM) throw new RangeError(`a mark of fewer than ${GRAM} characters: "${mark}"`);
  const grams: number[] = [];
  for (let i = 0, gram = 0; i < mark.length; i++) {
    gram = (gram << 8) | ((mark.charCodeAt(i) | LOWER) & 0xff);
    if (i >= GRAM - 1) grams.push(gram);
  }
  return grams;
}

function gramCounts(all: readonly Marked[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { marks } of all)
    for (const mark of marks ?? []) for (const gram of gramsOf(mark)) counts.set(gram, (counts.get(gram) ?? 0) + 1);
  return counts;
}

/** The part that the fewest marks share: it says the most. Among equals the last, because words begin alike (`src_`, `date`). */
function rarest(mark: string, counts: ReadonlyMap<number, number>): number {
  let best = 0;
  let least = Infinity;
  for (const gram of gramsOf(mark)) {
    const count = counts.get(gram)!;
    if (count > least) continue;
    best = gram;
    least = count;
  }
  return best;
}
