/** Findings and sorted text beyond what is kept in memory: the same as in memory. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it, vi } from "vitest";

import { draftRun } from "../src/hunt/draft-run.js";
import { FindingStore } from "../src/hunt/finding-store.js";
import { PieceStore, type Piece } from "../src/hunt/piece-store.js";
import { SortedRuns } from "../src/hunt/sorted-runs.js";
import { LineSpool } from "../src/hunt/spool.js";
import { TemporaryFile } from "../src/hunt/temporary-file.js";
import { VERDICTS, type Finding, type Judgement, type Sighting } from "../src/model/sighting.js";
import { packed, unpacked, FindingsBuilder, type PackedDraft } from "../src/triage/findings.js";

const sighting = fc.record({
  name: fc.constantFrom("203.0.113.7", "203.0.113.9", "evil.example"),
  asset: fc.constantFrom("10.0.0.1", "10.0.0.2", "a host\twith\na tab", "é"),
  verdict: fc.constantFrom(...VERDICTS),
  source: fc.nat(2),
  offset: fc.nat(400),
  day: fc.option(fc.nat(40), { nil: undefined }),
  original: fc.string({ unit: "binary", maxLength: 20 }),
});

type Made = typeof sighting extends fc.Arbitrary<infer T> ? T : never;

function parts(made: Made): [Omit<Sighting, "judgement">, Judgement, number] {
  const { name, asset, verdict, source, offset, day, original } = made;
  return [
    {
      event: day === undefined ? {} : { timestamp: Date.UTC(2021, 0, 1 + day) },
      original,
      log: { path: `log${source}`, offset, line: offset + 1 },
      indicator: { type: name === "evil.example" ? "domain-name" : "ipv4-addr", name, role: "c2", labels: [] },
      observed: name,
      format: "t",
    },
    {
      verdict,
      window: "inside",
      reasons: [`it is a ${verdict}`],
      asset,
      finding: `${name} ${JSON.stringify(asset)}`,
    } as Judgement,
    source,
  ];
}

const complete = (finding: Finding): Finding => ({ ...finding, reasons: [...finding.reasons, "completed"] });

it("findings come out the same, and as often as they are asked for, however few are kept in memory", () => {
  fc.assert(
    fc.property(fc.array(sighting, { maxLength: 60 }), fc.integer({ min: 0, max: 8 }), (list, limit) => {
      const store = new FindingStore(JSON.stringify, limit, limit % 2 === 0 ? 0 : undefined);
      const whole = new FindingsBuilder();
      for (const [i, made] of list.entries()) {
        whole.add(...parts(made));
        if (i % 3 === 0) {
          const batch = new FindingsBuilder();
          batch.add(...parts(made));
          // Of a part of the file that began after some lines.
          const lineBase = made.offset % 2;
          const drafts = batch.take();
          for (const { first } of drafts) first.evidence.line -= lineBase;
          store.merge(draftRun(drafts), lineBase);
        } else store.add(...parts(made));
      }
      const wanted = whole.findings();
      let told: ReadonlySet<string> = new Set();
      const found = store.list((values) => {
        told = values;
        return complete;
      });
      expect(found.length).toBe(wanted.length);
      for (let pass = 0; pass < 2; pass++) {
        expect([...found]).toEqual(wanted.map(complete));
        expect([...found.texts()].map((text) => JSON.parse(text) as unknown)).toEqual(wanted.map(complete));
      }
      expect(told).toEqual(new Set(wanted.map(({ indicator }) => indicator.name)));
      store.dispose();
    }),
  );
});

it("a draft written as text comes back as it was, each line of evidence once", () => {
  fc.assert(
    fc.property(fc.array(sighting, { minLength: 1, maxLength: 20 }), (list) => {
      const builder = new FindingsBuilder();
      for (const made of list) builder.add(...parts(made));
      for (const draft of builder.take()) {
        const json = JSON.stringify(packed(draft));
        expect(unpacked(JSON.parse(json) as PackedDraft)).toEqual(draft);
        const pieces = new Set([draft.first, draft.last, ...draft.worst]).size;
        expect(json.match(/"reasons":/g)).toHaveLength(pieces);
      }
    }),
  );
});

it("text is sorted by its key, and by its coming among equals, however little is kept in memory", () => {
  const entry = fc.record({
    key: fc.string({ unit: fc.constantFrom("a", "b", "é", "\u{1F600}", " "), maxLength: 3 }),
    text: fc.string({ maxLength: 8 }).map((text) => text.replaceAll("\n", " ")),
  });
  fc.assert(
    fc.property(
      fc.array(entry, { maxLength: 80 }),
      fc.nat(40),
      fc.integer({ min: 2, max: 9 }),
      (list, limit, files) => {
        const runs = new SortedRuns(limit, files);
        for (const { key, text } of list) runs.add(key, text);
        const wanted = list.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
        expect([...runs.merged()]).toEqual(wanted);
      },
    ),
  );
});

it("a spool gives its lines as they are, whatever Unicode calls a line's end, and leaves no file behind", () => {
  const line = fc.string({
    unit: fc.constantFrom("a", "\u2028", "\u2029", "\u0085", "\r", "é", "\u{1F600}"),
    maxLength: 6,
  });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 40 }), fc.nat(20), (lines, limit) => {
      const spool = new LineSpool(limit);
      for (const each of lines) spool.append(each);
      expect([...spool.drain()]).toEqual(lines);
      expect([...spool.drain()]).toEqual([]);
    }),
  );
});

it("a temporary file has no name while it is used", () => {
  const folder = mkdtempSync(join(tmpdir(), "lookback-temporary-"));
  vi.stubEnv("TMPDIR", folder);
  const file = new TemporaryFile();
  vi.unstubAllEnvs();
  file.write("one\ntwo\n");
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
  expect([...file.lines()]).toEqual(["one", "two"]);
  file.write("three\n");
  expect([...file.lines()]).toEqual(["one", "two", "three"]);
  file.close();
});

it("pieces come back as they were put away, in any order, however few are kept in memory", () => {
  const step = fc.oneof(fc.record({ put: fc.uint8Array({ maxLength: 30 }) }), fc.record({ take: fc.nat() }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), fc.nat(100), (steps, limit) => {
      const store = new PieceStore(limit);
      const waiting: { piece: Piece; bytes: Uint8Array }[] = [];
      const check = (at: number): void => {
        const [{ piece, bytes }] = waiting.splice(at, 1) as [(typeof waiting)[number]];
        const back = store.take(piece);
        expect(Buffer.from(back).equals(bytes)).toBe(true);
        expect(back.byteOffset).toBe(0);
      };
      for (const one of steps)
        if ("put" in one) waiting.push({ piece: store.put(Uint8Array.from(one.put)), bytes: one.put });
        else if (waiting.length > 0) check(one.take % waiting.length);
      while (waiting.length > 0) check(0);
      store.dispose();
    }),
  );
});
