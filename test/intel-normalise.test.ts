/** What a text in a feed is taken for: refanging and normalising. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normalise } from "../src/intel/normalise.js";
import type { IndicatorType } from "../src/model/indicator.js";
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
    ["hxxp://192[.]0[.]2[.]4:8080"],
    ["hXXps[:]//192[.]0[.]2[.]4/"],
    ["h**p://192.0.2.4"],
    ["hxxp[://]192[.]0[.]2[.]4"],
    ["fxp://user@192[.]0[.]2[.]4/"],
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
    ["https://[2001:db8::1]:8443/"],
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
    ["192.0.2.4/gate.php", ["http://192.0.2.4/gate.php"]],
    ["192.0.2.4:8080/x", ["http://192.0.2.4:8080/x"]],
    ["tcp://192.0.2.4:4444", ["192.0.2.4"]],
    ["192.0.2.4, 192.0.2.5", ["192.0.2.4", "192.0.2.5"]],
    ["192.0.2.4;2001:db8::1\n192.0.2.6", ["192.0.2.4", "2001:db8::1", "192.0.2.6"]],
    ["example.org|192.0.2.4", ["example.org", "192.0.2.4"]],
    ["192.0.2.4,seen with 8.8.8.8", ["192.0.2.4"]],
    ["192.0.2.4\t5", ["192.0.2.4"]],
    ["192.0.2.0/24, 198.51.100.0/24", ["192.0.2.0/24", "198.51.100.0/24"]],
    ["192.0.2.0/24 - a remark", ["192.0.2.0/24"]],
    ["192.0.2.0/24#remark", ["192.0.2.0/24"]],
    ["192.0.2.4#53", ["192.0.2.4"]],
    ["192.0.2.4 - 192.0.2.9 , 000 , Some Org", ["192.0.2.4-192.0.2.9"]],
    ["http://192.0.2.4/a,http://192.0.2.5/b", ["http://192.0.2.4/a", "http://192.0.2.5/b"]],
    ["http://192.0.2.4/a http://192.0.2.5/b", ["http://192.0.2.4/a", "http://192.0.2.5/b"]],
    ["10.0.0.0/7", ["10.0.0.0/7"]],
    ["evil.example", ["evil.example"]],
    ["evil[.]example", ["evil.example"]],
    ["EVIL.Example.", ["evil.example"]],
    ["*.evil.example", ["evil.example"]],
    ["evil.example:8443", ["evil.example"]],
    ["bücher.example", ["xn--bcher-kva.example"]],
    ["_dmarc.evil.example", ["_dmarc.evil.example"]],
    ["192.0.2.4.evil.example", ["192.0.2.4.evil.example"]],
    ["hxxp://evil[.]example/x", ["http://evil.example/x"]],
    ["hxxps://evil[.]example/", ["evil.example"]],
    ["evil.example/x?a=b", ["http://evil.example/x?a=b"]],
    ["http://user:pw@EVIL.example:8080/x#y", ["http://evil.example:8080/x"]],
    ["https://evil.example:443/x", ["https://evil.example/x"]],
    ["http://192.0.2.4@evil.example/", ["evil.example"]],
    ["http://evil.example/192.0.2.4", ["http://evil.example/192.0.2.4"]],
    ["http://bücher.example/ü", ["http://xn--bcher-kva.example/%C3%BC"]],
    ["Someone@Evil.example", ["someone@evil.example"]],
    ["someone[@]evil[.]example", ["someone@evil.example"]],
    ["mailto:someone@evil.example", ["someone@evil.example"]],
    ["44D88612FEA8A8F36DE82E1278ABB02F", ["44d88612fea8a8f36de82e1278abb02f"]],
    [
      "sha256:275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f",
      ["275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f"],
    ],
    ["t13d1516h2_8daaf6152771_b186095e22b6", ["t13d1516h2_8daaf6152771_b186095e22b6"]],
    ["127.0.0.1 evil.example", ["evil.example"]],
    ["0.0.0.0 evil.example bad.example", ["evil.example", "bad.example"]],
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
    ["0.0.0.0/0", /covers every/],
    ["::/0", /covers every/],
    ["192.0.2.4/33", /prefix length/],
    ["192.0.2.9-192.0.2.4", /ends before/],
    ["192.0.2.4-2001:db8::1", /same family/],
    ["010.1.2.3", /octal/],
    ["192.0.2.010", /octal/],
    ["203-0-113-7", /no indicator/],
    ["192.0.2.4/443", /prefix length/],
    ["1.2.3", /no indicator/],
    ["payload.exe", /no top-level domain/],
    ["localhost", /no indicator/],
    [`${"a".repeat(64)}.example`, /no indicator/],
    ["http://nohost/x", /neither an address nor a domain/],
    [`http://evil.example/${"a".repeat(3000)}`, /longer than/],
    ["a".repeat(96), /SHA-384/],
    ["block 192.0.2.4 now", /inside other text/],
  ])("%j is rejected: %s", (text, reason) => {
    expect(read(text)).toMatch(reason);
  });
});

describe("what the publisher says it is", () => {
  const of = (text: string, as: IndicatorType): unknown => {
    const result = normalise(text, as);
    return Array.isArray(result) ? result.map(({ type, value }) => [type, value]) : result.reason;
  };

  test("decides where the text alone does not tell", () => {
    const digest = "e7d705a3286e19ea42f587b344ee6865";
    expect(of(digest, "ja3")).toEqual([["ja3", digest]]);
    expect(of(digest, "ja3s")).toEqual([["ja3s", digest]]);
    expect(of(digest, "file")).toEqual([["file", digest]]);
    expect(of("Mozilla/4.0 (compatible; MSIE 6.0) [en]", "user-agent")).toEqual([
      ["user-agent", "Mozilla/4.0 (compatible; MSIE 6.0) [en]"],
    ]);
  });

  test("lets unusual values through, and never makes an address a domain", () => {
    expect(of("evil.unknowntld", "domain-name")).toEqual([["domain-name", "evil.unknowntld"]]);
    expect(of("192.0.2.1", "domain-name")).toEqual([["ipv4-addr", "192.0.2.1"]]);
    expect(of("http://evil.example/a b", "url")).toEqual([["url", "http://evil.example/a%20b"]]);
  });

  test.each<[string, IndicatorType, RegExp]>([
    ["not hex", "ja3", /32 hexadecimal/],
    ["abc", "user-agent", /shorter/],
    ["x".repeat(600), "user-agent", /longer/],
    ["a\tb\tc", "user-agent", /control/],
    ["t13d1516", "ja4", /no ja4/],
  ])("%j as %s is refused", (text, as, reason) => {
    expect(of(text, as)).toMatch(reason);
  });

  test("a port beside an address, a name or in a URL is kept", () => {
    const ports = [
      "192.0.2.1:443",
      "192.0.2.1|443",
      "evil.example:8443",
      "http://192.0.2.1:8080/",
      "http://evil.example:81/x",
    ];
    expect(ports.map((text) => (normalise(text) as { port?: number }[])[0]?.port)).toEqual([443, 443, 8443, 8080, 81]);
  });

  test("a URL that names a host and no more is that very host", () => {
    expect(normalise("https://www.evil.example/")).toMatchObject([{ type: "domain-name", exact: true }]);
    expect(normalise("tcp://evil.example:4444")).toMatchObject([{ type: "domain-name", port: 4444 }]);
  });
});
