/**
 * ZIP (PKWARE APPNOTE.TXT 6.3.10), read forward by its local headers: a cut archive gives what it has, and a pipe or an archive within
 * another needs no buffer. The directory at the end is not asked.
 */
import { crc32 } from "node:zlib";
import { ByteCursor } from "../byte-cursor.js";
import { DecodeError, take, u32 } from "../codecs/codec.js";
import { RawInflater } from "../raw-inflater.js";
import type { ByteReader } from "../source.js";
import type { ArchiveEntry } from "./archive.js";

const LOCAL = 0x04034b50;
const DESCRIPTOR = 0x08074b50;
/** Central directory, its end (32 and 64 bit), archive extra data, digital signature: after the last member. */
const AFTER: ReadonlySet<number> = new Set([0x02014b50, 0x06054b50, 0x06064b50, 0x08064b50, 0x05054b50]);
/** Before the first part of a split archive, or of one that turned out not to be split. */
const SPANNING: ReadonlySet<number> = new Set([0x08074b50, 0x30304b50]);
const BLOCK = 256 * 1024;
/** A slice inflates to 1,032 times its size at the most. */
const SLICE = 32 * 1024;
const CHUNK = 1024 * 1024;
const METHODS: Readonly<Record<number, string>> = {
  1: "shrink",
  6: "implode",
  9: "Deflate64",
  12: "bzip2",
  14: "LZMA",
  93: "Zstandard",
  95: "XZ",
  98: "PPMd",
  99: "AES encryption",
};

interface Header {
  name: string;
  flags: number;
  method: number;
  crc: number;
  size: number;
  compressed: number;
  wide: boolean;
  mtimeMs?: number;
}

/** MS-DOS date and time are local: read as UTC, as times without a zone are. */
function dosTime(time: number, date: number): number | undefined {
  const ms = Date.UTC(
    1980 + (date >> 9),
    ((date >> 5) & 15) - 1,
    date & 31,
    time >> 11,
    (time >> 5) & 63,
    (time & 31) * 2,
  );
  return date === 0 ? undefined : ms;
}

/** 64-bit sizes (4.5.3), and the UTC time of the extended timestamp. */
function readExtra(extra: Uint8Array, header: Header): void {
  const view = new DataView(extra.buffer, extra.byteOffset, extra.length);
  for (let at = 0; at + 4 <= extra.length;) {
    const id = view.getUint16(at, true);
    const length = view.getUint16(at + 2, true);
    const from = at + 4;
    at = from + length;
    if (at > extra.length) return;
    if (id === 0x5455 && length >= 5 && (extra[from]! & 1) !== 0) header.mtimeMs = view.getInt32(from + 1, true) * 1000;
    if (id !== 1) continue;
    header.wide = true;
    let next = from;
    for (const key of ["size", "compressed"] as const)
      if (header[key] === 0xffffffff && next + 8 <= at) {
        header[key] = Number(view.getBigUint64(next, true));
        next += 8;
      }
  }
}

async function localHeader(cursor: ByteCursor): Promise<Header> {
  const fixed = (await take(cursor, 30, "a member's header")).slice();
  const view = new DataView(fixed.buffer, fixed.byteOffset, 30);
  const flags = view.getUint16(6, true);
  const name = await take(cursor, view.getUint16(26, true), "a member's name");
  const text = new TextDecoder((flags & 0x800) !== 0 ? "utf-8" : "latin1").decode(name);
  const mtimeMs = dosTime(view.getUint16(10, true), view.getUint16(12, true));
  const header: Header = {
    name: text,
    flags,
    method: view.getUint16(8, true),
    crc: view.getUint32(14, true),
    compressed: view.getUint32(18, true),
    size: view.getUint32(22, true),
    wide: false,
    ...(mtimeMs === undefined ? {} : { mtimeMs }),
  };
  readExtra(await take(cursor, view.getUint16(28, true), "a member's header"), header);
  return header;
}

async function* storedData(cursor: ByteCursor, length: number): AsyncGenerator<Uint8Array, void> {
  for (let left = length; left > 0;) {
    const bytes = await cursor.from(cursor.position);
    if (bytes.length === 0)
      throw new DecodeError("archive-truncated", "the archive ends inside a member", cursor.position);
    const part = bytes.subarray(0, left);
    cursor.moveTo(cursor.position + part.length);
    left -= part.length;
    yield part;
  }
}

