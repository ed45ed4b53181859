/** Opens a source as decoded log bytes, whatever it is stored in. */
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs";
import { open as openHandle } from "node:fs/promises";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import type { SourceError } from "../model/coverage.js";
import { decodingReader } from "./chunk-reader.js";
import { isStream, loadCodec } from "./codecs/index.js";
import { DEFAULT_EXPANSION } from "./expansion.js";
import { GzipReader } from "./gzip.js";
import { sniff, SNIFF_BYTES, type Sniffed } from "./sniff.js";
import type { ArchiveContainer, ByteReader, Container, SourceRef } from "./source.js";
import { FailedReader, FileReader, HeadReader, readHead, StreamReader } from "./stored.js";
import { systemError } from "./system-error.js";
import type { DecoderSource } from "./threaded-reader.js";
import { Utf16Reader } from "./utf16.js";

export { DEFAULT_EXPANSION };

export interface OpenOptions {
  /** Byte range, end exclusive. Only for a source that `inspect` says is `splittable`. */
  start?: number;
  end?: number;
  /** Decompressed bytes after which reading stops with `expansion-limit`; by default DEFAULT_EXPANSION. */
  maxExpandedBytes?: number;
  /** A large file is decompressed in a thread of its own (not gzip, whose is zlib's). */
  decoder?: DecoderSource | undefined;
  /** How far back `originalOffset` must answer, in bytes handed over. */
  window?: number;
}

/** Enough for a few of the hunt's blocks. */
const DEFAULT_WINDOW = 8 * 1024 * 1024;
/** Stored bytes that take longer to decompress than a thread to start. */
const WORTH_A_THREAD = 4 * 1024 * 1024;
/** Decoded block by block as fast as a scan. xz and bzip2 take twenty times as long as the scan beside them, and take input ahead. */
const THREADED: ReadonlySet<Container> = new Set<Container>(["zstd", "lz4"]);
/** Every magic number is shorter. */
const LEAST_SNIFFED = 16;
/** Compressed twice happens (a rotated `.gz` compressed again); deeper is made to harm. */
const MAX_LEVELS = 2;

export interface Inspection extends Sniffed {
  /** Ranges of it can be read apart: a plain UTF-8 file. */
  splittable: boolean;
}

/** Opens the same bytes once more, from an offset. */
type Reopen = (offset: number) => Promise<ByteReader>;

/** Looks at a source's first bytes. What cannot be opened or is read once only counts as plain and not splittable. */
export function inspect(source: SourceRef): Inspection {
  if (source.seekable) {
    const opened = openFile(source);
    if (!("code" in opened)) {
      closeSync(opened.fd);
      const sniffed = sniff(opened.head);
      return { ...sniffed, splittable: sniffed.container === "plain" && sniffed.encoding === "utf-8" };
    }
  }
  return { container: "plain", encoding: "utf-8", splittable: false };
}

/** What a source came to: a log, or an archive whose members are yet to be read. */
export type Opened = { reader: ByteReader } | { archive: ArchiveContainer; stored: ByteReader };

/** Never rejects: a source that cannot be opened is a reader without bytes, with the error. An archive is such a source here. */
export async function openReader(source: SourceRef, options: OpenOptions = {}): Promise<ByteReader> {
  const opened = await open(source, options);
  return "reader" in opened ? opened.reader : refuse(opened.stored, `${opened.archive} holds several logs`);
}

/** As `openReader`, for a caller that reads archives (archives/members.ts). */
export async function open(source: SourceRef, options: OpenOptions = {}): Promise<Opened> {
  try {
    return source.seekable ? await openSeekable(source, options) : await openOnce(source, options);
  } catch (error) {
    return failed(systemError(error));
  }
}

function failed(...errors: SourceError[]): Opened {
  return { reader: new FailedReader(errors) };
}

async function openSeekable(source: SourceRef, options: OpenOptions): Promise<Opened> {
  const opened = openFile(source);
  if ("code" in opened) return failed(opened);
  const { fd, head } = opened;
  const expected = source.size;
  if (head.length === 0 && expected === 0) {
    closeSync(fd);
    return failed({ code: "empty", message: "no bytes" });
  }
  const { container, encoding } = sniff(head);
  const ranged = (options.start ?? 0) > 0 || options.end !== undefined;
  if (container === "plain" && encoding === "utf-8")
    return { reader: new FileReader(fd, { start: options.start, end: options.end, expected }) };
  if (ranged) {
    closeSync(fd);
    return failed({ code: "file-changed", message: "no longer a plain text file that has ranges" });
  }
  const reopen: Reopen = async (offset) => {
    const again = openFile(source);
    if ("code" in again) return new FailedReader([again]);
    return new FileReader(again.fd, { start: offset, expected });
  };
  const own = expected >= WORTH_A_THREAD ? options : { ...options, decoder: undefined };
  return decode(new FileReader(fd, { expected }), 0, own, reopen);
}

