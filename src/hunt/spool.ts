/** A queue of text lines that keeps little in memory: past its limit it goes to a temporary file, removed after use. */
import { closeSync, createReadStream, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export class LineSpool {
  private memory: string[] = [];
  private characters = 0;
  private folder: string | undefined;
  private fd: number | undefined;

  /** @param limit characters kept in memory */
  constructor(private readonly limit = 4 * 1024 * 1024) {}

  /** @param line must hold no line break (JSON text does not) */
  append(line: string): void {
    this.memory.push(line);
    this.characters += line.length;
    if (this.characters > this.limit) this.spill();
  }

  /** Every line in order, once; the spool is empty afterwards. */
  async *drain(): AsyncGenerator<string> {
    if (this.fd !== undefined) {
      this.spill();
      const lines = createInterface({
        input: createReadStream(join(this.folder!, "spool"), "utf8"),
        crlfDelay: Infinity,
      });
      yield* lines;
    } else yield* this.memory;
    this.dispose();
  }

  dispose(): void {
    this.memory = [];
    this.characters = 0;
    if (this.fd !== undefined) closeSync(this.fd);
    if (this.folder !== undefined) rmSync(this.folder, { recursive: true, force: true });
    this.fd = this.folder = undefined;
  }

  private spill(): void {
    this.folder ??= mkdtempSync(join(tmpdir(), "lookback-"));
    this.fd ??= openSync(join(this.folder, "spool"), "w", 0o600);
    if (this.memory.length > 0) writeAll(this.fd, `${this.memory.join("\n")}\n`);
    this.memory = [];
    this.characters = 0;
  }
}

/** writeSync until all is written. @param position of the file; absent: where it stands */
export function writeAll(fd: number, text: string | Uint8Array, position?: number): void {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  for (let at = 0; at < bytes.length;)
    at += writeSync(fd, bytes, at, undefined, position === undefined ? undefined : position + at);
}
