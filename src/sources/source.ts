/** The contract of a source of bytes: what the hunt reads from, whatever it is stored in. */
import type { SourceError } from "../model/coverage.js";

/** Compressed as one stream, and read by a codec. */
export type StreamContainer = "zstd" | "xz" | "bzip2" | "lz4";
/** Holds members, each a source of its own. */
export type ArchiveContainer = "zip" | "tar";
/** How the bytes are stored, by magic number, never by name. */
export type Container = "plain" | "gzip" | StreamContainer | ArchiveContainer | "unsupported";
export type Encoding = "utf-8" | "utf-16le" | "utf-16be";

/** A file found by the walk, or standard input. */
export interface SourceRef {
  /** Path as reported: as the user gave it, joined with the path below a folder, `/` between parts. `-` for standard input. */
  path: string;
  /** The path's own bytes, only when it is not valid UTF-8 and `path` therefore does not open it. */
  pathBytes?: Uint8Array;
  /** Bytes as stored; 0 when unknown (pipes). */
  size: number;
  /** Epoch milliseconds; undefined for pipes. */
  mtimeMs?: number;
  /** False for standard input and pipes: read once, in order, from the start. */
  seekable: boolean;
}

/** What the walk could not take, for coverage. */
export interface WalkProblem {
  path: string;
  error: SourceError;
}

/**
 * A stream of decoded log bytes: decompressed, UTF-8 (UTF-16 is transcoded). A UTF-8 byte order mark is passed on as bytes.
 * `read` fills the target from its start and resolves to the number of bytes written; 0 means the end. After an error it
 * still hands over everything that could be read, then returns 0 with the error in `errors`.
 */
export interface ByteReader {
  readonly container: Container;
  readonly encoding: Encoding;
  read(into: Uint8Array): number | Promise<number>;
  /** Errors so far, in the order they were met. Complete once `read` has returned 0. */
  readonly errors: readonly SourceError[];
  /** Stored (compressed) bytes consumed so far, for progress. */
  readonly consumed: number;
  /** Modification time that the container itself records (gzip MTIME), epoch milliseconds. */
  readonly innerTimeMs?: number;
  /**
   * Offset in the decompressed stream, in its own encoding, of a byte position in what `read` has handed over.
   * The identity unless the stream was transcoded. Positions may only be asked for the most recent `read` calls
   * that are still within `window` bytes of the end (see openReader).
   */
  originalOffset(position: number): number;
  close(): Promise<void>;
}
