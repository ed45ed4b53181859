/** A line that a format takes must hold one of the format's marks: without, the format would never be asked for it. */
import { describe, expect, it } from "vitest";

import type { EnvelopeFields, LineContext } from "../src/formats/format.js";
import { MarkIndex } from "../src/formats/marks.js";
import { ENVELOPES, FORMATS } from "../src/formats/registry.js";
import { corpusLines, fixtureLines, LINES, random } from "./formats-core-support.js";
import { mutate } from "./mutate.js";

const CONTEXT: LineContext = {
  path: "marks.log",
  firstLine: "",
  headerBefore: () => undefined,
  resolveTime: (time) => (time.kind === "instant" ? time.ms : undefined),
};
const SEEDS = [...new Set([...LINES, ...corpusLines(), ...fixtureLines()])].filter((line) => !line.startsWith("{"));
const TEXT_FORMATS = FORMATS.filter(({ json }) => !json);
const TEXT_ENVELOPES = ENVELOPES.filter(({ json }) => !json);
const INDEX = new MarkIndex([TEXT_ENVELOPES, TEXT_FORMATS]);
const FOUND = INDEX.empty();

/** The line, and what envelopes find in it. */
function layersOf(line: string): { text: string; fields: EnvelopeFields | undefined }[] {
  const layers: { text: string; fields: EnvelopeFields | undefined }[] = [{ text: line, fields: undefined }];
  for (const envelope of TEXT_ENVELOPES) {
    const opened = envelope.unwrap(line, CONTEXT);
    if (opened) layers.push({ text: opened.message, fields: opened.fields });
  }
  return layers;
}

function missedIn(line: string): string[] {
  const missed: string[] = [];
  for (const { text, fields } of layersOf(line)) {
    INDEX.find(text, FOUND);
    const envelopes = new Set(INDEX.candidates(TEXT_ENVELOPES, FOUND));
    if (fields?.program !== undefined) INDEX.add(fields.program, FOUND);
    const formats = new Set(INDEX.candidates(TEXT_FORMATS, FOUND));
    for (const format of TEXT_FORMATS)
      if (!formats.has(format) && format.parse(text, CONTEXT, fields)) missed.push(format.id);
    for (const envelope of TEXT_ENVELOPES)
      if (!envelopes.has(envelope) && envelope.unwrap(text, CONTEXT)) missed.push(envelope.id);
  }
  return missed;
}

describe("marks of formats", () => {
  it("stand in every documented line", () => {
    const missed = SEEDS.flatMap((line) => missedIn(line).map((id) => `${id}: ${line.slice(0, 300)}`));
    expect(missed).toEqual([]);
  });

  it("stand in every mutated line that a format still takes", () => {
    const next = random(11);
    const missed = new Set<string>();
    for (let i = 0; i < 12_000; i++) {
      const line = mutate(SEEDS[Math.floor(next() * SEEDS.length)]!, SEEDS, next);
      for (const id of missedIn(line)) missed.add(`${id}: ${line.slice(0, 300)}`);
    }
    expect([...missed]).toEqual([]);
  });
});

describe("the index of marks", () => {
  const list = [{ id: "always" }, { id: "a", marks: ["src_ip=", "SourceAddress"] }, { id: "b", marks: ["%ASA-"] }];
  const index = new MarkIndex([list]);
  const ids = (text: string, program = ""): string[] => {
    const found = index.empty();
    index.find(text, found);
    index.add(program, found);
    return index.candidates(list, found).map(({ id }) => id);
  };

  it("finds a mark at either end of the line, in upper and lower case, and in the program", () => {
    expect(ids("src_ip=1.2.3.4")).toEqual(["always", "a"]);
    expect(ids("it was the sourceaddress")).toEqual(["always", "a"]);
    expect(ids("nothing", "%asa-6-302013")).toEqual(["always", "b"]);
    expect(ids("%ASA-6-302013: src_ip=1")).toEqual(["always", "a", "b"]);
    expect(ids("")).toEqual(["always"]);
  });

  it("keeps the order, and holds more formats than a word has bits", () => {
    const many = Array.from({ length: 100 }, (_, i) => ({ id: i, marks: [`mark-${i}.`] }));
    const text = [99, 31, 32, 0, 63, 64].map((i) => `mark-${i}.`).join(" ");
    const all = new MarkIndex([list, many]);
    const marks = all.empty();
    all.find(text, marks);
    const found = all.candidates(many, marks).map(({ id }) => id);
    expect(all.candidates(list, marks)).toEqual([list[0]]);
    expect(found).toEqual(expect.arrayContaining([0, 31, 32, 63, 64, 99]));
    expect(found).toEqual(found.toSorted((a, b) => a - b));
  });

  it("refuses a mark that is too short to tell", () => {
    expect(() => new MarkIndex([[{ marks: ["src"] }]])).toThrow(RangeError);
  });
});
