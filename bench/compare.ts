/**
 * The guard: whether a revision is slower than another. `npm run bench:compare -- OLD [NEW] [--runs 7] [--only NAME,…]`, NEW being the
 * working folder unless it is named. Both are built and measured in turn over the same corpora; a case that takes 15 % more fails. Both
 * the median of the clock and the least processor time must say so: either alone swings by as much on a machine that others share.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

import { casesFor, OURS } from "./cases.js";
import { median, run, warm, type Run } from "./measure.js";

const ALLOWED = 1.15;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: "string", default: "7" },
    megabytes: { type: "string", default: "1400" },
    rate: { type: "string", default: "0.00003" },
    only: { type: "string" },
  },
});

/** A built copy of a revision. */
function built(revision: string, folder: string): string {
  const path = join(folder, revision.replaceAll(/[^\w.-]/g, "_"));
  execFileSync("git", ["worktree", "add", "--detach", "-f", path, revision], { stdio: "ignore" });
  for (const args of [["ci"], ["run", "build"]]) execFileSync("npm", args, { cwd: path, stdio: "ignore" });
  return path;
}

/** The command with another revision's program; corpora stay where they are. */
const by = (command: string, root: string): string => command.replaceAll("bin/lookback", join(root, "bin/lookback"));

async function main(): Promise<void> {
  const [old, now] = positionals;
  if (old === undefined) throw new Error("name a revision to compare with: npm run bench:compare -- main");
  const folder = mkdtempSync(join(tmpdir(), "lookback-compare-"));
  const roots: string[] = [];
  try {
    roots.push(built(old, folder), now === undefined ? resolve(".") : built(now, folder));
    const wanted = values.only?.split(",");
    const cases = (await casesFor({ megabytes: Number(values.megabytes), rate: Number(values.rate) })).filter(
      ({ tool, work }) => tool === OURS && (!wanted || wanted.some((w) => work.includes(w))),
    );
    for (const log of new Set(cases.flatMap(({ count }) => count?.log ?? []))) warm(log);
    let slower = 0;
    console.log(
      "| work | old s | new s | new / old | processor time, new / old | |\n| --- | ---: | ---: | ---: | ---: | --- |",
    );
    for (const { work, command } of cases) {
      const runs: Run[][] = roots.map(() => []);
      for (let i = 0; i < Number(values.runs); i++)
        for (const [which, root] of roots.entries()) runs[which]!.push(run(by(command, root)));
      if (new Set(runs.flat().map(({ count }) => count)).size > 1 && work !== "start-up")
        throw new Error(`${work}: the revisions do not find the same`);
      const [before, after] = runs.map((list) => median(list.map(({ seconds }) => seconds))) as [number, number];
      const [cpuBefore, cpuAfter] = runs.map((list) => Math.min(...list.map(({ cpuSeconds }) => cpuSeconds))) as [
        number,
        number,
      ];
      const fails = after / before > ALLOWED && cpuAfter / cpuBefore > ALLOWED;
      if (fails) slower++;
      const figures = [before, after, after / before, cpuAfter / cpuBefore].map((n) => n.toFixed(2)).join(" | ");
      console.log(`| ${work} | ${figures} | ${fails ? "**slower**" : ""} |`);
    }
    if (slower > 0) process.exitCode = 1;
  } finally {
    for (const root of roots)
      if (root.startsWith(folder)) execFileSync("git", ["worktree", "remove", "--force", root], { stdio: "ignore" });
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
