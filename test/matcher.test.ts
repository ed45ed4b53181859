/** What counts as an address in a line, what a compiled set answers, and how the kernel reports it: by example. */
import { describe, expect, test } from "vitest";
import { LookbackError } from "../src/model/errors.js";
import { formatIpv4 } from "../src/model/ip.js";
import { compile } from "../src/matcher/compile.js";
import { Kernel } from "../src/matcher/kernel.js";
import { indicator, kernelScan, twinScan } from "./matcher-helpers.js";

/** The matched texts in `line`, from the kernel, after checking that the twin says the same. */
function matches(indicators: readonly string[], line: string): string[] {
  const list = indicators.map((text) => indicator(text));
  const set = compile(list);
  const bytes = Buffer.from(line);
  const found = kernelScan(new Kernel(set, 1 << 16), bytes, 3);
  expect(found).toEqual(twinScan(set, list, bytes));
  return found.hits.map((hit) => bytes.toString("utf8", hit.offset, hit.offset + hit.length));
}

interface Table {
  title: string;
  set: string[];
  /** [line, matched texts] */
  lines: [string, string[]][];
}

const V4 = "203.0.113.7";
const V6 = "2001:db8::1";

const TABLES: Table[] = [
  {
    title: "an address is a whole token",
    set: ["5.143.219.230", "1.2.3.4", "2.3.4.5"],
    lines: [
      ["95.143.219.230", []],
      ["85.143.219.230:443", []],
      ["5.143.219.230", ["5.143.219.230"]],
      ["5.143.219.2301", []],
      ["x1.2.3.4", []],
      ["v1.2.3.4", []],
      ["1.2.3.4x", []],
      ["1.2.3.4.5", []],
      ["9.1.2.3.4", []],
      ["1.2.3.4.example.net", []],
      ["4.3.2.1.in-addr.arpa", []],
      ["OID 1.3.6.1.2.3.4.5", []],
      ["1.2.3.4.", ["1.2.3.4"]],
      ["...1.2.3.4", ["1.2.3.4"]],
      ["1.2.3.4-2.3.4.5,1.2.3.4", ["1.2.3.4", "2.3.4.5", "1.2.3.4"]],
      ["é1.2.3.4é", ["1.2.3.4"]],
      ["ip_1.2.3.4_x", ["1.2.3.4"]],
    ],
  },
  {
    title: "address, address with port, and not an address",
    set: [V4],
    lines: [
      ["203.0.113.7:443", [V4]],
      ["203.0.113.7/443", [V4]],
      ["203.0.113.7/24", [V4]],
      ["203.0.113.7(443)", [V4]],
      ["203.0.113.7#53", [V4]],
      ["203-0-113-7", []],
      ["203.000.113.007", ["203.000.113.007"]],
      ["203.0.0113.7", []],
      ["-", []],
      ["", []],
      ['src="" dst=- ip=203.0.113.7', [V4]],
    ],
  },
  {
    title: "tcpdump and pf write the port after a dot",
    set: [V4, "10.0.0.1", V6],
    lines: [
      ["IP 203.0.113.7.443 > 10.0.0.1.51234: Flags [S]", [V4, "10.0.0.1"]],
      ["IP 203.0.113.7.443 < 10.0.0.1.51234 x", [V4, "10.0.0.1"]],
      ["203.0.113.7.65536 > x", []],
      ["version 203.0.113.7.443", []],
      ["203.0.113.7.443.1 > x", []],
      ["IP6 2001:db8::1.443 > 2001:db8::1.51234: Flags", [V6, V6]],
    ],
  },
  {
    title: "hosts that end in .0, and the first and last address",
    set: ["105.157.234.0", "0.0.0.0", "255.255.255.255"],
    lines: [
      ["105.157.234.0 105.157.234.1", ["105.157.234.0"]],
      ["0.0.0.0 255.255.255.255 255.255.255.254", ["0.0.0.0", "255.255.255.255"]],
      ["256.255.255.255 255.255.255.256 999.1.1.1", []],
      ["000.000.000.000", ["000.000.000.000"]],
    ],
  },
  {
    title: "an escape before an address is no part of it",
    set: ["1.2.3.4", "10.0.0.1"],
    lines: [
      [String.raw`\t1.2.3.4\n10.0.0.1\r`, ["1.2.3.4", "10.0.0.1"]],
      [String.raw`\u00091.2.3.4 \u00a010.0.0.1`, ["1.2.3.4", "10.0.0.1"]],
      [String.raw`\x201.2.3.4 \x0b10.0.0.1`, ["1.2.3.4", "10.0.0.1"]],
      ["%201.2.3.4 %2F1.2.3.4%2F %3d10.0.0.1", ["1.2.3.4", "1.2.3.4", "10.0.0.1"]],
      ["%25201.2.3.4 %252F10.0.0.1", ["1.2.3.4", "10.0.0.1"]],
      ["a#0111.2.3.4#01110.0.0.1", ["1.2.3.4", "10.0.0.1"]],
      [String.raw`a\0111.2.3.4`, ["1.2.3.4"]],
      ["^I1.2.3.4", ["1.2.3.4"]],
      [String.raw`C:\v1.2.3.4\setup`, []],
      [String.raw`\\10.0.0.1\share`, ["10.0.0.1"]],
      ["100%1.2.3.4", ["1.2.3.4"]],
    ],
  },
  {
    title: "an escape does not hide the digits it took",
    set: ["201.2.3.4"],
    lines: [
      ["q=%201.2.3.4", []],
      ["201.2.3.4", ["201.2.3.4"]],
    ],
  },
  {
    title: "an IPv4 written as IPv6 is that IPv4",
    set: [V4],
    lines: [
      ["::ffff:203.0.113.7", ["::ffff:203.0.113.7"]],
      ["[::ffff:203.0.113.7]:443", ["::ffff:203.0.113.7"]],
      ["::FFFF:203.0.113.7.443 > x", ["::FFFF:203.0.113.7"]],
      ["::ffff:203.0.113.7:443", ["::ffff:203.0.113.7"]],
      ["::ffff:cb00:7107", ["::ffff:cb00:7107"]],
      ["0:0:0:0:0:ffff:cb00:7107", ["0:0:0:0:0:ffff:cb00:7107"]],
      ["0000:0000:0000:0000:0000:FFFF:203.0.113.7", ["0000:0000:0000:0000:0000:FFFF:203.0.113.7"]],
      ["::ffff:0:203.0.113.7", ["::ffff:0:203.0.113.7"]],
      ["::203.0.113.7", ["::203.0.113.7"]],
      ["64:ff9b::203.0.113.7", ["64:ff9b::203.0.113.7"]],
      ["64:ff9b::cb00:7107", ["64:ff9b::cb00:7107"]],
      ["0064:FF9B:0:0:0:0:cb00:7107", ["0064:FF9B:0:0:0:0:cb00:7107"]],
      ["::cb00:7107 0::cb00:7107", ["::cb00:7107", "0::cb00:7107"]],
      ["64:ff9b:1::cb00:7107", []],
      ["2001:db8::203.0.113.7", []],
      ["1:2:3:4:5:6:203.0.113.7", []],
      ["abc:203.0.113.7", [V4]],
      ["12:34:56:203.0.113.7", [V4]],
      ["port:203.0.113.7", [V4]],
      ["client::203.0.113.7", [V4]],
      ["aa:bb:cc:dd:ee:ff:203.0.113.7", [V4]],
      ["203.0.113.7:443:203.0.113.7", [V4, V4]],
    ],
  },
  {
    title: "an IPv6 address in any form, with what stands around it",
    set: [V6, "1:2:3:4:5:6:7:8", "::1", "fe80::1", "2001:db8::5:0:0:1", "2001:db8:1::"],
    lines: [
      [
        "2001:DB8::1 2001:0db8:0000:0000:0000:0000:0000:0001",
        ["2001:DB8::1", "2001:0db8:0000:0000:0000:0000:0000:0001"],
      ],
      ["[2001:db8::1]:443", [V6]],
      ["2001:db8::1/64", [V6]],
      ["fe80::1%eth0", ["fe80::1"]],
      ["IPv6:2001:db8::1", [V6]],
      ["addr=:2001:db8::1", [V6]],
      ["2001:db8::1: message", [V6]],
      ["2001:db8::1:from", [V6]],
      ["from 2001:db8::1.", [V6]],
      ["1:2:3:4:5:6:7:8:443", ["1:2:3:4:5:6:7:8"]],
      ["dad:1:2:3:4:5:6:7:8", ["1:2:3:4:5:6:7:8"]],
      ["1:2:3:4:5:6:7:8:51234", ["1:2:3:4:5:6:7:8"]],
      ["2001:db8::1:51234", [V6]],
      ["%5B2001:db8::1%5D", [V6]],
      [String.raw`\n2001:db8::1 \f2001:db8::1 \u005b2001:db8::1`, [V6, V6, V6]],
      ["2001:db8::5:0:0:1", ["2001:db8::5:0:0:1"]],
      ["2001:db8:1::, 2001:db8:1::.443: x", ["2001:db8:1::", "2001:db8:1::"]],
      ["a2001:db8::1", []],
      ["2001:db8::10 2001:db8::1a 2001:db8::1g", []],
      ["2001:db8:::1 2001::db8::1", []],
      ["x::1", []],
    ],
  },
  {
    title: "times, MACs and C++ names are no IPv6, even when everything is wanted",
    set: ["::/0"],
    lines: [
      ["12:34:56 2021:10:11:12", []],
      ["aa:bb:cc:dd:ee:ff", []],
      ["MAC=00:08:a2:0c:1f:12:00:c8:8b:e2:d6:87:08:00", []],
      ["00:11:22:ff:fe:33:44:55", []],
      ["std::string boost::asio::ip", []],
      [":: and [::1]", ["::", "::1"]],
    ],
  },
  {
    title: "CIDR blocks and ranges",
    set: ["10.1.0.0/16", "192.168.0.10-192.168.1.20", "2001:db8:5::/48", "a::b-a::ff"],
    lines: [
      ["10.0.255.255 10.1.0.0 10.1.255.255 10.2.0.0", ["10.1.0.0", "10.1.255.255"]],
      ["192.168.0.9 192.168.0.10 192.168.1.20 192.168.1.21", ["192.168.0.10", "192.168.1.20"]],
      ["2001:db8:4:ffff::1 2001:db8:5:1::1 2001:db8:6::", ["2001:db8:5:1::1"]],
      ["a::a a::b a::ff a::100", ["a::b", "a::ff"]],
      ["::ffff:10.1.2.3 ::ffff:a01:203", ["::ffff:10.1.2.3", "::ffff:a01:203"]],
    ],
  },
];

