/** The kernel and its slow twin agree on random and adversarial bytes; the twin's idea of an address agrees with ipaddr.js. */
import * as fc from "fast-check";
import ipaddr from "ipaddr.js";
import { expect, test } from "vitest";
import type { Indicator } from "../src/model/indicator.js";
import { formatIpv4, formatIpv6, parseIp } from "../src/model/ip.js";
import { CHUNK } from "../src/matcher/assembly/layout.js";
import { compile } from "../src/matcher/compile.js";
import { Kernel } from "../src/matcher/kernel.js";
import type { CompiledSet } from "../src/matcher/matcher.js";
import { indicator, kernelScan, twinScan } from "./matcher-helpers.js";

const BLOCK = 1 << 16;
const FULL = "abcd:ef01:2345:6789:abcd:ef01:2345:6789";

interface Subject {
  indicators: Indicator[];
  set: CompiledSet;
  kernel: Kernel;
  texts: string[];
}

function subject(texts: string[]): Subject {
  const indicators = texts.map((text) => indicator(text));
  const set = compile(indicators);
  return { indicators, set, kernel: new Kernel(set, BLOCK), texts };
}

/** Deterministic, so that a failure comes back: a small linear congruential generator. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
}

function manyTexts(count: number, seed: number): string[] {
  const next = numbers(seed);
  return Array.from({ length: count }, (_, i) => {
    const v4 = formatIpv4(next());
    if (i % 7 === 3) return `${v4}/${8 + ((next() >>> 8) % 24)}`;
    if (i % 7 === 5) return formatIpv6(Array.from({ length: 8 }, () => (next() >>> 16) & (next() >>> 30 ? 0xffff : 0)));
    return v4;
  });
}

const MIXED = [
  "203.0.113.7",
  "1.2.3.4",
  "5.143.219.230",
  "105.157.234.0",
  "0.0.0.0",
  "255.255.255.255",
  "10.0.0.0/8",
  "10.1.0.0/16",
  "10.1.2.3",
  "192.168.0.10-192.168.1.20",
  "192.168.1.0/24",
  "100.0.0.0/32",
  "2001:db8::1",
  "2001:db8::/32",
  "2001:db8:0:1::/64",
  "fe80::1",
  "::1",
  "::",
  "1:2:3:4:5:6:7:8",
  "abcd:ef01:2345:6789:abcd:ef01:2345:6789",
  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
  "a::b-a::ff",
  "64:ff9b:1::/48",
];

const SUBJECTS: Record<string, Subject> = {
  "one IPv4": subject(["203.0.113.7"]),
  "one IPv6": subject(["2001:db8::1"]),
  "161 IPv4": subject([...manyTexts(400, 7).filter((t) => !/[:/]/.test(t)), "1.2.3.4", "203.0.113.7"].slice(-161)),
  mixed: subject(MIXED),
  "everything (/0)": subject(["0.0.0.0/0", "::/0"]),
  "every IPv4": subject(["0.0.0.0/0"]),
  "5000 of all kinds": subject([...new Set([...manyTexts(5000, 11), ...MIXED])]),
};

/** Texts that stand near addresses in logs, and those that try to confuse. */
const GLUE = [
  ..." \t\n\r.,:;/\\%#^[](){}<>|=\"'`@-_+*&?!~$",
  ..."0123456789abcdefABCDEFgGxXuUnNtTrRvVzZIJM",
  "\\n",
  "\\t",
  "\\r",
  "\\f",
  "\\b",
  "\\v",
  "\\x20",
  "\\u0020",
  "\\u00a0",
  "\\u000",
  "%20",
  "%2F",
  "%3A",
  "%5B",
  "%5D",
  "%2520",
  "%25252525",
  "%25",
  "#011",
  "#177",
  "#211",
  "\\040",
  "\\140",
  "^I",
  "[0;31m",
  "[m",
  "[K",
  "[00000000000000000m",
  "m",
  "^A",
  "::",
  ":::",
  "::ffff:",
  "::FFFF:0:",
  "64:ff9b::",
  "0:0:0:0:0:ffff:",
  "1:2:3:4:5:6:",
  "12:34:56",
  "aa:bb:cc:dd:ee:ff",
  "00:11:22:ff:fe:33:44:55",
  "dad:",
  "IPv6:",
  "client:",
  "std::string",
  "abc",
  "facade:",
  ":443",
  ".443",
  ".65536",
  ".51234: Flags",
  " > ",
  " < ",
  " >",
  ": ",
  "/24",
  "%eth0",
  "é",
  "\u{1F600}",
  "example.net",
  "in-addr.arpa",
  "1.3.6.1.4.1.311",
  "203-0-113-7",
  "999.1.1.1",
  "2021-01-02T03:04:05.678Z",
  "[01/Jan/2021:00:00:00 +0000]",
  ".",
  "..",
  "0",
  "00",
  "000",
];

