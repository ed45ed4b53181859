/** Tables of indicators: layouts, columns found by content, broken rows. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadIntel, type IntelOptions } from "../src/intel/index.js";
import type { IndicatorSet } from "../src/model/indicator.js";

const root = mkdtempSync(join(tmpdir(), "lookback-intel-csv-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let counter = 0;
async function load(content: string | Uint8Array, options: IntelOptions = {}): Promise<IndicatorSet> {
  const path = join(root, `${counter++}.any`);
  writeFileSync(path, content);
  return loadIntel([path], options);
}

const values = (set: IndicatorSet): string[] => set.indicators.map((indicator) => indicator.value);
const ROWS = [
  ["date", "ip", "malware"],
  ["2021-07-20", "192.0.2.1", "Sakabota"],
  ["2021-07-21", "192.0.2.2", "Sakabota"],
];
const join_ = (delimiter: string, end = "\n"): string => ROWS.map((row) => row.join(delimiter)).join(end) + end;

describe("dialects", () => {
  test.each<[string, string | Uint8Array]>([
    ["commas", join_(",")],
    ["semicolons", join_(";")],
    ["tabs", join_("\t")],
    ["CRLF", join_(",", "\r\n")],
    ["a byte order mark", `\ufeff${join_(",")}`],
    ["UTF-16 with tabs, as Excel writes it", Buffer.from(`\ufeff${join_("\t", "\r\n")}`, "utf16le")],
    ["UTF-16 big endian with semicolons", Buffer.from(`\ufeff${join_(";", "\r\n")}`, "utf16le").swap16()],
    ["every cell quoted", ROWS.map((row) => row.map((cell) => `"${cell}"`).join(",")).join("\n")],
    ["no line end at the end", join_(",").trimEnd()],
    ["comments above the header", `# a feed\n# of "things\n${join_(",")}# end\n`],
    ["the header in a comment", `# a feed\n# ${join_(",")}`],
  ])("%s", async (_, content) => {
    const set = await load(content);
    expect(values(set)).toEqual(["192.0.2.1", "192.0.2.2"]);
    expect(set.files[0]).toMatchObject({ reader: "csv", rejected: 0 });
    expect(set.indicators[0]).toMatchObject({ labels: ["Sakabota"] });
    expect(set.indicators[0]!.assertions[0]!.published).toBe("2021-07-20");
  });

  test("quoted line ends, delimiters and quotes stay in their cell, and lines are still right", async () => {
    const set = await load(
      'ip,comment\n192.0.2.1,"two\nlines, with 8.8.8.8,\n8.8.4.4,and ""quotes"""\n192.0.2.2,plain\n"192.0.2.3\n192.0.2.4",x\n192.0.2.5,y\n',
    );
    expect(set.indicators.map((i) => [i.value, i.assertions[0]!.line])).toEqual([
      ["192.0.2.1", 2],
      ["192.0.2.2", 5],
      ["192.0.2.3", 6],
      ["192.0.2.4", 6],
      ["192.0.2.5", 8],
    ]);
    expect(set.indicators[0]!.assertions[0]!.comment).toBe('two\nlines, with 8.8.8.8,\n8.8.4.4,and "quotes"');
  });

  test("without a header the first row is data, and every column of addresses counts", async () => {
    expect(values(await load("x,192.0.2.1,5\ny,192.0.2.2,6\n"))).toEqual(["192.0.2.1", "192.0.2.2"]);
    expect(values(await load("192.0.2.1,192.0.2.2\n192.0.2.3,192.0.2.4\n"))).toHaveLength(4);
  });

  test("cells with several addresses, ports and composites give all of them", async () => {
    const set = await load(
      'value;type\n"192.0.2.1, 192.0.2.2";a\n192.0.2.3:443;b\n192.0.2.4|8443;ip-dst|port\nevil.example|192.0.2.5;domain|ip\n192[.]0[.]2[.]6;c\n',
    );
    expect(values(set)).toEqual([...[1, 2, 3, 4, 5, 6].map((n) => `192.0.2.${n}`), "evil.example"]);
    expect(set.indicators[3]!.assertions[0]).toMatchObject({ original: "192.0.2.4|8443", statedType: "ip-dst|port" });
  });
});

describe("which column", () => {
  test("is found by content, whatever it is called", async () => {
    const set = await load(
      "siganture.value,reference,zzz\n,https://example.org/1,192.0.2.1\n,https://example.org/2,192.0.2.2\n",
    );
    expect(values(set)).toEqual(["192.0.2.1", "192.0.2.2"]);
    expect(set.rejections).toEqual([]);
  });

  test("between columns that are alike the better name wins, and the other is told", async () => {
    const set = await load("reporter,indicator\n198.51.100.1,192.0.2.1\n198.51.100.1,192.0.2.2\n");
    expect(values(set)).toEqual(["192.0.2.1", "192.0.2.2"]);
    expect(set.rejections).toMatchObject([{ line: 1, text: "reporter" }]);
    expect(set.rejections[0]!.reason).toMatch(/--column/);
  });

  test("a mixed indicator column wins over the addresses its names resolved to", async () => {
    const set = await load(
      "ioc_value,resolved\nevil.example,198.51.100.1\nbad.example,198.51.100.2\n192.0.2.1,198.51.100.3\n",
    );
    expect(values(set)).toEqual(["192.0.2.1", "bad.example", "evil.example"]);
  });

  test("a pair of columns for the two families counts as one", async () => {
    const set = await load("name,ipv4,ipv6\na,192.0.2.1,2001:db8::1\nb,192.0.2.2,2001:db8::2\n");
    expect(values(set)).toEqual(["192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"]);
  });

  test("can be named in any case, or numbered from 1", async () => {
    const table = "Reporter,Indicator\n198.51.100.1,192.0.2.1\n198.51.100.2,192.0.2.2\n";
    expect(values(await load(table, { column: "reporter" }))).toEqual(["198.51.100.1", "198.51.100.2"]);
    expect(values(await load(table, { column: "1" }))).toEqual(["198.51.100.1", "198.51.100.2"]);
    expect(values(await load(table, { column: "INDICATOR" }))).toEqual(["192.0.2.1", "192.0.2.2"]);
    expect(values(await load(table, { column: "1,2" }))).toHaveLength(4);
  });

  test.each(["nope", "0", "3", ""])("column %j is unknown: the error names those there are", async (column) => {
    const set = await load("Reporter,Indicator\n198.51.100.1,192.0.2.1\n", { column });
    expect(set.indicators).toEqual([]);
    expect(set.errors).toHaveLength(1);
    expect(set.errors[0]!.code).toBe("intel-unusable");
    expect(set.errors[0]!.message).toBe(`no column "${column}"; the columns are: Reporter, Indicator`);
  });
});

describe("what the publisher says", () => {
  test("MISP's layout", async () => {
    const set = await load(
      [
        "uuid,event_id,category,type,value,comment,to_ids,date,object_relation,attribute_tag,event_info",
        '"a","7","Network activity","ip-src","192.0.2.1","relay, maybe",1,20210720,"","tlp:amber,misp-galaxy:threat-actor=""APT31""","ORBs"',
        '"b","7","Network activity","ip-dst|port","192.0.2.2|443","",1,20210720,"","","ORBs"',
        '"c","7","Network activity","domain","evil.example","",1,20210720,"","","ORBs"',
      ].join("\n"),
    );
    expect(values(set)).toEqual(["192.0.2.1", "192.0.2.2", "evil.example"]);
    expect(set.indicators[1]!.ports).toEqual([443]);
    expect(set.indicators[0]).toMatchObject({ role: "unknown", tlp: "TLP:AMBER", labels: ["APT31"] });
    expect(set.indicators[0]!.assertions[0]).toMatchObject({
      statedType: "ip-src",
      comment: "relay, maybe",
      published: "20210720",
      feed: "ORBs",
    });
    expect(set.indicators[0]!.validFrom).toBeUndefined();
    expect(set.rejections).toEqual([]);
  });

  test("abuse.ch's layout: header in a comment, windows, role in so many words", async () => {
    const set = await load(
      [
        "################",
        "# ThreatFox IOCs #",
        "################",
        '# "first_seen_utc","ioc_id","ioc_value","ioc_type","threat_type","malware_printable","last_seen_utc","confidence_level","tags"',
        '"2021-07-20 08:00:05", "1", "192.0.2.1:443", "ip:port", "botnet_cc", "Cobalt Strike", "2021-07-25 10:00:00", "75", "a,b"',
        '"2021-07-21 08:00:05", "2", "192.0.2.2:443", "ip:port", "payload_delivery", "None", "", "50", ""',
        "# Number of entries: 2",
      ].join("\n"),
    );
    expect(set.indicators).toMatchObject([
      {
        value: "192.0.2.1",
        role: "c2",
        labels: ["Cobalt Strike", "a", "b"],
        validFrom: Date.UTC(2021, 6, 20, 8, 0, 5),
        validUntil: Date.UTC(2021, 6, 25, 10, 0, 0),
      },
      { value: "192.0.2.2", role: "delivery", labels: [] },
    ]);
    expect(set.indicators[1]!.validUntil).toBeUndefined();
    expect(set.indicators[0]!.assertions[0]!.confidence).toBe("75");
  });

  test("a stated ip-dst or ip-src is never a role", async () => {
    const set = await load("value,type,role\n192.0.2.1,ip-dst,ip-dst\n192.0.2.2,ip-src,\n");
    expect(set.indicators.map((indicator) => indicator.role)).toEqual(["unknown", "unknown"]);
  });

  test("days are whole, zones are kept, and a date that has two readings is left open with a note", async () => {
    const set = await load(
      [
        "ip,valid_from,valid_until",
        "192.0.2.1,2021-01-02,2021-01-02",
        "192.0.2.2,2021-01-02T03:04:05+02:00,1609556645",
        "192.0.2.3,02/01/2021,",
        "192.0.2.4,2021-02-30,",
        "192.0.2.5,2021-03-01,2021-02-01",
      ].join("\n"),
    );
    const window = set.indicators.map(({ validFrom, validUntil }) => [validFrom, validUntil]);
    expect(window[0]).toEqual([Date.UTC(2021, 0, 2), Date.UTC(2021, 0, 3) - 1]);
    expect(window[1]).toEqual([Date.UTC(2021, 0, 2, 1, 4, 5), 1_609_556_645_000]);
    expect(window.slice(2)).toEqual([
      [undefined, undefined],
      [undefined, undefined],
      [undefined, undefined],
    ]);
    for (const index of [2, 3, 4]) expect(set.indicators[index]!.assertions[0]!.notes).toHaveLength(1);
  });
});

describe("broken rows", () => {
  test("are rejected with their line, and the rest is read", async () => {
    const set = await load("ip,comment\n192.0.2.1,a\nnot an address,b\n\n192.0.2.2\n,c\n192.0.2.3,c\n");
    expect(values(set)).toEqual(["192.0.2.1", "192.0.2.2", "192.0.2.3"]);
    expect(set.rejections.map(({ line }) => line)).toEqual([3, 6]);
  });

  test("a row with too many cells gives its address, but none of what may be out of place", async () => {
    const set = await load("ip,tags,comment\n192.0.2.1,A,x\n192.0.2.2,B,x,y\n192.0.2.3,C,x,\nfoo,192.0.2.4,x,y\n");
    expect(set.indicators.map((i) => [i.value, i.labels])).toEqual([
      ["192.0.2.1", ["A"]],
      ["192.0.2.2", []],
      ["192.0.2.3", ["C"]],
    ]);
    expect(set.rejections).toMatchObject([{ line: 5, reason: "the row has 4 columns, the header has 3" }]);
  });

  test("a quote that never closes costs its own row at most", async () => {
    const rows = Array.from({ length: 200 }, (_, i) => `${i === 50 ? '"broken' : "x"},192.0.2.${i}`);
    const set = await load(`comment,ip\n${rows.join("\n")}\n`);
    expect(set.indicators).toHaveLength(200);
    expect(set.indicators[50]!.assertions[0]).toMatchObject({
      line: 52,
      notes: [expect.stringMatching(/broken quote/)],
    });
    expect(set.indicators[51]!.assertions[0]!.line).toBe(53);
  });

  test("a stray quote does not swallow the rows up to the next quote", async () => {
    const set = await load('comment,ip\na,192.0.2.1\n"b,192.0.2.2\nc,192.0.2.3\n"d" e,192.0.2.4\nf,192.0.2.5\n');
    expect(values(set)).toEqual([1, 2, 3, 4, 5].map((n) => `192.0.2.${n}`));
  });

  test("a stray quote in every row loses none, and ends", async () => {
    const rows = Array.from({ length: 5000 }, (_, i) => `"${i},10.0.${i >> 8}.${i & 255}`);
    const started = performance.now();
    const set = await load(`comment,ip\n${rows.join("\n")}\n`);
    expect(performance.now() - started).toBeLessThan(20_000);
    // 10.0.0.0 and the others are all hosts.
    expect(set.indicators).toHaveLength(5000);
  });
});
