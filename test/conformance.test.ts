/**
 * Third-party lines with third-party answers. The floors may only rise: a change that reads fewer lines right fails here, with
 * the table that shows where.
 */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compile } from "../src/matcher/compile.js";
import { Kernel } from "../src/matcher/kernel.js";
import { referenceScan } from "../src/matcher/reference.js";
import { parseCidr } from "../src/model/ip.js";
import type { Indicator } from "../src/model/indicator.js";
import { readCrowdsec } from "./conformance/crowdsec.js";
import { readElastic } from "./conformance/elastic.js";
import { measure, report, share, type Measured } from "./conformance/measure.js";
import type { Statement } from "./conformance/truth.js";

interface Floors {
  roles: number;
  times: number;
  found: number;
  statements: number;
}

const FLOORS = JSON.parse(readFileSync(new URL("conformance/floors.json", import.meta.url), "utf8")) as Record<
  string,
  Floors
>;
const CORPORA = [
  { name: "crowdsec", read: readCrowdsec },
  { name: "elastic-apache2", read: readElastic },
];

function indicatorOf(address: string): Indicator {
  const range = parseCidr(address)!;
  return {
    type: range.version === 4 ? "ipv4-addr" : "ipv6-addr",
    value: address,
    range,
    role: "relay",
    labels: [],
    assertions: [],
  };
}

/** Of the statements that place an address: how many of those addresses the matcher finds in their line. */
function foundShare(statements: readonly Statement[]): { kernel: number; reference: number; stated: number } {
  const placed = statements.filter((s) => s.kind !== "time");
  const addresses = [...new Set(placed.map((s) => String(s.value)))].toSorted();
  const indicators = addresses.map(indicatorOf);
  const set = compile(indicators);
  const engine = new Kernel(set, 1 << 20);
  let kernel = 0;
  let reference = 0;
  for (const statement of placed) {
    const index = addresses.indexOf(String(statement.value));
    const bytes = new TextEncoder().encode(statement.text).subarray(0, 1 << 20);
    engine.block.set(bytes);
    const result = engine.scan(0, bytes.length);
    if (Array.from({ length: result.count }, (_, i) => result.slot(i)).some((s) => set.slots[s]!.includes(index)))
      kernel++;
    if (referenceScan(set, indicators, bytes).some((hit) => set.slots[hit.slot]!.includes(index))) reference++;
  }
  return { kernel, reference, stated: placed.length };
}

for (const corpus of CORPORA) {
  const root = resolve("../shared/corpora", corpus.name);
  if (!existsSync(root)) {
    console.warn(`SKIPPED: ${root} is not there, so nothing is measured against ${corpus.name}`);
    describe.skip(`conformance with ${corpus.name} (corpus absent)`, () => it("is measured", () => {}));
    continue;
  }
  describe(`conformance with ${corpus.name}`, () => {
    const floors = FLOORS[corpus.name]!;
    const statements = corpus.read(root);
    const measured: Measured = measure(statements);
    afterAll(() => console.info(report(corpus.name, measured)));

    it("still ties as many statements to their lines", () => {
      expect(statements.length).toBeGreaterThanOrEqual(floors.statements);
    });

    it("gives addresses the place the corpus gives them", () => {
      expect(share(measured.roles), report(corpus.name, measured)).toBeGreaterThanOrEqual(floors.roles);
    });

    it("dates lines as the corpus dates them", () => {
      expect(share(measured.times), report(corpus.name, measured)).toBeGreaterThanOrEqual(floors.times);
    });

    it("finds the stated addresses as whole tokens, with both matchers", () => {
      const { kernel, reference, stated } = foundShare(statements);
      expect(kernel).toBe(reference);
      expect(kernel / stated).toBeGreaterThanOrEqual(floors.found);
    });
  });
}
