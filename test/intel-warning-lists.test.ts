import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { READER_IDS, WRITER_IDS } from "../src/intel/ids.js";
import { loadIntel, normalise, warningJudge, WRITERS, type WarningOptions } from "../src/intel/index.js";
import { READERS } from "../src/intel/readers.js";
import type { Warning } from "../src/intel/set.js";

const root = mkdtempSync(join(tmpdir(), "lookback-warnings-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let made = 0;
/** A folder laid out as MISP's: `<name>/list.json`. */
function lists(all: Readonly<Record<string, object>>): string {
  const folder = join(root, `lists${made++}`);
  for (const [name, list] of Object.entries(all)) {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, "list.json"), JSON.stringify({ name, version: 1, description: "", ...list }));
  }
  return folder;
}

async function judged(text: string, options: WarningOptions = {}): Promise<Warning | undefined> {
  const { judge, errors } = await warningJudge(options);
  expect(errors).toEqual([]);
  const values = normalise(text);
  if (!Array.isArray(values)) throw new Error(`${text}: ${values.reason}`);
  return judge(values[0]!);
}

describe("built-in lists", () => {
  test.each([
    ["10.1.2.3", /RFC 1918/],
    ["192.168.0.0/16", /RFC 1918/],
    ["100.64.0.1", /RFC 6598/],
    ["127.0.0.1", /loopback/],
    ["169.254.169.254", /link-local/],
    ["198.51.100.7", /documentation/],
    ["224.0.0.251", /multicast/],
    ["fe80::1", /link-local/],
    ["fd00::1", /unique local/],
    ["2001:db8::1", /documentation/],
    ["www.example.com", /RFC 2606/],
    ["printer.local", /multicast DNS/],
  ])("%s is set aside, with the reason", async (text, reason) => {
    expect((await judged(text))?.setAside).toMatch(reason);
    expect(await judged(text, { none: true })).toBeUndefined();
  });

  test.each([
    "95.143.219.230",
    "105.157.234.0",
    "2a00:1450::1",
    "evil.com",
    "notexample.com",
    "172.32.0.1",
    "100.128.0.1",
  ])("%s is hunted without a remark", async (text) => expect(await judged(text)).toBeUndefined());

  test("a public resolver is hunted, and marked as known-benign", async () => {
    expect(await judged("8.8.8.8")).toEqual({ benign: ["public resolver: Google Public DNS"] });
    expect(await judged("2620:fe::fe")).toEqual({ benign: ["public resolver: Quad9"] });
  });

  test("a block that is only partly special is hunted", async () => {
    expect(await judged("172.16.0.0-172.48.0.255", { allowWide: true })).toBeUndefined();
  });
});

describe("wide blocks", () => {
  test.each([
    ["5.0.0.0/15", true],
    ["5.0.0.0/16", false],
    ["5.0.0.0-5.1.0.0", true],
    ["2a00::/31", true],
    ["2a00::/32", false],
  ])("%s asks for --allow-wide: %s", async (text, wide) => {
    expect((await judged(text))?.setAside !== undefined).toBe(wide);
    expect(await judged(text, { allowWide: true })).toBeUndefined();
    // Turning the lists off does not make a block of a million hosts an indicator.
    expect((await judged(text, { none: true }))?.setAside !== undefined).toBe(wide);
  });
});

