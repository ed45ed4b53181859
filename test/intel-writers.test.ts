/** What each target of `intel convert` is written, and what is said to be lost. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { blocksOf } from "../src/intel/write-common.js";
import type { Indicator } from "../src/model/indicator.js";
import { load, randomSet, said, setOf, write } from "./intel-sets.js";

const JA4 = "t13d1516h2_8daaf6152771_e5627efa2ab1";
const MIXED = setOf([
  {
    text: "192.0.2.1",
    ports: [443, 8443],
    role: "c2",
    validFrom: Date.UTC(2021, 0, 1),
    validUntil: Date.UTC(2021, 1, 1),
    confidence: "85",
    tlp: "TLP:GREEN",
    labels: ["APT31"],
    feed: "A feed",
    comment: "at\tthe door",
  },
  { text: "192.0.2.16-192.0.2.18", role: "relay", tlp: "TLP:AMBER" },
  { text: "evil.example" },
  { text: "only.evil.example", exact: true, role: "scanner" },
  { text: "https://evil.example/a?b=c", confidence: "75" },
  { text: "a@evil.example", role: "delivery" },
  { text: "d41d8cd98f00b204e9800998ecf8427e" },
  { text: "d41d8cd98f00b204e9800998ecf8427e", as: "ja3" },
  { text: "d41d8cd98f00b204e9800998ecf8427f", as: "ja3s" },
  { text: JA4 },
  { text: "Evil\\1.0", as: "user-agent" },
]);
const lossesOf = (id: string): string[] => write(id, MIXED).losses.map(({ value: of, what }) => `${of}: ${what}`);

test("MISP: an event that MISP imports", () => {
  const { Event } = JSON.parse(write("misp", MIXED).text) as { Event: Record<string, unknown> };
  const attributes = Event["Attribute"] as Record<string, unknown>[];
  expect(Event).toMatchObject({ info: "A feed", date: "2026-01-02", timestamp: "1767323045", published: false });
  expect(attributes.map(({ type, category, value: of }) => [type, category, of])).toEqual([
    ["ip-dst|port", "Network activity", "192.0.2.1|443"],
    ["ip-dst|port", "Network activity", "192.0.2.1|8443"],
    ["ip-dst", "Network activity", "192.0.2.16/31"],
    ["ip-dst", "Network activity", "192.0.2.18"],
    ["domain", "Network activity", "evil.example"],
    ["hostname", "Network activity", "only.evil.example"],
    ["url", "Network activity", "https://evil.example/a?b=c"],
    ["email", "Payload delivery", "a@evil.example"],
    ["md5", "Payload delivery", "d41d8cd98f00b204e9800998ecf8427e"],
    ["ja3-fingerprint-md5", "Network activity", "d41d8cd98f00b204e9800998ecf8427e"],
    ["user-agent", "Network activity", "Evil\\1.0"],
  ]);
  expect(attributes[0]).toMatchObject({
    to_ids: true,
    comment: "at\tthe door",
    first_seen: "2021-01-01T00:00:00.000+00:00",
    last_seen: "2021-02-01T00:00:00.000+00:00",
    Tag: [
      { name: "tlp:green" },
      { name: "APT31" },
      { name: "kill-chain:Command and Control" },
      { name: 'misp:confidence-level="usually-confident"' },
    ],
  });
  expect(attributes.map(({ Tag: tags }) => (tags as { name: string }[] | undefined)?.at(-1)?.name)).toEqual([
    'misp:confidence-level="usually-confident"',
    'misp:confidence-level="usually-confident"',
    'adversary:infrastructure-type="proxy"',
    'adversary:infrastructure-type="proxy"',
    undefined,
    "kill-chain:Reconnaissance",
    'misp:confidence-level="usually-confident"',
    "kill-chain:Delivery",
    undefined,
    undefined,
    undefined,
  ]);
  expect(new Set(attributes.map(({ uuid }) => uuid)).size).toBe(11);
  const objects = Event["Object"] as Record<string, unknown>[];
  expect(objects).toMatchObject([
    {
      name: "ja3s",
      "meta-category": "network",
      template_uuid: "7f377f66-d128-4b97-897f-592d06ba2ff7",
      Attribute: [
        {
          type: "ja3-fingerprint-md5",
          object_relation: "ja3s-fingerprint-md5",
          value: "d41d8cd98f00b204e9800998ecf8427f",
          to_ids: true,
        },
      ],
    },
    {
      name: "ja4-plus",
      Attribute: [
        { type: "text", object_relation: "ja4-fingerprint", value: JA4, to_ids: true },
        { type: "text", object_relation: "ja4-type", value: "JA4", to_ids: false },
      ],
    },
  ]);
  expect(lossesOf("misp")).toEqual([
    "192.0.2.1: its confidence in full",
    "192.0.2.16-192.0.2.18: that its blocks are one range",
    "only.evil.example: that its subdomains are not meant",
  ]);
});

test("MISP: any set stands in the event, each value under a type that says what it is", () => {
  const TYPES: Record<string, string> = {
    "ip-dst": "ipv4-addr ipv6-addr",
    domain: "domain-name",
    hostname: "domain-name",
    url: "url",
    email: "email-addr",
    md5: "file",
    sha1: "file",
    sha256: "file",
    sha512: "file",
    "ja3-fingerprint-md5": "ja3",
    "ja3s-fingerprint-md5": "ja3s",
    "ja4-fingerprint": "ja4",
    "user-agent": "user-agent",
  };
  interface Attribute {
    type: string;
    object_relation?: string;
    value: string;
    to_ids: boolean;
    first_seen?: string;
    last_seen?: string;
    Tag?: { name: string }[];
  }
  fc.assert(
    fc.property(randomSet, (set) => {
      const { Event } = JSON.parse(write("misp", set).text) as {
        Event: { Attribute: Attribute[]; Object: { Attribute: Attribute[] }[] };
      };
      const written = [...Event.Attribute, ...Event.Object.flatMap((object) => object.Attribute)].filter(
        (one) => one.to_ids,
      );
      const ms = (text: string | undefined): number | undefined => (text === undefined ? undefined : Date.parse(text));
      const says = (one: Attribute, value: string, of: Indicator): boolean => {
        const { type, validFrom, validUntil, labels, tlp, ports } = of;
        const [stated, port] = one.type.endsWith("|port") ? one.value.split(/\|(?=[^|]*$)/) : [one.value];
        const types = TYPES[(one.object_relation ?? one.type).replace("|port", "")]!.split(" ");
        const tags = new Set(one.Tag?.map(({ name }) => name));
        return (
          types.includes(type) &&
          stated === value &&
          ms(one.first_seen) === validFrom &&
          ms(one.last_seen) === validUntil &&
          labels.every((label) => tags.has(label)) &&
          (tlp === undefined || tags.has(tlp.toLowerCase())) &&
          (port === undefined || ports?.includes(Number(port)) === true)
        );
      };
      // Ranges are written as blocks; of two that overlap, each has its own.
      const values = set.indicators.flatMap((of) =>
        (of.range ? blocksOf(of.range) : [of.value]).map((value) => ({ value, of })),
      );
      for (const { value, of } of values) expect(written.some((one) => says(one, value, of))).toBe(true);
      for (const one of written) expect(values.some(({ value, of }) => says(one, value, of))).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test("Zeek: the intelligence framework's file", () => {
  expect(write("zeek", MIXED).text.split("\n")).toEqual([
    "#fields\tindicator\tindicator_type\tmeta.source\tmeta.desc\tmeta.cif_tags\tmeta.cif_confidence\tmeta.cif_firstseen\tmeta.cif_lastseen",
    "192.0.2.1\tIntel::ADDR\tA feed\trole c2; ports 443 8443; at the door\ttlp:green,APT31\t85\t2021-01-01T00:00:00.000Z\t2021-02-01T00:00:00.000Z",
    "192.0.2.16/31\tIntel::SUBNET\tlookback\trole relay\ttlp:amber\t-\t-\t-",
    "192.0.2.18\tIntel::ADDR\tlookback\trole relay\ttlp:amber\t-\t-\t-",
    "evil.example\tIntel::DOMAIN\tlookback\t-\t-\t-\t-\t-",
    "only.evil.example\tIntel::DOMAIN\tlookback\trole scanner\t-\t-\t-\t-",
    "evil.example/a?b=c\tIntel::URL\tlookback\t-\t-\t75\t-\t-",
    "a@evil.example\tIntel::EMAIL\tlookback\trole delivery\t-\t-\t-\t-",
    "d41d8cd98f00b204e9800998ecf8427e\tIntel::FILE_HASH\tlookback\t-\t-\t-\t-\t-",
    "Evil\\x5c1.0\tIntel::SOFTWARE\tlookback\t-\t-\t-\t-\t-",
    "",
  ]);
  expect(lossesOf("zeek")).toEqual([
    "192.0.2.16-192.0.2.18: that its blocks are one range",
    "evil.example: that its subdomains are meant",
    "https://evil.example/a?b=c: its scheme",
    "d41d8cd98f00b204e9800998ecf8427e: the indicator",
    "d41d8cd98f00b204e9800998ecf8427f: the indicator",
    `${JA4}: the indicator`,
  ]);
});

test("Zeek: what would be a comment, nothing, or another column is none", () => {
  const agents = ["#!/bin/agent", "(empty)", "a\\tb"].map((text) => ({ text, as: "user-agent" as const, feed: "-" }));
  expect(write("zeek", setOf(agents)).text.split("\n").slice(1, -1)).toEqual([
    "\\x23!/bin/agent\tIntel::SOFTWARE\t\\x2d\t-\t-\t-\t-\t-",
    "\\x28empty)\tIntel::SOFTWARE\t\\x2d\t-\t-\t-\t-\t-",
    "a\\x5ctb\tIntel::SOFTWARE\t\\x2d\t-\t-\t-\t-\t-",
  ]);
});

test("text: values alone, under the strictest marking", () => {
  expect(write("text", MIXED).text.split("\n")).toEqual([
    "# TLP:AMBER",
    "192.0.2.1",
    "192.0.2.16-192.0.2.18",
    "evil.example",
    "only.evil.example",
    "https://evil.example/a?b=c",
    "a@evil.example",
    "d41d8cd98f00b204e9800998ecf8427e",
    JA4,
    "",
  ]);
  const first = lossesOf("text").filter((loss) => loss.startsWith("192.0.2.1:"));
  expect(first).toEqual(
    [
      "its own TLP marking, beside a stricter one",
      "its role",
      "its validity",
      "its confidence",
      "its labels",
      "its ports",
      "who said it",
      "the remarks on it",
    ].map((what) => `192.0.2.1: ${what}`),
  );
});

test("CSV: the name of a feed that reads as a domain never becomes an indicator", async () => {
  const statements = { feed: "abuse.ch", labels: ["evil.example"], comment: "203.0.113.9 relay" };
  const { text, losses } = write(
    "csv",
    setOf(["192.0.2.1", "a.example", "http://b.example/c"].map((one) => ({ text: one, ...statements }))),
  );
  const back = await load(text);
  expect(back.indicators.map((one) => [one.value, one.labels])).toEqual([
    ["192.0.2.1", ["evil.example"]],
    ["a.example", ["evil.example"]],
    ["http://b.example/c", ["evil.example"]],
  ]);
  expect(new Set(losses.map(({ what }) => what))).toEqual(
    new Set([
      "who said it without a word before it: it reads as an indicator",
      "the remarks on it without a word before it: it reads as an indicator",
    ]),
  );
});

test("CSV: no cell begins a formula in a spreadsheet", async () => {
  const set = setOf([{ text: "=HYPERLINK(1)", as: "user-agent", feed: "@feed", comment: "-1+1", labels: ["+label"] }]);
  const { text } = write("csv", set);
  expect(
    text
      .split("\n")[1]!
      .split(",")
      .filter((cell) => /^"?[=+@-]/.test(cell)),
  ).toEqual([]);
  const back = await load(text);
  expect(back.indicators.map(said)).toEqual(set.indicators.map(said));
});

test("CSV: a few names after thousands of addresses are not lost", async () => {
  const many = Array.from({ length: 3000 }, (_, i) => ({ text: `192.0.${2 + (i >> 8)}.${i & 255}` }));
  const set = setOf([
    ...many,
    ...["a.example", "a@b.example", "http://b.example/c", JA4].map((text) => ({ text })),
    { text: "Evil/1.0", as: "user-agent" },
    { text: "d41d8cd98f00b204e9800998ecf8427e", as: "ja3" },
  ]);
  expect(set.indicators).toHaveLength(3006);
  const back = await load(write("csv", set).text);
  expect(back.indicators.map(said)).toEqual(set.indicators.map(said));
});
