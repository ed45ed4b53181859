/**
 * LZ4 frames (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md), legacy ones too: every frame; blocks decompressed by lz4js,
 * checksums verified.
 */
import { decompressBlock } from "lz4js";
import xxhash from "xxhash-wasm";
import type { ByteCursor } from "../byte-cursor.js";
import { DecodeError, isSkippable, onlyZerosFollow, skipFrame, take, u32, type Codec } from "./codec.js";

const MAGIC = 0x184d2204;
const LEGACY = 0x184c2102;
const LEGACY_BLOCK = 8 * 1024 * 1024;
/** Blocks may refer back this far. */
const HISTORY = 64 * 1024;
const BLOCK_SIZES: Readonly<Record<number, number>> = { 4: 65_536, 5: 262_144, 6: 1_048_576, 7: 4_194_304 };

interface Hash32 {
  update(bytes: Uint8Array): unknown;
  digest(): number;
}
type Hashes = { h32Raw(bytes: Uint8Array): number; create32(): Hash32 };

class Blocks {
  private readonly buffer: Uint8Array;
  private history = 0;

  constructor(private readonly size: number) {
    this.buffer = new Uint8Array(HISTORY + size);
  }

  decompress(block: Uint8Array, at: number): Uint8Array {
    const start = this.history;
    let end: number;
    try {
      end = decompressBlock(block, this.buffer, 0, block.length, start);
    } catch (error) {
      throw DecodeError.of(error, "decompress-corrupt", at);
    }
    if (!(end >= start && end <= start + this.size))
      throw new DecodeError("decompress-corrupt", "a block decompresses to more than its size", at);
    return this.keep(start, end);
  }

  stored(block: Uint8Array, at: number): Uint8Array {
    if (block.length > this.size) throw new DecodeError("decompress-corrupt", "a block larger than its size", at);
    this.buffer.set(block, this.history);
    return this.keep(this.history, this.history + block.length);
  }

  private keep(start: number, end: number): Uint8Array {
    const out = this.buffer.slice(start, end);
    const from = Math.max(0, end - HISTORY);
    this.buffer.copyWithin(0, from, end);
    this.history = end - from;
    return out;
  }
}

async function* frame(stored: ByteCursor, hashes: Hashes): AsyncGenerator<Uint8Array, void> {
  const start = stored.position;
  const [, , , , flags, sizes] = await take(stored, 6, "a frame's header");
  const size = BLOCK_SIZES[(sizes! >> 4) & 7];
  if (flags! >> 6 !== 1 || size === undefined)
    throw new DecodeError("decompress-corrupt", "a frame's header is of no known version", start);
  const blockChecksums = (flags! & 0x10) !== 0;
  await take(stored, (flags! & 8 ? 8 : 0) + (flags! & 1 ? 4 : 0) + 1, "a frame's header");
  if (flags! & 1) throw new DecodeError("unsupported-container", "a frame needs a dictionary", start);
  const blocks = new Blocks(size);
  const whole = flags! & 4 ? hashes.create32() : undefined;
  for (;;) {
    const at = stored.position;
    const word = u32(await take(stored, 4, "a block's header"));
    if (word === 0) break;
    const length = word & 0x7fffffff;
    if (length > size + 1024) throw new DecodeError("decompress-corrupt", "a block larger than its size", at);
    const block = await take(stored, length, "a block");
    if (blockChecksums && u32(await take(stored, 4, "a block's checksum")) !== hashes.h32Raw(block))
      throw new DecodeError("decompress-checksum", "a block does not match its checksum", at);
    const out = word >>> 31 === 1 ? blocks.stored(block, at) : blocks.decompress(block, at);
    whole?.update(out);
    if (out.length > 0) yield out;
  }
  const at = stored.position;
  if (whole && u32(await take(stored, 4, "a frame's checksum")) !== whole.digest() >>> 0)
    throw new DecodeError("decompress-checksum", "a frame's contents do not match its checksum", at);
}

/** Blocks of 8 MiB, each on its own, up to the end or to another frame. */
async function* legacyFrame(stored: ByteCursor): AsyncGenerator<Uint8Array, void> {
  await take(stored, 4, "a frame's header");
  for (;;) {
    const at = stored.position;
    const head = await stored.peek(4);
    if (head.length === 0) return;
    const length = head.length === 4 ? u32(head) : 0;
    if (length === MAGIC || length === LEGACY || isSkippable(length)) return;
    await take(stored, 4, "a block's header");
    if (length > LEGACY_BLOCK + LEGACY_BLOCK / 128)
      throw new DecodeError("decompress-corrupt", "a block larger than its size", at);
    yield new Blocks(LEGACY_BLOCK).decompress(await take(stored, length, "a block"), at);
  }
}

async function* decode(stored: ByteCursor): AsyncGenerator<Uint8Array, void> {
  const hashes = await xxhash();
  for (let first = true; ; first = false) {
    const magic = await stored.peek(4);
    if (magic.length === 0) return;
    const value = magic.length === 4 ? u32(magic) : 0;
    if (value === MAGIC) yield* frame(stored, hashes);
    else if (value === LEGACY) yield* legacyFrame(stored);
    else if (isSkippable(value)) await skipFrame(stored);
    else {
      const at = stored.position;
      if (!first && (await onlyZerosFollow(stored))) return;
      throw new DecodeError("decompress-trailing", "bytes that are no LZ4 frame follow the last one", at);
    }
  }
}

export const lz4: Codec = { id: "lz4", decode };
