/** The cloud family where a record holds several flows. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { cloudFormats } from "../src/formats/cloud/index.js";
import { parserFor } from "./formats-core-support.js";

const FIXTURES = "test/fixtures/formats";
const IDS = new Set(cloudFormats.filter((format) => format.json).map(({ id }) => id));
const records = readdirSync(FIXTURES)
  .filter((id) => IDS.has(id))
  .flatMap((id) => readFileSync(join(FIXTURES, id, "input.log"), "utf8").split("\n"))
  .filter((line) => line.startsWith("{") && line.endsWith("}"))
  .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("a record with several flows", () => {
  const tuples = [
    "1614834301,198.51.100.9,10.0.0.4,1,22,T,I,D,B,,,,",
    "1614834302,203.0.113.7,10.0.0.4,40000,22,T,I,D,B,,,,",
    "1614834303,10.0.0.4,203.0.113.7,50000,443,T,O,A,E,25,3000,20,9000",
  ];
  const line = JSON.stringify({
    time: "2021-03-04T05:06:07Z",
    category: "NetworkSecurityGroupFlowEvent",
    properties: { Version: 2, flows: [{ rule: "r", flows: [{ mac: "m", flowTuples: tuples }] }] },
  });
  const read = (observed?: string[]): unknown[] => {
    const { event, outcome, notes } = parserFor().parse(line, 0, observed);
    return [event.timestamp, event.source?.ip, event.destination?.ip, outcome, notes];
  };

  it("is read as the flow with the address", () => {
    expect(read(["198.51.100.9"])).toEqual([1614834301000, "198.51.100.9", "10.0.0.4", "blocked", undefined]);
  });

  it("is read as the flow that came furthest, and says how many there are", () => {
    const note = "2 flows of this record hold the address; the one that came furthest is shown";
    expect(read(["203.0.113.7"])).toEqual([1614834303000, "10.0.0.4", "203.0.113.7", "established", [note]]);
  });

  it("names no end when none of its flows has the address", () => {
    expect(read(["192.0.2.1"])).toEqual([Date.UTC(2021, 2, 4, 5, 6, 7), undefined, undefined, "unknown", undefined]);
  });

  it("is not read again for lines whose format does not ask", () => {
    const parser = parserFor();
    parser.parse(line, 0, ["203.0.113.7"]);
    expect(parser.choseByToken).toBe(true);
    parser.parse('{"time":"2021-03-04T05:06:07Z","client_ip":"203.0.113.7"}', 0, ["203.0.113.7"]);
    expect(parser.choseByToken).toBe(false);
  });
});

describe("an element of a list that is written one a line", () => {
  it.each([",", ", ", ",\r", ""])("may end with %j", (end) => {
    const parsed = parserFor().parse(`  ${JSON.stringify(records[0])}${end}`, 0);
    expect(parsed.understood).toBe("format");
  });

  it("may be the only one of its page", () => {
    const first = JSON.stringify(records[0]);
    const parser = parserFor();
    expect(parser.parse(`{"Records":[${first}]}`, 0)).toEqual(parser.parse(first, 0));
  });
});
