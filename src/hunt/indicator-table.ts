/**
 * The indicators as workers need them, in shared memory: a million of them are stored once, not once a worker. An entry is decoded
 * when it is first hit, which few ever are.
 */
import type { Indicator } from "../model/indicator.js";
import type { TriageIndicator } from "../triage/triage.js";

/** An indicator of the list, or an address of the background check. */
export type HuntedIndicator = TriageIndicator & { decoy?: true };

export interface SharedIndicators {
  /** Values one after the other, each ended by a NUL, and the byte at which every TOGETHERth begins. */
  values: SharedArrayBuffer;
  /** Uint32, one more than there are groups. */
  starts: SharedArrayBuffer;
  /** Uint32: what is said of each indicator, as an index into `statements`. */
  statementOf: SharedArrayBuffer;
  /** All that is said of indicators besides their values: feeds say the same of thousands. */
  statements: Statement[];
  /** Uint32, slots + 1: where each slot's list starts in `slotItems`. */
  slotStarts: SharedArrayBuffer;
  /** Uint32: indexes of indicators. */
  slotItems: SharedArrayBuffer;
}

type Statement = Omit<TriageIndicator, "value">;

function sharedUint32(values: readonly number[] | Uint32Array): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(values.length * 4);
  new Uint32Array(buffer).set(values);
  return buffer;
}

/** Values decoded at once: few ever are. */
const TOGETHER = 256;
/** No value holds it: user-agents with control characters are refused, and the others cannot. */
const END = "\0";

/** Numbers the statements. One is compared with the last before it is made into a key: feeds state the same in long runs. */
class Statements {
  readonly all: Statement[] = [];
  private readonly numbers = new Map<string, number>();
  private last: Indicator | undefined;
  private lastDecoy = false;
  private lastNumber = 0;

  of(indicator: Indicator, decoy: boolean): number {
    const { last } = this;
    if (last && decoy === this.lastDecoy && saysTheSame(last, indicator)) return this.lastNumber;
    const { type, role, labels, validFrom, validUntil, ports, confidence, tlp, benign } = indicator;
    const known = { type, role, labels, validFrom, validUntil, ports, confidence, tlp, benign };
    const statement = decoy ? { ...known, decoy } : known;
    const key = JSON.stringify(statement);
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.all.push(statement) - 1;
      this.numbers.set(key, number);
    }
    this.last = indicator;
    this.lastDecoy = decoy;
    return (this.lastNumber = number);
  }
}

/** Lists by identity: labels are pooled. */
function saysTheSame(a: Indicator, b: Indicator): boolean {
  return (
    a.type === b.type &&
    a.role === b.role &&
    a.labels === b.labels &&
    a.validFrom === b.validFrom &&
    a.validUntil === b.validUntil &&
    a.ports === b.ports &&
    a.confidence === b.confidence &&
    a.tlp === b.tlp &&
    a.benign === b.benign
  );
}

/** @param listed how many of the indicators, from the first, are the list's; those after them are decoys */
export function shareIndicators(
  indicators: readonly Indicator[],
  slots: readonly (readonly number[])[],
  listed = indicators.length,
): SharedIndicators {
  const statements = new Statements();
  const statementOf = new Uint32Array(indicators.length);
  const groups: Buffer[] = [];
  const starts = [0];
  let end = 0;
  for (let from = 0; from < indicators.length; from += TOGETHER) {
    let text = "";
    const to = Math.min(indicators.length, from + TOGETHER);
    for (let i = from; i < to; i++) {
      statementOf[i] = statements.of(indicators[i]!, i >= listed);
      text += indicators[i]!.value + END;
    }
    const group = Buffer.from(text);
    groups.push(group);
    starts.push((end += group.length));
  }
  const values = new SharedArrayBuffer(end);
  const bytes = new Uint8Array(values);
  for (const [i, group] of groups.entries()) bytes.set(group, starts[i]);

  const slotStarts = new Uint32Array(slots.length + 1);
  for (let i = 0; i < slots.length; i++) slotStarts[i + 1] = slotStarts[i]! + slots[i]!.length;
  const slotItems = new Uint32Array(slotStarts[slots.length]!);
  for (let i = 0, at = 0; i < slots.length; i++) for (const index of slots[i]!) slotItems[at++] = index;
  return {
    values,
    starts: sharedUint32(starts),
    statementOf: sharedUint32(statementOf),
    statements: statements.all,
    slotStarts: sharedUint32(slotStarts),
    slotItems: sharedUint32(slotItems),
  };
}

export class IndicatorTable {
  private readonly values: Uint8Array;
  private readonly starts: Uint32Array;
  private readonly statementOf: Uint32Array;
  private readonly statements: readonly Statement[];
  private readonly slotStarts: Uint32Array;
  private readonly slotItems: Uint32Array;
  private readonly groups = new Map<number, string[]>();
  private readonly decoded = new Map<number, readonly HuntedIndicator[]>();

  constructor(shared: SharedIndicators) {
    this.values = new Uint8Array(shared.values);
    this.starts = new Uint32Array(shared.starts);
    this.statementOf = new Uint32Array(shared.statementOf);
    this.statements = shared.statements;
    this.slotStarts = new Uint32Array(shared.slotStarts);
    this.slotItems = new Uint32Array(shared.slotItems);
  }

  /** The indicators behind one slot of the matcher, in the set's order. */
  at(slot: number): readonly HuntedIndicator[] {
    let list = this.decoded.get(slot);
    if (!list) {
      list = Array.from(this.slotItems.subarray(this.slotStarts[slot], this.slotStarts[slot + 1]), (i) =>
        this.decode(i),
      );
      this.decoded.set(slot, list);
    }
    return list;
  }

  private decode(index: number): HuntedIndicator {
    const group = Math.floor(index / TOGETHER);
    let values = this.groups.get(group);
    if (!values) {
      // Buffer.from copies: TextDecoder refuses shared memory.
      const bytes = Buffer.from(this.values.subarray(this.starts[group], this.starts[group + 1]));
      values = bytes.toString("utf8").split(END);
      this.groups.set(group, values);
    }
    return { ...this.statements[this.statementOf[index]!]!, value: values[index % TOGETHER]! };
  }
}
