/**
 * The hits of one chunk, a list for each kind of token, until they are written in the order of the places they were found at:
 * hits.ts counts lines from one place to the next.
 */
import { emit } from "./hits";
import { KINDS, KIND_ROOM } from "./layout";

/** Words of an item: place, start, length, slot. */
const ITEM: usize = 16;
const LIST: usize = ITEM * (KIND_ROOM + 1);
const lists: usize = memory.data(172_128, 16);
const ends: usize = memory.data(24, 16);
const heads: usize = memory.data(24, 16);
const NEVER: u32 = 0xffff_ffff;

let any = false;

export function clearPending(): void {
  for (let kind: usize = 0; kind < <usize>KINDS; kind++) store<u32>(ends + (kind << 2), <u32>(lists + kind * LIST));
  any = false;
}

/** A token of a kind; places must not descend within a kind. */
export function pend(kind: usize, place: usize, start: usize, length: u32, slot: i32): void {
  const item = <usize>load<u32>(ends + (kind << 2));
  store<u32>(item, <u32>place);
  store<u32>(item, <u32>start, 4);
  store<u32>(item, length, 8);
  store<u32>(item, slot, 12);
  store<u32>(ends + (kind << 2), <u32>(item + ITEM));
  any = true;
}

/** Writes what is pending to the hit table; see `emit` for the chunk. */
export function writePending(chunk: usize, chunkLines: u32): void {
  if (!any) return;
  for (let kind: usize = 0; kind < <usize>KINDS; kind++) {
    store<u32>(heads + (kind << 2), <u32>(lists + kind * LIST));
    store<u32>(<usize>load<u32>(ends + (kind << 2)), NEVER);
  }
  for (;;) {
    let best: usize = 0;
    let place = NEVER;
    for (let kind: usize = 0; kind < <usize>KINDS; kind++) {
      const next = load<u32>(<usize>load<u32>(heads + (kind << 2)));
      if (next < place) {
        place = next;
        best = kind;
      }
    }
    if (place == NEVER) break;
    const item = <usize>load<u32>(heads + (best << 2));
    store<u32>(heads + (best << 2), <u32>(item + ITEM));
    emit(<usize>load<u32>(item, 4), load<u32>(item, 8), load<u32>(item, 12), <usize>place, chunk, chunkLines);
  }
  clearPending();
}
