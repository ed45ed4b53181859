/** What the tests of the sources share: temporary files, and readers read to their end. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { SourceError } from "../src/model/coverage.js";
import { openReader, type OpenOptions } from "../src/sources/open.js";
import type { ByteReader, SourceRef } from "../src/sources/source.js";

/** A folder that lives as long as the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "lookback-sources-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function refTo(path: string): SourceRef {
  const { size, mtimeMs } = statSync(path);
  return { path, size, mtimeMs, seekable: true };
}

export interface Everything {
  bytes: Buffer;
  errors: readonly SourceError[];
  codes: string[];
  reader: ByteReader;
}

export async function readAll(reader: ByteReader, blockSize = 1 << 20): Promise<Everything> {
  const parts: Buffer[] = [];
  const block = new Uint8Array(blockSize);
  for (;;) {
    const got = await reader.read(block);
    if (got === 0) break;
    parts.push(Buffer.from(block.subarray(0, got)));
  }
  if ((await reader.read(block)) !== 0) throw new Error("bytes after the end");
  await reader.close();
  return { bytes: Buffer.concat(parts), errors: reader.errors, codes: reader.errors.map(({ code }) => code), reader };
}

export async function readFileSource(path: string, options?: OpenOptions, blockSize?: number): Promise<Everything> {
  return readAll(await openReader(refTo(path), options), blockSize);
}

let files = 0;

/** Writes the bytes to a new file and reads it as a source. */
export function readBytes(
  folder: string,
  bytes: Uint8Array,
  options?: OpenOptions,
  blockSize?: number,
): Promise<Everything> {
  const path = join(folder, `source-${files++}`);
  writeFileSync(path, bytes);
  return readFileSource(path, options, blockSize);
}

/** Log text that does not compress too well, so that small files have several deflate blocks. */
export function logText(lines: number, seed = 1): string {
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % below;
  };
  let text = "";
  for (let i = 0; i < lines; i++)
    text += `2021-07-20T10:00:00Z deny proto=tcp src=${random(224)}.${random(256)}.${random(256)}.${random(256)}:${random(65536)} dst=192.0.2.${random(256)}\n`;
  return text;
}
