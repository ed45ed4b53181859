/** Maltrail's trails: plain text with names, addresses, ports, URLs, paths and remarks, 377 files in one go. */
import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { loadIntel } from "../src/intel/index.js";
import type { IndicatorSet } from "../src/model/indicator.js";
import { file, indicator, rejected, said, values } from "./intel-reader-support.js";

describe("trail syntax", () => {
  const TRAILS = `# Copyright (c) 2014-2026 Maltrail developers (https://github.com/stamparm/maltrail/)
# Reference: https://cert.example/report

http://192.0.2.1
192.0.2.2:8080
192.0.2.3:443:8443
192.0.2.4:500081
evil.example # seen by a sensor
bad.example# no blank before the remark
.dyn.example
drop.example/a/b.php
drop.example:8080/c.php
http://192.0.2.5/bins/x.mips
name.co.za
2001:db8::1 # scanner.example
/gate.php
/xwunThedic@t6.php
.onion
byethost[0-9]+\\.com
[a-z]{1}\\.appjiagu\\.com
in.ashop
localname
`;

  test("gives what can be hunted", async () => {
    const set = await loadIntel([file(TRAILS)]);
    expect(values(set)).toEqual([
      "ipv4-addr 192.0.2.1",
      "ipv4-addr 192.0.2.2",
      "ipv4-addr 192.0.2.3",
      "ipv4-addr 192.0.2.4",
      "ipv6-addr 2001:db8::1",
      "domain-name bad.example",
      "domain-name dyn.example",
      "domain-name evil.example",
      "domain-name name.co.za",
      "url http://192.0.2.5/bins/x.mips",
      "url http://drop.example/a/b.php",
      "url http://drop.example:8080/c.php",
    ]);
    expect(indicator(set, "192.0.2.2").ports).toEqual([8080]);
    expect(said(set, "192.0.2.3").notes).toEqual(["what follows it is no single port: left out"]);
    expect(said(set, "evil.example").comment).toBe("seen by a sensor");
  });

  test("a name that ends like a heading is no heading, wherever it stands", async () => {
    expect(values(await loadIntel([file("comemail.email\nip.host\n")]))).toEqual([
      "domain-name comemail.email",
      "domain-name ip.host",
    ]);
    expect(values(await loadIntel([file("host\nevil.example\n")]))).toEqual(["domain-name evil.example"]);
  });

  test("and says of the rest why not", async () => {
    expect(rejected(await loadIntel([file(TRAILS)]))).toEqual([
      '16 "/gate.php": a path without a host: not hunted alone',
      '17 "/xwunThedic@t6.php": a path without a host: not hunted alone',
      '18 ".onion": a top-level domain alone: not hunted',
      '19 "byethost[0-9]+\\.com": a regular expression: not hunted',
      '20 "[a-z]{1}\\.appjiagu\\.com": a regular expression: not hunted',
      '21 "in.ashop": no indicator: it reads like a domain, but its last label is no top-level domain',
      '22 "localname": no indicator',
    ]);
  });
});

const CORPUS = "../shared/corpora/maltrail";
const there = existsSync(CORPUS);
if (!there) console.warn(`SKIPPED: Maltrail's own trails need ${CORPUS}`);

describe.skipIf(!there)("all of Maltrail's trails", () => {
  let set: IndicatorSet;
  let seconds = 0;
  beforeAll(async () => {
    const before = process.cpuUsage();
    set = await loadIntel([CORPUS]);
    seconds = process.cpuUsage(before).user / 1e6;
  }, 60_000);

  test("load in one go, each value once and every line accounted for", () => {
    const total = { accepted: 0, duplicates: 0, rejected: 0, setAside: 0 };
    for (const counts of set.files)
      for (const key of ["accepted", "duplicates", "rejected", "setAside"] as const) total[key] += counts[key];
    const types: Record<string, number> = {};
    for (const { type } of set.indicators) types[type] = (types[type] ?? 0) + 1;
    expect(set.errors).toEqual([]);
    expect(set.files).toHaveLength(378);
    expect(total).toEqual({ accepted: 473_997, duplicates: 180_773, rejected: 45_562, setAside: 0 });
    expect(types).toEqual({
      "ipv4-addr": 72_717,
      "ipv6-addr": 1981,
      "domain-name": 397_356,
      url: 1943,
    });
  });

  test("within the time it may take, measured in processor time", () => expect(seconds).toBeLessThan(6));

  test("rejected lines are listed with their reasons", () => {
    const reasons = new Map<string, number>();
    for (const { reason } of set.rejections) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    expect(Object.fromEntries(reasons)).toEqual({
      // Of 45,000: a file lists its first 10,000.
      "a path without a host: not hunted alone": 17_846,
      "a regular expression: not hunted": 2,
      "a top-level domain alone: not hunted": 39,
      "no indicator": 17,
      'no indicator in this file: 17 lines, most because "no indicator"': 1,
      'no indicator in this file: 2 lines, most because "a path without a host: not hunted alone"': 1,
      "no indicator: it reads like a domain, but its last label is no top-level domain": 41,
    });
  });

  test("files without a single indicator are said to be", () => {
    const empty = set.rejections.filter(({ reason }) => reason.startsWith("no indicator in this file"));
    expect(empty.map(({ file: path, reason }) => [basename(path), reason])).toEqual([
      ["LICENSE", 'no indicator in this file: 17 lines, most because "no indicator"'],
      [
        "apt_goldenbird.txt",
        'no indicator in this file: 2 lines, most because "a path without a host: not hunted alone"',
      ],
    ]);
  });

  test("no address, no name and no line is lost, as an independent reading finds them", () => {
    const known = new Set(set.indicators.map(({ value }) => value));
    const missing: string[] = [];
    for (const { file: path, accepted, duplicates, rejected: refused } of set.files) {
      if (!path.endsWith(".txt")) continue;
      const trails = readFileSync(path, "utf8")
        .split("\n")
        .map((line) => line.replace(/#.*/, "").trim())
        .filter((line) => line !== "");
      if (accepted > 0) expect([path, accepted + duplicates + refused]).toEqual([path, trails.length]);
      for (const trail of trails) {
        const host = /^(?:http:\/\/)?([a-z0-9.-]+)(?::\d+)?$/.exec(trail.toLowerCase())?.[1];
        if (host !== undefined && /^[^.].*\.(?:\d+|com|net|org|ru|click|digital|za)$/.test(host) && !known.has(host))
          missing.push(trail);
      }
    }
    // Slips of the publisher's: neither names nor addresses.
    expect(missing).toEqual(["C91.196.152.28", "C91.196.152.38", "C91.230.168.27", "182.86.133:8880"]);
  });
});
