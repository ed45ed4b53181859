/** Suricata's reputation lists and datasets; rules are known and not read. */
import { describe, expect, test } from "vitest";
import { loadIntel } from "../src/intel/index.js";
import { isRules } from "../src/intel/suricata-rules.js";
import { file, FIXTURES, indicator, messages, readers, rejected, said, values } from "./intel-reader-support.js";

const SURICATA = `${FIXTURES}/suricata`;

describe("reputation lists", () => {
  test("the score is the confidence, the category a label; a score of 0 is none", async () => {
    const set = await loadIntel([`${SURICATA}/reputation.list`]);
    expect(readers(set)).toEqual(["suricata-iprep"]);
    expect(values(set)).toEqual([
      "ipv4-addr 192.0.2.1",
      "ipv4-addr 192.0.2.5",
      "ipv4-addr 198.51.100.0/24",
      "ipv6-addr 2001:db8::1",
    ]);
    expect(indicator(set, "192.0.2.1")).toMatchObject({
      confidence: 80,
      labels: ["iprep-category:1", "iprep-category:2"],
    });
    expect(indicator(set, "192.0.2.1").assertions.map(({ line, confidence }) => [line, confidence])).toEqual([
      [2, "101/127"],
      [5, "10/127"],
    ]);
    expect(indicator(set, "2001:db8::1").confidence).toBe(100);
    expect(rejected(set)).toEqual(['aside 6 "192.0.2.4": its reputation score is 0: the publisher has no data on it']);
    expect(said(set, "192.0.2.5").notes).toEqual([
      "no row of address, category (0 to 60) and score (0 to 127): only the address was read",
    ]);
  });

  test("the file of categories is known and holds none", async () => {
    const set = await loadIntel([`${SURICATA}/categories.txt`]);
    expect(messages(set)).toEqual([
      "no indicator could be understood: Suricata's reputation categories: names, no indicators",
    ]);
  });

  test.each([
    ["a category above 60", "192.0.2.1,443,5\n192.0.2.2,8080,9\n"],
    ["a score above 127", "192.0.2.1,1,2000\n192.0.2.2,1,3000\n"],
    ["a header", "ip,category,score\n192.0.2.1,1,5\n"],
    ["no address", "evil.example,1,5\nbad.example,1,5\n"],
  ])("other tables are not taken for one: %s", async (_name, content) => {
    const set = await loadIntel([file(content)]);
    expect(readers(set)).toEqual(["csv"]);
    expect(set.indicators.length).toBeGreaterThan(0);
  });
});

describe("datasets", () => {
  test("strings are base64: names, URLs, user-agents", async () => {
    const set = await loadIntel([`${SURICATA}/strings.lst`]);
    expect(readers(set)).toEqual(["suricata-dataset"]);
    expect(values(set)).toEqual([
      "domain-name evil.example",
      "url http://evil.example/a.php",
      "user-agent Mozilla/4.0 (compatible; relay 1.0)",
    ]);
    expect(rejected(set)).toEqual(['4 "/gate.php": a path without a host: not hunted alone']);
  });

  test("with a reputation after a comma, and a line that is none", async () => {
    const base64 = Buffer.from("evil.example").toString("base64");
    const set = await loadIntel([{ path: file(`${base64},200\nnot base64\n`), format: "suricata-dataset" }]);
    expect(values(set)).toEqual(["domain-name evil.example"]);
    expect(rejected(set)).toEqual(['2 "not base64": no base64 of a text']);
    expect(readers(await loadIntel([file(`${base64},200\n`)]))).toEqual(["suricata-dataset"]);
  });

  test("of hashes and addresses are plain lists, and not taken for base64", async () => {
    const set = await loadIntel([`${SURICATA}/md5.lst`, file("192.0.2.1\n2001:db8::1\n"), file("evil\nword\nlist\n")]);
    expect(readers(set)).toEqual(["text", "text", "text"]);
    expect(values(set)).toEqual([
      "ipv4-addr 192.0.2.1",
      "ipv6-addr 2001:db8::1",
      "file 098f6bcd4621d373cade4e832627b4f6",
      "file 0cc175b9c0f1b6a831c399e269772661",
    ]);
  });
});

describe("rules", () => {
  test("are named as not read, with no address taken out of them", async () => {
    const set = await loadIntel([`${SURICATA}/relay.rules`]);
    expect(values(set)).toEqual([]);
    expect(messages(set)).toEqual(["a file of Suricata or Snort rules is not read"]);
  });

  test.each([
    'drop tcp 192.0.2.1 any -> $HOME_NET 22 (msg:"x"; sid:1;)',
    "\n# a comment\n\nalert dns any any -> any any (dns.query; sid:2;)",
    'alert http ( msg:"snort 3"; sid:3; )',
    "reject tcp any any <> any any (flow:established; sid:4;)",
  ])("%s", (rule) => expect(isRules(rule)).toBe(true));

  test.each(["pass", "log in evil.example", "192.0.2.1 -> 192.0.2.2 (relay: x)", "alert: see evil.example"])(
    "not %s",
    (line) => expect(isRules(line)).toBe(false),
  );

  test("a line made to take long does not", () => {
    const started = performance.now();
    isRules(`alert ip ${" -> ".repeat(15_000)}`);
    isRules(`alert ip ${"a -> ".repeat(12_000)}(`);
    expect(performance.now() - started).toBeLessThan(500);
  });
});
