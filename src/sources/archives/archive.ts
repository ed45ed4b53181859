/** The contract of an archive format: members one after the other, read forward, so that a pipe or a cut file gives what it has. */
import type { ByteReader } from "../source.js";

export interface ArchiveEntry {
  /** As stored; may be any text. */
  name: string;
  /** Epoch milliseconds. */
  mtimeMs?: number;
  /** The contents. Throws a DecodeError for what is wrong with this member. */
  chunks: AsyncGenerator<Uint8Array, void>;
}

/**
 * Yields the regular files of an archive in stored order. What was not read of a member when the next one is asked for is passed over.
 * Throws a DecodeError for what is wrong with the archive itself.
 */
export type ReadArchive = (stored: ByteReader) => AsyncGenerator<ArchiveEntry, void>;
