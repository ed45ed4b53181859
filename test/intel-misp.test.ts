/** MISP: events, searches, feed folders, CSV and freetext feeds. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { loadIntel } from "../src/intel/index.js";
import { file, FIXTURES, indicator, messages, readers, rejected, said, values } from "./intel-reader-support.js";

const MISP = `${FIXTURES}/misp`;
const uuid = (end: string): string => `5a6b7c8d-0000-4000-8000-0000000000${end}`;

interface Event {
  Event: { Attribute: Record<string, unknown>[] };
}
const parsedEvent = (): Event => JSON.parse(readFileSync(`${MISP}/event.json`, "utf8")) as Event;

const ofEvent = (attributes: unknown[]): string =>
  file(JSON.stringify({ Event: { info: "odd", Attribute: attributes } }));

const EVENT_VALUES = [
  "ipv4-addr 192.0.2.10",
  "ipv4-addr 192.0.2.11",
  "ipv6-addr 2001:db8::12",
  "domain-name c2.evil.example",
  "domain-name evil.example",
  "url https://drop.evil.example/a.php?id=1",
  "file 098f6bcd4621d373cade4e832627b4f6",
  "file 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  "ja3 e7d705a3286e19ea42f587b344ee6865",
  "ja3s eb1d94daa7e0344597e756a1fb6e7054",
  "user-agent Mozilla/4.0 (compatible; relay 1.0)",
];

describe("an event", () => {
  test("gives its attributes' and objects' values, those of two parts as both", async () => {
    const set = await loadIntel([`${MISP}/event.json`]);
    expect(values(set)).toEqual(EVENT_VALUES);
    expect(indicator(set, "2001:db8::12").ports).toEqual([8443]);
    expect(indicator(set, "c2.evil.example").ports).toEqual([443]);
    expect(said(set, "evil.example").statedType).toBe("domain|ip");
    expect(said(set, "192.0.2.11").object).toBe(uuid("11"));
    expect(set.errors).toEqual([]);
    expect(set.files).toEqual([
      { file: `${MISP}/event.json`, reader: "misp", accepted: 11, duplicates: 0, rejected: 4, setAside: 5 },
    ]);
  });

  test("keeps what the event and the attribute say: window, marking, confidence, cluster names, revision", async () => {
    const set = await loadIntel([`${MISP}/event.json`]);
    expect(said(set, "192.0.2.10")).toEqual({
      line: 0,
      original: "192.0.2.10",
      object: uuid("10"),
      revision: "2021-07-20T09:01:01Z",
      feed: "OSINT - Relay boxes of an intrusion set",
      statedType: "ip-dst",
      published: "2021-07-20",
      tlp: "TLP:AMBER",
      labels: ["APT31", "Pakdoor - S9999", "kill-chain:Command and Control"],
      confidence: "usually-confident",
      comment: "relay, seen by sinkhole",
      related: { "intrusion-set": ["APT31"], malware: ["Pakdoor - S9999"] },
      notes: ["MISP category: Network activity"],
    });
    expect(indicator(set, "192.0.2.10")).toMatchObject({
      validFrom: Date.UTC(2021, 0, 1),
      validUntil: Date.UTC(2021, 5, 30, 10),
      confidence: 75,
    });
  });

  test("takes a role from the attribute's own tag, never from the event's or from ip-src and ip-dst", async () => {
    const set = await loadIntel([`${MISP}/event.json`]);
    expect(indicator(set, "192.0.2.10").role).toBe("c2");
    for (const { value, role } of set.indicators) if (value !== "192.0.2.10") expect(role).toBe("unknown");
  });

  test.each([
    ["kill-chain:Delivery", "delivery"],
    ['kill-chain:"Reconnaissance"', "scanner"],
    ['adversary:infrastructure-type="proxy"', "relay"],
  ])("the role tag %s", async (name, role) => {
    const set = await loadIntel([ofEvent([{ type: "ip-dst", value: "192.0.2.1", Tag: [{ name }, { name: "x" }] }])]);
    expect(set.indicators.map((one) => [one.role, one.labels])).toEqual([[role, ["x"]]]);
  });

  test("an object's remark and first sighting hold for its attributes", async () => {
    const set = await loadIntel([`${MISP}/event.json`]);
    const hash = indicator(set, "098f6bcd4621d373cade4e832627b4f6");
    expect(hash.validFrom).toBe(Date.UTC(2021, 2, 1));
    expect(hash.validUntil).toBeUndefined();
    expect(hash.assertions[0]!.comment).toBe("dropper");
  });

  test("lists what is deleted, not for detection, proposed, or of a kind that is not hunted", async () => {
    const set = await loadIntel([`${MISP}/event.json`]);
    expect(rejected(set)).toEqual([
      `aside 0 ${uuid("18")} "192.0.2.18": the publisher marks it as not for detection (to_ids)`,
      `aside 0 ${uuid("19")} "withdrawn.example": the publisher has deleted it`,
      `0 ${uuid("1a")} "https://cert.example/report": a reference to read more: not hunted`,
      `0 ${uuid("1b")} "0ac561fac838104e3f2e4ad107b4bee3e938bf15f2b15f009ccccd61a913f017": a digest of a kind that logs do not hold: not hunted`,
      `0 ${uuid("1c")} "someone@jabber.example": MISP's type "jabber-id": not hunted`,
      `0 ${uuid("32")} "invoice.doc": a file name or path: not hunted`,
      `aside 0 ${uuid("51")} "gone.example": the publisher has deleted it`,
      `aside 0 ${uuid("20")} "192.0.2.20": a proposal (ShadowAttribute) that the event's owner has not taken over`,
      `aside 0 ${uuid("60")} "Analysis": an event's report: its prose is not read`,
    ]);
  });

  const { Event: event } = parsedEvent();
  test.each([
    ["a search's response", { response: [{ Event: event }] }],
    ["a response of one", { response: { Event: event } }],
    ["bare", event],
    ["a list", [{ Event: event }]],
  ])("is the same in another envelope: %s", async (_name, value) => {
    const set = await loadIntel([file(JSON.stringify(value))]);
    expect(readers(set)).toEqual(["misp"]);
    expect(values(set)).toEqual(EVENT_VALUES);
  });

  test("sightings that call it a false positive are said", async () => {
    const attribute = { type: "ip-dst", value: "192.0.2.1", Sighting: [{ type: "0" }, { type: "1" }, { type: 1 }] };
    const set = await loadIntel([ofEvent([attribute])]);
    expect(said(set, "192.0.2.1").notes).toEqual(["2 sightings call it a false positive"]);
  });

  test("a thousand tags of an event do not multiply with its attributes", async () => {
    const tags = (of: string): unknown[] => Array.from({ length: 1000 }, (_, i) => ({ name: `${of}-${i}` }));
    const attributes = Array.from({ length: 300 }, (_, i) => ({
      type: "domain",
      value: `a${i}.example`,
      Tag: tags(`t${i}`),
    }));
    const set = await loadIntel([
      file(JSON.stringify({ Event: { info: "x", Tag: tags("e"), Attribute: attributes } })),
    ]);
    expect(set.indicators).toHaveLength(300);
    expect(set.indicators[0]!.labels).toHaveLength(1000);
  });

  test("an attribute without a value, of odd kinds, and dates that are none do no harm", async () => {
    const attributes = [
      { type: "ip-dst" },
      { type: "ip-dst", value: 5 },
      { type: ["ip-dst"], value: "192.0.2.1", to_ids: true },
      { type: "ip-dst", value: "192.0.2.2", first_seen: "soon", last_seen: "2021-01-01" },
      { type: "ip-dst", value: "192.0.2.3", first_seen: "2022-01-01", last_seen: "2021-01-01", timestamp: "x" },
      { type: "ip-dst|port", value: "192.0.2.4|99999" },
      null,
      "192.0.2.5",
    ];
    const set = await loadIntel([ofEvent(attributes)]);
    expect(values(set)).toEqual(["ipv4-addr 192.0.2.2", "ipv4-addr 192.0.2.3", "ipv4-addr 192.0.2.4"]);
    expect(rejected(set)).toEqual([
      '0 "": an attribute without a value',
      '0 "5": no indicator',
      '0 "192.0.2.1": MISP\'s type "": not hunted',
    ]);
    expect(said(set, "192.0.2.2").notes).toEqual(['"soon" is no date that could be read: left open']);
    expect(indicator(set, "192.0.2.2").validUntil).toBe(Date.UTC(2021, 0, 2) - 1);
    expect(said(set, "192.0.2.3").notes).toEqual(["valid until before valid from: both left open"]);
    expect(indicator(set, "192.0.2.4").ports).toBeUndefined();
  });
});

describe("searches", () => {
  test("attributes name their event, and markings stay with each", async () => {
    const set = await loadIntel([`${MISP}/attributes.json`]);
    expect(values(set)).toEqual(["ipv4-addr 198.51.100.71", "domain-name one.example"]);
    expect(said(set, "one.example")).toMatchObject({ feed: "A search's event", comment: "first", tlp: "TLP:CLEAR" });
    expect(indicator(set, "198.51.100.71").tlp).toBeUndefined();
  });

  test("objects alone", async () => {
    const object = { name: "domain-ip", uuid: uuid("90"), Attribute: [{ type: "domain", value: "obj.example" }] };
    const set = await loadIntel([file(JSON.stringify({ response: [{ Object: object }] }))]);
    expect(readers(set)).toEqual(["misp"]);
    expect(values(set)).toEqual(["domain-name obj.example"]);
  });
});

describe("a feed's folder", () => {
  test("gives its events; manifest and hash list are known, and neither indicators nor rejected", async () => {
    const set = await loadIntel([`${MISP}/feed`]);
    expect(values(set)).toEqual(["ipv4-addr 198.51.100.102"]);
    expect(set.errors).toEqual([]);
    expect(set.files.map(({ rejected: count, reader }) => [reader, count])).toEqual([
      ["misp", 0],
      ["misp", 0],
      ["misp", 0],
    ]);
    expect(rejected(set)).toEqual([
      'aside 0 "": a MISP feed\'s hashes.csv: digests of its values, no indicators',
      'aside 0 "": a MISP feed\'s manifest: it names the events and holds no indicators',
    ]);
  });
});

describe("other feeds of MISP", () => {
  test("the CSV export", async () => {
    const set = await loadIntel([`${MISP}/export.csv`]);
    expect(readers(set)).toEqual(["csv"]);
    expect(values(set)).toEqual([
      "ipv4-addr 192.0.2.201",
      "ipv4-addr 192.0.2.202",
      "domain-name two.example",
      "file 0cc175b9c0f1b6a831c399e269772661",
    ]);
    expect(said(set, "192.0.2.201")).toMatchObject({
      object: "5a6b7c8d-0000-4000-8000-000000000201",
      statedType: "ip-dst",
      tlp: "TLP:GREEN",
      labels: ["APT31"],
      comment: "relay",
    });
    expect(rejected(set)).toEqual([
      '4 5a6b7c8d-0000-4000-8000-000000000203 "https://cert.example/two": a reference to read more: not hunted',
      'aside 5 "192.0.2.204": the publisher marks it as not for detection (to_ids)',
    ]);
  });

  test("a freetext feed", async () => {
    const set = await loadIntel([`${MISP}/freetext.txt`]);
    expect(values(set)).toEqual([
      "ipv4-addr 192.0.2.251",
      "domain-name evil.example",
      "url https://drop.example/x.php",
      "file 0cc175b9c0f1b6a831c399e269772661",
    ]);
    expect(messages(set)).toEqual([]);
  });
});

test("a forced reader says when there is nothing of MISP's in the file", async () => {
  const set = await loadIntel([{ path: file('{"ip": "192.0.2.1"}'), format: "misp" }]);
  expect(values(set)).toEqual([]);
  expect(messages(set)).toEqual(["no MISP event, object or attribute in it"]);
});
