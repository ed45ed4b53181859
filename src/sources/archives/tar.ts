/** tar: ustar, pax and GNU (POSIX.1-1988 and 2001; https://www.gnu.org/software/tar/manual/html_node/Standard.html), through tar-stream. */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract } from "tar-stream";
import { DecodeError } from "../codecs/codec.js";
import type { ByteReader } from "../source.js";
import type { ArchiveEntry } from "./archive.js";

const BLOCK = 256 * 1024;
const FILES: ReadonlySet<string> = new Set(["file", "contiguous-file"]);

async function* bytesOf(stored: ByteReader): AsyncGenerator<Uint8Array, void> {
  for (;;) {
    const block = Buffer.allocUnsafe(BLOCK);
    const got = await stored.read(block);
    if (got === 0) return;
    yield block.subarray(0, got);
  }
}

function failure(error: unknown, offset: number): DecodeError {
  const said = error instanceof Error ? error.message : String(error);
  return /unexpected end/i.test(said)
    ? new DecodeError("archive-truncated", "the archive ends inside a member", offset)
    : new DecodeError("archive-corrupt", `the archive is damaged: ${said}`, offset);
}

export async function* readTar(stored: ByteReader): AsyncGenerator<ArchiveEntry, void> {
  const archive = extract();
  let failed: DecodeError | undefined;
  const feeding = pipeline(Readable.from(bytesOf(stored), { objectMode: false }), archive).catch((error: unknown) => {
    failed ??= failure(error, stored.consumed);
  });
  // `for await` over an entry would destroy it when its reader leaves early, and the archive with it.
  async function* chunksOf(entry: AsyncIterator<unknown>): AsyncGenerator<Uint8Array, void> {
    try {
      for (let next = await entry.next(); next.done !== true; next = await entry.next()) yield next.value as Uint8Array;
    } catch (error) {
      failed ??= failure(error, stored.consumed);
      throw failed;
    }
  }
  try {
    for await (const entry of archive) {
      const { name, type, mtime } = entry.header;
      if (!FILES.has(type ?? "file")) {
        entry.resume();
        continue;
      }
      const bytes = entry[Symbol.asyncIterator]();
      const chunks = chunksOf(bytes);
      yield { name: name.replace(/^(?:\.\/)+/, ""), ...(mtime ? { mtimeMs: mtime.getTime() } : {}), chunks };
      await chunks.return();
      // What was not read of a member stands before the next.
      for (let left = await bytes.next(); left.done !== true;) left = await bytes.next();
      if (failed) return;
    }
  } catch (error) {
    failed ??= failure(error, stored.consumed);
  }
  await feeding;
  if (failed) throw failed;
}
