/**
 * What a stream of bytes is, by its first bytes alone: names lie (`.gz` on plain text, rotated files without any
 * extension), magic numbers do not.
 */
import type { Container, Encoding } from "./source.js";

/** Bytes of the head that `sniff` looks at. Fewer are fine: a short file is a short head. */
export const SNIFF_BYTES = 4096;

export interface Sniffed {
  container: Container;
  /** What it is, when nothing here reads it yet: `7z`, `pcap` … */
  unsupported?: string;
  /** Meaningful for `plain` only: a compressed stream's text is known once it is decompressed. */
  encoding: Encoding;
}

/** One magic number: every part must be found at its offset. */
interface Magic {
  /** A container, or the name of what is not read yet. */
  name: string;
  parts: readonly (readonly [offset: number, hex: string])[];
}

/**
 * Magics that are printable text by themselves carry a second part, so that no log line is taken for a container.
 */
const MAGICS: readonly Magic[] = [
  { name: "zip", parts: [[0, "504b0304"]] },
  { name: "zip", parts: [[0, "504b0506"]] },
  { name: "zip", parts: [[0, "504b0708"]] },
  { name: "zstd", parts: [[0, "28b52ffd"]] },
  ...Array.from({ length: 16 }, (_, n): Magic => ({
    // RFC 8878 3.1.2: skippable frames, 0x184D2A50 to 0x184D2A5F, little endian. LZ4 shares them.
    name: "zstd",
    parts: [[0, `5${n.toString(16)}2a4d18`]],
  })),
  { name: "xz", parts: [[0, "fd377a585a00"]] },
  {
    name: "bzip2",
    parts: [
      [0, "425a68"],
      [4, "314159265359"],
    ],
  },
  {
    name: "bzip2",
    parts: [
      [0, "425a68"],
      [4, "177245385090"],
    ],
  },
  { name: "lz4", parts: [[0, "04224d18"]] },
  { name: "lz4", parts: [[0, "02214c18"]] }, // legacy frames
  { name: "lzip", parts: [[0, "4c5a495001"]] },
  { name: "lzop", parts: [[0, "894c5a4f000d0a1a0a"]] },
  { name: "compress (.Z)", parts: [[0, "1f9d"]] },
  { name: "snappy", parts: [[0, "ff060000734e61507059"]] },
  { name: "7z", parts: [[0, "377abcaf271c"]] },
  { name: "rar", parts: [[0, "526172211a07"]] },
  { name: "cab", parts: [[0, "4d53434600000000"]] },
  { name: "pcap", parts: [[0, "d4c3b2a1"]] },
  { name: "pcap", parts: [[0, "a1b2c3d4"]] },
  { name: "pcap", parts: [[0, "4d3cb2a1"]] },
  { name: "pcap", parts: [[0, "a1b23c4d"]] },
  { name: "pcap", parts: [[0, "34cdb2a1"]] },
  { name: "pcap", parts: [[0, "a1b2cd34"]] },
  {
    name: "pcapng",
    parts: [
      [0, "0a0d0d0a"],
      [8, "1a2b3c4d"],
    ],
  },
  {
    name: "pcapng",
    parts: [
      [0, "0a0d0d0a"],
      [8, "4d3c2b1a"],
    ],
  },
  { name: "nfdump", parts: [[0, "0ca50100"]] },
  { name: "nfdump", parts: [[0, "0ca50200"]] },
  { name: "evtx", parts: [[0, "456c6646696c6500"]] },
  { name: "evt", parts: [[0, "300000004c664c65"]] },
  { name: "systemd journal", parts: [[0, "4c504b5348485248"]] },
  { name: "parquet", parts: [[0, "5041523115"]] },
  { name: "avro", parts: [[0, "4f626a01"]] },
  { name: "sqlite", parts: [[0, "53514c69746520666f726d6174203300"]] },
];

const COMPILED = MAGICS.map((magic) => ({
  name: magic.name,
  parts: magic.parts.map(([offset, hex]) => ({ offset, bytes: Buffer.from(hex, "hex") })),
}));

function matches(head: Uint8Array, offset: number, bytes: Uint8Array): boolean {
  if (offset + bytes.length > head.length) return false;
  return bytes.every((byte, i) => head[offset + i] === byte);
}

/** RFC 1952 2.3.1: ID1, ID2, CM. A file cut inside these three bytes is still a gzip file, and a truncated one. */
function isGzip(head: Uint8Array): boolean {
  if (head[0] !== 0x1f) return false;
  return head.length === 1 || (head[1] === 0x8b && (head.length === 2 || head[2] === 8));
}

/** Longer runs of printable ASCII do not come from UTF-16: there, every ASCII character has a zero byte beside it. */
const PLAIN_RUN = 24;

/**
 * UTF-16 by byte order mark, or by the zero bytes of the ASCII in it: those of the high bytes, and a few low ones (emoji, box
 * drawing). A third of a text in any script is ASCII when the text is a log. Stray or padding NULs do not make UTF-16.
 */
export function sniffEncoding(head: Uint8Array): Encoding {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  const pairs = head.length >> 1;
  if (pairs < 4) return "utf-8";
  let even = 0;
  let odd = 0;
  for (let i = 0; i < pairs * 2; i += 2) {
    if (head[i] === 0) even++;
    if (head[i + 1] === 0) odd++;
  }
  const most = Math.max(even, odd);
  if (most < pairs * 0.3 || Math.min(even, odd) > most * 0.2 || holdsPlainRun(head)) return "utf-8";
  return odd > even ? "utf-16le" : "utf-16be";
}

function holdsPlainRun(head: Uint8Array): boolean {
  let run = 0;
  for (const byte of head) {
    run = byte >= 0x20 && byte < 0x7f ? run + 1 : 0;
    if (run >= PLAIN_RUN) return true;
  }
  return false;
}

/** A ustar, pax or GNU header whose checksum is right (POSIX.1-1988): text that happens to hold `ustar` has none. */
function isTar(head: Uint8Array): boolean {
  if (head.length < 512 || Buffer.from(head.subarray(257, 262)).toString("latin1") !== "ustar") return false;
  const stated = parseInt(
    Buffer.from(head.subarray(148, 156))
      .toString("latin1")
      .replace(/[\0 ]+$/, ""),
    8,
  );
  let sum = 8 * 0x20;
  for (let i = 0; i < 512; i++) if (i < 148 || i >= 156) sum += head[i]!;
  return sum === stated;
}

const READ: ReadonlySet<string> = new Set<Container>(["zstd", "xz", "bzip2", "lz4", "zip"]);

/** Says what a stream is from its first bytes (at most SNIFF_BYTES of them are of use). */
export function sniff(head: Uint8Array): Sniffed {
  if (isGzip(head)) return { container: "gzip", encoding: "utf-8" };
  for (const { name, parts } of COMPILED)
    if (parts.every(({ offset, bytes }) => matches(head, offset, bytes)))
      return READ.has(name)
        ? { container: name as Container, encoding: "utf-8" }
        : { container: "unsupported", unsupported: name, encoding: "utf-8" };
  if (isTar(head)) return { container: "tar", encoding: "utf-8" };
  return { container: "plain", encoding: sniffEncoding(head) };
}
