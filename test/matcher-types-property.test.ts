/** The kernel and its slow twin agree on tokens of every type among random and adversarial neighbours. */
import * as fc from "fast-check";
import { domainToUnicode } from "node:url";
import { expect, test } from "vitest";
import type { Indicator } from "../src/model/indicator.js";
import { CHUNK } from "../src/matcher/assembly/layout.js";
import { compile } from "../src/matcher/compile.js";
import { Kernel } from "../src/matcher/kernel.js";
import { MAX_TOKEN, type CompiledSet } from "../src/matcher/matcher.js";
import { indicator, kernelScan, twinScan, typed } from "./matcher-helpers.js";

interface Subject {
  indicators: Indicator[];
  set: CompiledSet;
  kernel: Kernel;
}

function subject(indicators: Indicator[]): Subject {
  const set = compile(indicators);
  return { indicators, set, kernel: new Kernel(set, 1 << 16) };
}

const MD5 = "d41d8cd98f00b204e9800998ecf8427e";
const SHA1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
const SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const JA4 = "t13d1516h2_8daaf6152771_e5627efa2ab1";

const NAMES = [
  ..."evil.com b.evil.com =a.b.evil.com =x.org a.co 2fevil.com ews.net news.net a-b_c.example x.y 0.a a._tcp a.7z".split(
    " ",
  ),
  ..."xn--bcher-kva.de www.xn--bcher-kva.de xn--e1afmkfd.xn--p1ai com.xn--p1ai =xn--9ca.xn--9ca.fr evil.xn--vermgensberater-ctb".split(
    " ",
  ),
  `${"long-label-".repeat(5)}x.com`,
  `${"a.".repeat(120)}museum`,
  `deep.${"abcdefghij.".repeat(20)}com`,
].map((text) => typed("domain-name", text));
const URLS =
  "http://evil.com/a http://c.evil.com/?b https://1.2.3.4/ http://[2001:db8::1]/x http://xn--bcher-kva.de/ http://x.org/1 http://x.org/2"
    .split(" ")
    .map((text) => typed("url", text));
const MAIL = [
  "evil@a.com",
  "a@b.c",
  "x.y+z@evil.com",
  "o'b=c@evil.com",
  `${"l".repeat(64)}@${"h".repeat(40)}.evil.com`,
].map((text) => typed("email-addr", text));
const DIGESTS = [
  typed("file", MD5),
  typed("ja3", MD5),
  typed("ja3s", "0".repeat(32)),
  typed("file", "a".repeat(32)),
  typed("file", SHA1),
  typed("file", `20${MD5.slice(0, 30)}`),
  typed("file", SHA256),
  typed("file", SHA256 + SHA256),
  typed("ja4", JA4),
  typed("ja4", "q00i000000_000000000000_000000000000"),
];
const AGENTS = [
  "Mozilla/4.0 (compatible; MSIE 6.0; Evil)",
  "curl/7.68.0",
  "a b+c",
  "a/b\"c'd\\e",
  "////",
  "<&=>",
  "    ",
  "%20%20",
  "User/1 key=value",
  "Évil/1.0",
  "b".repeat(512),
  `b ${"c ".repeat(200)}d`,
].map((text) => typed("user-agent", text));
const ADDRESSES = ["1.2.3.4", "10.0.0.0/8", "2001:db8::1", "::/96"].map((text) => indicator(text));

const SUBJECTS: Record<string, Subject> = {
  names: subject(NAMES),
  "names and URLs": subject([...NAMES, ...URLS]),
  "one name": subject([typed("domain-name", "evil.com")]),
  mail: subject(MAIL),
  "digests and JA4": subject(DIGESTS),
  "user-agents": subject(AGENTS),
  everything: subject([...AGENTS, ...ADDRESSES, ...MAIL, ...NAMES, ...DIGESTS, ...URLS]),
};

/** What stands near tokens in logs, and what tries to confuse. */
const GLUE = [
  ..." \t\n\r.,:;/\\%#^[](){}<>|=\"'`@-_+*&?!~$0aFgz",
  ...String.raw`\n \t \b \f \r \x20 \u0020 \u0022 \u0027 \u002B \" \\ \/ \u00 \u %20 %2F %40 %2540 %25 %2520 %252525aa #011 #177 \040 ^I [0;31m [m [K`.split(
    " ",
  ),
  ..."com .com .org a.b .. ... www. xn-- .рф ü é “ ” 。 ! 例え € · //www. http:// mailto: user@ .example.org".split(
    " ",
  ),
  "\u00a0",
  "\u2003",
  "(0)",
  "(3)com(0)",
  "(1)a",
  "(4)",
  "(",
  ")",
  ": ",
  '": "',
  '\\"',
  '" ',
  ' "',
  " k=",
  " a.b-c_d=",
  "0".repeat(8),
  "f".repeat(16),
  "a".repeat(15),
  "_",
  "__________",
  "1.2.3.4",
  "2001:db8::1",
  "\u001b[0m",
];

