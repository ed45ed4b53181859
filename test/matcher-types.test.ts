/** What counts as a name, URL host, mail address, digest, JA4 or user-agent in a line: by example, one table a rule. */
import { describe, expect, test } from "vitest";
import type { Indicator, IndicatorType } from "../src/model/indicator.js";
import { compile } from "../src/matcher/compile.js";
import { Kernel } from "../src/matcher/kernel.js";
import { indicator, kernelScan, twinScan, typed } from "./matcher-helpers.js";

/** The matched texts in `line`, each with the values it stands for, after checking that both engines say the same. */
function matches(list: readonly Indicator[], line: string): string[] {
  const set = compile(list);
  const bytes = Buffer.from(line);
  const found = kernelScan(new Kernel(set, 1 << 16), bytes, 3);
  expect(found).toEqual(twinScan(set, list, bytes));
  return found.hits.map((hit) => {
    const text = bytes.toString("utf8", hit.offset, hit.offset + hit.length);
    const values = set.slots[hit.slot]!.map((i) => list[i]!.value).join(" ");
    return values === text ? text : `${text} is ${values}`;
  });
}

interface Table {
  title: string;
  type: IndicatorType;
  set: string[];
  /** [line, matched texts] */
  lines: [string, string[]][];
}

const MD5 = "d41d8cd98f00b204e9800998ecf8427e";
const SHA1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
const SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const SHA512 = SHA256.repeat(2);
const JA4 = "t13d1516h2_8daaf6152771_e5627efa2ab1";
const UA = "Mozilla/4.0 (compatible; MSIE 6.0; Evil)";