describe("MISP warning lists", () => {
  const folder = lists({
    akamai: { type: "cidr", list: ["23.0.0.0/12", "2.16.0.1"], matching_attributes: ["ip-dst"] },
    alexa: { type: "hostname", list: ["github.com", ".google.com"], matching_attributes: ["domain", "url"] },
    exact: { type: "string", list: ["Cdn.Test-Host.com"], matching_attributes: ["hostname"] },
    sandbox: { type: "substring", list: ["cuckoo"], matching_attributes: ["domain"] },
    contacts: { type: "regex", list: ["/^(security|abuse)@.*$/i", "/((a+)+)+$/"], matching_attributes: ["email-src"] },
    "empty-hashes": { type: "string", list: ["d41d8cd98f00b204e9800998ecf8427e"], matching_attributes: ["md5"] },
    sinkholes: { type: "cidr", list: ["104.155.11.149"], matching_attributes: ["ip-src"] },
  });

  test.each<[string, Warning | undefined]>([
    ["23.1.2.3", { benign: ["akamai"] }],
    ["2.16.0.1", { benign: ["akamai"] }],
    ["2.16.0.2", undefined],
    ["github.com", { benign: ["alexa"] }],
    ["raw.github.com", { benign: ["alexa"] }],
    ["notgithub.com", undefined],
    ["mail.google.com", { benign: ["alexa"] }],
    ["cdn.test-host.com", { benign: ["exact"] }],
    ["a.cdn.test-host.com", undefined],
    ["my-cuckoo.com", { benign: ["sandbox"] }],
    ["https://github.com/", { benign: ["alexa"] }],
    // The path makes it an indicator of its own.
    ["https://github.com/evil/payload", undefined],
    ["Security@some-corp.com", { benign: ["contacts"] }],
    ["d41d8cd98f00b204e9800998ecf8427e", { setAside: expect.stringContaining("empty-hashes") as string }],
    // Who reaches a sinkhole is infected: never capped.
    ["104.155.11.149", { notes: ['on the warning list "sinkholes"'] }],
  ])("%s", async (text, expected) => {
    expect(await judged(text, { lists: [folder] })).toEqual(expected);
  });

  test("a broken list is told, and the others hold", async () => {
    const mixed = lists({ good: { type: "cidr", list: ["23.0.0.0/12"] } });
    mkdirSync(join(mixed, "bad"));
    writeFileSync(join(mixed, "bad", "list.json"), '{"type": "cidr", "list": [');
    const { judge, errors } = await warningJudge({ lists: [mixed] });
    expect(errors).toMatchObject([{ file: join(mixed, "bad", "list.json"), code: "intel-unreadable" }]);
    expect(errors[0]!.message).toMatch(/line 1, column/);
    expect(judge((normalise("23.1.2.3") as never[])[0]!)).toEqual({ benign: ["good"] });
  });

  test("a folder without a list and one that is not there are told", async () => {
    const { errors } = await warningJudge({ lists: [lists({}), join(root, "absent")].map((path) => path) });
    expect(errors.map(({ code }) => code)).toEqual(["intel-unreadable", "intel-unreadable"]);
  });
});

describe("loading with a judge", () => {
  test("counts what is set aside apart from what is rejected, and keeps place and reason", async () => {
    const path = join(root, "mixed.txt");
    writeFileSync(path, "95.143.219.230\n10.0.0.1\nnonsense\n8.8.8.8\n5.0.0.0/8\n");
    const { judge } = await warningJudge({});
    const set = await loadIntel([path], { judge });
    expect(set.indicators.map(({ value, benign }) => [value, benign])).toEqual([
      ["8.8.8.8", ["public resolver: Google Public DNS"]],
      ["95.143.219.230", undefined],
    ]);
    expect(set.files).toMatchObject([{ accepted: 2, duplicates: 0, rejected: 1, setAside: 2 }]);
    expect(set.rejections.map(({ line, setAside }) => [line, setAside])).toEqual([
      [2, true],
      [3, undefined],
      [5, true],
    ]);
  });
});

const CORPUS = "../shared/corpora/misp-warninglists/lists";
if (!existsSync(CORPUS)) console.warn(`SKIPPED: ${CORPUS} is absent`);

test.skipIf(!existsSync(CORPUS))(
  "all of MISP's lists load, and know a CDN, a top site, a scanner and a resolver",
  async () => {
    const { judge, errors } = await warningJudge({ lists: [CORPUS] });
    expect(errors).toEqual([]);
    const benign = (text: string): readonly string[] | undefined => judge((normalise(text) as never[])[0]!)?.benign;
    expect(benign("23.1.2.3")?.join()).toMatch(/Akamai/);
    expect(benign("www.wikipedia.org")?.join()).toMatch(/Alexa|Top/i);
    expect(benign("8.8.8.8")?.join()).toMatch(/Google Public DNS/);
    expect(benign("95.143.219.230")).toBeUndefined();
  },
);

test("the names that the command line knows are those of the readers and writers", () => {
  expect([...READER_IDS].sort()).toEqual(READERS.map(({ id }) => id).sort());
  expect([...WRITER_IDS].sort()).toEqual(WRITERS.map(({ id }) => id).sort());
});