function notation(name: string): string {
  return `${name
    .split(".")
    .map((label) => `(${label.length})${label}`)
    .join("")}(0)`;
}

/** An indicator in the forms that logs write. */
function forms({ type, value }: Indicator): string[] {
  if (type === "domain-name")
    return [
      value,
      value,
      `a.${value}`,
      `x${value}`,
      `${value}.`,
      value.toUpperCase(),
      notation(value),
      notation(`a.${value}`),
      domainToUnicode(value),
      `b.${domainToUnicode(value)}`,
    ];
  if (type === "url") return [value, new URL(value).host, `a.${new URL(value).host}`];
  if (type === "email-addr")
    return [
      value,
      `x${value}`,
      value.replace("@", "%40"),
      value.replace("@", "%2540"),
      value.toUpperCase(),
      `<${value}>`,
    ];
  if (type === "user-agent") {
    const json = JSON.stringify(value).slice(1, -1);
    return [
      value,
      `"${value}"`,
      `'${value}'`,
      `\t${value}\t`,
      `"${json}"`,
      `"${json.replaceAll("/", "\\/")}"`,
      `\\"${value}\\"`,
      ` ${value.replaceAll(" ", "+")} `,
      `"${value.replaceAll(" ", "%20")}"`,
      `\t${value.replaceAll(" ", "%2520")}\t`,
      `"${value.replace(/["&'+<=>]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)}"`,
      ` ua=${value} next=`,
      `\nUser-Agent: ${value}\r\n`,
      `"${value} x"`,
    ];
  }
  return [value, value.toUpperCase(), `${value}0`, `0${value}`, `%20${value}`];
}

const glue = fc.constantFrom(...GLUE);

function pieces(indicators: readonly Indicator[]): fc.Arbitrary<string> {
  const token = fc.constantFrom(...indicators).chain((one) => fc.constantFrom(...forms(one)));
  const broken = fc.tuple(token, fc.nat(600), glue).map(([text, at, g]) => {
    const i = at % (text.length + 1);
    return text.slice(0, i) + g + text.slice(i);
  });
  const part = fc
    .tuple(token, fc.nat(600), fc.nat(600))
    .map(([text, from, to]) => text.slice(from % text.length, to % (text.length + 1)));
  return fc.oneof(
    { weight: 5, arbitrary: glue },
    { weight: 5, arbitrary: token },
    { weight: 1, arbitrary: broken },
    { weight: 1, arbitrary: part },
  );
}

const junk = (alphabet: string, maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...alphabet), { maxLength }).map((chars) => chars.join(""));

/** Puts what follows at or about a chunk's end, half of the time. */
const filler = fc.oneof(
  fc.constant(""),
  fc
    .tuple(fc.integer({ min: CHUNK - 300, max: CHUNK }), fc.constantFrom(" ", "\n", "-", "a", '"'))
    .map(([length, byte]) => byte.repeat(length)),
);

function agree(s: Subject, text: string | Uint8Array, at: number, around = at % 2 === 0 ? 0x61 : 0x2e): void {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  // What stands around the region must not matter and must not change.
  s.kernel.block.fill(around);
  expect(kernelScan(s.kernel, bytes, at)).toEqual(twinScan(s.set, s.indicators, bytes));
  expect(s.kernel.block.subarray(0, at).every((b) => b === around)).toBe(true);
  expect(s.kernel.block.subarray(at + bytes.length, at + bytes.length + 4096).every((b) => b === around)).toBe(true);
}

const RUNS = Number(process.env["MATCHER_RUNS"] ?? 300);

