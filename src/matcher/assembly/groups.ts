/** The eight groups of the IPv6 address being read, shared by the quick way (dismiss.ts) and the rules (ipv6.ts). */

/** Eight 32-bit words, one a group. */
export const groups: usize = memory.data(64, 64);

/** One of the address's four 32-bit words. */
export function word(i: usize): u32 {
  return (load<u32>(groups + (i << 3)) << 16) | load<u32>(groups + (i << 3), 4);
}

/** Makes `count` groups eight, with zeros at `gap`; nothing to do when there is no gap. */
export function spread(count: i32, gap: i32): void {
  if (gap < 0) return;
  const zeros = 8 - count;
  for (let i = 7; i >= gap + zeros; i--) store<u32>(groups + (i << 2), load<u32>(groups + ((i - zeros) << 2)));
  for (let i = gap; i < gap + zeros; i++) store<u32>(groups + (i << 2), 0);
}
