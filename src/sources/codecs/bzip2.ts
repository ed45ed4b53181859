/** bzip2: every stream of the file, block checksums verified, through unbzip2-stream. Slow (some 16 MB/s): the format is. */
import unbzip2 from "unbzip2-stream";
import type { ByteCursor } from "../byte-cursor.js";
import { DecodeError, type Codec } from "./codec.js";

async function* decode(stored: ByteCursor): AsyncGenerator<Uint8Array, void> {
  const engine = unbzip2();
  let out: Uint8Array[] = [];
  let failure: Error | undefined;
  engine.on("data", (chunk: Uint8Array) => out.push(chunk));
  engine.on("error", (error: Error) => (failure ??= error));
  const fail = (atEnd: boolean): DecodeError => {
    const said = failure!.message;
    if (/No magic number/.test(said))
      return new DecodeError(
        "decompress-trailing",
        "bytes that are no bzip2 stream follow the last one",
        stored.position,
      );
    return new DecodeError(
      atEnd ? "decompress-truncated" : "decompress-corrupt",
      atEnd ? `the file ends inside a bzip2 stream, or is damaged (${said})` : `a bzip2 stream is damaged (${said})`,
      stored.position,
    );
  };
  for (;;) {
    const bytes = await stored.from(stored.position);
    if (bytes.length > 0) {
      engine.write(Buffer.from(bytes));
      stored.moveTo(stored.position + bytes.length);
    } else engine.end();
    yield* out;
    out = [];
    if (failure) throw fail(bytes.length === 0);
    if (bytes.length === 0) return;
  }
}

export const bzip2: Codec = { id: "bzip2", decode };
