/**
 * The hit table and the position in lines. Line numbers are worked out only when there is a hit: the main loop counts
 * newlines by the chunk, and `emit` counts on from the last place it knows. No byte is counted twice.
 */
import { HIT_WORDS } from "./layout";

const NEWLINE: u8 = 0x0a;

let table: usize = 0;
let count: u32 = 0;
let regionStart: usize = 0;
/** Everything before `cursor` is accounted for: it holds `lines` newlines, and its last line starts at `lineStart`. */
let cursor: usize = 0;
let lines: u32 = 0;
let lineStart: usize = 0;

export function configureHits(address: usize): void {
  table = address;
}

export function beginHits(start: usize): void {
  regionStart = start;
  cursor = start;
  lines = 0;
  lineStart = start;
  count = 0;
}

export function hitCount(): u32 {
  return count;
}

export function clearHits(): void {
  count = 0;
}

/**
 * Records a hit. `at` is a byte of the token, not before that of the last call nor before `chunk`; `chunk` is the start of
 * the chunk being scanned and `chunkLines` the newlines before it.
 */
export function emit(start: usize, length: u32, slot: i32, at: usize, chunk: usize, chunkLines: u32): void {
  if (chunk > cursor) {
    if (chunkLines != lines) {
      lineStart = chunk;
      while (load<u8>(lineStart - 1) != NEWLINE) lineStart--;
      lines = chunkLines;
    }
    cursor = chunk;
  }
  const newline = i8x16.splat(NEWLINE);
  while (cursor < at) {
    let mask: u32 = i8x16.bitmask(i8x16.eq(v128.load(cursor), newline));
    const left = <u32>(at - cursor);
    if (left < 16) mask &= (1 << left) - 1;
    if (mask != 0) {
      lines += popcnt(mask);
      lineStart = cursor + 32 - clz(mask);
    }
    cursor += 16;
  }
  cursor = at;
  const hit = table + <usize>(count * HIT_WORDS) * 4;
  store<u32>(hit, <u32>(start - regionStart));
  store<u32>(hit, length, 4);
  store<u32>(hit, slot, 8);
  store<u32>(hit, <u32>(lineStart - regionStart), 12);
  store<u32>(hit, lines, 16);
  count++;
}