const TABLES: Table[] = [
  {
    title: "a name is a whole token or the end of one, label by label",
    type: "domain-name",
    set: ["evil.com"],
    lines: [
      ["evil.com", ["evil.com"]],
      ["EVIL.Com", ["EVIL.Com is evil.com"]],
      ["a.b.evil.com", ["a.b.evil.com is evil.com"]],
      ["notevil.com", []],
      ["not-evil.com not_evil.com", []],
      ["evil.com.example.org", []],
      ["evil.community evil.com1 evil.com-x evil.com_x", []],
      ["evil.com. Then", ["evil.com"]],
      ["evil.com./ evil.com.", ["evil.com", "evil.com"]],
      [".evil.com ..evil.com", ["evil.com", "evil.com"]],
      ["a..evil.com", ["evil.com"]],
      ["https://evil.com:8443/a?b=evil.com#c", ["evil.com", "evil.com"]],
      ["x@evil.com, <y@mx.evil.com>", ["evil.com", "mx.evil.com is evil.com"]],
      ['{"query":"evil.com","url":"http:\\/\\/evil.com\\/"}', ["evil.com", "evil.com"]],
      ["evil.comé “evil.com” 访问evil.com查看", ["evil.com", "evil.com", "evil.com"]],
      ["_dmarc.evil.com *.evil.com", ["_dmarc.evil.com is evil.com", "evil.com"]],
      ["evil com, evil.co, vil.com, com", []],
      ["(evil.com) [evil.com] evil.com;evil.com", ["evil.com", "evil.com", "evil.com", "evil.com"]],
    ],
  },
  {
    title: "an escape before a name is no part of it",
    type: "domain-name",
    set: ["evil.com", "nevil.com", "2fgood.com"],
    lines: [
      ["u=http%3A%2F%2Fevil.com%2Fx", ["evil.com"]],
      ["u=http%253A%252F%252Fevil.com%252Fx", ["evil.com"]],
      [String.raw`\tevil.com\n`, ["evil.com"]],
      [String.raw`\tevil.com \u0020evil.com\u0020`, ["evil.com", "evil.com"]],
      [String.raw`\u0022evil.com\u0022 \x22evil.com`, ["evil.com", "evil.com"]],
      [String.raw`\nevil.com`, ["nevil.com"]],
      ["#011evil.com ^Ievil.com", ["evil.com", "evil.com"]],
      ["\u001b[0;31mevil.com\u001b[0m [Kevil.com", ["evil.com", "evil.com"]],
      ["%2Fa.evil.com", ["a.evil.com is evil.com"]],
      ["%2Fgood.com", []],
      ["2Fgood.com 100%evil.com", ["2Fgood.com is 2fgood.com", "evil.com"]],
      [String.raw`\\evil.com\share`, ["evil.com"]],
    ],
  },
  {
    title: "exact names leave out their subdomains, and the longest listed name speaks for those above it",
    type: "domain-name",
    set: ["=evil.com", "b.evil.com", "=a.b.evil.com", "com.example", "=x.com.example"],
    lines: [
      ["evil.com a.evil.com", ["evil.com"]],
      ["b.evil.com", ["b.evil.com"]],
      ["a.b.evil.com", ["a.b.evil.com is b.evil.com a.b.evil.com"]],
      ["z.a.b.evil.com", ["z.a.b.evil.com is b.evil.com"]],
      [
        "x.com.example y.x.com.example",
        ["x.com.example is com.example x.com.example", "y.x.com.example is com.example"],
      ],
      ["evil.com/com.example", ["evil.com", "com.example"]],
    ],
  },
  {
    title: "Windows DNS debug logs write lengths for dots",
    type: "domain-name",
    set: ["evil.com"],
    lines: [
      ["Q [0001   D   NOERROR] A      (4)evil(3)com(0)", ["(4)evil(3)com(0) is evil.com"]],
      ["(1)a(4)EVIL(3)com(0)", ["(1)a(4)EVIL(3)com(0) is evil.com"]],
      ["(7)notevil(3)com(0)", []],
      ["(4)evil(3)com(7)example(0)", []],
      ["(5)evil(3)com(0) (4)evil(4)com(0) (3)com(0) (0) f(0)", []],
      ["x(4)evil(3)com(0)y", ["(4)evil(3)com(0) is evil.com"]],
    ],
  },
  {
    title: "a name with A-labels is found in UTF-8 too",
    type: "domain-name",
    set: ["xn--bcher-kva.example", "xn--e1afmkfd.xn--p1ai", "www.xn--bcher-kva.example", "ex.xn--vermgensberatung-pwb"],
    lines: [
      ["xn--bcher-kva.example", ["xn--bcher-kva.example"]],
      ["http://bücher.example/", ["bücher.example is xn--bcher-kva.example"]],
      ["a.bücher.example", ["a.bücher.example is xn--bcher-kva.example"]],
      [
        "www.bücher.example www.xn--bcher-kva.example",
        [
          "www.bücher.example is xn--bcher-kva.example www.xn--bcher-kva.example",
          "www.xn--bcher-kva.example is xn--bcher-kva.example www.xn--bcher-kva.example",
        ],
      ],
      ["пример.рф “пример.рф” пример.рф。", Array.from({ length: 3 }, () => "пример.рф is xn--e1afmkfd.xn--p1ai")],
      ["непример.рф пример.рфы пример.рф.example", []],
      ["ex.vermögensberatung ex.vermögensberatungen", ["ex.vermögensberatung is ex.xn--vermgensberatung-pwb"]],
    ],
  },
  {
    title: "a URL is found by its host, which alone is meant",
    type: "url",
    set: ["http://evil.com/a/b?c", "https://203.0.113.7:8443/x", "http://[2001:db8::1]/y"],
    lines: [
      ["cs-host=evil.com uri=/a/b", ["evil.com is http://evil.com/a/b?c"]],
      ["a.evil.com", []],
      ["203.0.113.7 203.0.113.8", ["203.0.113.7 is https://203.0.113.7:8443/x"]],
      ["[2001:db8::1]:80", ["2001:db8::1 is http://[2001:db8::1]/y"]],
    ],
  },
  {
    title: "a mail address is a whole token",
    type: "email-addr",
    set: ["evil@a.com", "a.b+c@mx.example", "o'x=y@a.com"],
    lines: [
      ["to=<Evil@A.com>, mailto:evil@a.com to=evil@a.com", ["Evil@A.com is evil@a.com", "evil@a.com", "evil@a.com"]],
      ["xevil@a.com x.evil@a.com x+evil@a.com x-evil@a.com x_evil@a.com", []],
      ["evil@a.com.example evil@xa.com evil@b.a.com evil@a.community evil@@a.com", []],
      ["evil@a.com. 'evil@a.com' /evil@a.com", ["evil@a.com", "evil@a.com", "evil@a.com"]],
      ["q=evil%40a.com&r=%3Cevil%2540a.com%3E", ["evil%40a.com is evil@a.com", "evil%2540a.com is evil@a.com"]],
      [String.raw`\nevil@a.com %0aevil@a.com`, ["evil@a.com", "evil@a.com"]],
      ["a.b+c@mx.example b+c@mx.example", ["a.b+c@mx.example"]],
      ["o'x=y@a.com", ["o'x=y@a.com"]],
    ],
  },
  {
    title: "a digest is a maximal run of hex digits of its length",
    type: "file",
    set: [MD5, SHA1, SHA256, SHA512],
    lines: [
      [`md5=${MD5}, ${MD5.toUpperCase()}`, [MD5, `${MD5.toUpperCase()} is ${MD5}`]],
      [`${SHA1} ${SHA256} ${SHA512}`, [SHA1, SHA256, SHA512]],
      [`${MD5}0 0${MD5} ${MD5}g g${MD5} ${MD5}${MD5}`, []],
      [`${MD5.slice(1)} ${SHA256}0 ${SHA512}0`, []],
      [`"${MD5}" ${MD5}.exe _${MD5}_ ${MD5}-x é${MD5}é`, [MD5, MD5, MD5, MD5, MD5]],
      [`%3A${MD5} %253a${MD5}%20 ${String.raw`\n`}${MD5} ${String.raw`\b`}${MD5}`, [MD5, MD5, MD5, MD5]],
      [`%2525253A${MD5} %252525253A${MD5}`, [MD5]],
      [`%${MD5}`, []],
    ],
  },
  {
    title: "a JA4 is a whole token",
    type: "ja4",
    set: [JA4],
    lines: [
      [`"ja4":"${JA4}" ${JA4.toUpperCase()}`, [JA4, `${JA4.toUpperCase()} is ${JA4}`]],
      [`x${JA4} ${JA4}x _${JA4} ${JA4}_`, []],
      [`-${JA4}- %20${JA4}`, [JA4, JA4]],
    ],
  },
  {
    title: "a user-agent is a whole field",
    type: "user-agent",
    set: [UA, "curl/7.68.0", 'odd"one\\x', "<'&=>+x"],
    lines: [
      [`"GET / HTTP/1.1" 200 5 "-" "${UA}"`, [UA]],
      [`{"ua":"${UA.replaceAll("/", "\\/")}"}`, [`${UA.replaceAll("/", "\\/")} is ${UA}`]],
      [`"message":"ua=\\"${UA}\\""`, [UA]],
      [`'${UA}'`, [UA]],
      [`a\t${UA}\tb`, [UA]],
      [UA, [UA]],
      [`ua=${UA} status=200`, [UA]],
      [`ua=${UA}`, [UA]],
      [`ua=${UA} (X11) status=200`, []],
      [`User-Agent: ${UA}\r`, [UA]],
      [`GET / 80 ${UA.replaceAll(" ", "+")} 200`, [`${UA.replaceAll(" ", "+")} is ${UA}`]],
      [`"${UA.replaceAll(" ", "%20")}"`, [`${UA.replaceAll(" ", "%20")} is ${UA}`]],
      [`"${UA.replaceAll(" ", "%2520")}"`, [`${UA.replaceAll(" ", "%2520")} is ${UA}`]],
      [`"${UA.replaceAll(" ", "%2F")}" "${UA.replaceAll(" ", "%252F")}" "${UA.replaceAll(" ", "%")}"`, []],
      [`"${UA} x" "x ${UA}" "${UA}x" "${UA.slice(1)}"`, []],
      [`"${UA.toLowerCase()}" "${UA}`, []],
      ["10.0.0.1 curl/7.68.0 200", ["curl/7.68.0"]],
      ['"curl/7.68.0 (x86) curl/7.68.0 libcurl"', []],
      ['"-" "x" curl/7.68.0 200', ["curl/7.68.0"]],
      ['"x", curl/7.68.0 {"x":"y"} curl/7.68.0 ["x"] curl/7.68.0', Array.from({ length: 3 }, () => "curl/7.68.0")],
      ['"x; curl/7.68.0 y"', []],
      [
        String.raw`"\u003c\u0027\u0026\u003d\u003e\u002bx" "\u003C\u0027\u0026\u003D\u003E\u002Bx"`,
        [
          String.raw`\u003c\u0027\u0026\u003d\u003e\u002bx is <'&=>+x`,
          String.raw`\u003C\u0027\u0026\u003D\u003E\u002Bx is <'&=>+x`,
        ],
      ],
      [String.raw`"<'\u0041=>+x"`, []],
      [
        String.raw`"odd\"one\\x" "odd\u0022one\x"`,
        [String.raw`odd\"one\\x is odd"one\x`, String.raw`odd\u0022one\x is odd"one\x`],
      ],
    ],
  },
];