for (const { title, set, lines } of TABLES) {
  describe(title, () => {
    test.each(lines)("%s", (line, expected) => {
      expect(matches(set, line)).toEqual(expected);
      expect(matches(set, `<134>1 ${line} z\n`)).toEqual(line === "" ? [] : expected);
    });
  });
}

describe("compiled sets", () => {
  const texts = [
    "10.0.0.0/8",
    "10.1.0.0/16",
    "10.1.2.3",
    "0.0.0.0/0",
    "10.1.2.3-10.1.2.9",
    "::/0",
    "2001:db8::1",
    "10.1.2.3",
  ];
  const set = compile(texts.map((text) => indicator(text)));
  const kernel = new Kernel(set, 1024);
  const names = (address: string): string[] => set.slots[kernel.lookup(address)]!.map((i) => texts[i]!);

  test("a slot lists the exact address and every range around it, ascending", () => {
    expect(set.slots[kernel.lookup("10.1.2.3")]).toEqual([0, 1, 2, 3, 4, 7]);
    expect(names("10.1.2.4")).toEqual(["10.0.0.0/8", "10.1.0.0/16", "0.0.0.0/0", "10.1.2.3-10.1.2.9"]);
    expect(names("10.1.2.10")).toEqual(["10.0.0.0/8", "10.1.0.0/16", "0.0.0.0/0"]);
    expect(names("11.0.0.0")).toEqual(["0.0.0.0/0"]);
    expect(names("2001:DB8::1")).toEqual(["::/0", "2001:db8::1"]);
    expect(names("[fe80::1%eth0]")).toEqual(["::/0"]);
  });

  test("look-up reads an embedded IPv4 as IPv4, and what is no address as -1", () => {
    expect(kernel.lookup("::ffff:11.0.0.0")).toBe(kernel.lookup("11.0.0.0"));
    for (const text of ["", "-", "host", "1.2.3", "1.2.3.4:80"]) expect(kernel.lookup(text)).toBe(-1);
  });

  test("scan and look-up give the same slot", () => {
    for (const text of ["10.1.2.3", "10.255.0.0", "255.255.255.255", "2001:db8::1", "::2"])
      expect(kernelScan(kernel, Buffer.from(text)).hits.map((hit) => hit.slot)).toEqual([kernel.lookup(text)]);
  });

  test("an empty set finds nothing and still counts lines", () => {
    const empty = compile([]);
    expect(Object.values(empty.has)).not.toContain(true);
    expect(kernelScan(new Kernel(empty, 64), Buffer.from("1.2.3.4\n::1\n"))).toEqual({ hits: [], newlines: 2 });
  });

  test("a feed of ranges nested without end is refused with a reason", () => {
    const nested = Array.from({ length: 20_000 }, (_, i) =>
      indicator(`${formatIpv4(i)}-${formatIpv4(2 ** 32 - 1 - i)}`),
    );
    expect(() => compile(nested)).toThrow(LookbackError);
  });

  test("100,000 addresses compile in under a second and each is found again, its neighbour not", () => {
    const values = Array.from({ length: 100_000 }, (_, i) => (Math.imul(i, 0x9e3779b1) >>> 0) & ~1);
    const list = [...new Set(values)].map((value) => indicator(formatIpv4(value)));
    const started = performance.now();
    const big = compile(list);
    expect(performance.now() - started).toBeLessThan(1000);
    const scanner = new Kernel(big, 4 << 20);
    const text = Buffer.from(list.map((one) => `${one.value} `).join(""));
    const found = kernelScan(scanner, text);
    expect(found.hits.map((hit) => big.slots[hit.slot]![0])).toEqual(list.map((_, i) => i));
    for (const value of values.slice(0, 1000)) expect(scanner.lookup(formatIpv4(value | 1))).toBe(-1);
  });
});

