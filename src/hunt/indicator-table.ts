/**
 * The indicators as workers need them, in shared memory: a million of them are stored once, not once a worker. An entry is decoded
 * when it is first hit, which few ever are.
 */
import type { Indicator } from "../model/indicator.js";
import type { TriageIndicator } from "../triage/triage.js";

/** An indicator of the list, or an address of the background check. */
export type HuntedIndicator = TriageIndicator & { decoy?: true };

export interface SharedIndicators {
  /** One JSON text after the other, each a list of TOGETHER indicators. */
  text: SharedArrayBuffer;
  /** Uint32, one more than there are texts: where each starts. */
  starts: SharedArrayBuffer;
  /** Uint32, slots + 1: where each slot's list starts in `slotItems`. */
  slotStarts: SharedArrayBuffer;
  /** Uint32: indexes of indicators. */
  slotItems: SharedArrayBuffer;
}

function sharedUint32(values: readonly number[]): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(values.length * 4);
  new Uint32Array(buffer).set(values);
  return buffer;
}

/** Indicators stored as one JSON text: fewer, larger texts are made far faster, and few are ever decoded. */
const TOGETHER = 256;

function huntedIndicator(indicator: Indicator, decoy: boolean): HuntedIndicator {
  const { type, value, role, labels, validFrom, validUntil, ports, confidence, tlp, benign } = indicator;
  const known: HuntedIndicator = { type, value, role, labels, validFrom, validUntil, ports, confidence, tlp, benign };
  return decoy ? { ...known, decoy } : known;
}

/** @param listed how many of the indicators, from the first, are the list's; those after them are decoys */
export function shareIndicators(
  indicators: readonly Indicator[],
  slots: readonly (readonly number[])[],
  listed = indicators.length,
): SharedIndicators {
  const texts: string[] = [];
  const starts = [0];
  let end = 0;
  for (let i = 0; i < indicators.length; i += TOGETHER) {
    const text = JSON.stringify(
      indicators.slice(i, i + TOGETHER).map((one, k) => huntedIndicator(one, i + k >= listed)),
    );
    texts.push(text);
    starts.push((end += Buffer.byteLength(text)));
  }
  const text = new SharedArrayBuffer(end);
  new Uint8Array(text).set(Buffer.from(texts.join("")));

  const slotStarts = [0];
  const slotItems: number[] = [];
  for (const slot of slots) {
    for (const index of slot) slotItems.push(index);
    slotStarts.push(slotItems.length);
  }
  return {
    text,
    starts: sharedUint32(starts),
    slotStarts: sharedUint32(slotStarts),
    slotItems: sharedUint32(slotItems),
  };
}

export class IndicatorTable {
  private readonly text: Uint8Array;
  private readonly starts: Uint32Array;
  private readonly slotStarts: Uint32Array;
  private readonly slotItems: Uint32Array;
  private readonly texts = new Map<number, HuntedIndicator[]>();
  private readonly decoded = new Map<number, readonly HuntedIndicator[]>();

  constructor(shared: SharedIndicators) {
    this.text = new Uint8Array(shared.text);
    this.starts = new Uint32Array(shared.starts);
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
    const text = Math.floor(index / TOGETHER);
    let list = this.texts.get(text);
    if (!list) {
      // Buffer.from copies: TextDecoder refuses shared memory.
      const bytes = Buffer.from(this.text.subarray(this.starts[text], this.starts[text + 1]));
      list = JSON.parse(bytes.toString("utf8")) as HuntedIndicator[];
      this.texts.set(text, list);
    }
    return list[index % TOGETHER]!;
  }
}
