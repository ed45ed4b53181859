/** Queues that keep little in memory: past its limit one goes to a temporary file. */
import { TemporaryFile } from "./temporary-file.js";

export class LineSpool {
  private memory: string[] = [];
  private characters = 0;
  private file: TemporaryFile | undefined;

  /** @param limit characters kept in memory */
  constructor(private readonly limit = 4 * 1024 * 1024) {}

  /** @param line must hold no line break (JSON text does not) */
  append(line: string): void {
    if (this.file) {
      this.file.write(`${line}\n`);
      return;
    }
    this.memory.push(line);
    this.characters += line.length;
    if (this.characters <= this.limit) return;
    this.file = new TemporaryFile();
    for (const one of this.memory) this.file.write(`${one}\n`);
    this.memory = [];
  }

  /** Every line in order, once; the spool is empty afterwards. */
  *drain(): Generator<string> {
    yield* this.file ? this.file.lines() : this.memory;
    this.dispose();
  }

  dispose(): void {
    this.memory = [];
    this.characters = 0;
    this.file?.close();
    this.file = undefined;
  }
}

/** Of pieces of bytes. */
export class ByteSpool {
  private memory: Uint8Array<ArrayBuffer>[] = [];
  private bytes = 0;
  private file: TemporaryFile | undefined;
  /** Of the pieces in the file. */
  private lengths: number[] = [];

  /** @param limit bytes kept in memory */
  constructor(private readonly limit: number) {}

  /** @param piece must be left as it is */
  append(piece: Uint8Array<ArrayBuffer>): void {
    if (this.file || this.bytes + piece.length > this.limit) {
      this.file ??= new TemporaryFile();
      this.file.writeBytes(piece);
      this.lengths.push(piece.length);
      return;
    }
    this.memory.push(piece);
    this.bytes += piece.length;
  }

  /** Every piece in order, once, each at the beginning of a buffer of its own; the spool is empty afterwards. */
  *drain(): Generator<Uint8Array<ArrayBuffer>> {
    yield* this.memory;
    let at = 0;
    for (const length of this.lengths) {
      yield this.file!.bytesAt(at, length);
      at += length;
    }
    this.dispose();
  }

  dispose(): void {
    this.memory = [];
    this.bytes = 0;
    this.lengths = [];
    this.file?.close();
    this.file = undefined;
  }
}
