/**
 * What a damaged deflate stream still holds. zlib drops the output of the write at fault, so the member is inflated again,
 * from its start, up to where it was sound, and from there in ever smaller writes: the last one byte by byte.
 */
import { ByteCursor } from "./byte-cursor.js";
import { RawInflater } from "./raw-inflater.js";
import type { ByteReader } from "./source.js";

export interface Damage {
  /** Where the deflate stream starts, in the reader's bytes. */
  start: number;
  /** Output of it that was handed over. */
  produced: number;
  /** Bytes of it known to be sound. */
  sound: number;
}

/** zlib holds up to four bytes that it has not decoded; a wider margin costs nothing. */
const MARGIN = 16;
const STEPS = [512, 1];

/**
 * Hands over the output between `damage.produced` and the damage; returns the damage narrowed to a byte.
 * `deliver` returns false to stop.
 */
export async function recoverDamaged(
  damage: Damage,
  reopenAt: (offset: number) => Promise<ByteReader>,
  deliver: (chunk: Uint8Array) => boolean,
  room: () => Promise<void>,
): Promise<Damage> {
  let { produced, sound } = damage;
  for (const step of STEPS) {
    const reader = await reopenAt(damage.start);
    const cursor = new ByteCursor(reader, { start: damage.start, blockSize: 64 * 1024 });
    const output = { seen: 0, stopped: false };
    const inflater = new RawInflater(64 * 1024, (chunk) => {
      output.seen += chunk.length;
      const fresh = output.seen - produced;
      if (fresh <= 0 || output.stopped) return;
      output.stopped = !deliver(fresh < chunk.length ? chunk.subarray(chunk.length - fresh) : chunk);
      produced = output.seen;
    });
    const fine = damage.start + Math.max(0, sound - MARGIN);
    try {
      while (inflater.running && !output.stopped) {
        const block = await cursor.from(cursor.position);
        // The file changed meanwhile, or is whole after all: what came is all there is.
        if (block.length === 0) break;
        const at = cursor.position;
        const slice = block.subarray(0, at < fine ? fine - at : step);
        await inflater.write(slice);
        cursor.moveTo(at + slice.length);
        await room();
      }
      sound = Math.max(sound, inflater.consumed);
    } finally {
      inflater.close();
      await reader.close();
    }
    if (output.stopped || inflater.state === "ended") break;
  }
  return { start: damage.start, produced, sound };
}
