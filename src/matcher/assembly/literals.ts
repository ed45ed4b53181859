/** Look-ups in the tables of literals (layout.ts), one for each kind. */
import { at, lower } from "./bytes";
import { inBloom } from "./hash";
import { BLOOM, BLOOM_SHIFT, BUCKETS, BUCKET_SHIFT, ENTRIES, ENTRY_BYTES, FIRST, FIRST_SHIFT, TEXT } from "./layout";

/** One kind's table: absolute addresses, read from its header once. Eight words of static memory: the image takes the heap's place. */
@final
@unmanaged
export class Literals {
  bloom: usize = 0;
  bloomShift: u32 = 0;
  first: usize = 0;
  firstShift: u32 = 0;
  buckets: usize = 0;
  bucketShift: u32 = 0;
  entries: usize = 0;
  text: usize = 0;

  configure(image: usize, header: usize): void {
    const a: usize = image + (header << 2);
    this.bloom = image + load<u32>(a + (BLOOM << 2));
    this.bloomShift = load<u32>(a + (BLOOM_SHIFT << 2));
    this.first = image + load<u32>(a + (FIRST << 2));
    this.firstShift = load<u32>(a + (FIRST_SHIFT << 2));
    this.buckets = image + load<u32>(a + (BUCKETS << 2));
    this.bucketShift = load<u32>(a + (BUCKET_SHIFT << 2));
    this.entries = image + load<u32>(a + (ENTRIES << 2));
    this.text = image + load<u32>(a + (TEXT << 2));
  }

  /** The entry of the literal that [p, p + length) spells, or 0. `field`: as a user-agent; else letters in either case. */
  find(h: u32, p: usize, length: u32, field: bool): usize {
    if (!inBloom(this.bloom, this.bloomShift, h)) return 0;
    const mask: u32 = <u32>(((<u64>1) << (32 - <u64>this.bucketShift)) - 1);
    let bucket = h >>> this.bucketShift;
    let number: u32;
    while ((number = load<u32>(this.buckets + ((<usize>bucket) << 2))) != 0) {
      bucket = (bucket + 1) & mask;
      const entry = this.entries + <usize>(number - 1) * ENTRY_BYTES;
      if (load<u32>(entry) != h) continue;
      const offset = load<u32>(entry, 4);
      if (load<u32>(entry, ENTRY_BYTES + 4) - offset != length) continue;
      if (field ? sameField(p, this.text + <usize>offset, length) : sameText(p, this.text + <usize>offset, length))
        return entry;
    }
    return 0;
  }
}

function sameText(p: usize, q: usize, length: u32): bool {
  for (const end = p + <usize>length; p < end; p++, q++) if (lower(at(p)) != at(q)) return false;
  return true;
}

/** `+` as a space. */
function sameField(p: usize, q: usize, length: u32): bool {
  for (const end = p + <usize>length; p < end; p++, q++) {
    const c = at(p);
    if ((c == 0x2b ? 0x20 : c) != at(q)) return false;
  }
  return true;
}

/** The slot of an entry that `find` gave, or -1. */
export function slotOf(entry: usize): i32 {
  return <i32>load<u32>(entry, 8) - 1;
}

/** The slot of what lies below a name, or -1. */
export function slotBelow(entry: usize): i32 {
  return <i32>load<u32>(entry, 12) - 1;
}