async function openOnce(source: SourceRef, options: OpenOptions): Promise<Opened> {
  const reader = new StreamReader(source.path === "-" ? process.stdin : await openPipe(source));
  // A thread would read ahead of what a pipe may never give.
  const decoded = await decode(reader, 0, { ...options, decoder: undefined, isPipe: true }, undefined);
  if (reader.consumed > 0 || reader.errors.length > 0 || "archive" in decoded) return decoded;
  await decoded.reader.close();
  return failed({ code: "empty", message: "no bytes" });
}

interface DecodeOptions extends OpenOptions {
  /** More bytes may come at any time, or never. */
  isPipe?: boolean;
  /** What the bytes were taken out of, for messages. */
  within?: string;
}

/** Sniffs a stream and puts the decoders on it that it needs, up to an archive. `level`: decompressions so far. */
export async function decode(
  reader: ByteReader,
  level: number,
  options: DecodeOptions,
  reopen: Reopen | undefined,
): Promise<Opened> {
  // A pipe gives what it has: waiting for more could take for ever, and the first bytes tell the container.
  const head = await readHead(reader, SNIFF_BYTES, level === 0 && options.isPipe ? LEAST_SNIFFED : SNIFF_BYTES);
  const whole = new HeadReader(reader, head);
  const { container, unsupported, encoding } = sniff(head);
  const within = options.within ?? "";
  if (container === "plain")
    return {
      reader: encoding === "utf-8" ? whole : new Utf16Reader(whole, encoding, options.window ?? DEFAULT_WINDOW),
    };
  if (container === "zip" || container === "tar") return { archive: container, stored: whole };
  const inside = within === "" ? "" : `inside ${within}: `;
  if (container === "unsupported") return { reader: await refuse(whole, `${inside}${unsupported} is not read yet`) };
  if (level === MAX_LEVELS)
    return {
      reader: await refuse(whole, `${inside}${container} compressed more than ${MAX_LEVELS} times`, "nesting-limit"),
    };
  // One thread a file: what is compressed twice is no log of today's.
  const next: DecodeOptions = { ...options, decoder: undefined, within: container };
  if (isStream(container)) {
    const { maxExpandedBytes, decoder } = options;
    const limits = { maxExpandedBytes, inside: within === "" ? "" : ` (inside ${within})` };
    const text =
      decoder === undefined || !THREADED.has(container)
        ? decodingReader(whole, await loadCodec(container), limits)
        : (await import("./threaded-reader.js")).threadedReader(whole, container, decoder, limits);
    return decode(text, level + 1, next, undefined);
  }
  const gzip = (stored: ByteReader, reopenAt: Reopen | undefined): GzipReader =>
    new GzipReader(stored, { maxExpandedBytes: options.maxExpandedBytes, reopenAt, level: within === "" ? 1 : 2 });
  const reopenDecoded: Reopen | undefined =
    reopen &&
    (async (offset) => {
      const again = gzip(await reopen(0), undefined);
      await skip(again, offset);
      return again;
    });
  return decode(gzip(whole, reopen), level + 1, next, reopenDecoded);
}

async function refuse(
  reader: ByteReader,
  message: string,
  code: SourceError["code"] = "unsupported-container",
): Promise<ByteReader> {
  const errors = [...reader.errors];
  await reader.close();
  return new FailedReader([...errors, { code, message }], "unsupported");
}

async function skip(reader: ByteReader, count: number): Promise<void> {
  const scratch = new Uint8Array(256 * 1024);
  for (let left = count; left > 0;) {
    const got = await reader.read(scratch.subarray(0, left));
    if (got === 0) return;
    left -= got;
  }
}

/** What opens the source: its path, or its own bytes where that is no UTF-8. */
export function pathOf(source: Pick<SourceRef, "path" | "pathBytes">): string | Buffer {
  return source.pathBytes ? Buffer.from(source.pathBytes) : source.path;
}

/** Opens a regular file and reads its head. Non-blocking, so that a pipe put in the file's place cannot hang the hunt. */
function openFile(source: SourceRef): { fd: number; head: Uint8Array } | SourceError {
  let fd: number;
  try {
    fd = openSync(pathOf(source), constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return systemError(error);
  }
  try {
    if (fstatSync(fd).isFile()) {
      const head = new Uint8Array(SNIFF_BYTES);
      const got = readSync(fd, head, 0, SNIFF_BYTES, 0);
      return { fd, head: head.subarray(0, got) };
    }
  } catch (error) {
    closeSync(fd);
    return systemError(error, 0);
  }
  closeSync(fd);
  return { code: "file-changed", message: "no longer a file" };
}

/**
 * Opens what is read once. A FIFO goes through the event loop, which also waits there for its writer: a thread of the
 * pool that waits in open(2) or read(2) cannot be ended, and keeps the process from ending.
 */
async function openPipe(source: SourceRef): Promise<Readable> {
  const path = pathOf(source);
  if (!statSync(path).isFIFO()) return (await openHandle(path, constants.O_RDONLY)).createReadStream();
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return new Socket({ fd, readable: true, writable: false });
}
