/**
 * Marked places of a chunk, as a list of addresses. Passes mark first, then sift the list without branches, and only then look at what
 * is left: whether a place is marked, or passes a small filter, is as good as random, and a wrong guess costs as much as ten bytes.
 */

/** At most every byte of a chunk is marked; two are written ahead. */
export const listStart: usize = memory.data(7232, 64);

/** Adds the places of a step of 64 bytes that begins at `base`. Returns the end of the list. */
export function append(list: usize, base: usize, marks: u64): usize {
  // Two are written whether they are there or not: the usual numbers need no branch.
  const count = <u32>popcnt(marks);
  store<u32>(list, <u32>base + <u32>ctz(marks));
  let rest = marks & (marks - 1);
  store<u32>(list, <u32>base + <u32>ctz(rest), 4);
  if (count > 2) {
    let next = list + 8;
    for (rest &= rest - 1; rest != 0; rest &= rest - 1, next += 4) store<u32>(next, <u32>base + <u32>ctz(rest));
  }
  return list + ((<usize>count) << 2);
}
