/** Readers given damaged and odd input: an answer or a reason, never a fault. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Sink } from "../src/intel/candidate.js";
import { jsonLinesReader, jsonReader } from "../src/intel/json-any.js";
import { mispReader } from "../src/intel/misp.js";
import { openIocReader } from "../src/intel/openioc.js";
import { suricataDatasetReader } from "../src/intel/suricata-dataset.js";
import { suricataIprepReader } from "../src/intel/suricata-iprep.js";
import { zeekReader } from "../src/intel/zeek.js";
import { LookbackError } from "../src/model/errors.js";
import { FIXTURES } from "./intel-reader-support.js";

const READERS = [
  mispReader,
  openIocReader,
  zeekReader,
  jsonReader,
  jsonLinesReader,
  suricataIprepReader,
  suricataDatasetReader,
];

function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesIn(path) : [path];
  });
}

/** What a reader gave; every candidate must name a place and hold a text. */
async function read(reader: (typeof READERS)[number], text: string, column?: string): Promise<number> {
  let given = 0;
  const sink: Sink = {
    candidate(candidate) {
      given++;
      expect(typeof candidate.text).toBe("string");
      expect(Number.isInteger(candidate.line)).toBe(true);
      for (const label of candidate.labels ?? []) expect(typeof label).toBe("string");
      for (const port of candidate.ports ?? []) expect(port > 0 && port < 65_536).toBe(true);
      if (candidate.validFrom !== undefined && candidate.validUntil !== undefined)
        expect(candidate.validFrom).toBeLessThanOrEqual(candidate.validUntil);
    },
    reject: (_place, rejected, reason) => expect([typeof rejected, typeof reason]).toEqual(["string", "string"]),
    setAside: (_place, aside, reason) => expect([typeof aside, typeof reason]).toEqual(["string", "string"]),
  };
  const source = { path: "x", bytes: new TextEncoder().encode(text), text };
  reader.recognises(source);
  try {
    await reader.read(source, column === undefined ? {} : { column }, sink);
  } catch (error) {
    expect(error).toBeInstanceOf(LookbackError);
  }
  return given;
}

const TEXTS = filesIn(FIXTURES).map((path) => readFileSync(path, "utf8"));

describe("damaged fixtures", () => {
  test("cut, doubled, and with characters exchanged", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...TEXTS),
        fc.array(
          fc.tuple(
            fc.nat(),
            fc.constantFrom("\0", '"', "{", "}", "[", "]", "<", ">", "&", "\t", "\n", "|", "\ud800", "\\"),
          ),
          {
            maxLength: 8,
          },
        ),
        fc.nat(),
        async (text, edits, cut) => {
          let damaged = text.slice(0, text.length - (cut % text.length));
          for (const [at, character] of edits) {
            const place = at % (damaged.length + 1);
            damaged = damaged.slice(0, place) + character + damaged.slice(place + 1);
          }
          for (const reader of READERS) await read(reader, damaged);
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** Any JSON value, with the keys that the readers know. */
const KEYS = [
  "Event",
  "Attribute",
  "Object",
  "response",
  "type",
  "value",
  "Tag",
  "Galaxy",
  "GalaxyCluster",
  "name",
  "info",
  "to_ids",
  "deleted",
  "uuid",
  "timestamp",
  "first_seen",
  "last_seen",
  "ip",
  "indicator",
  "indicators",
  "tags",
  "tlp",
  "ports",
  "valid_from",
  "valid_until",
  "score",
  "__proto__",
  "192.0.2.1",
  "evil.example",
];
const VALUES = [
  "192.0.2.1",
  "evil.example|192.0.2.1",
  "ip-dst|port",
  "2021-01-01",
  "tlp:red",
  'misp-galaxy:rat="X"',
  "1626771661",
  "",
  "-",
  "9".repeat(50),
];
const { tree } = fc.letrec((tie) => ({
  leaf: fc.oneof(fc.constantFrom(...VALUES), fc.constantFrom(0, 1, -1, 1e308, true, false, null)),
  node: fc.oneof(
    fc.array(tie("tree"), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.constantFrom(...KEYS), tie("tree")), { maxLength: 8 })
      .map((entries) => Object.fromEntries(entries)),
  ),
  tree: fc.oneof({ depthSize: "medium" }, tie("leaf"), tie("node")),
}));

describe("odd JSON", () => {
  test("of the keys that the readers know", async () => {
    await fc.assert(
      fc.asyncProperty(
        tree,
        fc.option(fc.constantFrom("ip", "value", "Event.info", ",", ".")),
        async (value, column) => {
          const text = JSON.stringify(value);
          for (const reader of [mispReader, jsonReader, jsonLinesReader]) await read(reader, text, column ?? undefined);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("every text under a name for addresses is given once, whatever is around it", async () => {
    const wrap = fc.array(fc.constantFrom("a", "list", "data", "x y"), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(wrap, fc.array(fc.ipV4(), { minLength: 1, maxLength: 5 }), async (around, addresses) => {
        let value: unknown = { ip: addresses };
        for (const key of around) value = key === "list" ? [value] : { [key]: value };
        return (await read(jsonReader, JSON.stringify(value))) === addresses.length;
      }),
    );
  });
});
