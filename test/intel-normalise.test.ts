/** What a text in a feed is taken for: refanging and normalising. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normalise } from "../src/intel/normalise.js";
import { refang } from "../src/intel/refang.js";
import { formatIp, formatIpv4 } from "../src/model/ip.js";

/** Canonical values, or the reason. */
function read(text: string): string[] | string {
  const result = normalise(text);
  return Array.isArray(result) ? result.map((value) => value.value) : result.reason;
}

describe("refanging", () => {
  test.each([
    ["192[.]0[.]2[.]4"],
    ["192[.]0.2.4"],
    ["192(.)0(.)2(.)4"],
    ["192{.}0{.}2{.}4"],
    ["192[dot]0[dot]2[dot]4"],
    ["192[DOT]0(dot)2{Dot}4"],
    ["192 dot 0 dot 2 dot 4"],
    ["192 [.] 0 [.] 2 [.] 4"],
    ["192[ . ]0[ dot ]2[.]4"],
    ["192\\.0\\.2\\.4"],
    ["192[.0[.2[.4"],
    ["192.]0.]2.]4"],
    ["192dot0dot2dot4"],
    ["１９２．０．２．４"],
    ["192。0。2。4"],
    ["192.0.\u200b2.4\ufeff"],
    ["\u00a0192.0.2.4\u00a0"],
    ['"192.0.2.4"'],
    ["'192.0.2.4',"],
    ["`192.0.2.4`"],
    ["<192.0.2.4>"],
    ["(192.0.2.4)."],
    ["“192.0.2.4”;"],
    ["192.0.2.4:"],
    ["hxxp://192[.]0[.]2[.]4:8080/path"],
    ["hXXps[:]//192[.]0[.]2[.]4/"],
    ["h**p://192.0.2.4"],
    ["hxxp[://]192[.]0[.]2[.]4"],
    ["fxp://user@192[.]0[.]2[.]4/x"],
    ["192[.]0[.]2[.]4[:]443"],
  ])("%s is 192.0.2.4", (text) => {
    expect(read(text)).toEqual(["192.0.2.4"]);
  });

  test.each([
    ["2001[:]db8[::]1"],
    ["2001[:]db8[:][:]1"],
    ["2001:db8::1"],
    ["[2001:db8::1]:443"],
    ["[2001:db8::1]"],
    ["2001:DB8:0:0:0:0:0:1"],
    ["https://[2001:db8::1]:8443/x"],
    ["2001:db8::1%eth0"],
  ])("%s is 2001:db8::1", (text) => {
    expect(read(text)).toEqual(["2001:db8::1"]);
  });

  test("a footnote's superscript does not become part of the address", () => {
    expect(read("192.0.2.4²")).not.toEqual(["192.0.2.42"]);
  });

  test("an address that ends in :: keeps it", () => {
    expect(refang("2001:db8::")).toBe("2001:db8::");
  });

  test("undoes any mixture of styles", () => {
    const dots = [".", "[.]", "(.)", "{.}", "[dot]", "(DOT)", " dot ", "\\.", "．", "[ . ]", "[.", "\u200b."];
    const around = ["%", '"%"', "`%`", "<%>", "  % ", "'%',", "%;", "\ufeff%"];
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 32 - 2 }),
        fc.tuple(fc.constantFrom(...dots), fc.constantFrom(...dots), fc.constantFrom(...dots)),
        fc.constantFrom(...around),
        (value, [a, b, c], wrap) => {
          const ip = formatIpv4(value);
          const [p, q, r, s] = ip.split(".");
          const defanged = wrap.replace("%", () => `${p}${a}${q}${b}${r}${c}${s}`);
          expect(refang(defanged)).toBe(ip);
          expect(read(defanged)).toEqual([ip]);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("undoes bracketed colons in any IPv6 address", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n << 120n, max: (1n << 128n) - 1n }),
        fc.array(fc.constantFrom(":", "[:]", "(:)"), { minLength: 8, maxLength: 8 }),
        (value, colons) => {
          const ip = formatIp({ version: 6, value });
          let n = 0;
          const defanged = ip.replace(/::|:/g, (c) => (c === "::" ? "[::]" : colons[n++ % 8]!));
          expect(read(defanged)).toEqual([ip]);
        },
      ),
    );
  });

  test("any text is read without throwing, and quickly", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        normalise(text);
      }),
      { numRuns: 2000 },
    );
    const started = performance.now();
    for (const piece of [
      "[",
      " ",
      ".",
      "1.",
      "dot ",
      "[.",
      ":",
      "a.",
      "(",
      "hxxp",
      "h",
      "1-",
      "[ ",
      "a@",
      "//",
      "1 dot ",
    ])
      for (const length of [2000, 50_000, 100_000]) normalise(`x${piece.repeat(length)}x`);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe("normalising", () => {
  test.each<[string, string[]]>([
    ["105.157.234.0", ["105.157.234.0"]],
    ["192.0.2.0/24", ["192.0.2.0/24"]],
    ["192.0.2.4/32", ["192.0.2.4"]],
    ["2001:db8::1/128", ["2001:db8::1"]],
    ["2001:db8::/32", ["2001:db8::/32"]],
    ["192.0.2.0/255.255.255.0", ["192.0.2.0/24"]],
    ["192.0.2.0 255.255.255.0", ["192.0.2.0/24"]],
    ["192.0.2.*", ["192.0.2.0/24"]],
    ["198.51.*.*", ["198.51.0.0/16"]],
    ["192.0.2.4-192.0.2.9", ["192.0.2.4-192.0.2.9"]],
    ["192.0.2.4 - 192.0.2.9", ["192.0.2.4-192.0.2.9"]],
    ["192.0.2.4 – 192.0.2.9", ["192.0.2.4-192.0.2.9"]],
    ["192.0.2.4-9", ["192.0.2.4-192.0.2.9"]],
    ["192.0.2.0-192.0.2.255", ["192.0.2.0/24"]],
    ["192.0.2.4-192.0.2.4", ["192.0.2.4"]],
    ["2001:db8::1-2001:db8::4", ["2001:db8::1-2001:db8::4"]],
    ["192.0.2.4:443", ["192.0.2.4"]],
    ["192.0.2.4|443", ["192.0.2.4"]],
    ["2001:db8::1|443", ["2001:db8::1"]],
    ["192.0.2.4:80,443", ["192.0.2.4"]],
    ["::ffff:203.0.113.7", ["203.0.113.7"]],
    ["::ffff:203.0.113.0/120", ["203.0.113.0/24"]],
    ["010.001.002.003", ["10.1.2.3"]],
    ["192.0.2.4/gate.php", ["192.0.2.4"]],
    ["192.0.2.4:8080/x", ["192.0.2.4"]],
    ["tcp://192.0.2.4:4444", ["192.0.2.4"]],
    ["192.0.2.4, 192.0.2.5", ["192.0.2.4", "192.0.2.5"]],
    ["192.0.2.4;2001:db8::1\n192.0.2.6", ["192.0.2.4", "2001:db8::1", "192.0.2.6"]],
    ["example.org|192.0.2.4", ["192.0.2.4"]],
    ["192.0.2.4,seen with 8.8.8.8", ["192.0.2.4"]],
    ["192.0.2.4\t5", ["192.0.2.4"]],
    ["192.0.2.0/24, 198.51.100.0/24", ["192.0.2.0/24", "198.51.100.0/24"]],
    ["192.0.2.0/24 - a remark", ["192.0.2.0/24"]],
    ["192.0.2.0/24#remark", ["192.0.2.0/24"]],
    ["192.0.2.4#53", ["192.0.2.4"]],
    ["192.0.2.4 - 192.0.2.9 , 000 , Some Org", ["192.0.2.4-192.0.2.9"]],
    ["http://192.0.2.4/a,http://192.0.2.5/b", ["192.0.2.4", "192.0.2.5"]],
    ["http://192.0.2.4/a http://192.0.2.5/b", ["192.0.2.4", "192.0.2.5"]],
    ["['192.0.2.4', '192.0.2.5']", ["192.0.2.4", "192.0.2.5"]],
    ["['192.0.2.4']", ["192.0.2.4"]],
    ["IP: 192.0.2.4", ["192.0.2.4"]],
    ["ipv4=192.0.2.4", ["192.0.2.4"]],
    ["127.0.0.1", ["127.0.0.1"]],
    ["10.0.0.0/8", ["10.0.0.0/8"]],
    ["224.0.0.5", ["224.0.0.5"]],
  ])("%j gives %j", (text, values) => {
    expect(read(text)).toEqual(values);
  });

  test("a block with host bits set is its network, and says so", () => {
    expect(normalise("192.0.2.4/24")).toMatchObject([
      { value: "192.0.2.0/24", note: "host bits set: read as 192.0.2.0/24" },
    ]);
  });

  test("the type follows the family, for blocks and mapped addresses too", () => {
    const types = ["192.0.2.1", "192.0.2.0/24", "::ffff:192.0.2.1", "2001:db8::/32"].map((text) => {
      const result = normalise(text);
      return Array.isArray(result) ? result[0]?.type : undefined;
    });
    expect(types).toEqual(["ipv4-addr", "ipv4-addr", "ipv4-addr", "ipv6-addr"]);
  });

  test.each([
    ["", /empty/],
    ["   ", /empty/],
    ["256.1.1.1", /octet/],
    ["256.1.1.1:80", /octet/],
    ["0.0.0.0", /no address/],
    ["::", /no address/],
    ["::ffff:0.0.0.0", /no address/],
    ["255.255.255.255", /broadcast/],
    ["0.0.0.0/0", /covers too much/],
    ["::/0", /covers too much/],
    ["64.0.0.0/7", /covers too much/],
    ["2000::/15", /covers too much/],
    ["1.0.0.0-9.0.0.0", /covers too much/],
    ["192.0.2.4/33", /prefix length/],
    ["192.0.2.9-192.0.2.4", /ends before/],
    ["192.0.2.4-2001:db8::1", /same family/],
    ["010.1.2.3", /octal/],
    ["192.0.2.010", /octal/],
    ["203-0-113-7", /no address/],
    ["http://192.0.2.4@evil.example/", /URLs are not hunted yet/],
    ["http://evil.example/192.0.2.4", /URLs are not hunted yet/],
    ["192.0.2.4.evil.example", /domain names/],
    ["192.0.2.4/443", /prefix length/],
    ["1.2.3", /no address/],
    ["evil.example", /domain names are not hunted yet/],
    ["evil[.]example", /domain names are not hunted yet/],
    ["hxxp://evil[.]example/x", /URLs are not hunted yet/],
    ["evil.example/x", /URLs are not hunted yet/],
    ["someone@evil.example", /e-mail/],
    ["44d88612fea8a8f36de82e1278abb02f", /hashes/],
    ["275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f", /hashes/],
    ["127.0.0.1 evil.example", /hosts file/],
    ["0.0.0.0 evil.example", /hosts file/],
    ["block 192.0.2.4 now", /inside other text/],
  ])("%j is rejected: %s", (text, reason) => {
    expect(read(text)).toMatch(reason);
  });
});
