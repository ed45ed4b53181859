/** The STIX reader: observables, and hostile files. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadIntel } from "../src/intel/index.js";
import { bundle, indicator, IP, listed, load, make, only, relate, uuid, values } from "./stix-objects.js";

describe("observables", () => {
  test("by themselves: each value, its ports, and what is not hunted", async () => {
    const address = { type: "ipv4-addr", id: `ipv4-addr--${uuid(600)}`, value: "192.0.2.1" };
    const from = { type: "email-addr", id: `email-addr--${uuid(601)}`, value: "a@evil.example" };
    const to = { type: "email-addr", id: `email-addr--${uuid(602)}`, value: "us@own.example" };
    const set = await load(
      bundle(
        address,
        from,
        to,
        {
          type: "network-traffic",
          id: `network-traffic--${uuid(603)}`,
          dst_ref: address.id,
          dst_port: 8443,
          src_port: 51234,
          protocols: ["tcp"],
          extensions: { "http-request-ext": { request_header: { "User-Agent": "Evil/1.0" } } },
        },
        {
          type: "email-message",
          id: `email-message--${uuid(604)}`,
          is_multipart: false,
          from_ref: from.id,
          to_refs: [to.id],
        },
        {
          type: "file",
          id: `file--${uuid(605)}`,
          name: "a.exe",
          hashes: { MD5: "D41D8CD98F00B204E9800998ECF8427E", SSDEEP: "3:a:b" },
        },
        { type: "file", id: `file--${uuid(606)}`, name: "b.exe" },
        { type: "mutex", id: `mutex--${uuid(607)}`, name: "m" },
        { type: "url", id: `url--${uuid(608)}`, value: "http://evil.example/a", defanged: false },
        { type: "domain-name", id: `domain-name--${uuid(609)}`, value: "evil[.]example", defanged: true },
      ),
    );
    expect(set.indicators.map(({ type, value, ports }) => [type, value, ports])).toEqual([
      ["ipv4-addr", "192.0.2.1", [8443]],
      ["domain-name", "evil.example", undefined],
      ["url", "http://evil.example/a", undefined],
      ["email-addr", "a@evil.example", undefined],
      ["file", "d41d8cd98f00b204e9800998ecf8427e", undefined],
      ["user-agent", "Evil/1.0", undefined],
    ]);
    expect(set.indicators[0]!.assertions[0]!.notes).toEqual([
      "an observable by itself: no indicator says what it stands for",
    ]);
    expect(listed(set)).toEqual([
      "email-addr--0000 us@own.example | a recipient of an e-mail: not hunted",
      "file--0000 3:a:b | a hash of the kind SSDEEP: not hunted",
      "file--0000 b.exe | a file without a hash: its name is not hunted",
      "mutex--0000 m | a mutex: not hunted",
    ]);
  });

  test("in observed data: when it was seen is noted and is no validity", async () => {
    const address = { type: "ipv4-addr", id: `ipv4-addr--${uuid(610)}`, value: "192.0.2.1" };
    const seen = { first_observed: "2021-02-03T00:00:00Z", last_observed: "2021-03-04T00:00:00Z", number_observed: 5 };
    const one = await only(address, make("observed-data", { ...seen, object_refs: [address.id] }));
    expect([one.validFrom, one.validUntil]).toEqual([undefined, undefined]);
    expect(one.assertions[0]!.notes).toContain("observed 2021-02-03T00:00:00Z to 2021-03-04T00:00:00Z, 5 times");
  });

  test("in observed data of STIX 2.0", async () => {
    const set = await load(
      bundle(
        make("observed-data", {
          spec_version: undefined,
          first_observed: "2021-02-03T00:00:00Z",
          last_observed: "2021-03-04T00:00:00Z",
          number_observed: 1,
          objects: {
            "0": { type: "ipv4-addr", value: "192.0.2.1" },
            "1": { type: "network-traffic", dst_ref: "0", dst_port: 443, protocols: ["tcp"] },
            "2": { type: "email-addr", value: "us@own.example" },
            "3": { type: "email-message", to_refs: ["2"] },
            "4": { type: "x-odd", value: "192.0.2.99" },
          },
        }),
      ),
    );
    expect(set.indicators.map(({ value, ports }) => [value, ports])).toEqual([["192.0.2.1", [443]]]);
    expect(set.rejections.map(({ text, reason }) => `${text} | ${reason}`)).toEqual([
      "us@own.example | a recipient of an e-mail: not hunted",
      "192.0.2.99 | an observable of the kind x-odd: not hunted",
    ]);
  });
});

describe("hostile files", () => {
  const nested = (open: string, close: string): string => open.repeat(100_000) + close.repeat(100_000);
  test.each<[string, string, string[]]>([
    [
      "arrays, 100,000 deep",
      `{"type":"bundle","id":"bundle--${uuid(0)}","objects":[${nested("[", "]")},${JSON.stringify(indicator(IP))}]}`,
      ["192.0.2.1"],
    ],
    [
      "bundles, 100,000 deep",
      `${`{"type":"bundle","id":"bundle--${uuid(0)}","objects":[`.repeat(100_000)}${JSON.stringify(indicator(IP))}${"]}".repeat(100_000)}`,
      ["192.0.2.1"],
    ],
    [
      "properties, 100,000 deep",
      JSON.stringify(indicator(IP, { x: "@" })).replace('"@"', nested("[", "]")),
      ["192.0.2.1"],
    ],
    [
      "a name of a prototype",
      `{"type":"indicator","id":"indicator--${uuid(1)}","__proto__":{"pattern":"x"},"pattern":"[__proto__:constructor = '192.0.2.1']"}`,
      [],
    ],
  ])("%s", async (_name, text, expected) => {
    expect(values(await load(text))).toEqual(expected);
  });

  test("100,000 parentheses in a pattern are refused, and other indicators are read", async () => {
    const set = await load(bundle(indicator(`[${"(".repeat(100_000)}`), indicator(IP)));
    expect(values(set)).toEqual(["192.0.2.1"]);
    expect(set.rejections[0]!.reason).toMatch(/offset 258 .*nested deeper than 256/);
  });

  test("100,000 observables under 100,000 labels, reports and relationships end in time", async () => {
    const n = 100_000;
    const holder = make("observed-data", {
      spec_version: "2.0",
      labels: Array.from({ length: n }, (_, i) => `label ${i}`),
      objects: Object.fromEntries(
        Array.from({ length: n }, (_, i) => [
          i,
          { type: "ipv4-addr", value: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}` },
        ]),
      ),
    });
    const one = indicator(IP);
    const names = Array.from({ length: n / 10 }, (_, i) => make("malware", { name: `m${i}` }));
    const begin = performance.now();
    const set = await load(
      bundle(
        holder,
        one,
        ...names,
        ...names.map((name) => relate(one, "indicates", name)),
        ...names.map((name) => make("report", { name: name["name"], object_refs: [one.id] })),
      ),
    );
    expect(set.indicators).toHaveLength(n + 1);
    expect(set.indicators.at(-1)!.labels).toHaveLength(100);
    expect(set.indicators[0]!.labels).toHaveLength(1000);
    expect(set.indicators[0]!.assertions[0]!.notes).toContain("99000 more labels: left out");
    expect(performance.now() - begin).toBeLessThan(30_000);
  });

  test("properties of any kind where others are expected", async () => {
    const odd: unknown[] = [5, true, null, [], {}, [[]], [{}], "", "x", { "0": 1 }];
    const keys = [
      "labels",
      "object_marking_refs",
      "granular_markings",
      "kill_chain_phases",
      "indicator_types",
      "confidence",
      "created",
      "modified",
      "valid_from",
      "extensions",
      "created_by_ref",
      "name",
      "description",
      "revoked",
      "object_refs",
      "objects",
      "hashes",
      "value",
      "source_ref",
    ];
    const types = [
      "indicator",
      "report",
      "relationship",
      "observed-data",
      "file",
      "ipv4-addr",
      "malware",
      "network-traffic",
      "email-message",
      "marking-definition",
      "identity",
    ];
    const all = keys.flatMap((key) =>
      odd.flatMap((value) => types.map((type) => make(type, { pattern: IP, [key]: value }))),
    );
    const set = await load(bundle(...all));
    expect(values(set)).toContain("192.0.2.1");
    expect(set.errors).toEqual([]);
  });

  const SUITE = "../shared/corpora/adversarial/JSONTestSuite/test_parsing";
  const files = existsSync(SUITE) ? readdirSync(SUITE).filter((name) => name.endsWith(".json")) : [];
  if (files.length === 0) console.warn(`skipped: ${SUITE} is absent`);
  test.skipIf(files.length === 0)(
    "the JSON suite: what must not parse is an error, and nothing is made up",
    async () => {
      for (const name of files) {
        const set = await loadIntel([{ path: join(SUITE, name), format: "stix" }]);
        expect(set.indicators, name).toEqual([]);
        if (name.startsWith("n_")) expect(set.errors, name).not.toEqual([]);
      }
    },
  );
});