/** A raw deflate stream, which tells its own end: the cursor is left behind it. */
async function* inflated(cursor: ByteCursor): AsyncGenerator<Uint8Array, void> {
  let out: Uint8Array[] = [];
  const inflater = new RawInflater(CHUNK, (chunk) => out.push(chunk));
  const start = cursor.position;
  try {
    for (let offset = start; inflater.running;) {
      const slice = (await cursor.from(offset)).subarray(0, SLICE);
      if (slice.length === 0) await inflater.finish();
      else await inflater.write(slice);
      offset += slice.length;
      cursor.moveTo(start + inflater.consumed);
      yield* out;
      out = [];
    }
    // The engine's last chunk may come after the write that ended it.
    yield* out;
  } finally {
    inflater.close();
  }
  if (inflater.state === "truncated")
    throw new DecodeError("archive-truncated", "the archive ends inside a member", cursor.position);
  if (inflater.state === "failed")
    throw new DecodeError("archive-corrupt", `a member's data is damaged: ${inflater.reason}`, cursor.position);
}

/** The sizes and checksum that follow a member whose header could not know them (4.3.9). Its signature is optional. */
async function descriptor(cursor: ByteCursor, wide: boolean): Promise<number> {
  const signed = u32(await cursor.peek(4)) === DESCRIPTOR;
  const sizes = wide ? 16 : 8;
  const bytes = await take(cursor, (signed ? 8 : 4) + sizes, "a member's data descriptor");
  return u32(bytes, signed ? 4 : 0);
}

async function* contents(
  cursor: ByteCursor,
  header: Header,
  state: { done: boolean },
): AsyncGenerator<Uint8Array, void> {
  const { flags, method, compressed, wide } = header;
  const later = (flags & 8) !== 0;
  const at = cursor.position;
  const skip = async (): Promise<void> => {
    for await (const _ of storedData(cursor, compressed)) continue;
    state.done = true;
  };
  const known = !later || compressed > 0;
  if ((flags & 1) !== 0 || method === 99) {
    if (known) await skip();
    throw new DecodeError("archive-encrypted", "the member is encrypted", at);
  }
  if ((method !== 0 && method !== 8) || (method === 0 && !known)) {
    if (known) await skip();
    const what = method === 0 ? "stored without its size" : `compressed with ${METHODS[method] ?? `method ${method}`}`;
    throw new DecodeError("unsupported-container", `the member is ${what}: not read yet`, at);
  }
  let crc = 0;
  for await (const chunk of method === 8 ? inflated(cursor) : storedData(cursor, compressed)) {
    crc = crc32(chunk, crc);
    yield chunk;
  }
  const expected = later ? await descriptor(cursor, wide) : header.crc;
  state.done = true;
  if (expected !== crc)
    throw new DecodeError("decompress-checksum", "the member's contents do not match its CRC-32", cursor.position);
}

export async function* readZip(stored: ByteReader): AsyncGenerator<ArchiveEntry, void> {
  const cursor = new ByteCursor(stored, { blockSize: BLOCK });
  if (SPANNING.has(u32(await cursor.peek(4)))) cursor.moveTo(4);
  for (;;) {
    const at = cursor.position;
    const magic = await cursor.peek(4);
    if (magic.length === 4 && AFTER.has(u32(magic))) return;
    if (magic.length < 4) throw new DecodeError("archive-truncated", "the archive ends before its directory", at);
    if (u32(magic) !== LOCAL) throw new DecodeError("archive-corrupt", "no member begins where one should", at);
    let header: Header;
    try {
      header = await localHeader(cursor);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      throw new DecodeError("archive-truncated", "the archive ends inside a member's header", at);
    }
    if (header.name.endsWith("/") && header.compressed === 0 && (header.flags & 8) === 0) continue;
    const state = { done: false };
    const chunks = contents(cursor, header, state);
    yield { name: header.name, ...(header.mtimeMs === undefined ? {} : { mtimeMs: header.mtimeMs }), chunks };
    // Where a damaged member ends is not known.
    for (;;) {
      try {
        if ((await chunks.next()).done === true) break;
      } catch {
        break;
      }
    }
    if (!state.done) return;
  }
}