for (const [name, s] of Object.entries(SUBJECTS)) {
  test(`kernel and twin agree on tokens among random neighbours: ${name}`, () => {
    const text = fc.array(pieces(s.indicators), { maxLength: 40 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(filler, text, fc.nat(200), (before, t, at) => agree(s, before + t, at)),
      { numRuns: RUNS },
    );
  });

  test(`kernel and twin agree on dense junk: ${name}`, () => {
    const text = fc.oneof(
      junk("evil.com-_/@%2F \n", 400),
      junk("a.b.c.x.y.org@", 300),
      junk('"\\/ +=ab<&>%20\t\n', 400),
      junk("(413)evilcom.0", 300),
      junk("abcé“ü.рф。de", 200),
      junk("0123456789abcdefABCDEF", 500).map((t) => t.replaceAll("0", "00000000")),
      fc.string({ unit: "binary", maxLength: 200 }),
    );
    fc.assert(
      fc.property(filler, text, fc.nat(130), (before, t, at) => agree(s, before + t, at)),
      { numRuns: RUNS },
    );
  });

  test(`kernel and twin agree on random bytes: ${name}`, () => {
    const byte = fc.constantFrom(
      ...'evil.com\n" ',
      "\xc2",
      "\xe2",
      "\x80",
      "\x81",
      "\xe3",
      "\xef",
      "\xbb",
      "\xbc",
      "\xc3",
      "\xbc",
      "\xd1",
      "\x84",
    );
    const text = fc.array(
      fc.oneof(
        byte,
        pieces(s.indicators).map((t) => Buffer.from(t).toString("latin1")),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(text, fc.nat(130), (t, at) => agree(s, Buffer.from(t.join(""), "latin1"), at)),
      { numRuns: RUNS },
    );
  });
}

test("a token of each type is found at every position across lanes, steps and chunks, and at the region's ends", () => {
  const s = SUBJECTS["everything"]!;
  for (const one of s.indicators) {
    const text = one.type === "user-agent" ? `"${one.value}"` : one.value;
    const alone = kernelScan(s.kernel, Buffer.from(`\n${text}\n`)).hits.length;
    for (let before = CHUNK - 70 - text.length; before <= CHUNK + 10; before += text.length > 100 ? 7 : 1) {
      if (before < 0) continue;
      const padded = Buffer.from(`${"-\n".repeat(before).slice(-before - 1)}${text}`);
      expect(kernelScan(s.kernel, padded, before % 3).hits).toHaveLength(alone);
      if (before % 16 === 0) agree(s, padded, before % 3);
    }
    for (let before = 0; before < 130; before += text.length > 100 ? 13 : 1)
      expect(kernelScan(s.kernel, Buffer.from("\n".repeat(before) + text), 1).hits).toHaveLength(alone);
  }
});

test("regions of every length agree", () => {
  const s = SUBJECTS["everything"]!;
  const line = `evil.com a@b.c "curl/7.68.0" ${MD5} ${JA4} 1.2.3.4 (4)evil(3)com(0) ua=a+b+c k=\n`.repeat(2);
  for (let length = 0; length <= line.length; length++)
    for (const at of [0, 1, 63]) agree(s, line.slice(0, length), at);
});

test("no token is longer than MAX_TOKEN, and the longest of each type is found", () => {
  const s = SUBJECTS["everything"]!;
  const longest = [
    ...NAMES.slice(-2).flatMap(({ value }) => [notation(value), value]),
    ...AGENTS.slice(-2).map(({ value }) => `"${value.replaceAll(" ", "%20")}"`),
    MAIL.at(-1)!.value.replace("@", "%2540"),
    SHA256 + SHA256,
  ];
  for (const text of longest) {
    const { hits } = kernelScan(s.kernel, Buffer.from(text));
    expect(hits.length, text).toBeGreaterThan(0);
    for (const hit of hits) expect(hit.length).toBeLessThanOrEqual(MAX_TOKEN);
  }
});

test("thirty thousand literals of each kind are found again, and their neighbours are not", () => {
  const hex = (i: number, length: number): string =>
    (i * 2654435761).toString(16).padStart(8, "0").repeat(16).slice(0, length);
  const make: Record<string, (i: number) => Indicator> = {
    names: (i) => typed("domain-name", `h${i}.d${i % 977}.example`),
    mail: (i) => typed("email-addr", `u${i}@d${i % 977}.example`),
    digests: (i) => typed("file", hex(i, [32, 40, 64, 128][i % 4]!)),
    agents: (i) => typed("user-agent", `Agent/${i} (x; y ${i % 13})`),
  };
  for (const [kind, one] of Object.entries(make)) {
    const list = Array.from({ length: 30_000 }, (_, i) => one(i * 2));
    const set = compile(list);
    const kernel = new Kernel(set, 16 << 20);
    const quoted = (item: Indicator): string => `"${item.value}"\n`;
    const { hits } = kernelScan(kernel, Buffer.from(list.map(quoted).join("")));
    expect(
      hits.map((hit) => set.slots[hit.slot]),
      kind,
    ).toEqual(list.map((_, i) => [i]));
    const others = Array.from({ length: 10_000 }, (_, i) => quoted(one(i * 2 + 1)));
    expect(kernelScan(kernel, Buffer.from(others.join(""))).hits, kind).toEqual([]);
  }
});

test("what repeats without end takes linear time", () => {
  const s = SUBJECTS["everything"]!;
  const kernel = new Kernel(s.set, 4 << 20);
  const units = [
    "a.",
    ".",
    "evil.com.",
    "(1)a",
    "(0)",
    "@",
    "a@",
    "%40",
    "a",
    "0",
    "_",
    '"',
    "a b",
    "\\",
    '\\"',
    "= ",
    "é",
    "Mozi",
    '"Mozi',
    " curl",
    "=curl a=",
    "%20",
    ": a b+",
  ];
  for (const unit of units) {
    kernel.block.set(Buffer.from(unit.repeat(Math.ceil((4 << 20) / unit.length))).subarray(0, 4 << 20));
    const started = performance.now();
    kernel.scan(0, kernel.block.length);
    expect(performance.now() - started, unit).toBeLessThan(2000);
  }
});
