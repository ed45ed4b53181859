/** XZ (https://tukaani.org/xz/xz-file-format.txt): every stream of the file, checks verified, through xz-decompress (liblzma as WASM). */
import { XzReadableStream } from "xz-decompress";
import type { ByteCursor } from "../byte-cursor.js";
import { DecodeError, type Codec } from "./codec.js";

/** The end of every stream, `YZ`; streams are whole words long. */
const FOOTER = [0x59, 0x5a] as const;

/**
 * Up to the next place where a stream may end: what the engine holds back is lost when it fails, so that the bytes behind a stream must
 * not come to it with the stream's own.
 */
function upToFooter(bytes: Uint8Array, position: number): Uint8Array {
  for (let i = bytes.indexOf(FOOTER[0]); i >= 0; i = bytes.indexOf(FOOTER[0], i + 1))
    if (bytes[i + 1] === FOOTER[1] && (position + i + 2) % 4 === 0) return bytes.subarray(0, i + 2);
  return bytes;
}

async function* decode(stored: ByteCursor): AsyncGenerator<Uint8Array, void> {
  let atEnd = false;
  let last: Uint8Array = new Uint8Array(0);
  const input = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const bytes = upToFooter(await stored.from(stored.position), stored.position).slice();
        if (bytes.length === 0) {
          atEnd = true;
          controller.close();
          return;
        }
        last = bytes.length >= 16 ? bytes : new Uint8Array([...last.subarray(-16), ...bytes]);
        stored.moveTo(stored.position + bytes.length);
        controller.enqueue(bytes);
      },
    },
    { highWaterMark: 0 },
  );
  const reader = new XzReadableStream(input).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const tail = last.subarray(-2);
    const cut = atEnd && !FOOTER.every((byte, i) => tail[i] === byte);
    throw cut
      ? new DecodeError(
          "decompress-truncated",
          `the file ends inside an xz stream, or is damaged (${said})`,
          stored.position,
        )
      : new DecodeError(
          "decompress-corrupt",
          `an xz stream is damaged, or other bytes follow it (${said})`,
          stored.position,
        );
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

export const xz: Codec = { id: "xz", decode };
