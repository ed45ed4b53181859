/** A feed that fails takes nothing away: not what it gave before, and nothing of the others'. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { loadIntel } from "../src/intel/index.js";
import type { IndicatorSet } from "../src/model/indicator.js";
import { file, folder, messages, readers, values } from "./intel-reader-support.js";

/** A feed of each reader with one address, and the same feed as it breaks. */
const FEEDS: readonly { reader: string; good: string; broken: readonly string[] }[] = [
  {
    reader: "misp",
    good: '{"Event": {"info": "x", "Attribute": [{"type": "ip-dst", "value": "192.0.2.1", "to_ids": true}]}}',
    broken: [
      '{"Event": {"info": "x", "Attribute": [{"type": "ip-dst", "va',
      '{"Event": {"info": "x", "Attribute": []}}',
    ],
  },
  {
    reader: "openioc",
    good: '<ioc><definition><Indicator operator="OR"><IndicatorItem condition="is"><Context search="PortItem/remoteIP"/><Content>192.0.2.1</Content></IndicatorItem></Indicator></definition></ioc>',
    broken: [
      '<ioc><definition><Indicator operator="OR"><IndicatorItem',
      '<!DOCTYPE ioc [<!ENTITY a "b">]><ioc/>',
      "<ioc></ioc>",
    ],
  },
  {
    reader: "zeek",
    good: "#fields\tindicator\tindicator_type\tmeta.source\n192.0.2.1\tIntel::ADDR\tx\n",
    broken: ["#fields\tindicator\tindicator_type\tmeta.source\n", "#fields indicator\n192.0.2.2\n"],
  },
  {
    reader: "json",
    good: '{"data": [{"ip": "192.0.2.1"}]}',
    broken: ['{"data": [{"ip": "192.0.2', '{"data": [], "error": "rate limit exceeded"}', "null"],
  },
  { reader: "jsonl", good: '{"ip": "192.0.2.1"}\n{"a": 1}\n', broken: ['{"error": "no licence"}\n{"a": 1}\n'] },
  { reader: "suricata-iprep", good: "192.0.2.1,1,100\n", broken: ["1,BadHosts,Known bad hosts\n"] },
  {
    reader: "suricata-dataset",
    good: `${Buffer.from("http://192.0.2.1/").toString("base64")}\n`,
    broken: ['alert ip any any -> any any (msg:"x"; sid:1;)\n'],
  },
  { reader: "csv", good: "ip,label\n192.0.2.1,x\n192.0.2.1,y\n", broken: ["ip,label\n", "ip,label\n,x\n,y\n"] },
  { reader: "text", good: "192.0.2.1\n", broken: ["", "503 Service Unavailable\n", "\0\0\0"] },
];

const CASES = FEEDS.flatMap(({ reader, good, broken }) => broken.map((bad) => ({ reader, good, bad })));

describe("what a feed gave stays when it breaks", () => {
  test.each(CASES)("$reader: $bad", async ({ reader, good, bad }) => {
    const dir = folder({ "feed.dat": good, "other.txt": "198.51.100.1\n" });
    const paths = [join(dir, "feed.dat"), join(dir, "other.txt")];
    const before = await loadIntel(paths);
    expect(readers(before)).toEqual([reader, "text"]);
    expect(values(before)).toEqual(["ipv4-addr 192.0.2.1", "ipv4-addr 198.51.100.1"]);

    writeFileSync(paths[0]!, bad);
    writeFileSync(paths[1]!, "198.51.100.1\n198.51.100.2\n");
    const after = await loadIntel(paths, { previous: before });
    expect(values(after)).toEqual(["ipv4-addr 192.0.2.1", "ipv4-addr 198.51.100.1", "ipv4-addr 198.51.100.2"]);
    expect(messages(after).at(-1)).toBe("kept what an earlier load gave: 1 indicators");
    expect(after.errors.every(({ file: path }) => path === paths[0])).toBe(true);

    // And again: what was kept is kept on.
    const third = await loadIntel(paths, { previous: after });
    expect(values(third)).toEqual(values(after));

    // Until the feed is whole again.
    writeFileSync(paths[0]!, "203.0.113.1\n");
    const healed = await loadIntel(paths, { previous: third });
    expect(values(healed)).toEqual(["ipv4-addr 198.51.100.1", "ipv4-addr 198.51.100.2", "ipv4-addr 203.0.113.1"]);
    expect(healed.errors).toEqual([]);
  });
});

