/**
 * Zstandard (RFC 8878): every frame, each block handed to the decoder, each frame's checksum verified. The frames and blocks are walked
 * here, so that a block's output bounds memory and an error has a place; Node's own decoder (22, 24) ends after the first frame.
 */
import type { ByteCursor } from "../byte-cursor.js";
import { DecodeError, isSkippable, onlyZerosFollow, skipFrame, take, u32, type Codec, type Keep } from "./codec.js";
import { ZstdDecoder } from "./zstd-decoder.js";

const MAGIC = 0xfd2fb528;
/** The window that zstd itself takes without being asked for more (`--memory`, 128 MiB). */
const MAX_WINDOW = 2 ** 27;
const MAX_BLOCK = 128 * 1024;

interface FrameHeader {
  bytes: Uint8Array;
  hasChecksum: boolean;
}

/** RFC 8878 3.1.1.1. The cursor stands at the frame's magic number. */
async function frameHeader(stored: ByteCursor): Promise<FrameHeader> {
  const start = stored.position;
  const descriptor = (await stored.peek(5))[4];
  if (descriptor === undefined)
    throw new DecodeError("decompress-truncated", "the file ends inside a frame's header", start);
  const single = (descriptor & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3]!;
  const sizeBytes = [single ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  const length = 5 + (single ? 0 : 1) + dictionary + sizeBytes;
  const bytes = await take(stored, length, "a frame's header");
  if ((descriptor & 8) !== 0)
    throw new DecodeError("decompress-corrupt", "a reserved bit is set in a frame's header", start);
  const at = 5 + (single ? 0 : 1);
  if (dictionary > 0 && bytes.subarray(at, at + dictionary).some((byte) => byte !== 0))
    throw new DecodeError("unsupported-container", "a frame needs a dictionary", start);
  let window: number;
  if (single) {
    // The contents' size is the window's.
    window = sizeBytes === 2 ? 256 : 0;
    for (let i = sizeBytes - 1, unit = 256 ** i; i >= 0; i--, unit /= 256) window += unit * bytes[at + dictionary + i]!;
  } else {
    const base = 2 ** (10 + (bytes[5]! >> 3));
    window = base + (base / 8) * (bytes[5]! & 7);
  }
  if (window > MAX_WINDOW)
    throw new DecodeError("expansion-limit", `a frame asks for a window of ${window} bytes`, start);
  return { bytes, hasChecksum: (descriptor & 4) !== 0 };
}

async function* frame(stored: ByteCursor, decoder: ZstdDecoder): AsyncGenerator<Uint8Array, void> {
  const { bytes, hasChecksum } = await frameHeader(stored);
  const push = (part: Uint8Array, at: number, code: "decompress-corrupt" | "decompress-checksum"): Uint8Array[] => {
    try {
      return decoder.push(part);
    } catch (error) {
      throw DecodeError.of(error, code, at);
    }
  };
  yield* push(bytes, stored.position, "decompress-corrupt");
  for (let last = false; !last;) {
    const at = stored.position;
    const header = (await stored.peek(3)).slice();
    if (header.length < 3) throw new DecodeError("decompress-truncated", "the file ends before a block", at);
    const value = header[0]! | (header[1]! << 8) | (header[2]! << 16);
    last = (value & 1) !== 0;
    const type = (value >> 1) & 3;
    const size = value >> 3;
    if (type === 3 || size > MAX_BLOCK)
      throw new DecodeError("decompress-corrupt", "a block of an unknown kind or size", at);
    const block = await take(stored, 3 + (type === 1 ? 1 : size), "a block");
    yield* push(block, at, "decompress-corrupt");
  }
  if (!hasChecksum) return;
  const at = stored.position;
  yield* push(await take(stored, 4, "a frame's checksum"), at, "decompress-checksum");
}

async function* decode(stored: ByteCursor, keep?: Keep): AsyncGenerator<Uint8Array, void> {
  const decoder = await ZstdDecoder.create(keep).catch((error: unknown) => {
    throw DecodeError.of(error, "decompress-corrupt", stored.position);
  });
  try {
    yield* frames(stored, decoder);
  } finally {
    decoder.free();
  }
}

async function* frames(stored: ByteCursor, decoder: ZstdDecoder): AsyncGenerator<Uint8Array, void> {
  for (let first = true; ; first = false) {
    const magic = await stored.peek(4);
    if (magic.length === 0) return;
    const value = magic.length === 4 ? u32(magic) : 0;
    if (value === MAGIC) yield* frame(stored, decoder);
    else if (isSkippable(value)) await skipFrame(stored);
    else {
      const at = stored.position;
      if (!first && (await onlyZerosFollow(stored))) return;
      throw new DecodeError("decompress-trailing", "bytes that are no zstd frame follow the last one", at);
    }
  }
}

export const zstd: Codec = { id: "zstd", decode };