for (const { title, type, set, lines } of TABLES) {
  describe(title, () => {
    const list = set.map((text) => typed(type, text));
    test.each(lines)("%s", (line, expected) => {
      expect(matches(list, line)).toEqual(expected);
      if (type !== "user-agent") expect(matches(list, `<134>1 ${line} z\n`)).toEqual(expected);
    });
  });
}

describe("sets of several types", () => {
  test("one digest may be a file, a JA3 and a JA3S", () => {
    const list = [typed("file", MD5), typed("ja3", MD5), typed("ja3s", MD5)];
    const set = compile(list);
    expect(set.slots).toEqual([[0, 1, 2]]);
    expect(matches(list, `x ${MD5}`)).toEqual([`${MD5} is ${MD5} ${MD5} ${MD5}`]);
  });

  test("a name, its exact form and URLs on it share slots in the set's order", () => {
    const list = [
      typed("url", "http://evil.com/1"),
      typed("domain-name", "evil.com"),
      typed("url", "http://evil.com/2"),
      typed("domain-name", "com.example"),
    ];
    expect(matches(list, "evil.com x.evil.com")).toEqual([
      "evil.com is http://evil.com/1 evil.com http://evil.com/2",
      "x.evil.com is evil.com",
    ]);
  });

  test("a URL on an address makes no indicator of the address, and shares the slot of one that is", () => {
    const list = [typed("url", "http://203.0.113.7/a"), indicator("203.0.113.0/24"), indicator("203.0.113.7")];
    expect(matches(list, "203.0.113.7 203.0.113.8")).toEqual([
      "203.0.113.7 is http://203.0.113.7/a 203.0.113.0/24 203.0.113.7",
      "203.0.113.8 is 203.0.113.0/24",
    ]);
  });

  test("tokens within tokens come in order of offset", () => {
    const list = [
      typed("email-addr", "x@evil.com"),
      typed("domain-name", "evil.com"),
      typed("user-agent", "Bot x@evil.com 1.2.3.4"),
      typed("file", MD5),
      indicator("1.2.3.4"),
    ];
    expect(matches(list, `"Bot x@evil.com 1.2.3.4" ${MD5}.evil.com`)).toEqual([
      "Bot x@evil.com 1.2.3.4",
      "x@evil.com",
      "evil.com",
      "1.2.3.4",
      MD5,
      `${MD5}.evil.com is evil.com`,
    ]);
  });

  test("what no log can hold is passed over", () => {
    const list = [
      typed("file", "abc"),
      typed("user-agent", "abc"),
      typed("user-agent", "x".repeat(513)),
      typed("domain-name", "localhost"),
      typed("domain-name", `${"a.".repeat(200)}com`),
      typed("url", "nonsense"),
      typed("ja4", "t13"),
      typed("email-addr", "nobody"),
    ];
    const set = compile(list);
    expect(set.slots).toEqual([]);
    expect(Object.values(set.has)).not.toContain(true);
  });

  test("an absent type's pass is not run, and each flag says what is there", () => {
    const only = (one: Indicator): string[] =>
      Object.entries(compile([one]).has).flatMap(([name, on]) => (on ? [name] : []));
    expect(only(typed("domain-name", "evil.com"))).toEqual(["name"]);
    expect(only(typed("url", "http://evil.com/a"))).toEqual(["name"]);
    expect(only(typed("url", "http://1.2.3.4/a"))).toEqual(["ipv4"]);
    expect(only(typed("email-addr", "a@b.example"))).toEqual(["mail"]);
    expect(only(typed("ja3", MD5))).toEqual(["digest"]);
    expect(only(typed("ja4", JA4))).toEqual(["ja4"]);
    expect(only(typed("user-agent", UA))).toEqual(["agent"]);
    expect(only(indicator("2001:db8::1"))).toEqual(["ipv6"]);
  });
});