describe("other ways to fail", () => {
  const two = async (): Promise<{ dir: string; before: IndicatorSet }> => {
    const dir = folder({ "a.txt": "192.0.2.1\n", "b/c.txt": "192.0.2.2\n" });
    return { dir, before: await loadIntel([dir]) };
  };

  test("a folder that is gone, and one whose files are", async () => {
    const { dir, before } = await two();
    rmSync(join(dir, "b"), { recursive: true });
    const without = await loadIntel([dir], { previous: before });
    // A file that was taken out of a folder is withdrawn: the folder was read in full.
    expect(values(without)).toEqual(["ipv4-addr 192.0.2.1"]);
    rmSync(dir, { recursive: true });
    const gone = await loadIntel([dir], { previous: before });
    expect(values(gone)).toEqual(["ipv4-addr 192.0.2.1", "ipv4-addr 192.0.2.2"]);
    mkdirSync(dir);
  });

  test("a file of a folder that leads nowhere now, and a subfolder that does", async () => {
    const { dir, before } = await two();
    rmSync(join(dir, "a.txt"));
    symlinkSync(join(dir, "not-there"), join(dir, "a.txt"));
    rmSync(join(dir, "b"), { recursive: true });
    symlinkSync(join(dir, "b"), join(dir, "b"));
    const after = await loadIntel([dir], { previous: before });
    expect(values(after)).toEqual(["ipv4-addr 192.0.2.1", "ipv4-addr 192.0.2.2"]);
    expect(messages(after)).toEqual([
      "no such file or folder",
      "a link that leads to itself",
      "kept what an earlier load gave: 1 indicators",
      "kept what an earlier load gave: 1 indicators",
      "no file in this folder holds an indicator",
    ]);
  });

  test("a damaged gzip keeps what it gave beyond the damage", async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => `198.18.${i >> 8}.${i & 255}`).join("\n");
    const path = file(gzipSync(rows));
    const before = await loadIntel([path]);
    writeFileSync(path, gzipSync(rows).subarray(0, 20_000));
    const cut = await loadIntel([path]);
    expect(cut.indicators.length).toBeLessThan(20_000);
    expect((await loadIntel([path], { previous: before })).indicators).toHaveLength(20_000);
  });

  test("labels, window, marking and provenance are kept with the values", async () => {
    const path = file(
      '[{"ip": "192.0.2.1", "tags": ["APT31"], "tlp": "amber", "valid_from": "2021-01-01", "score": 80, "uuid": "u-1"}]',
    );
    const before = await loadIntel([path]);
    writeFileSync(path, "[");
    const after = await loadIntel([path], { previous: before });
    expect(after.indicators).toEqual(before.indicators);
    expect(after.hash).toBe(before.hash);
  });

  test("a role that was kept is not weakened by what another feed says", async () => {
    const dir = folder({
      "a.json": '[{"ip": "192.0.2.1", "role": "c2"}]',
      "b.json": '[{"ip": "192.0.2.1", "role": "scanner"}]',
    });
    const before = await loadIntel([dir]);
    writeFileSync(join(dir, "a.json"), '[{"ip": ');
    const after = await loadIntel([dir], { previous: before });
    expect(after.indicators.map(({ role }) => role)).toEqual(["c2"]);
  });

  test("one value of two feeds keeps both voices when one of them breaks", async () => {
    const dir = folder({
      "a.json": '[{"ip": "192.0.2.1", "tags": ["A"]}]',
      "b.json": '[{"ip": "192.0.2.1", "tags": ["B"]}]',
    });
    const before = await loadIntel([dir]);
    writeFileSync(join(dir, "a.json"), '[{"ip": ');
    const after = await loadIntel([dir], { previous: before });
    expect(after.indicators).toHaveLength(1);
    expect(after.indicators[0]!.labels).toEqual(["A", "B"]);
    expect(after.indicators[0]!.assertions.map(({ labels }) => labels)).toEqual([["A"], ["B"]]);
  });
});
