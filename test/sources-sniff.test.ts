import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { sniff } from "../src/sources/sniff.js";

const text = "2021-07-20T10:00:00Z deny src=203.0.113.7 dst=192.0.2.1\n".repeat(20);
const hex = (digits: string): Uint8Array =>
  new Uint8Array(Buffer.concat([Buffer.from(digits, "hex"), Buffer.alloc(64, 7)]));
const bigEndian = (value: string): Uint8Array => new Uint8Array(Buffer.from(value, "utf16le").swap16());

describe("sniff", () => {
  it("takes text, however short, for plain UTF-8", () => {
    for (const head of ["", "a", "é\n", text])
      expect(sniff(Buffer.from(head))).toEqual({ container: "plain", encoding: "utf-8" });
  });

  it("knows gzip, also when only its first bytes are left", () => {
    const gz = gzipSync(text);
    for (const length of [1, 2, 3, 10, gz.length]) expect(sniff(gz.subarray(0, length)).container).toBe("gzip");
    expect(sniff(Buffer.from([0x1f, 0x41])).container).toBe("plain");
  });

  it.each([
    ["zip", "504b0304"],
    ["zstd", "28b52ffd"],
    ["zstd", "5a2a4d18"],
    ["xz", "fd377a585a00"],
    ["bzip2", "425a6839314159265359"],
    ["lz4", "04224d18"],
    ["lz4", "02214c18"],
  ] as const)("knows %s", (container, magic) => {
    expect(sniff(hex(magic))).toEqual({ container, encoding: "utf-8" });
    expect(sniff(hex(magic.slice(0, -2))).container).toBe("plain");
  });

  it.each([
    ["7z", "377abcaf271c"],
    ["rar", "526172211a0700"],
    ["pcap", "d4c3b2a1"],
    ["pcapng", "0a0d0d0a1c0000004d3c2b1a"],
    ["evtx", "456c6646696c6500"],
    ["parquet", "504152311504"],
    ["sqlite", "53514c69746520666f726d6174203300"],
    ["compress (.Z)", "1f9d90"],
  ])("names %s", (name, magic) => {
    expect(sniff(hex(magic))).toMatchObject({ container: "unsupported", unsupported: name });
  });

  it("does not take log lines that begin like a magic for a container", () => {
    for (const line of [
      "BZh9 is a level",
      "PAR1 of 3",
      "\n\r\r\nline",
      "Rar! said he",
      "SQLite format 3 is old",
      "PK deny",
      "MSCF",
    ])
      expect(sniff(Buffer.from(line.padEnd(80, "."))).container).toBe("plain");
  });

  it("knows UTF-16 by its mark and by ASCII's zero bytes", () => {
    expect(sniff(Buffer.from(`\ufeff${text}`, "utf16le")).encoding).toBe("utf-16le");
    expect(sniff(bigEndian(`\ufeff${text}`)).encoding).toBe("utf-16be");
    expect(sniff(Buffer.from(text, "utf16le")).encoding).toBe("utf-16le");
    expect(sniff(bigEndian(text)).encoding).toBe("utf-16be");
    expect(sniff(Buffer.from(`${text.slice(0, 300)}é中`, "utf16le")).encoding).toBe("utf-16le");
  });

  it("does not take stray or leading NUL bytes for UTF-16", () => {
    expect(sniff(Buffer.from(`\0\0\0\0${text}\0\0`)).encoding).toBe("utf-8");
    expect(sniff(Buffer.alloc(4096)).encoding).toBe("utf-8");
    expect(sniff(Buffer.from(text.replaceAll(" ", "\0"))).encoding).toBe("utf-8");
  });
});
