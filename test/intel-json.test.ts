/** Any JSON and JSON Lines: published shapes, --column, and JSON that means harm. */
import { existsSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadIntel } from "../src/intel/index.js";
import { file, FIXTURES, indicator, messages, readers, rejected, said, values } from "./intel-reader-support.js";

const JSON_FILES = `${FIXTURES}/json`;
const ofJson = (value: unknown): string => file(JSON.stringify(value));

describe("published shapes", () => {
  test("ThreatFox's answers", async () => {
    const set = await loadIntel([`${JSON_FILES}/threatfox-api.json`]);
    expect(readers(set)).toEqual(["json"]);
    expect(values(set)).toEqual([
      "ipv4-addr 192.0.2.1",
      "file 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    ]);
    expect(said(set, "192.0.2.1")).toEqual({
      line: 0,
      object: "data[0].ioc",
      original: "192.0.2.1:4443",
      statedType: "ip:port",
      labels: ["APT31", "Relay", "win.relay"],
      tlp: "TLP:GREEN",
      confidence: "75",
      comment: "Indicator that identifies a botnet command&control server (C&C)",
    });
    expect(indicator(set, "192.0.2.1")).toMatchObject({
      role: "c2",
      ports: [4443],
      validFrom: Date.UTC(2021, 6, 8, 17, 41, 12),
    });
    expect(rejected(set)).toEqual([]);
  });

  test("ThreatFox's export, by number", async () => {
    const set = await loadIntel([`${JSON_FILES}/threatfox-export.json`]);
    expect(values(set)).toEqual(["ipv4-addr 192.0.2.1", "url https://evil.example/gate.php"]);
    expect(indicator(set, "https://evil.example/gate.php").validUntil).toBe(Date.UTC(2021, 6, 9));
    expect(said(set, "192.0.2.1").labels).toEqual(["APT31", "Relay", "orb", "win.relay"]);
  });

  test("URLhaus", async () => {
    const set = await loadIntel([`${JSON_FILES}/urlhaus.json`]);
    expect(values(set)).toEqual(["url http://192.0.2.7/bins/a.mips"]);
    expect(said(set, "http://192.0.2.7/bins/a.mips")).toMatchObject({
      labels: ["elf", "malware_download", "mirai"],
      published: "2022-03-01 10:00:00 UTC",
    });
  });

  test("an OTX pulse: what it says of itself holds for its indicators, inactive ones are set aside", async () => {
    const set = await loadIntel([`${JSON_FILES}/otx-pulse.json`]);
    expect(values(set)).toEqual(["ipv4-addr 192.0.2.31", "domain-name evil.example"]);
    expect(said(set, "192.0.2.31")).toEqual({
      line: 0,
      object: "indicators[0].indicator",
      original: "192.0.2.31",
      feed: "Relay boxes",
      statedType: "IPv4",
      published: "2021-07-21T09:00:01",
      labels: ["APT31", "Pakdoor", "orb"],
      tlp: "TLP:GREEN",
      comment: "relay",
    });
    expect(rejected(set)).toEqual([
      'aside 0 indicators[2].indicator "198.51.100.33": the publisher marks it as no longer active (is_active)',
      '0 indicators[3].indicator "CVE-2021-1234": a vulnerability: not hunted',
      '0 indicators[4].indicator "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3": a fuzzy or partial hash: not hunted',
    ]);
  });

  test("OpenCTI's observables: a label is no indicator", async () => {
    const set = await loadIntel([`${JSON_FILES}/opencti.json`]);
    expect(values(set)).toEqual(["ipv4-addr 192.0.2.41"]);
    expect(said(set, "192.0.2.41")).toMatchObject({
      labels: ["apt31.example"],
      tlp: "TLP:AMBER",
      confidence: "80",
      comment: "a relay",
      revision: "2021-07-22T09:00:00.000Z",
    });
  });

  test("AbuseIPDB: the owner of an address is no indicator", async () => {
    const set = await loadIntel([`${JSON_FILES}/abuseipdb.json`]);
    expect(values(set)).toEqual(["ipv4-addr 192.0.2.51", "ipv4-addr 192.0.2.52"]);
    expect(indicator(set, "192.0.2.51").confidence).toBe(100);
    expect(rejected(set)).toEqual([
      '0 "data.domain": this field names the owner of the address: name it with --column to read it',
      '0 "data.hostnames": this field names the owner of the address: name it with --column to read it',
    ]);
  });

  test("objects keyed by value", async () => {
    const set = await loadIntel([`${JSON_FILES}/keyed.json`]);
    expect(values(set)).toEqual([
      "ipv4-addr 192.0.2.61",
      "domain-name evil.example",
      "url https://drop.example/a",
      "file 0cc175b9c0f1b6a831c399e269772661",
    ]);
    expect(said(set, "192.0.2.61")).toMatchObject({ labels: ["orb"], confidence: "60" });
    expect(said(set, "0cc175b9c0f1b6a831c399e269772661").comment).toBe("a dropper");
  });

  test("JSON Lines: broken lines are told with their column, and the others read", async () => {
    const set = await loadIntel([`${JSON_FILES}/iocs.jsonl`]);
    expect(readers(set)).toEqual(["jsonl"]);
    expect(set.indicators.map(({ value, assertions }) => [assertions[0]!.line, value])).toEqual([
      [1, "192.0.2.71"],
      [4, "192.0.2.72"],
      [5, "192.0.2.73"],
      [5, "drop.example"],
    ]);
    expect(rejected(set)).toEqual([
      '3 "{"indicator":"evil.example","type":"domain"": not valid JSON at column 44 (CloseBraceExpected)',
      'aside 6 "192.0.2.74": the publisher marks it as not for detection (to_ids)',
    ]);
  });
});

describe("which fields", () => {
  test("lists of values at the top, under a known name, and in lists", async () => {
    const set = await loadIntel([
      ofJson(["192.0.2.1", ["192.0.2.2"], { ips: ["192.0.2.3", "192.0.2.4"], tlp: "amber" }]),
      ofJson("192.0.2.5"),
    ]);
    expect(values(set)).toEqual([1, 2, 3, 4, 5].map((n) => `ipv4-addr 192.0.2.${n}`));
    expect(said(set, "192.0.2.2").object).toBe("[1][0]");
    expect(indicator(set, "192.0.2.3").tlp).toBe("TLP:AMBER");
    expect(indicator(set, "192.0.2.1").tlp).toBeUndefined();
  });

  test("an outer object's window is not mixed with an inner one's", async () => {
    const set = await loadIntel([
      ofJson({
        valid_from: "2021-01-01",
        valid_until: "2021-02-01",
        iocs: [{ ioc: "192.0.2.1" }, { ioc: "192.0.2.2", valid_from: "2022-01-01" }],
      }),
    ]);
    expect(indicator(set, "192.0.2.1")).toMatchObject({
      validFrom: Date.UTC(2021, 0, 1),
      validUntil: Date.UTC(2021, 1, 2) - 1,
    });
    expect(indicator(set, "192.0.2.2").validFrom).toBe(Date.UTC(2022, 0, 1));
    expect(indicator(set, "192.0.2.2").validUntil).toBeUndefined();
  });

  test("a field's name with a dot is no domain, and a log's user-agent beside an address none", async () => {
    const set = await loadIntel([
      ofJson([
        { "host.name": "server1", "user.id": "7" },
        { ip: "192.0.2.1", user_agent: "Mozilla/5.0 (X11; Linux)", reference: "https://cert.example/" },
      ]),
    ]);
    expect(values(set)).toEqual(["ipv4-addr 192.0.2.1"]);
  });

  test("the best-named field wins, others are named", async () => {
    const set = await loadIntel([ofJson([{ indicator: "evil.example", src_ip: "192.0.2.1", peer: "192.0.2.2" }])]);
    expect(values(set)).toEqual(["domain-name evil.example"]);
    const reason = "this field holds indicators too and was passed over: name it with --column to read it";
    expect(rejected(set)).toEqual([`0 "peer": ${reason}`, `0 "src_ip": ${reason}`]);
  });

  test("--column takes a path, its end, several, any case", async () => {
    const path = ofJson({ data: { hits: [{ peer: { addr4: "192.0.2.1" }, via: ["192.0.2.2"], ip: "192.0.2.9" }] } });
    const by = async (column: string): Promise<string[]> => values(await loadIntel([{ path, column }]));
    expect(await by("data.hits.peer.addr4")).toEqual(["ipv4-addr 192.0.2.1"]);
    expect(await by("PEER.addr4, via")).toEqual(["ipv4-addr 192.0.2.1", "ipv4-addr 192.0.2.2"]);
    expect(await by("hits.via")).toEqual(["ipv4-addr 192.0.2.2"]);
  });

  test("--column that is not there names the fields", async () => {
    const set = await loadIntel([{ path: ofJson({ data: [{ peer: "192.0.2.1", note: "x" }] }), column: "addr" }]);
    expect(values(set)).toEqual([]);
    expect(messages(set)).toEqual(['no field "addr"; the fields are: data, data.peer, data.note']);
  });

  test("nothing by name: the error tells what to ask for", async () => {
    const set = await loadIntel([ofJson({ peers: ["192.0.2.1"] })]);
    expect(messages(set)).toEqual([
      "no indicator could be understood: this field holds indicators too and was passed over: name it with --column to read it",
    ]);
    expect(rejected(set)).toEqual([
      '0 "peers": this field holds indicators too and was passed over: name it with --column to read it',
    ]);
  });
});

describe("broken JSON names line and column", () => {
  test.each([
    ['{"ip": "192.0.2.1",\n "tlp" "green"}', "line 2, column 8 (ColonExpected)"],
    ['[{"ip": "192.0.2.1"},\n{"ip": "192.0.2.2"', "line 2, column 19 (CloseBraceExpected)"],
    ['{"ip": "192.0.2.1", }', "line 1, column 21 (PropertyNameExpected)"],
  ])("%s", async (content, place) => {
    const set = await loadIntel([file(content)]);
    expect(values(set)).toEqual([]);
    expect(messages(set)).toEqual([`no indicator could be understood: not valid JSON at ${place}`]);
  });

  test("of a large file too", async () => {
    const rows = Array.from({ length: 100_000 }, (_, i) => `{"comment": "${"x".repeat(40)}", "n": ${i}}`).join(",\n");
    const set = await loadIntel([file(`[${rows},\n{"n": }]`), file(`[${rows}`)]);
    expect(messages(set)).toEqual([
      "no indicator could be understood: not valid JSON at line 100001, column 7 (ValueExpected)",
      expect.stringMatching(/^no indicator could be understood: not valid JSON at line 100000, column \d+/),
    ]);
  });

  test("a hash of digits alone, and a note that begins in brackets, are no JSON", async () => {
    const digits = "1234567890".repeat(4).slice(0, 32);
    const set = await loadIntel([file(digits), file("[[TLP:CLEAR]]\n192.0.2.1\n")]);
    expect(readers(set)).toEqual(["text", "text"]);
    expect(values(set)).toEqual(["ipv4-addr 192.0.2.1", `file ${digits}`]);
  });

  test("a number under a name for hashes or names is told", async () => {
    const set = await loadIntel([ofJson([{ domain: 5, ip: "192.0.2.1" }])]);
    expect(rejected(set)).toEqual(['0 [0].domain "5": a number, no text']);
  });

  test("an address in brackets and a defanged one are no JSON", async () => {
    const set = await loadIntel([
      file("[2001:db8::1]:443\n[2001:db8::2]:443\n"),
      file("[.]evil.example\n192[.]0[.]2[.]1\n"),
    ]);
    expect(readers(set)).toEqual(["text", "text"]);
    expect(values(set)).toContain("ipv6-addr 2001:db8::1");
  });
});

describe("JSON that means harm", () => {
  test("nested a hundred thousand deep", async () => {
    const deep = 100_000;
    const good = file("192.0.2.9\n");
    const set = await loadIntel([
      file(`${'{"a":'.repeat(deep)}{"ip":"192.0.2.1"}${"}".repeat(deep)}`),
      file(`${"[".repeat(deep)}"192.0.2.2"${"]".repeat(deep)}`),
      file("[".repeat(deep)),
      file('{"a":'.repeat(deep)),
      good,
    ]);
    expect(values(set)).toEqual(["ipv4-addr 192.0.2.1", "ipv4-addr 192.0.2.2", "ipv4-addr 192.0.2.9"]);
    expect(said(set, "192.0.2.1").object).toBe(`${"a.".repeat(32)}ip`);
    expect(set.errors).toHaveLength(2);
    for (const message of messages(set)) expect(message).toMatch(/^no indicator could be understood: not valid JSON/);
  });

  test("duplicate keys: the last one counts; huge numbers and odd keys do no harm", async () => {
    const content = `{"ip": "192.0.2.1", "ip": "192.0.2.2", "score": 1e999999, "first_seen": ${"9".repeat(400)},
      "ports": [1e400, -1], "__proto__": {"ip": "192.0.2.3"}, "constructor": {"ip": "192.0.2.4"}, "toString": "x"}`;
    const set = await loadIntel([file(content)]);
    expect(values(set)).toEqual(["ipv4-addr 192.0.2.2", "ipv4-addr 192.0.2.3", "ipv4-addr 192.0.2.4"]);
    expect(Object.hasOwn(Object.prototype, "ip")).toBe(false);
    expect(indicator(set, "192.0.2.2").validFrom).toBeUndefined();
    expect(indicator(set, "192.0.2.2").ports).toBeUndefined();
  });

  test("a file of one gigabyte is not read, whatever is in it; others are", async () => {
    const dir = mkdtempSync(join(tmpdir(), "lookback-sparse-"));
    const large = join(dir, "large.json");
    try {
      writeFileSync(large, '{"ip": "192.0.2.1"}');
      truncateSync(large, 2 ** 30);
      const set = await loadIntel([large, file("192.0.2.2\n")]);
      expect(values(set)).toEqual(["ipv4-addr 192.0.2.2"]);
      expect(messages(set)).toEqual(["larger than 256 MiB: not read"]);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  test("one line of many megabytes is refused and does not stop the next", async () => {
    const set = await loadIntel([file(`${"a".repeat(20_000_000)}\n192.0.2.1\n`)]);
    expect(values(set)).toEqual(["ipv4-addr 192.0.2.1"]);
    expect(set.rejections.map(({ line, reason, text }) => [line, reason, text.length])).toEqual([
      [1, "longer than any list of indicators", 200],
    ]);
  });

  test("a list of three hundred thousand under one name; a message under a list's name is none", async () => {
    const ips = Array.from({ length: 300_000 }, (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
    const set = await loadIntel([ofJson({ ips, data: "no more than one answer a minute" })]);
    expect(set.indicators.length + set.rejections.length).toBe(300_000);
    expect(set.indicators.length).toBeGreaterThan(299_000);
  });

  test("keys by the hundred thousand, each another", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 200_000 }, (_, i) => [`k${i}`, { ip: `198.18.${(i >> 8) & 255}.${i & 255}` }]),
    );
    const set = await loadIntel([ofJson(many)]);
    expect(set.indicators).toHaveLength(65_536);
  });
});

const SUITE = "../shared/corpora/adversarial/JSONTestSuite/test_parsing";
const there = existsSync(SUITE);
if (!there) console.warn(`SKIPPED: the JSON suite needs ${SUITE}`);

describe.skipIf(!there)("the JSON suite", () => {
  const cases = there
    ? readdirSync(SUITE)
        .filter((name) => name.endsWith(".json"))
        .sort()
    : [];

  test("has its files", () => expect(cases.length).toBeGreaterThan(300));

  test("what is JSON is read as JSON", async () => {
    const accepted = cases.filter((name) => name.startsWith("y_"));
    const set = await loadIntel(accepted.map((name) => join(SUITE, name)));
    const others = set.files.filter(({ reader }) => reader !== "json").map(({ file: path }) => basename(path));
    expect(others).toEqual([]);
    expect(messages(set).filter((message) => message.includes("not valid JSON"))).toEqual([]);
  });

  test("what is none is an error", async () => {
    const refused = cases.filter((name) => name.startsWith("n_"));
    const set = await loadIntel(refused.map((name) => join(SUITE, name)));
    expect(values(set)).toEqual([]);
    const told = new Set(set.errors.map(({ file: path }) => basename(path)));
    expect(refused.filter((name) => !told.has(name))).toEqual([]);
    expect(set.files.filter(({ reader }) => reader === "json")).toEqual([]);
  });

  test("what may be either does no harm", async () => {
    const open = cases.filter((name) => name.startsWith("i_"));
    const set = await loadIntel(open.map((name) => join(SUITE, name)));
    expect(set.files).toHaveLength(open.length);
    expect(values(set)).toEqual([]);
  });
});
