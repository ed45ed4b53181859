/** Lines that hold several records: each hit comes to the record that JSON.parse finds it in. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { allRecords, firstRecord, listOfRecords, recordsOf } from "../src/hunt/line-records.js";

const TOKEN = "203.0.113.7";

function hitsIn(line: string): { slot: number; offset: number; length: number }[] {
  const bytes = Buffer.from(line);
  const out = [];
  for (let at = bytes.indexOf(TOKEN); at >= 0; at = bytes.indexOf(TOKEN, at + 1))
    out.push({ slot: 0, offset: at, length: TOKEN.length });
  return out;
}

/** The records with hits, as [number, text]. */
function texts(line: string): [number | undefined, string][] | undefined {
  const bytes = Buffer.from(line);
  return recordsOf(bytes, hitsIn(line))?.map(({ index, start, end, hits }) => {
    for (const { offset, length } of hits)
      expect(bytes.toString("utf8", start + offset, start + offset + length)).toBe(TOKEN);
    return [index, bytes.toString("utf8", start, end)];
  });
}

/** The records with hits, as [number, parsed record]. */
function split(line: string): [number | undefined, unknown][] | undefined {
  return texts(line)?.map(([index, text]) => [index, JSON.parse(text)]);
}

/** Strings that look like structure, and the token among them. */
const text = fc.oneof(
  fc.constantFrom(TOKEN, "}{", '"', "\\", '\\"', "]}", '{"Records":[{', "é€", "}", "["),
  fc.string({ maxLength: 8 }),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof({ maxDepth: 3 }, text, fc.integer(), fc.constant(null), tie("list"), tie("object")),
  list: fc.array(tie("any"), { maxLength: 3 }),
  object: fc.dictionary(text, tie("any"), { maxKeys: 3 }),
}));
const record = value.object;
const HEADS = [
  '{"Records":[',
  '{ "records" : [ ',
  '{"value":[',
  "[",
  "[ ",
  '{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#auditLogs/signIns","value":[',
  '{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[',
  '{"messageType":"DATA_MESSAGE","owner":"123456789012","subscriptionFilters":["a","]"],"logEvents":[',
];

describe("a line with several records", () => {
  it("gives each hit to the record that JSON.parse finds it in", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...HEADS),
        fc.array(record, { minLength: 1, maxLength: 5 }),
        fc.constantFrom(",", ", ", " ,\t"),
        (head, records, comma) => {
          // Compared as text: JSON.parse of Node 24.21 takes the keys `"` and `\` of one object for the same one.
          const written = records.map((r) => JSON.stringify(r));
          const line = `${head}${written.join(comma)}${head.trimStart().startsWith("[") ? "]" : "]}"}`;
          const list = Object.values(JSON.parse(line) as object).findLast(
            (member): member is unknown[] => Array.isArray(member) && member.length === records.length,
          );
          expect(Array.isArray(JSON.parse(line)) ? JSON.parse(line) : list).toHaveLength(records.length);
          const expected = written.flatMap((r, i) => (r.includes(TOKEN) ? [[i, r]] : []));
          expect(texts(line) ?? []).toEqual(expected);
          expect(allRecords(Buffer.from(line), 100).map((b) => b.toString("utf8"))).toEqual(written);
          expect(firstRecord(Buffer.from(line)).toString("utf8")).toEqual(written[0]);
        },
      ),
      { numRuns: 1500 },
    );
  });

  it("may be objects one behind the other", () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 2, maxLength: 5 }), (records) => {
        const written = records.map((r) => JSON.stringify({ a: r }));
        const expected = written.flatMap((r, i) => (r.includes(TOKEN) ? [[i, r]] : []));
        expect(texts(written.join("")) ?? []).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it("may be lists one behind the other: the list's number, the inner record's text", () => {
    const list = `{"messageType":"DATA_MESSAGE","logEvents":[{"id":"1","message":"x"},{"id":"2","message":"${TOKEN}"}]}`;
    expect(split(`${list}${list}`)).toEqual([
      [0, { id: "2", message: TOKEN }],
      [1, { id: "2", message: TOKEN }],
    ]);
  });

  it("keeps the record that the line's end cuts short, and every record before it", () => {
    const line = Buffer.from(`{"Records":[{"a":"${TOKEN}"},{"b":"${TOKEN}`);
    expect(recordsOf(line, hitsIn(line.toString()))).toEqual([
      { index: 0, start: 12, end: 31, hits: [{ slot: 0, offset: 6, length: 11 }] },
      { index: 1, start: 32, end: 49, hits: [{ slot: 0, offset: 6, length: 11 }] },
    ]);
  });

  it("says of a hit outside the records that it is none of theirs, unless one of them has it", () => {
    const line = `{"nextToken":"${TOKEN}","Records":[{"a":1}]}`;
    expect(recordsOf(Buffer.from(line), hitsIn(line))).toEqual([
      { start: 0, end: line.length, hits: [{ slot: 0, offset: 14, length: 11 }] },
    ]);
    const both = `{"nextToken":"${TOKEN}","Records":[{"a":"${TOKEN}"}]}`;
    expect(recordsOf(Buffer.from(both), hitsIn(both))!.map(({ index }) => index)).toEqual([0]);
  });
});

describe("one record", () => {
  it.each([
    `{"ipAddress":"${TOKEN}","events":[{"name":"login_success"}]}`,
    `{"time":"2021-03-04T05:06:07Z","records":[{"a":"${TOKEN}"}]}`,
    `{"records":["${TOKEN}"]}`,
    `{"a":"}{","b":"${TOKEN}"}`,
    `{"Records":{"a":["${TOKEN}"]}}`,
    `203.0.113.7 - - "GET /[{" 200`,
    `{"records":`,
    "[",
    "{",
    "",
  ])("is left whole: %s", (line) => {
    expect(recordsOf(Buffer.from(line), hitsIn(line))).toBeUndefined();
    expect(firstRecord(Buffer.from(line)).toString()).toBe(line);
  });

  it("with a head that never ends costs its first bytes alone", () => {
    const line = Buffer.from(`{"owner":"${"x".repeat(1 << 20)}`);
    expect(listOfRecords(line)).toBeUndefined();
  });
});
