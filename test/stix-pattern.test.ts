/** STIX patterns: the language, what is hunted of it, and hostile ones. */
import { existsSync, readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { huntPattern, type Hunted } from "../src/intel/stix-hunt.js";
import { isPattern, parsePattern } from "../src/intel/stix-pattern.js";

const CASES = "../shared/corpora/stix/patterning-v20/matcher_cases.json";
const present = existsSync(CASES);
if (!present) console.warn(`skipped: ${CASES} is absent`);

/** Their error is one of the data they are held against: `test:string` is no time. As patterns they are sound. */
const SOUND = new Set([
  "[test:string = t'1965-07-19T22:41:38Z']",
  "[test:string != t'1965-07-19T22:41:38Z']",
  "[test:string > t'1965-07-19T22:41:38Z']",
]);

function hunted(pattern: string): Hunted {
  const result = huntPattern(pattern);
  if (!("parts" in result)) throw new Error(`${result.offset}: ${result.reason}`);
  return result;
}

/** `text`, with `+` when tied to the pattern and `:port` where it has some. */
function texts(pattern: string): string[] {
  return hunted(pattern).parts.map(
    ({ text, as, ports, tied }) => `${tied ? "+" : ""}${as ?? "any"} ${text}${ports ? ` :${ports.join(",")}` : ""}`,
  );
}
const reasons = (pattern: string): string[] =>
  hunted(pattern).refusals.map(({ text, reason }) => `${text} | ${reason}`);

describe.skipIf(!present)("the STIX 2.0 pattern cases", () => {
  const cases = present ? (JSON.parse(readFileSync(CASES, "utf8")) as { pattern: string; expect: string }[]) : [];

  test("every pattern that must parse parses", () => {
    const good = cases.filter(({ expect: e, pattern }) => !e.startsWith("error") || SOUND.has(pattern));
    expect(good).toHaveLength(318);
    expect(good.filter(({ pattern }) => !isPattern(parsePattern(pattern)))).toEqual([]);
  });

  test("every one that must not is refused with a position in it", () => {
    const bad = cases.filter(({ expect: e, pattern }) => e.startsWith("error") && !SOUND.has(pattern));
    expect(bad).toHaveLength(24);
    for (const { pattern } of bad) {
      const result = parsePattern(pattern);
      if (isPattern(result)) throw new Error(`parsed: ${pattern}`);
      expect(result.offset).toBeGreaterThan(0);
      expect(result.offset).toBeLessThanOrEqual(pattern.length);
      expect(result.reason).not.toBe("");
    }
  });

  test("the position is that of the first thing that cannot stand there", () => {
    const offsets = [
      "[some-type:needs-quotes = 1]",
      "[null_test:name = null]",
      "[person:name = 'alice'] WITHIN 1 second",
      "[test:string IN (1, true)]",
      "[event:good_ts = t'2010-05-21T13:21Z']",
      "[person:name = 'hannah'] START '1994-11-29T13:37:58Z'",
      "[a:b = 'x",
      "",
    ].map((pattern) => {
      const result = parsePattern(pattern);
      return isPattern(result) ? "parsed" : result.offset;
    });
    expect(offsets).toEqual([11, 18, 33, 20, 17, 53, 7, 0]);
  });
});

describe("what is hunted of a pattern", () => {
  test.each<[string, string[]]>([
    ["[ipv4-addr:value = '192.0.2.1']", ["any 192.0.2.1"]],
    ["[ipv4-addr:value=='192.0.2.1']", ["any 192.0.2.1"]],
    ["[ipv4-addr:value NOT != '192.0.2.1']", ["any 192.0.2.1"]],
    ["[ipv4-addr:value IN ('192.0.2.1', '192.0.2.2')]", ["any 192.0.2.1", "any 192.0.2.2"]],
    ["[ipv4-addr:value ISSUBSET '198.51.100.0/24']", ["any 198.51.100.0/24"]],
    ["[ipv4-addr:value ISSUPERSET '198.51.100.7']", ["any 198.51.100.7"]],
    ["[ipv4-addr:value LIKE '198.51.100.%']", ["any 198.51.100.*"]],
    ["[ipv4-addr:value LIKE '198.51.%']", ["any 198.51.*.*"]],
    ["[domain-name:value LIKE '%.evil.example']", ["domain-name *.evil.example"]],
    ["[domain-name:value LIKE 'evil.example']", ["domain-name evil.example"]],
    ["[domain-name:value MATCHES '^evil\\\\.example$']", ["domain-name evil.example"]],
    ["[domain-name:value MATCHES '^(.*\\\\.)?evil\\\\.example$']", ["domain-name *.evil.example"]],
    ["[url:value LIKE 'http://evil.example/%']", ["url http://evil.example/"]],
    ["[email-addr:value LIKE '%@evil.example']", ["email-addr *@evil.example"]],
    ["[email-message:from_ref.value = 'a@evil.example']", ["email-addr a@evil.example"]],
    ["[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']", ["file d41d8cd98f00b204e9800998ecf8427e"]],
    ["[file:hashes.'SHA-256' = 'ab']", ["file ab"]],
    ["[file:hashes.SHA-256 = 'ab']", ["file ab"]],
    ["[file:hashes.MD5 = h'd41d8cd98f00b204e9800998ecf8427e']", ["file d41d8cd98f00b204e9800998ecf8427e"]],
    ["[process:binary_ref.hashes.'SHA-1' = 'ab']", ["file ab"]],
    [
      "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'Evil/1.0']",
      ["user-agent Evil/1.0"],
    ],
    ["[network-traffic:x_ja3_hash = 'ab']", ["ja3 ab"]],
    ["[x-ja3:value = 'ab' OR x-ja3s:hash = 'cd']", ["ja3 ab", "ja3s cd"]],
    [
      "[domain-name:value = 'a.example'] OR [ipv4-addr:value = '192.0.2.1']",
      ["domain-name a.example", "any 192.0.2.1"],
    ],
    [
      "[domain-name:value = 'a.example'] AND [ipv4-addr:value = '192.0.2.1']",
      ["+domain-name a.example", "+any 192.0.2.1"],
    ],
    [
      "[domain-name:value = 'a.example'] FOLLOWEDBY [ipv4-addr:value = '192.0.2.1'] WITHIN 5 SECONDS",
      ["+domain-name a.example", "+any 192.0.2.1"],
    ],
    ["[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '192.0.2.1']", ["any 192.0.2.1"]],
    ["[network-traffic:dst_ref.value = '192.0.2.1' AND network-traffic:dst_port = 443]", ["+any 192.0.2.1 :443"]],
    [
      "[(network-traffic:dst_ref.value = '192.0.2.1' OR network-traffic:dst_ref.value = '192.0.2.2') AND (network-traffic:dst_port = 443 OR network-traffic:dst_port = 8443)]",
      ["+any 192.0.2.1 :443,8443", "+any 192.0.2.2 :443,8443"],
    ],
  ])("%s", (pattern, expected) => {
    expect(texts(pattern)).toEqual(expected);
    expect(hunted(pattern).refusals).toEqual([]);
  });

  test.each<[string, string[]]>([
    ["[file:name = 'a.exe']", ["file:name = 'a.exe' | a file name or path: not hunted (file:name)"]],
    [
      "[ipv4-addr:value != '192.0.2.1']",
      ["ipv4-addr:value != '192.0.2.1' | a negated part (!=): nothing to hunt (ipv4-addr:value)"],
    ],
    [
      "[domain-name:value NOT LIKE '%.example']",
      ["domain-name:value NOT LIKE '%.example' | a negated part (NOT LIKE): nothing to hunt (domain-name:value)"],
    ],
    [
      "[domain-name:value LIKE 'evil%']",
      ["domain-name:value LIKE 'evil%' | LIKE with wildcards that leave no whole value (domain-name:value)"],
    ],
    [
      "[url:value LIKE 'https://code.example/evil/%']",
      ["url:value LIKE 'https://code.example/evil/%' | LIKE with wildcards that leave no whole value (url:value)"],
    ],
    [
      "[url:value MATCHES 'gate[0-9]+']",
      ["url:value MATCHES 'gate[0-9]+' | MATCHES: a regular expression that is no anchored literal (url:value)"],
    ],
    ["[x-odd:thing = 'a']", ["x-odd:thing = 'a' | an object path that is not known (x-odd:thing)"]],
    [
      "[file:hashes.'SHA3-256' = 'ab']",
      ["file:hashes.'SHA3-256' = 'ab' | a hash of the kind SHA3-256: not hunted (file:hashes.SHA3-256)"],
    ],
    [
      "[network-traffic:dst_port = 443]",
      ["network-traffic:dst_port = 443 | no value to hunt without an address (network-traffic:dst_port)"],
    ],
    [
      "[email-message:to_refs[*].value = 'us@own.example']",
      [
        "email-message:to_refs[*].value = 'us@own.example' | a recipient of the e-mail: not hunted (email-message:to_refs.value)",
      ],
    ],
    [
      "[x509-certificate:hashes.'SHA-1' = 'ab']",
      ["x509-certificate:hashes.'SHA-1' = 'ab' | a certificate's property: not hunted (x509-certificate:hashes.SHA-1)"],
    ],
    [
      "[file:extensions.'windows-pebinary-ext'.sections[*].hashes.MD5 = 'ab']",
      [
        "file:extensions.'windows-pebinary-ext'.sections[*].hashes.MD5 = 'ab' | a hash of a part of a file: not hunted (file:extensions.windows-pebinary-ext.sections.hashes.MD5)",
      ],
    ],
    [
      "[file:extensions.'windows-pebinary-ext'.imphash = 'ab']",
      [
        "file:extensions.'windows-pebinary-ext'.imphash = 'ab' | a fuzzy or partial hash: not hunted (file:extensions.windows-pebinary-ext.imphash)",
      ],
    ],
    ["[file:size > 5]", ["file:size > 5 | an object path that is not known (file:size)"]],
    ["[EXISTS ipv4-addr:value]", ["EXISTS ipv4-addr:value | EXISTS: no value to hunt (ipv4-addr:value)"]],
    ["[ipv4-addr:value IN ()]", ["ipv4-addr:value IN () | an empty set: nothing to hunt (ipv4-addr:value)"]],
  ])("refuses %s", (pattern, expected) => {
    expect(reasons(pattern)).toEqual(expected);
    expect(hunted(pattern).parts).toEqual([]);
  });

  test("what can be hunted of a mixed pattern is hunted, and the rest is named", () => {
    const pattern =
      "[file:hashes.MD5 = 'ab' AND file:name = 'a.exe' AND ipv4-addr:value != '192.0.2.9'] REPEATS 2 TIMES";
    expect(texts(pattern)).toEqual(["+file ab"]);
    expect(reasons(pattern)).toHaveLength(2);
    expect(hunted(pattern).qualifiers).toEqual(["REPEATS 2 TIMES"]);
  });

  test("a quote and a backslash in a value", () => {
    expect(texts(String.raw`[network-traffic:x_user_agent = 'x' OR user-agent:value = 'It\'s \\ C:\Windows']`)).toEqual(
      [String.raw`user-agent It's \ C:\Windows`],
    );
  });
});

describe("hostile patterns", () => {
  const bounded = (pattern: string): string => {
    const begin = performance.now();
    const result = huntPattern(pattern);
    expect(performance.now() - begin).toBeLessThan(5000);
    return "parts" in result ? `${result.parts.length} parts` : `${result.offset}: ${result.reason}`;
  };
  const many = (n: number, between: string): string =>
    Array.from({ length: n }, (_, i) => `ipv4-addr:value='10.0.${i >> 8}.${i & 255}'`).join(between);
  const deep = (n: number): string => {
    let text = "[";
    for (let i = 0; i < n; i++) text += `network-traffic:dst_port=${i + 1} AND (ipv4-addr:value='192.0.2.1' OR (`;
    return `${text}${many(20_000, " OR ")}${"))".repeat(n)}]`;
  };

  test.each<[string, string, string]>([
    ["100,000 parentheses", "(".repeat(100_000), "257: parentheses nested deeper than 256"],
    ["100,000 inside brackets", `[${"(".repeat(100_000)}`, "258: parentheses nested deeper than 256"],
    ["a megabyte of OR", `[${many(30_000, " OR ")}]`, "30000 parts"],
    ["a megabyte of AND", `[${many(30_000, " AND ")}]`, "30000 parts"],
    ["a megabyte of quote", `[a:b = '${"\\\\".repeat(500_000)}`, "7: a quoted text that does not end"],
    ["a megabyte of comment", `[/*${" ".repeat(1e6)}`, "1: a comment that does not end"],
    ["a megabyte of steps", `[a:b${".c".repeat(500_000)} = 'x']`, "0 parts"],
    [
      "a megabyte of ports",
      `[${"network-traffic:dst_port=1 AND ".repeat(30_000)}ipv4-addr:value='192.0.2.1']`,
      "1 parts",
    ],
    ["ports and addresses at every depth", deep(120), "20120 parts"],
    ["qualifiers without end", `[ipv4-addr:value='192.0.2.1']${" REPEATS 2 TIMES".repeat(60_000)}`, "1 parts"],
    ["white space without end", `[${" ".repeat(1e6)}`, "1000001: an object path should stand here"],
    ["wildcards without end", `[url:value LIKE '${"%a".repeat(400_000)}']`, "0 parts"],
  ])("%s", (_name, pattern, expected) => {
    expect(bounded(pattern)).toBe(expected);
  });

  test("any text gives a result or an offset in it", () => {
    const piece = fc.constantFrom(
      "[",
      "]",
      "(",
      ")",
      "ipv4-addr:value",
      "=",
      "'x'",
      " AND ",
      " OR ",
      "NOT",
      "IN",
      "t'",
      "\\",
      ".",
      "/*",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 12 }), (pieces) => {
        const text = pieces.join("");
        const result = huntPattern(text);
        if (!("parts" in result)) expect(result.offset).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 2000 },
    );
  });

  test("a quoted value comes back as it was", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (value) => {
        const quoted = value.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
        expect(hunted(`[user-agent:value = '${quoted}']`).parts.map(({ text }) => text)).toEqual([value]);
      }),
    );
  });
});