describe("what a scan reports", () => {
  const set = compile([indicator("0.0.0.0/0")]);

  test("line start and line number of each hit, counted from the region's start", () => {
    const kernel = new Kernel(set, 4096);
    const text = "first\n 1.1.1.1 2.2.2.2\r\n\n\nx 3.3.3.3\n";
    kernel.block.fill(0x39);
    const { hits, newlines } = kernelScan(kernel, Buffer.from(text), 100);
    expect(newlines).toBe(5);
    expect(hits.map((hit) => [hit.offset, hit.length, hit.lineStart, hit.lineIndex])).toEqual([
      [7, 7, 6, 1],
      [15, 7, 6, 1],
      [28, 7, 26, 4],
    ]);
  });

  test("no hit is lost when there are more than the kernel's table holds", () => {
    const kernel = new Kernel(set, 1 << 20);
    const count = 100_000;
    const { hits, newlines } = kernelScan(kernel, Buffer.from("1.2.3.4\n".repeat(count)));
    expect(newlines).toBe(count);
    expect(hits).toHaveLength(count);
    expect(hits.every((hit, i) => hit.offset === i * 8 && hit.lineStart === i * 8 && hit.lineIndex === i)).toBe(true);
  });

  test("hits on one very long line share its start", () => {
    const kernel = new Kernel(set, 1 << 20);
    const { hits } = kernelScan(kernel, Buffer.from(`\nstart ${"1.2.3.4 ".repeat(60_000)}`));
    expect(hits).toHaveLength(60_000);
    expect(hits.every((hit) => hit.lineStart === 1 && hit.lineIndex === 1)).toBe(true);
  });

  test("an address cut by the region's end is what stands in the region", () => {
    const kernel = new Kernel(set, 64);
    kernel.block.set(Buffer.from("11.2.3.44"));
    const cut = kernel.scan(1, 8);
    expect(cut.count).toBe(1);
    expect(cut.hit(0)).toEqual({ offset: 0, length: 7, slot: 0, lineStart: 0, lineIndex: 0 });
    expect(Buffer.from(kernel.block.subarray(0, 9)).toString()).toBe("11.2.3.44");
  });

  test("a region outside the block is refused", () => {
    const kernel = new Kernel(set, 64);
    expect(() => kernel.scan(0, 65)).toThrow(RangeError);
    expect(() => kernel.scan(-1, 5)).toThrow(RangeError);
    expect(() => kernel.scan(9, 5)).toThrow(RangeError);
    expect(kernel.scan(64, 64).count).toBe(0);
  });

  test("two kernels over one set do not disturb each other", () => {
    const [a, b] = [new Kernel(set, 64), new Kernel(set, 64)];
    a.block.set(Buffer.from("1.2.3.4 5.6.7.8"));
    b.block.set(Buffer.from("9.9.9.9"));
    const first = a.scan(0, 15);
    expect(b.scan(0, 7).count).toBe(1);
    expect(first.count).toBe(2);
    expect(first.offset(1)).toBe(8);
  });
});
