declare module "unbzip2-stream/lib/bit_iterator.js" {
  /** Reads `count` bits, most significant first; null moves to the next whole byte. */
  export interface BitReader {
    (count: number | null): number;
    /** Bytes begun so far. */
    readonly bytesRead: number;
  }
  /** `next` is asked for the first piece at once, and for each other when its bits are wanted. */
  export default function bitIterator(next: () => Uint8Array): BitReader;
}

declare module "unbzip2-stream/lib/bzip2.js" {
  import type { BitReader } from "unbzip2-stream/lib/bit_iterator.js";
  const bzip2: {
    /** The header of a stream; returns its level, 1 to 9. Throws when there is none. */
    header(bits: BitReader): number;
    /**
     * One block, each byte given to `write`, `work` having room for `size` symbols; returns the stream's checksum so far, or null when this was
     * the end of the stream. Throws for damage, and for a checksum that does not match: the block's bytes are then not to be used.
     */
    decompress(
      bits: BitReader,
      write: (byte: number) => void,
      work: Int32Array,
      size: number,
      checksum: number,
    ): number | null;
  };
  export default bzip2;
}
