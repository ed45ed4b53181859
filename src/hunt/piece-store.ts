/** Pieces of bytes that wait for their turn, many in all: past a limit they are kept in one temporary file. */
import { TemporaryFile } from "./temporary-file.js";

type Bytes = Uint8Array<ArrayBuffer>;

/** A piece that was put away. */
export type Piece = Bytes | { readonly at: number; readonly length: number };

export class PieceStore {
  private kept = 0;
  private file: TemporaryFile | undefined;
  private end = 0;
  /** Pieces in the file that were not taken yet. */
  private filed = 0;

  /** @param limit bytes kept in memory */
  constructor(private readonly limit: number) {}

  /** @param bytes must be left as they are, and stand at the beginning of their buffer */
  put(bytes: Bytes): Piece {
    if (this.kept + bytes.length <= this.limit) {
      this.kept += bytes.length;
      return bytes;
    }
    this.file ??= new TemporaryFile();
    this.file.writeAt(this.end, bytes);
    const piece = { at: this.end, length: bytes.length };
    this.end += bytes.length;
    this.filed++;
    return piece;
  }

  /** Gives a piece back, once, at the beginning of a buffer. */
  take(piece: Piece): Bytes {
    if (piece instanceof Uint8Array) {
      this.kept -= piece.length;
      return piece;
    }
    const bytes = this.file!.bytesAt(piece.at, piece.length);
    // Its room is used again once nothing waits there.
    if (--this.filed === 0) this.end = 0;
    return bytes;
  }

  dispose(): void {
    this.file?.close();
    this.file = undefined;
  }
}
