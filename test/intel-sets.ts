/** Sets of indicators for the writers' tests: made by hand and at random, written and read back. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll } from "vitest";
import type { Candidate } from "../src/intel/candidate.js";
import { loadIntel, WRITERS } from "../src/intel/index.js";
import { SetBuilder } from "../src/intel/set.js";
import type { Writer, Written } from "../src/intel/writer.js";
import { INDICATOR_ROLES, type Indicator, type IndicatorSet } from "../src/model/indicator.js";

const root = mkdtempSync(join(tmpdir(), "lookback-convert-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

export const CERTFR = "examples/intel/CERTFR-2021-IOC-003-IOC.csv";
export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

let counter = 0;
export async function load(text: string): Promise<IndicatorSet> {
  const path = join(root, String(counter++));
  writeFileSync(path, text);
  return loadIntel([path]);
}

export function writer(id: string): Writer {
  const found = WRITERS.find((one) => one.id === id);
  if (!found) throw new Error(`no writer ${id}`);
  return found;
}

export function write(id: string, set: IndicatorSet): Written {
  return writer(id).write(set.indicators, { now: NOW });
}

export function setOf(candidates: readonly Partial<Candidate>[]): IndicatorSet {
  const builder = new SetBuilder({});
  const entry = builder.file("made", "made");
  for (const candidate of candidates) entry.candidate({ text: "", line: 1, ...candidate });
  return builder.build();
}

/** What must be the same after there and back. */
export function said({
  type,
  value,
  role,
  validFrom,
  validUntil,
  confidence,
  tlp,
  labels,
  exact,
  ports,
}: Indicator): unknown {
  return { type, value, role, validFrom, validUntil, confidence, tlp, labels, exact, ports };
}

// -- random sets ------------------------------------------------------------------------------------------------------------------

const octet = fc.integer({ min: 1, max: 254 });
const ipv4 = fc.tuple(octet, octet, octet, octet).map((all) => all.join("."));
const hex = (n: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(..."0123456789abcdef"), { minLength: n, maxLength: n }).map((all) => all.join(""));
const name = fc
  .tuple(
    fc.stringMatching(/^[a-z][a-z0-9_-]{0,10}[a-z0-9]$/),
    fc.constantFrom("example", "example.com", "evil-example.org"),
  )
  .map((all) => all.join("."));
const agent = fc
  .string({ minLength: 4, maxLength: 60, unit: "binary-ascii" })
  .filter((text) => /^[\x21-\x7e][\x20-\x7e]*[\x21-\x7e]$/.test(text));

type Value = Pick<Candidate, "text" | "as" | "exact" | "ports">;
const value: fc.Arbitrary<Value> = fc.oneof(
  fc.record({
    text: ipv4,
    ports: fc.option(fc.uniqueArray(fc.integer({ min: 1, max: 65535 }), { minLength: 1, maxLength: 3 }), {
      nil: undefined,
    }),
  }),
  fc.tuple(ipv4, fc.integer({ min: 8, max: 31 })).map(([ip, n]) => ({ text: `${ip}/${n}` })),
  fc.tuple(octet, octet, octet).map(([a, b, c]) => ({ text: `10.${a}.${b}.1-10.${a}.255.${c}` })),
  fc.tuple(hex(4), hex(4)).map(([a, b]) => ({ text: `2001:db8:${a}::${b}` })),
  fc.tuple(hex(4), hex(3)).map(([a, b]) => ({ text: `2001:db8:${a}::1-2001:db8:${a}::1${b}` })),
  fc.record({ text: name, as: fc.constant("domain-name" as const), exact: fc.boolean() }),
  fc
    .tuple(name, fc.stringMatching(/^[a-zA-Z0-9_=&?'/-]{1,20}[a-z]$/))
    .map(([host, path]) => ({ text: `http://${host}/${path}` })),
  name.map((host) => ({ text: `someone@${host}` })),
  fc
    .constantFrom(32, 40, 64, 128)
    .chain(hex)
    .map((text) => ({ text })),
  hex(32).map((text) => ({ text, as: "ja3" as const })),
  hex(32).map((text) => ({ text, as: "ja3s" as const })),
  fc.tuple(hex(12), hex(12)).map(([a, b]) => ({ text: `t13d1516h2_${a}_${b}` })),
  agent.map((text) => ({ text, as: "user-agent" as const })),
);
const word = fc.oneof(
  fc.constantFrom(
    "APT31",
    "abuse.ch",
    "c2",
    "relay",
    "benign",
    "unknown-actor",
    "192.0.2.99",
    "a, b",
    "=1+1",
    'say "x"',
    "it's",
    "é|è",
  ),
  fc.stringMatching(/^[A-Za-z][A-Za-z0-9 .:;_-]{0,12}[a-z]$/),
);
const moment = fc.integer({ min: 1, max: 4_000_000_000_000 });
const statement: fc.Arbitrary<Partial<Candidate>> = fc
  .record(
    {
      role: fc.constantFrom(...INDICATOR_ROLES),
      validFrom: moment,
      length: fc.option(fc.integer({ min: 0, max: 1e10 }), { nil: undefined }),
      confidence: fc.oneof(fc.integer({ min: 0, max: 100 }).map(String), fc.constantFrom("high", "Bonne", "none")),
      tlp: fc.constantFrom("TLP:CLEAR", "TLP:WHITE", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"),
      labels: fc.array(word, { maxLength: 3 }),
      feed: word,
      comment: fc.oneof(word, fc.string()),
      published: fc.constantFrom("2021-07-20", "2021-07-20T08:09:10Z", "yesterday"),
      statedType: fc.constantFrom("ip-dst", "domain", "md5", "filename|sha256", "imphash", "odd"),
      object: fc.uuid(),
    },
    { requiredKeys: [] },
  )
  .map(({ length, ...rest }) => ({
    ...rest,
    ...(rest.validFrom === undefined || length === undefined ? {} : { validUntil: rest.validFrom + length }),
  })) as fc.Arbitrary<Partial<Candidate>>;
export const randomSet = fc
  .array(fc.tuple(value, fc.array(statement, { minLength: 1, maxLength: 2 })), { minLength: 1, maxLength: 8 })
  .map((all) => setOf(all.flatMap(([one, statements]) => statements.map((each) => ({ ...each, ...one })))))
  .filter((set) => set.indicators.length > 0);