/** An address in one of the forms that logs write. */
function forms(text: string): string[] {
  const base = text.replace(/[/-].*$/, "");
  const ip = parseIp(base)!;
  if (ip.version === 4) {
    const v4 = Number(ip.value);
    const padded = base
      .split(".")
      .map((p) => p.padStart(3, "0"))
      .join(".");
    const hex = `${(v4 >>> 16).toString(16)}:${(v4 & 65535).toString(16)}`;
    return [
      base,
      base,
      base,
      padded,
      `::ffff:${base}`,
      `::ffff:${hex}`,
      `64:ff9b::${base}`,
      `::${base}`,
      `::FFFF:0:${hex}`,
    ];
  }
  const full = ipaddr.parse(base).toNormalizedString();
  const padded = full
    .split(":")
    .map((g) => g.padStart(4, "0"))
    .join(":");
  return [base, base, base.toUpperCase(), full, padded, `${base}%eth0`, `[${base}]:443`, `${full}:443`, `${base}.443`];
}

const glue = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...GLUE) }, { weight: 1, arbitrary: fc.constant("") });

function pieces(texts: readonly string[]): fc.Arbitrary<string> {
  const address = fc.constantFrom(...texts).chain((text) => fc.constantFrom(...forms(text)));
  const near = fc.tuple(address, fc.nat(60), fc.constantFrom(...GLUE)).map(([text, at, g]) => {
    const i = at % (text.length + 1);
    return text.slice(0, i) + g + text.slice(i);
  });
  return fc.oneof({ weight: 5, arbitrary: glue }, { weight: 4, arbitrary: address }, { weight: 1, arbitrary: near });
}

const junk = (alphabet: string, maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...alphabet), { maxLength }).map((chars) => chars.join(""));

/** Filler that puts what follows at or about a chunk's end, half of the time. */
const filler = fc.oneof(
  fc.constant(""),
  fc
    .tuple(fc.integer({ min: CHUNK - 300, max: CHUNK }), fc.constantFrom(" ", "\n", "-"))
    .map(([length, byte]) => byte.repeat(length)),
);

function agree(s: Subject, text: string, at: number): void {
  const bytes = Buffer.from(text);
  // What stands around the region must not matter and must not change: digits and colons are the worst neighbours.
  s.kernel.block.fill(at % 2 === 0 ? 0x31 : 0x3a);
  const expected = twinScan(s.set, s.indicators, bytes);
  expect(kernelScan(s.kernel, bytes, at)).toEqual(expected);
  const around = at % 2 === 0 ? 0x31 : 0x3a;
  expect(s.kernel.block.subarray(0, at).every((b) => b === around)).toBe(true);
  expect(s.kernel.block.subarray(at + bytes.length, at + bytes.length + 4096).every((b) => b === around)).toBe(true);
}

const RUNS = Number(process.env["MATCHER_RUNS"] ?? 400);

