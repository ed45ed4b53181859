/** One relay collects many devices' lines in one file: each must be read as it is read alone. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ParsedLine } from "../src/model/event.js";
import { parse, parserFor, random } from "./formats-core-support.js";

const FIXTURES = "test/fixtures/formats";
const HEADER = "<14>1 2021-03-05T00:00:00Z relay - - - - ";
/** Their lines mean nothing without a header line, which a relay does not keep beside them. */
const BY_HEADER = new Set(["csv-export", "w3c.extended", "zeek.tsv"]);

interface Taken {
  id: string;
  line: string;
  alone: ParsedLine;
}

/** Lines of each format's fixtures that the format itself reads without any other line. */
const taken: Taken[] = readdirSync(FIXTURES)
  .filter((id) => !BY_HEADER.has(id))
  .flatMap((id) =>
    readFileSync(
      join(
        FIXTURES,
        id,
        readdirSync(join(FIXTURES, id)).find((name) => /^input.*\.log$/.test(name))!,
      ),
      "utf8",
    )
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => ({ id, line, alone: parse(line) }))
      // A relay's line inside a relay's is as deep as envelopes are opened.
      .filter(({ id: of, alone }) => alone.format.split(">").includes(of) && alone.format.split(">").length < 4)
      .slice(0, 4),
  );

/** What the relay's header may not change. Times without zone or year, and the host, are settled by it. */
function told({ event, outcome, initiator, observerIsAsset, oneWay }: ParsedLine): unknown {
  const { source, destination, network, url, dns, user } = event;
  return { source, destination, network, url, dns, user, outcome, initiator, observerIsAsset, oneWay };
}

describe("formats behind one syslog relay", () => {
  it("are at least twenty", () => {
    expect(new Set(taken.map(({ id }) => id)).size).toBeGreaterThanOrEqual(20);
  });

  it.each([...new Set(taken.map(({ id }) => id))])("%s is recognised and read as it is without the relay", (id) => {
    for (const { line, alone } of taken.filter((t) => t.id === id)) {
      const relayed = parse(HEADER + line);
      expect(relayed.format).toBe(`syslog-5424>${alone.format}`);
      expect(told(relayed)).toEqual(told(alone));
    }
  });

  it("parse the same interleaved in one file as each does in a file of its own", () => {
    const next = random(20);
    const mixed = Array.from({ length: 3000 }, () => taken[Math.floor(next() * taken.length)]!);
    const shared = parserFor();
    for (const [i, { line }] of mixed.entries()) expect(shared.parse(HEADER + line, i)).toEqual(parse(HEADER + line));
  });
});
