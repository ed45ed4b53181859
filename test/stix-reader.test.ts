/** The STIX reader: OASIS's examples, and what each property comes to. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadIntel } from "../src/intel/index.js";
import type { IndicatorSet } from "../src/model/indicator.js";
import {
  assertion,
  bundle,
  indicator,
  IP,
  listed,
  load,
  make,
  only,
  relate,
  uuid,
  values,
  type StixObject,
} from "./stix-objects.js";

const EXAMPLES = "../shared/corpora/stix/examples";
const present = existsSync(EXAMPLES);
if (!present) console.warn(`skipped: ${EXAMPLES} is absent`);

describe.skipIf(!present)("OASIS's example bundles", () => {
  const example = (name: string): Promise<IndicatorSet> => loadIntel([join(EXAMPLES, `${name}.json`)]);
  const brief = (set: IndicatorSet): unknown =>
    set.indicators.map(({ value, role, labels, assertions }) => [value, role, labels.join(", "), assertions[0]!.feed]);
  const MITRE = "The MITRE Corporation - DHS Support Team";

  test("every indicator object is hunted or listed", () => {
    const names = readdirSync(EXAMPLES, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
    expect(names).toHaveLength(8);
    return Promise.all(
      names.map(async (name) => {
        const { objects } = JSON.parse(readFileSync(join(EXAMPLES, name), "utf8")) as { objects?: StixObject[] };
        const set = await loadIntel([join(EXAMPLES, name)]);
        const mentioned = new Set([
          ...set.indicators.flatMap(({ assertions }) => assertions.map(({ object }) => object)),
          ...set.rejections.map(({ object }) => object),
        ]);
        const ids = (objects ?? []).filter(({ type }) => type === "indicator").map(({ id }) => id);
        expect(ids.filter((id) => !mentioned.has(id))).toEqual([]);
      }),
    );
  });

  test("the small ones", async () => {
    expect(brief(await example("indicator-to-campaign-relationship"))).toEqual([
      ["10.0.0.0", "unknown", "Operation Omega", undefined],
    ]);
    expect(brief(await example("indicator-for-c2-ip-address"))).toEqual([["10.0.0.0", "unknown", "", undefined]]);
    expect(brief(await example("indicators-for-C2-with-COA"))).toEqual([
      ["10.0.0.0", "unknown", "Poison Ivy", MITRE],
      ["ef537f25c895bfa782526529a9b63d97aa631564d5d789c2b765448c8635fb6c", "unknown", "Poison Ivy", MITRE],
    ]);
    // Only here the publisher says in so many words what the address is.
    expect(brief(await example("infrastructure"))).toEqual([
      ["198.51.100.3", "c2", "Poison Ivy C2", undefined],
      ["example.com", "unknown", "Example target-list-hosting", undefined],
    ]);
    const email = await example("malicious-email-indicator-with-attachment");
    expect(email.indicators).toEqual([]);
    expect(listed(email)).toEqual([
      "indicator--8cf9 email-message:subject MATCHES '^[IMPORTANT] Please Review Before' | an e-mail's subject: not hunted (email-message:subject)",
      String.raw`indicator--2e17 email-message:body_multipart[*].body_raw_ref.name MATCHES '^Final Report.+\\.exe$' | a file name or path: not hunted (email-message:body_multipart.body_raw_ref.name)`,
    ]);
    const campaign = await example("interop-objectmarking-test");
    expect(campaign.errors.map(({ message }) => message)).toEqual([
      "no indicator could be understood: there is no value in it",
    ]);
  });

  test("APT1", async () => {
    const set = await example("threat-reports/apt1");
    const report = "APT1: Exposing One of China's Cyber Espionage Units";
    expect(brief(set)).toEqual([
      ...["58.246.0.0/15", "112.64.0.0/15", "139.226.0.0/15", "223.166.0.0/15"].map((block) => [
        block,
        "unknown",
        "HUC Packet Transmit Tool (HTRAN)",
        report,
      ]),
      ...["arrowservice.net", "hugesoft.org", "msnhome.org"].map((name) => [name, "unknown", "Ugly Gorilla", report]),
      ...[
        "001dd76872d80801692ff942308c64e6",
        "002325a0a67fded0381b5648d7fe9b8e",
        "00dbb9e1c09dbdafb360f3163ba5a3de",
      ].map((hash) => [hash, "unknown", "", report]),
    ]);
    expect(set.indicators[0]).toMatchObject({ validFrom: Date.parse("2015-05-15T09:12:16.432Z") });
    expect(listed(set).map((line) => line.replace(/=.*\|/, "|"))).toEqual([
      "indicator--b3b6 x509-certificate:issuer | a certificate's property: not hunted (x509-certificate:issuer)",
      "indicator--b3b6 x509-certificate:serial_number | a certificate's property: not hunted (x509-certificate:serial_number)",
      "indicator--b3b7 x509-certificate:issuer | a certificate's property: not hunted (x509-certificate:issuer)",
      "indicator--b3b7 x509-certificate:serial_number | a certificate's property: not hunted (x509-certificate:serial_number)",
    ]);
  });

  test("Poison Ivy", async () => {
    const set = await example("threat-reports/poisonivy");
    expect(set.files[0]).toMatchObject({ reader: "stix", accepted: 42, duplicates: 22, rejected: 3, setAside: 0 });
    expect(set.indicators.filter(({ type }) => type === "ipv4-addr")).toHaveLength(18);
    expect(set.indicators.filter(({ type }) => type === "domain-name")).toHaveLength(24);
    expect(set.indicators.find(({ value }) => value === "60.1.1.114")).toMatchObject({
      labels: ["PIVY Variant (08709f35581e0958d1ca4e50b7d86dba)", "menuPass"],
    });
    expect(listed(set)).toEqual([
      "indicator--4e4c domain autuo.xicp.net | a value inside other text: not taken",
      "indicator--137a file:name = 'CBricksDoc' | a file name or path: not hunted (file:name)",
      "indicator--0b71 file:name = 'CPiShellPutDoc' | a file name or path: not hunted (file:name)",
    ]);
  });
});

describe("how it may be wrapped", () => {
  const one = indicator(IP);
  const two = indicator("[domain-name:value = 'evil.example']");
  test.each<[string, unknown]>([
    ["a bundle", bundle(one, two)],
    ["a bundle whose type stands last", { id: `bundle--${uuid(0)}`, objects: [one, two], type: "bundle" }],
    ["a TAXII envelope", { more: false, objects: [one, two] }],
    ["an array", [one, two]],
    ["bundles in an array", [bundle(one), bundle(two)]],
    ["a bundle in a bundle", bundle(bundle(one), two)],
    ["JSON Lines", `${JSON.stringify(one)}\n\n${JSON.stringify(two)}\n`],
    ["pretty-printed", JSON.stringify(bundle(one, two), undefined, 4)],
  ])("%s", async (_name, content) => {
    const set = await load(content);
    expect(values(set)).toEqual(["192.0.2.1", "evil.example"]);
    expect(set.files[0]).toMatchObject({ reader: "stix", rejected: 0 });
    expect(set.errors).toEqual([]);
  });

  test("a lone object", async () => {
    expect(values(await load(one))).toEqual(["192.0.2.1"]);
  });

  test("JSON Lines know their line, and a broken one does not stop the others", async () => {
    const set = await load(`${JSON.stringify(one)}\n{"type": \n${JSON.stringify(two)}\n`);
    expect(set.indicators.map(({ assertions }) => assertions[0]!.line)).toEqual([1, 3]);
    expect(set.rejections).toMatchObject([{ line: 2, reason: "a line that is no JSON" }]);
  });

  test("broken JSON is told with its place", async () => {
    const set = await load(JSON.stringify(bundle(one), undefined, 2).replace('"pattern"', "pattern"));
    expect(set.errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(/not valid JSON at line 11, column 7 /),
    ]);
  });

  test("what is no STIX object is listed", async () => {
    const set = await load(bundle(one, 5, null, "x", { id: `x--${uuid(9)}` }));
    expect(values(set)).toEqual(["192.0.2.1"]);
    expect(set.rejections.map(({ text, reason }) => `${text} | ${reason}`)).toEqual([
      "5 | not a STIX object",
      " | not a STIX object",
      "x | not a STIX object",
      " | a STIX object without a type",
    ]);
  });
});

describe("an indicator", () => {
  test("with all it may say", async () => {
    const identity = make("identity", { name: "A publisher" });
    const actor = make("intrusion-set", { name: "APT31" });
    const malware = make("malware", { name: "SoWaT" });
    const technique = make("attack-pattern", { name: "Proxy" });
    const said = indicator("[network-traffic:dst_ref.value = '192.0.2.1' AND network-traffic:dst_port = 443]", {
      name: "A relay",
      description: "Seen at the door",
      created_by_ref: identity.id,
      modified: "2021-08-01T00:00:00.000Z",
      valid_until: "2021-12-31T23:59:59.999Z",
      confidence: 70,
      labels: ["router", "tlp:amber"],
      indicator_types: ["malicious-activity"],
      kill_chain_phases: [{ kill_chain_name: "lockheed-martin-cyber-kill-chain", phase_name: "command-and-control" }],
      object_marking_refs: ["marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"],
    });
    expect(
      await only(
        identity,
        actor,
        malware,
        technique,
        said,
        relate(said, "indicates", actor),
        relate(said, "indicates", malware),
        relate(said, "indicates", technique),
      ),
    ).toEqual({
      type: "ipv4-addr",
      value: "192.0.2.1",
      range: { version: 4, first: 3221225985n, last: 3221225985n },
      ports: [443],
      role: "c2",
      validFrom: Date.UTC(2021, 0, 1),
      validUntil: Date.UTC(2022, 0, 1) - 1,
      confidence: 70,
      tlp: "TLP:AMBER",
      labels: ["APT31", "SoWaT", "router"],
      assertions: [
        {
          file: expect.any(String) as string,
          line: 0,
          object: said.id,
          revision: "2021-08-01T00:00:00.000Z",
          published: "2021-07-20T00:00:00.000Z",
          feed: "A publisher",
          statedType: "network-traffic:dst_ref.value",
          original: "192.0.2.1",
          tlp: "TLP:AMBER",
          labels: ["APT31", "SoWaT", "router"],
          confidence: "70",
          comment: "A relay: Seen at the door",
          pattern: "[network-traffic:dst_ref.value = '192.0.2.1' AND network-traffic:dst_port = 443]",
          related: { "intrusion-set": ["APT31"], malware: ["SoWaT"], "attack-pattern": ["Proxy"] },
        },
      ],
    });
  });

  test.each<[string, Record<string, unknown>, string]>([
    ["TLP 1.0", { object_marking_refs: ["marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"] }, "TLP:WHITE"],
    [
      "TLP 2.0",
      { object_marking_refs: ["marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"] },
      "TLP:AMBER+STRICT",
    ],
    [
      "the strictest of several",
      {
        object_marking_refs: [
          "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
          "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
        ],
      },
      "TLP:RED",
    ],
    [
      "a part of it",
      {
        granular_markings: [
          { marking_ref: "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", selectors: ["pattern"] },
        ],
      },
      "TLP:AMBER",
    ],
  ])("marked by %s", async (_name, more, tlp) => {
    expect((await only(indicator(IP, more))).tlp).toBe(tlp);
  });

  test.each<[Record<string, unknown>, string]>([
    [{ definition_type: "tlp", definition: { tlp: "green" } }, "TLP:GREEN"],
    [
      { definition_type: "statement", definition: { statement: "Share under TLP:AMBER+STRICT only" } },
      "TLP:AMBER+STRICT",
    ],
    [{ name: "TLP:CLEAR" }, "TLP:CLEAR"],
    [{ extensions: { "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d": { tlp_2_0: "red" } } }, "TLP:RED"],
  ])("marked by a definition of its own %j", async (definition, tlp) => {
    const marking = make("marking-definition", definition);
    expect((await only(marking, indicator(IP, { object_marking_refs: [marking.id] }))).tlp).toBe(tlp);
  });

  test("a marking that nobody explains is noted", async () => {
    const { tlp, notes } = await assertion(indicator(IP, { object_marking_refs: [`marking-definition--${uuid(77)}`] }));
    expect(tlp).toBeUndefined();
    expect(notes).toEqual([`its marking marking-definition--${uuid(77)} is not in the file`]);
  });

  test("revoked, benign and not for detection are set aside", async () => {
    const set = await load(
      bundle(
        indicator("[ipv4-addr:value = '192.0.2.1']", { revoked: true }),
        indicator("[ipv4-addr:value = '192.0.2.2']", { indicator_types: ["benign"] }),
        indicator("[ipv4-addr:value = '192.0.2.3']", { labels: ['misp:to_ids="False"'] }),
      ),
    );
    expect(set.indicators).toEqual([]);
    expect(set.rejections.map(({ text, reason, setAside }) => [setAside, text, reason])).toEqual([
      [true, "[ipv4-addr:value = '192.0.2.1']", "revoked by its publisher"],
      [true, "[ipv4-addr:value = '192.0.2.2']", "its publisher calls it benign"],
      [true, "[ipv4-addr:value = '192.0.2.3']", "the publisher marks it as not for detection (to_ids)"],
    ]);
    expect(set.errors).toEqual([]);
  });

  test("of several versions the latest counts, wherever it stands", async () => {
    const id = `indicator--${uuid(500)}`;
    const version = (day: string, n: number, more = {}): StixObject =>
      indicator(`[ipv4-addr:value = '192.0.2.${n}']`, { id, modified: `2021-08-${day}T00:00:00.000Z`, ...more });
    expect(values(await load(bundle(version("02", 2), version("03", 3), version("01", 1))))).toEqual(["192.0.2.3"]);
    const revoked = await load(bundle(version("02", 2, { revoked: true }), version("03", 3)));
    expect(revoked.indicators).toEqual([]);
    expect(revoked.rejections.map(({ reason }) => reason)).toEqual(["revoked by its publisher"]);
  });

  test("in a report, is of that report", async () => {
    const one = indicator(IP);
    expect((await assertion(one, make("report", { name: "A report", object_refs: [one.id] }))).feed).toBe("A report");
    expect((await assertion(one, make("grouping", { name: "A group", object_refs: [one.id] }))).feed).toBe("A group");
  });

  test("what a revoked relationship, malware or actor says does not count", async () => {
    const one = indicator(IP);
    const malware = make("malware", { name: "SoWaT", revoked: true });
    const actor = make("threat-actor", { name: "Nobody" });
    const relationship = { ...relate(one, "indicates", actor), revoked: true };
    expect((await only(one, malware, actor, relationship, relate(one, "indicates", malware))).labels).toEqual([]);
  });

  test("a file is no server, whatever phase it belongs to", async () => {
    const phases = { kill_chain_phases: [{ kill_chain_name: "x", phase_name: "command-and-control" }] };
    const pattern = "[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e' OR ipv4-addr:value = '192.0.2.1']";
    const set = await load(bundle(indicator(pattern, phases)));
    expect(set.indicators.map(({ value, role }) => [value, role])).toEqual([
      ["192.0.2.1", "c2"],
      ["d41d8cd98f00b204e9800998ecf8427e", "unknown"],
    ]);
  });

  test("dates that are none, or turned round, leave the validity open and are noted", async () => {
    const odd = await only(indicator(IP, { valid_from: "last spring", valid_until: "2021-02-03T00:00:00Z" }));
    expect([odd.validFrom, odd.validUntil]).toEqual([undefined, Date.UTC(2021, 1, 3)]);
    expect(odd.assertions[0]!.notes).toEqual(['valid_from "last spring" is no date that could be read: left open']);
    const turned = await only(indicator(IP, { valid_until: "2020-01-01T00:00:00Z" }));
    expect([turned.validFrom, turned.validUntil]).toEqual([undefined, undefined]);
  });

  test("a name with its subdomains in two halves is one assertion", async () => {
    const one = await only(
      indicator("[domain-name:value = 'evil.example' OR domain-name:value LIKE '%.evil.example']"),
    );
    expect(one.assertions).toHaveLength(1);
    expect(one.exact).toBeUndefined();
  });

  test("qualifiers are noted", async () => {
    const pattern = `${IP} START '2021-01-01T00:00:00Z' STOP '2021-02-01T00:00:00Z'`;
    expect((await assertion(indicator(pattern))).notes).toEqual([
      "START '2021-01-01T00:00:00Z' STOP '2021-02-01T00:00:00Z'",
    ]);
  });

  test.each<[Record<string, unknown>, string]>([
    [{ pattern: "rule x { condition: true }", pattern_type: "yara" }, "a pattern of the kind yara: not hunted"],
    [{ pattern: "alert tcp any any", pattern_type: "snort" }, "a pattern of the kind snort: not hunted"],
    [{ pattern: "title: x", pattern_type: "sigma" }, "a pattern of the kind sigma: not hunted"],
    [{ pattern: "^x$", pattern_type: "pcre" }, "a pattern of the kind pcre: not hunted"],
    [{ pattern: "^x$", pattern_type: undefined }, "a pattern of the kind unnamed: not hunted"],
    [{ pattern: undefined }, "an indicator without a pattern"],
    [
      { pattern: "[ipv4-addr:value =\n '192.0.2.1'" },
      'the pattern breaks at offset 31 (line 2, column 13 of the pattern): "]" should stand here',
    ],
  ])("that is none: %j", async (more, reason) => {
    const set = await load(bundle(indicator(IP, more)));
    expect(set.indicators).toEqual([]);
    expect(set.rejections.map((one) => one.reason)).toEqual([reason]);
  });

  test("of STIX 2.0 has no pattern_type, and its types stand in labels", async () => {
    const {
      spec_version: _,
      pattern_type: __,
      ...old
    } = indicator(IP, { labels: ["malicious-activity", "anonymization"] });
    const one = await only(old);
    expect(one).toMatchObject({ value: "192.0.2.1", role: "relay", labels: [] });
  });
});
