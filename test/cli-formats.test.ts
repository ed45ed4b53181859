/** `lookback formats …`, and formats of the user's own: the real program. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const PROGRAM = resolve("bin/lookback");
const folder = mkdtempSync(join(tmpdir(), "lookback-formats-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function lookback(...args: string[]): { code: number | null; out: string; err: string } {
  const done = spawnSync(process.execPath, [PROGRAM, ...args], { encoding: "utf8", cwd: folder });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

const LOG = [
  "04/03/2021 05:06:07 gw-1 ACME deny from 95.143.219.230:4711 to 10.0.0.5:22 rule 7",
  "25/03/2021 05:06:08 gw-1 ACME allow from 10.0.0.5:5000 to 95.143.219.230:443 rule 9",
  "this line is of nobody",
  "",
].join("\n");
writeFileSync(join(folder, "gw.log"), LOG);
writeFileSync(join(folder, "list.txt"), "95.143.219.230\n");

describe("formats test", () => {
  it("tells shares, the first events field by field, and what was not understood", () => {
    const { code, out } = lookback("formats", "test", "gw.log");
    expect(code).toBe(0);
    expect(out).toContain("gw.log: 3 lines looked at");
    expect(out).toMatch(/free-text +2 {2}66\.7 %/);
    expect(out).toMatch(/not understood +1 {2}33\.3 %/);
    expect(out).toMatch(/source\.ip +95\.143\.219\.230/);
    expect(out).toContain("3: this line is of nobody");
  });

  it("gives the same as JSON, and tells a file that is not there", () => {
    const { code, out, err } = lookback("formats", "test", "--json", "gw.log", "absent.log");
    expect(code).toBe(2);
    expect(err).toContain("absent.log");
    expect(JSON.parse(out)).toMatchObject([{ path: "gw.log", lines: 3, understood: { fallback: 2, none: 1 } }]);
  });
});

describe("formats infer", () => {
  it("prints a description that, completed, makes the hunt right", () => {
    const { code, out } = lookback("formats", "infer", "gw.log");
    expect(code).toBe(0);
    expect(out).toContain("  - id: my.gw\n");
    const yaml = out
      .replace("# contains: a text that stands in every line of this format, and in no other", "contains: ACME")
      .replace(/pattern: .*/, 'pattern: "{date} {time} gw-1 ACME {word} from {address} to {address2} rule {number}"')
      .replace(/# "address": .*/, '"address": source.ip')
      .replace(/# "address2": .*/, '"address2": destination.ip')
      .replace("# outcome:", "outcome:")
      .replace("#   field: …", "  field: word")
      .replace("#   blocked: [deny, drop]", "  blocked: [deny]")
      .replace("#   established: [allow]", "  established: [allow]")
      .replace("# initiator: source #", "initiator: source #");
    writeFileSync(join(folder, "lookback.yaml"), yaml);
    const done = lookback("hunt", "-q", "--json", "-i", "list.txt", "gw.log");
    expect(done.err).toBe("");
    const sightings = done.out
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    expect(sightings.map(({ lookback: { format, verdict } }) => [format, verdict])).toEqual([
      ["my.gw", "probe-blocked"],
      ["my.gw", "callout"],
    ]);
    expect(lookback("formats", "test", "gw.log").out).toMatch(/my\.gw +2 {2}66\.7 %/);
    expect(lookback("config", "show").out).toMatch(/formats +my\.gw +lookback\.yaml:\d+:\d+/);
  });

  it.each([
    ["formats:\n  - id: x\n", /lookback\.yaml:2:5: format x needs one of pattern, separator, json, key_value/],
    ['formats:\n  - id: x\n    pattern: "{a}{b}"\n', /lookback\.yaml:2:5: .*two values without text between/],
    ["formats:\n  - id: x\n    json: true\n    initiator: me\n", /lookback\.yaml:4:16: formats\.0\.initiator/],
    ["logs:\n  - path: x\n    timezone: Mars\n", /lookback\.yaml:2:5: "Mars" is no time zone/],
  ])("%j is refused with its place", (yaml, message) => {
    writeFileSync(join(folder, "bad.yaml"), yaml.replaceAll("lookback.yaml", "bad.yaml"));
    const done = lookback("config", "show", "--config", "bad.yaml");
    expect(done.code).toBe(2);
    expect(done.err.replaceAll("bad.yaml", "lookback.yaml")).toMatch(message);
  });
});

describe("logs in lookback.yaml", () => {
  it("are hunted when none is named", () => {
    writeFileSync(join(folder, "logs.yaml"), "intel: [list.txt]\nlogs:\n  - path: ./gw.log\n    timezone: +02:00\n");
    const done = lookback("hunt", "-q", "--json", "--config", "logs.yaml");
    expect(done.err).toBe("");
    expect(done.out.split("\n").filter(Boolean)).toHaveLength(2);
    expect(done.out).toContain("+02:00 (lookback.yaml)");
  });
});
