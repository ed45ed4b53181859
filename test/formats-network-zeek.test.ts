import { existsSync, readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { LineContext } from "../src/formats/format.js";
import { zeekJson } from "../src/formats/ids/zeek-json.js";
import { zeekTsv } from "../src/formats/ids/zeek-tsv.js";
import { contextOf } from "./formats-network-context.js";

const CORPUS = "../shared/corpora/zeek";

function linesOf(path: string): string[] {
  return gunzipSync(readFileSync(path)).toString("utf8").split("\n").filter(Boolean);
}

/** A context whose header lines are those at the top of the file, so that a lookup costs nothing. */
function headed(path: string, lines: readonly string[]): LineContext {
  const headers = lines.filter((line) => line.startsWith("#"));
  return contextOf(headers, headers.length - 1, path);
}

/** The same events, in whatever order, as sorted text. Numbers in a reason may be written with other precision. */
function sorted(path: string, lines: readonly string[], parse: typeof zeekTsv.parse): string[] {
  const context = headed(path, lines);
  return lines
    .filter((line) => !line.startsWith("#"))
    .map((line) => JSON.stringify(parse(line, context) ?? `not understood: ${line}`))
    .sort();
}

describe("zeek corpus: the same events written twice", () => {
  if (!existsSync(CORPUS)) {
    console.warn(`SKIPPED: no ${CORPUS}: the Zeek TSV and JSON logs are not compared`);
    it.skip("skipped: ../shared/corpora/zeek is absent", () => undefined);
    return;
  }
  for (const file of readdirSync(`${CORPUS}/zeek-default`)) {
    const kind = file.replace(".log.gz", "");
    it(`${kind}: TSV and JSON give identical events and outcomes`, () => {
      const tsv = sorted(file, linesOf(`${CORPUS}/zeek-default/${file}`), zeekTsv.parse);
      const json = sorted(`${kind}.json`, linesOf(`${CORPUS}/zeek-json/${kind}.json.gz`), zeekJson.parse);
      expect(tsv.length).toBe(json.length);
      const difference = tsv.findIndex((line, i) => line !== json[i]);
      expect(difference < 0 ? undefined : [tsv[difference], json[difference]]).toBeUndefined();
      expect(tsv.filter((line) => line.includes("not understood"))).toEqual([]);
    });
  }
});