for (const [name, s] of Object.entries(SUBJECTS)) {
  const scale = s.texts.length > 1000 ? 0.25 : 1;
  test(`kernel and twin agree on addresses among random neighbours: ${name}`, () => {
    const text = fc.array(pieces(s.texts.slice(-200)), { maxLength: 60 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(filler, text, fc.nat(200), (before, t, at) => agree(s, before + t, at)),
      { numRuns: Math.ceil(RUNS * scale) },
    );
  });

  test(`kernel and twin agree on dense junk: ${name}`, () => {
    const text = fc.oneof(
      junk("0123456789.", 300),
      junk("0125..", 300),
      junk("01.: \n", 300),
      junk("0aF::. ", 300),
      junk("0123456789abcdef:.%[]\\gtnu \n", 400),
      junk("1:::.", 200),
    );
    fc.assert(
      fc.property(filler, text, fc.nat(130), (before, t, at) => agree(s, before + t, at)),
      { numRuns: Math.ceil(RUNS * scale) },
    );
  });
}

test("an address is found at every position across lanes, steps, chunks and the region's ends", () => {
  const s = SUBJECTS["mixed"]!;
  for (const address of [
    "1.2.3.4",
    "255.255.255.255",
    "2001:db8::1",
    "::ffff:203.0.113.7",
    "1:2:3:4:5:6:7:8",
    "::",
    FULL,
  ]) {
    for (let before = 0; before <= 160; before++) {
      for (const [l, r] of [
        ["", ""],
        [" ", "\n"],
        ["x", ""],
        ["", "x"],
      ] as const) {
        const text = `${"-".repeat(before)}${l}${address}${r}`;
        agree(s, text, before % 3);
      }
    }
    for (let before = CHUNK - 60; before <= CHUNK + 20; before++) {
      agree(s, `${"\n".repeat(before)}${address}${"\n".repeat(70)}`, 5);
      agree(s, `${"z\n".repeat(before).slice(0, before + CHUNK)} ${address} `, 1);
    }
  }
});

test("regions of every length from 0 to 200 agree", () => {
  const s = SUBJECTS["mixed"]!;
  const line = "1.2.3.4 2001:db8::1\n::ffff:1.2.3.4 [::1]:80 10.1.2.3\n".repeat(5);
  for (let length = 0; length <= 200; length++) for (const at of [0, 1, 63, 64]) agree(s, line.slice(0, length), at);
});

test("what ipaddr.js holds for an address is found, in both families", () => {
  const s = SUBJECTS["everything (/0)"]!;
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
      const pairs = /^[^:]+:(?:[^:]{2}:)+[^:]+$/.test(text);
      // ipaddr.js takes every "::a.b.c.d" for an IPv4-mapped address, 0.0.0.0 and 0.0.0.1 ("::1") included.
      fc.pre(!/^::0\.0\.[0-9.]+$/.test(text));
      expect(ipaddr.isValid(text)).toBe(true);
      expect(kernelScan(s.kernel, Buffer.from(`(${text})`)).hits).toEqual(
        pairs
          ? expect.anything()
          : [{ offset: 1, length: text.length, slot: slotFor(text, s), lineStart: 0, lineIndex: 0 }],
      );
    }),
    { numRuns: RUNS * 5 },
  );
});

function slotFor(text: string, s: Subject): number {
  const parsed = ipaddr.process(text);
  const embeds =
    parsed.kind() === "ipv4" || ["ipv4Mapped", "rfc6145", "rfc6052"].includes(parsed.range()) || compatible(parsed);
  return s.set.slots.findIndex((members) => members.includes(embeds ? 0 : 1));
}

function compatible(parsed: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  const bytes = parsed.toByteArray();
  return bytes.slice(0, 12).every((b) => b === 0) && bytes.slice(12, 14).some((b) => b !== 0);
}

test("colons and dots without end take linear time", () => {
  const s = { ...SUBJECTS["everything (/0)"]! };
  const kernel = new Kernel(s.set, 4 << 20);
  for (const unit of [":", ".", "1.2.3.4:", "a:", "::1:", "%25", "f", "1."]) {
    kernel.block.set(Buffer.alloc(kernel.block.length, unit));
    const started = performance.now();
    kernel.scan(0, kernel.block.length);
    expect(performance.now() - started).toBeLessThan(5000);
  }
});
