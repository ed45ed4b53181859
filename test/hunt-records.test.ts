/** A file that is one line of many records, as CloudTrail writes them: each hit is judged by its own record. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "lookback-records-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SHORT = 20;
/** Some 400 KiB: the hunt reads pieces of it. */
const LONG = 2000;

function file(count: number): string {
  const records = Array.from({ length: count }, (_, i) => ({
    eventTime: `2021-03-04T05:${String(Math.floor(i / 60) % 60).padStart(2, "0")}:${String(i % 60).padStart(2, "0")}Z`,
    eventName: "ConsoleLogin",
    sourceIPAddress: i === count - 9 ? "203.0.113.7" : i === count - 8 ? "203.0.113.9" : "192.0.2.1",
    responseElements: { ConsoleLogin: i === count - 9 ? "Failure" : "Success" },
    resources: [{ type: "a" }, { type: "b" }],
  }));
  return `${JSON.stringify({ Records: records })}\n`;
}

interface Sighted {
  "@timestamp": string;
  source: { ip: string };
  log: { file: { path: string } };
  lookback: { outcome: string };
}

it("is judged by the record of each hit, in a short line and in one that is read in pieces", () => {
  mkdirSync(join(folder, "logs"));
  writeFileSync(join(folder, "list.txt"), "203.0.113.7\n203.0.113.9\n");
  writeFileSync(join(folder, "logs", "long.json"), file(LONG));
  writeFileSync(join(folder, "logs", "short.json"), file(SHORT));
  const out = join(folder, "out");
  const args = ["hunt", "-q", "-i", join(folder, "list.txt"), "--no-warninglists", "-o", out, join(folder, "logs")];
  execFileSync(process.execPath, ["bin/lookback", ...args], { stdio: "inherit" });
  const found = readFileSync(join(out, "sightings.jsonl"), "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Sighted)
    .map((s) => [s.log.file.path.split("/").at(-1), s.source.ip, s.lookback.outcome, s["@timestamp"]].join(" "));
  expect(found.toSorted()).toEqual([
    "long.json 203.0.113.7 refused 2021-03-04T05:33:11.000Z",
    "long.json 203.0.113.9 authenticated 2021-03-04T05:33:12.000Z",
    "short.json 203.0.113.7 refused 2021-03-04T05:00:11.000Z",
    "short.json 203.0.113.9 authenticated 2021-03-04T05:00:12.000Z",
  ]);
});
