/** Zeek's intelligence files. */
import { describe, expect, test } from "vitest";
import { loadIntel } from "../src/intel/index.js";
import { file, FIXTURES, indicator, messages, readers, rejected, said, values } from "./intel-reader-support.js";

const ZEEK = `${FIXTURES}/zeek/intel.dat`;

describe("a Zeek intelligence file", () => {
  test("gives every type that is hunted and lists the others", async () => {
    const set = await loadIntel([ZEEK]);
    expect(readers(set)).toEqual(["zeek"]);
    expect(values(set)).toEqual([
      "ipv4-addr 192.0.2.1",
      "ipv4-addr 192.0.2.99",
      "ipv4-addr 198.51.100.0/24",
      "domain-name evil.example",
      "url http://evil.example/drop/a.php",
      "email-addr billing@evil.example",
      "file 098f6bcd4621d373cade4e832627b4f6",
      "user-agent relay client/1.0 (linux)",
    ]);
    expect(rejected(set)).toEqual([
      '10 "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3": a certificate\'s fingerprint: not hunted',
      '11 "root": an account: not hunted',
      '12 "a.exe": a file name or path: not hunted',
      '14 "-\tIntel::ADDR\tcert-example\t-\t-\tF\t-\t-\t-\t-": the row has no indicator',
    ]);
  });

  test("keeps source, description, confidence, tags and where Zeek gives an alarm", async () => {
    const set = await loadIntel([ZEEK]);
    expect(said(set, "192.0.2.1")).toEqual({
      line: 3,
      original: "192.0.2.1",
      feed: "cert-example",
      statedType: "Intel::ADDR",
      comment: "relay étape",
      confidence: "85",
      labels: ["APT31", "orb"],
      notes: ["meta.url: https://cert.example/1", "meta.if_in: Conn::IN_RESP"],
    });
    expect(indicator(set, "192.0.2.1").validFrom).toBe(Date.UTC(2021, 0, 1));
    expect(said(set, "evil.example")).toEqual({
      line: 5,
      original: "evil.example",
      feed: "cert-example",
      statedType: "Intel::DOMAIN",
      labels: [],
    });
  });

  test("a row of the wrong width gives its indicator and nothing else", async () => {
    expect(said(await loadIntel([ZEEK]), "192.0.2.99")).toEqual({
      line: 13,
      original: "192.0.2.99",
      statedType: "Intel::ADDR",
      labels: [],
      notes: ["the row has 3 columns, #fields has 10: only the indicator was read"],
    });
  });

  test("columns may stand in any order, and change with the next #fields line", async () => {
    const content = [
      "#separator \\x09",
      "#fields\tmeta.source\tindicator_type\tindicator",
      "one\tIntel::DOMAIN\ta.example",
      "#fields\tindicator\tindicator_type\tmeta.source",
      "b.example\tIntel::DOMAIN\ttwo",
    ].join("\n");
    const set = await loadIntel([file(content)]);
    expect(set.indicators.map(({ value, assertions }) => [value, assertions[0]!.feed, assertions[0]!.line])).toEqual([
      ["a.example", "one", 3],
      ["b.example", "two", 5],
    ]);
  });

  test("a #fields line divided by blanks is told", async () => {
    const set = await loadIntel([file("#fields indicator indicator_type meta.source\n192.0.2.1 Intel::ADDR x\n")]);
    expect(messages(set)).toEqual([
      "no indicator could be understood: the #fields line names no indicator column: its names are divided by tabs",
    ]);
  });

  test("a Zeek log is none", async () => {
    const log = "#separator \\x09\n#fields\tts\tid.orig_h\tid.resp_h\n1626771661.0\t192.0.2.1\t192.0.2.2\n";
    expect(readers(await loadIntel([file(log)]))).not.toContain("zeek");
  });
});
