/** A queue of text lines that keeps little in memory: past its limit it goes to a temporary file. */
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
