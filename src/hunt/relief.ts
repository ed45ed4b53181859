/**
 * Memory is bounded by what is kept, yet V8 lets a heap grow to half a gigabyte before it looks for what is dead, and each thread has a
 * heap. Where much goes through, it is asked to look earlier.
 */
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Bytes between two looks at the heap. */
const EVERY = 16 * 1024 * 1024;
/** Of a heap that may stay as it is, whatever is dead in it. */
const LEAST = 96 * 1024 * 1024;
/** A heap grows to so many times what was live in it. */
const GROWTH = 2;

let passed = 0;
let limit = LEAST;
let collect: (() => void) | undefined;

/** @param bytes that went through since the last call */
export function relieve(bytes: number): void {
  passed += bytes;
  if (passed < EVERY) return;
  passed = 0;
  if (used() < limit) return;
  collect ??= collector();
  collect();
  limit = Math.max(LEAST, used() * GROWTH);
}

function used(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

/** Node has no other way to it once it runs. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
