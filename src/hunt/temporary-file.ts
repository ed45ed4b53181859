/** Files for what does not fit memory. They have no name: when the process ends, however it ends, they are gone. */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";

import { relieve } from "./relief.js";

const CHUNK = 32 * 1024;
/** Written at once. */
const BUFFER_CHARACTERS = 1024 * 1024;

export class TemporaryFile {
  private readonly fd: number;
  private readonly folder: string;
  private buffer: string[] = [];
  private characters = 0;

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), "lookback-"));
    this.fd = openSync(join(this.folder, "data"), "wx+", 0o600);
    try {
      this.removeName();
    } catch {
      // A system that keeps the names of open files: it goes with `close`.
    }
  }

  write(text: string): void {
    this.buffer.push(text);
    this.characters += text.length;
    if (this.characters > BUFFER_CHARACTERS) this.flush();
  }

  writeBytes(bytes: Uint8Array): void {
    this.flush();
    writeAll(this.fd, bytes);
  }

  /** @param at offset in bytes; of a file that is written in no other way */
  writeAt(at: number, bytes: Uint8Array): void {
    writeAll(this.fd, bytes, at);
  }

  /** @param at offset in bytes, of what was written with `writeAt` */
  bytesAt(at: number, length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    for (let read = 0; read < length;) {
      const n = readSync(this.fd, bytes, read, length - read, at + read);
      if (n === 0) throw new Error("a temporary file was cut short");
      read += n;
    }
    return bytes;
  }

  /** The lines, each of which has its line end. As often as need be, also while more is written behind. */
  *lines(): Generator<string> {
    const chunk = Buffer.allocUnsafe(CHUNK);
    const decoder = new StringDecoder("utf8");
    let rest = "";
    for (let at = 0; ;) {
      this.flush();
      const n = readSync(this.fd, chunk, 0, CHUNK, at);
      if (n === 0) return;
      at += n;
      relieve(n);
      const lines = (rest + decoder.write(chunk.subarray(0, n))).split("\n");
      rest = lines.pop()!;
      yield* lines;
    }
  }

  close(): void {
    closeSync(this.fd);
    this.removeName();
  }

  private flush(): void {
    if (this.characters > 0) writeAll(this.fd, this.buffer.join(""));
    this.buffer = [];
    this.characters = 0;
  }

  private removeName(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** writeSync until all is written. @param position of the file; absent: where it stands */
export function writeAll(fd: number, text: string | Uint8Array, position?: number): void {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  for (let at = 0; at < bytes.length;)
    at += writeSync(fd, bytes, at, undefined, position === undefined ? undefined : position + at);
}
