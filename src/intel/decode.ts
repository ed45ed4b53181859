/** Stored bytes of an intel file to text: gzip by magic, UTF-16 by mark or pattern, UTF-8, else Windows-1252. */
import { isUtf8 } from "node:buffer";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, gunzipSync } from "node:zlib";
import type { ErrorCode } from "../model/errors.js";

/** Largest intel file, stored or unpacked. A million addresses are 15 MB. */
export const MAX_INTEL_BYTES = 256 * 1024 * 1024;

export interface Unpacked {
  bytes: Uint8Array;
  /** What was lost: the bytes are what could be read before it. */
  error?: { code: ErrorCode; message: string };
}

/** zlib's words for damage. */
const DAMAGE: readonly { says: string; code: ErrorCode; message: string }[] = [
  { says: "unexpected end of file", code: "gzip-truncated", message: "the gzip stream ends early" },
  { says: "incorrect data check", code: "gzip-crc", message: "the gzip checksum does not match" },
  { says: "incorrect length check", code: "gzip-size", message: "the gzip length does not match" },
  { says: "incorrect header check", code: "gzip-trailing", message: "bytes that are no gzip follow the gzip stream" },
];

/** Number of pieces that a damaged stream is fed in: zlib hands over nothing of the piece in which the damage lies. */
const PIECES = 4096;

function* pieces(stored: Uint8Array): Generator<Uint8Array> {
  const size = Math.ceil(stored.length / PIECES);
  for (let at = 0; at < stored.length; at += size) yield stored.subarray(at, at + size);
}

/** What a damaged stream gives before the damage. */
async function salvage(stored: Uint8Array): Promise<{ bytes: Uint8Array; failure: string }> {
  const chunks: Buffer[] = [];
  let total = 0;
  const stream = createGunzip();
  stream.on("data", (chunk: Buffer) => {
    total += chunk.length;
    if (total > MAX_INTEL_BYTES) stream.destroy(new Error("too large"));
    else chunks.push(chunk);
  });
  const failure = await pipeline(Readable.from(pieces(stored)), stream).then(
    () => "",
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  const bytes = Buffer.concat(chunks);
  // The last line may be cut, and half an address is another address.
  return { bytes: bytes.subarray(0, bytes.lastIndexOf(10) + 1), failure };
}

async function gunzip(stored: Uint8Array): Promise<Unpacked> {
  try {
    return { bytes: gunzipSync(stored, { maxOutputLength: MAX_INTEL_BYTES }) };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE") {
      const message = `unpacks to more than ${MAX_INTEL_BYTES / 2 ** 20} MiB: not read`;
      return { bytes: new Uint8Array(0), error: { code: "expansion-limit", message } };
    }
  }
  const { bytes, failure } = await salvage(stored);
  const damage = DAMAGE.find((kind) => failure.includes(kind.says));
  // A header that is no header is damage when nothing came before it.
  const known = damage?.code === "gzip-trailing" && bytes.length === 0 ? undefined : damage;
  const message = `${known?.message ?? "the gzip stream is damaged"}: read up to the last whole line before that`;
  return { bytes, error: { code: known?.code ?? "gzip-corrupt", message } };
}

/** Without a mark: UTF-16 of ASCII text has a zero in every other byte. */
function utf16WithoutMark(bytes: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  const n = Math.min(bytes.length, 512) & ~1;
  let even = 0;
  let odd = 0;
  for (let i = 0; i < n; i += 2) {
    if (bytes[i] === 0) even++;
    if (bytes[i + 1] === 0) odd++;
  }
  const most = n * 0.35;
  if (n < 4) return undefined;
  if (odd > most && even === 0) return "utf-16le";
  return even > most && odd === 0 ? "utf-16be" : undefined;
}

function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return utf16WithoutMark(bytes) ?? (isUtf8(bytes) ? "utf-8" : "windows-1252");
}

/** The text of unpacked bytes, without byte order mark, its lines ending in `\n`. */
export function textOf(bytes: Uint8Array): string {
  const text = new TextDecoder(encodingOf(bytes)).decode(bytes);
  return text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
}

/** Gunzips what is packed, by its magic bytes. */
export async function unpack(stored: Uint8Array): Promise<Unpacked> {
  return stored[0] === 0x1f && stored[1] === 0x8b ? gunzip(stored) : { bytes: stored };
}
