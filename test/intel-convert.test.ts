/** Converting indicators: there and back, STIX against its schemas. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Candidate } from "../src/intel/candidate.js";
import { describeSet, loadIntel } from "../src/intel/index.js";
import type { Indicator, IndicatorSet } from "../src/model/indicator.js";
import { CERTFR, load, NOW, randomSet, said, setOf, write, writer } from "./intel-sets.js";

describe("there and back", () => {
  test("CSV gives the same set, and what a cell cannot hold is listed", async () => {
    await fc.assert(
      fc.asyncProperty(randomSet, async (set) => {
        const { text, losses } = write("csv", set);
        const back = await load(text);
        const lost = new Map<string, string[]>();
        for (const { value: of, what } of losses) lost.set(of, [...(lost.get(of) ?? []), what]);
        const fair = (one: Indicator): unknown =>
          lost.get(one.value)?.includes("a label of its labels") ? { ...(said(one) as object), labels: [] } : said(one);
        expect(back.indicators.map(fair)).toEqual(set.indicators.map(fair));
        expect(back.errors).toEqual([]);
        const kept = back.indicators.filter(
          (one) => !lost.get(one.value)?.some((what) => what.startsWith("who said it")),
        );
        for (const one of kept) {
          const before = set.indicators.find((other) => other.type === one.type && other.value === one.value)!;
          expect(one.assertions.map(({ feed }) => feed)).toEqual(before.assertions.map(({ feed }) => feed?.trim()));
        }
      }),
      { numRuns: 300 },
    );
  });

  test("STIX gives the same set and loses nothing", async () => {
    await fc.assert(
      fc.asyncProperty(randomSet, async (set) => {
        const { text, losses } = write("stix", set);
        const back = await load(text);
        expect(losses).toEqual([]);
        expect(back.indicators.map(said)).toEqual(set.indicators.map(said));
        expect(back.rejections).toEqual([]);
        for (const [i, one] of back.indicators.entries())
          expect(one.assertions.map(({ feed }) => feed)).toEqual([
            set.indicators[i]!.assertions.find(({ feed }) => feed !== undefined)?.feed,
          ]);
      }),
      { numRuns: 300 },
    );
  });

  test("text gives the same values of every type that a line can tell", async () => {
    await fc.assert(
      fc.asyncProperty(randomSet, async (set) => {
        const { text, losses } = write("text", set);
        const left = losses.filter(({ what }) => what === "the indicator");
        const kept = set.indicators.filter(({ type }) => !["ja3", "ja3s", "user-agent"].includes(type));
        expect(left).toHaveLength(set.indicators.length - kept.length);
        const back = text === "" ? [] : (await load(text)).indicators;
        expect(back.map((one) => one.value)).toEqual(kept.map((one) => one.value));
      }),
      { numRuns: 100 },
    );
  });
});

describe("the CERT-FR list", () => {
  test("converted to STIX, shows the same 161 with label, marking, dates and source", async () => {
    const set = await loadIntel([CERTFR]);
    const { text, losses } = write("stix", set);
    const back = await load(text);
    expect(losses).toEqual([]);
    expect(describeSet(back)).toHaveLength(161);
    expect(describeSet(back)).toEqual(describeSet(set));
    expect(describeSet(back)[0]).toMatchObject({
      tlp: "TLP:WHITE",
      labels: ["APT31"],
      feeds: ["Publication maqueurs APT31"],
    });
    expect(back.hash).toBe(set.hash);
    expect(new Set(back.indicators.map(({ assertions }) => assertions[0]!.published))).toEqual(
      new Set(["2021-07-20T00:00:00.000Z"]),
    );
    // The word of CERT-FR's own scale is kept where people read it.
    expect(text.match(/confidence Bonne/g)).toHaveLength(161);
  });

  test("converted to CSV, is the same down to each assertion", async () => {
    const set = await loadIntel([CERTFR]);
    const { text, losses } = write("csv", set);
    const back = await load(text);
    expect(losses).toEqual([]);
    expect(back.hash).toBe(set.hash);
    const bare = ({ indicators }: IndicatorSet): unknown =>
      indicators.map((one) => one.assertions.map(({ file: _file, line: _line, ...rest }) => rest));
    expect(bare(back)).toEqual(bare(set));
  });

  test("written twice, is the same text; written later, the same objects in a new version", async () => {
    const set = await loadIntel([CERTFR]);
    expect(write("stix", set).text).toBe(write("stix", set).text);
    const ids = (text: string): unknown => (JSON.parse(text).objects as { id: string }[]).map(({ id }) => id);
    const later = writer("stix").write(set.indicators, { now: NOW + 1000 }).text;
    expect(ids(later)).toEqual(ids(write("stix", set).text));
    const both = await load(`[${write("stix", set).text},${later}]`);
    expect(both.indicators).toHaveLength(161);
    expect(new Set(both.indicators.map(({ assertions }) => assertions.map(({ revision }) => revision).join()))).toEqual(
      new Set(["2026-01-02T03:04:06.000Z"]),
    );
  });
});

const SCHEMAS = "../shared/corpora/stix/schemas";
const present = existsSync(SCHEMAS);
if (!present) console.warn(`skipped: ${SCHEMAS} is absent, STIX output cannot be validated`);

describe.skipIf(!present)("STIX output against OASIS's schemas", () => {
  const ajv = new Ajv2020({ strict: false, unicodeRegExp: false });
  addFormats.default(ajv);
  ajv.addFormat("idn-hostname", true);
  const byName = new Map<string, string>();
  if (present)
    for (const folder of readdirSync(SCHEMAS))
      for (const file of readdirSync(join(SCHEMAS, folder))) {
        const schema = JSON.parse(readFileSync(join(SCHEMAS, folder, file), "utf8")) as { $id: string };
        ajv.addSchema(schema);
        byName.set(file.replace(".json", ""), schema.$id);
      }
  const check = (text: string): void => {
    const bundle = JSON.parse(text) as { objects?: { type: string }[] };
    for (const one of [{ ...bundle, type: "bundle" }, ...(bundle.objects ?? [])]) {
      const validate = ajv.getSchema(byName.get(one.type)!);
      if (!validate) throw new Error(`no schema for ${one.type}`);
      if (!validate(one))
        throw new Error(`${JSON.stringify(validate.errors)} in ${JSON.stringify(one).slice(0, 2000)}`);
    }
  };

  test("a schema refuses what is not right", () => {
    const { text } = write("stix", setOf([{ text: "192.0.2.1" }]));
    check(text);
    expect(() => check(text.replace('"pattern_type":"stix",', ""))).toThrow(/pattern_type/);
  });

  test("the CERT-FR list, an empty set, and every kind of related object", async () => {
    check(write("stix", await loadIntel([CERTFR])).text);
    check(write("stix", setOf([])).text);
    const related = Object.fromEntries(
      ["intrusion-set", "campaign", "malware", "threat-actor", "infrastructure", "tool", "attack-pattern"].map(
        (type) => [type, [`a ${type}`]],
      ),
    );
    const { text, losses } = write("stix", setOf([{ text: "192.0.2.1", related }]));
    check(text);
    expect(losses).toEqual([]);
    expect((await load(text)).indicators[0]!.assertions[0]!.related).toEqual(related);
  });

  test("any set", () => {
    fc.assert(
      fc.property(randomSet, (set) => check(write("stix", set).text)),
      { numRuns: 200 },
    );
  });
});

describe("STIX in particular", () => {
  const patternOf = (candidate: Partial<Candidate>): string => {
    const { objects } = JSON.parse(write("stix", setOf([candidate])).text) as {
      objects: { type: string; pattern: string }[];
    };
    return objects.find(({ type }) => type === "indicator")!.pattern;
  };

  test.each<[Partial<Candidate>, string]>([
    [{ text: "192.0.2.1" }, "[ipv4-addr:value = '192.0.2.1']"],
    [{ text: "192.0.2.0/24" }, "[ipv4-addr:value ISSUBSET '192.0.2.0/24']"],
    [
      { text: "192.0.2.1-192.0.2.4" },
      "[ipv4-addr:value = '192.0.2.1' OR ipv4-addr:value ISSUBSET '192.0.2.2/31' OR ipv4-addr:value = '192.0.2.4']",
    ],
    [{ text: "2001:db8::1" }, "[ipv6-addr:value = '2001:db8::1']"],
    [{ text: "evil.example" }, "[domain-name:value = 'evil.example' OR domain-name:value LIKE '%.evil.example']"],
    [{ text: "evil.example", exact: true }, "[domain-name:value = 'evil.example']"],
    [{ text: "http://evil.example/a'b" }, "[url:value = 'http://evil.example/a\\'b']"],
    [{ text: "a@evil.example" }, "[email-addr:value = 'a@evil.example']"],
    [{ text: "d41d8cd98f00b204e9800998ecf8427e" }, "[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']"],
    [
      { text: "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
      "[file:hashes.'SHA-1' = 'da39a3ee5e6b4b0d3255bfef95601890afd80709']",
    ],
    [
      { text: "d41d8cd98f00b204e9800998ecf8427e", as: "ja3" },
      "[network-traffic:x_ja3 = 'd41d8cd98f00b204e9800998ecf8427e']",
    ],
    [
      { text: "Evil/1.0 \\ '", as: "user-agent" },
      "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'Evil/1.0 \\\\ \\'']",
    ],
  ])("the pattern of %j", (candidate, pattern) => {
    expect(patternOf(candidate)).toBe(pattern);
  });

  test("an indicator with all there is to say", () => {
    const set = setOf([
      {
        text: "192.0.2.1",
        ports: [443],
        role: "c2",
        validFrom: Date.UTC(2021, 0, 1),
        validUntil: Date.UTC(2021, 0, 1),
        confidence: "high",
        tlp: "TLP:AMBER+STRICT",
        labels: ["APT31", "benign"],
        feed: "A feed",
        published: "2021-07-20",
        comment: "Seen at the door",
        pattern: "[a:b = 'c' AND d:e = 'f']",
        object: "attribute-7",
      },
      { text: "192.0.2.1", feed: "Another", comment: "Seen at the window" },
    ]);
    const { objects } = JSON.parse(write("stix", set).text) as { objects: Record<string, unknown>[] };
    expect(objects.map(({ type, name: called }) => `${String(type)} ${String(called)}`)).toEqual([
      "identity A feed",
      "marking-definition TLP:AMBER+STRICT",
      "indicator 192.0.2.1",
    ]);
    expect(objects[2]).toMatchObject({
      created: "2021-07-20T00:00:00.000Z",
      modified: "2026-01-02T03:04:05.000Z",
      created_by_ref: objects[0]!["id"],
      description: "Seen at the door\nSeen at the window\nPart of the pattern: [a:b = 'c' AND d:e = 'f']",
      // The second assertion leaves both ends open.
      valid_from: "1970-01-01T00:00:00.000Z",
      confidence: 85,
      labels: ["APT31"],
      object_marking_refs: ["marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"],
      kill_chain_phases: [{ kill_chain_name: "lockheed-martin-cyber-kill-chain", phase_name: "command-and-control" }],
      external_references: [
        {
          source_name: "A feed",
          description: "published 2021-07-20; Seen at the door",
          external_id: "attribute-7",
        },
        { source_name: "Another", description: "Seen at the window" },
      ],
      extensions: {
        "extension-definition--6c1f6e5e-6a0b-5d0c-8f55-0d2f8c1f6a11": {
          extension_type: "property-extension",
          role: "c2",
          ports: [443],
          labels: ["APT31", "benign"],
        },
      },
    });
    expect(objects[2]).not.toHaveProperty("valid_until");
  });

  test("an end that is the start is later by a microsecond, as STIX wants it", () => {
    const start = Date.UTC(2021, 0, 1);
    expect(write("stix", setOf([{ text: "192.0.2.1", validFrom: start, validUntil: start }])).text).toContain(
      '"valid_from":"2021-01-01T00:00:00.000Z","valid_until":"2021-01-01T00:00:00.000001Z"',
    );
  });
});
