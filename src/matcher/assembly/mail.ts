/** Mail addresses: rules M of reference-tokens.ts. */
import { ALNUM, DOT, JOINED, LABEL, LOCAL, at, followsEscape, has, inPercent, is } from "./bytes";
import { finish, hashKey, inBloom, mixWord, seed } from "./hash";
import { HEADER_MAIL, KEY_BYTES, MAX_LOCAL, MAX_NAME } from "./layout";
import { Literals, slotOf } from "./literals";
import { pend } from "./pending";

const MAIL: usize = 2;
const table = changetype<Literals>(memory.data(32, 8));

/** The address as it is listed: the local part ends at `host`, where `@` and the host follow. */
const room: usize = memory.data(384, 16);
const host: usize = room + 80;

export function configureMail(image: usize): void {
  table.configure(image, HEADER_MAIL);
}

function marked(p: usize): u64 {
  const v = v128.load(p);
  return <u64>(<u32>i8x16.bitmask(v128.or(i8x16.eq(v, i8x16.splat(0x40)), i8x16.eq(v, i8x16.splat(0x25)))));
}

/** The addresses whose `@`, as it is or as `%40` or `%2540`, stands in [chunk, end). */
export function scanMail(chunk: usize, end: usize): void {
  for (let p = chunk; p < end; p += 64) {
    let marks = marked(p) | (marked(p + 16) << 16) | (marked(p + 32) << 32) | (marked(p + 48) << 48);
    for (; marks != 0; marks &= marks - 1) {
      const q = p + <usize>ctz(marks);
      if (at(q) == 0x40) address(q, q + 1);
      else if (load<u16>(q, 1) == 0x3034) address(q, q + 3);
      else if (load<u32>(q, 1) == 0x30343532) address(q, q + 5);
    }
  }
}

/** The end of the host that begins at `p`. */
function endOfHost(p: usize): usize {
  const stop = p + MAX_NAME + 1;
  while (p < stop) {
    while (p < stop && has(p, LABEL)) p++;
    if (at(p) != DOT || !is(p + 1, ALNUM)) break;
    p++;
  }
  return p;
}

/** The address whose `@` is written in [sign, name). */
function address(sign: usize, name: usize): void {
  if (!has(name, LABEL) || !has(sign - 1, LOCAL)) return;
  const end = endOfHost(name);
  const length = end - name;
  if (length > <usize>MAX_NAME) return;
  if (!inBloom(table.first, table.firstShift, hashKey(end, <u32>min<usize>(length, KEY_BYTES)))) return;
  store<u8>(host, 0x40);
  memory.copy(host + 1, name, length);
  let h = seed;
  for (let p = end - 1; p >= name; p--) h = mixWord(h, at(p) | 0x20);
  h = mixWord(h, 0x40 | 0x20);
  let start: usize = 0;
  let slot: i32 = -1;
  const furthest = sign - MAX_LOCAL;
  for (let p = sign; p > furthest && has(p - 1, LOCAL);) {
    const c = at(--p);
    store<u8>(host - (sign - p), c);
    h = mixWord(h, c | 0x20);
    if (has(p - 1, JOINED) ? !followsEscape(p) : inPercent(p)) continue;
    const size = sign - p;
    const entry = table.find(finish(h), host - size, <u32>(size + 1 + length), false);
    if (entry == 0) continue;
    start = p;
    slot = slotOf(entry);
  }
  if (slot >= 0) pend(MAIL, sign, start, <u32>(end - start), slot);
}
