/**
 * `npm run bench`: Lookback beside rg, grep, grepcidr and zgrep on the same corpora, in turn, whole processes, page-cached.
 * Prints medians, ratios and what became of the speed budget, checks counts against an oracle that shares no code with us, and
 * writes a dated result.
 *
 *   npm run bench -- [--megabytes 1400] [--runs 3] [--rate 0.00003] [--only NAME,…] [--slow] [--results FOLDER]
 */
import { execFileSync, spawnSync } from "node:child_process";
import { createReadStream, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

import { budgetTable } from "./budget.js";
import { casesFor, OURS, type Case } from "./cases.js";
import { median, run, warm } from "./measure.js";

const { values } = parseArgs({
  options: {
    megabytes: { type: "string", default: "1400" },
    runs: { type: "string", default: "3" },
    rate: { type: "string", default: "0.00003" },
    only: { type: "string" },
    slow: { type: "boolean", default: false },
    results: { type: "string", default: "bench/results" },
  },
});

interface Measured extends Case {
  seconds: number[];
  median: number;
  /** Lines hit. */
  hits: number;
  peakMegabytes: number;
}

/** Debian's packages, by tool. */
const PACKAGES: Readonly<Record<string, string>> = {
  rg: "ripgrep",
  grepcidr: "grepcidr",
  zstd: "zstd",
  "/usr/bin/time": "time",
};

function needTools(): void {
  const missing = Object.keys(PACKAGES).filter((tool) => spawnSync("sh", ["-c", `command -v ${tool}`]).status !== 0);
  if (missing.length === 0) return;
  const packages = missing.map((tool) => PACKAGES[tool]!);
  if (process.getuid?.() !== 0)
    throw new Error(`the bench compares with ${missing.join(", ")}: apt-get install ${packages.join(" ")}`);
  execFileSync("apt-get", ["update", "-qq"], { stdio: "inherit" });
  execFileSync("apt-get", ["install", "-y", "-qq", ...packages], { stdio: ["ignore", "ignore", "inherit"] });
}

/** Lines that hold a listed address as a whole token: a regular expression and a set, slow and plain. Kept beside the corpus. */
async function linesHit(log: string, list: string): Promise<number> {
  const kept = `${log}.${basename(list)}.count`;
  if (existsSync(kept)) return Number(readFileSync(kept, "utf8"));
  const listed = new Set(readFileSync(list, "utf8").split("\n").filter(Boolean));
  let count = 0;
  for await (const line of createInterface({
    input: createReadStream(log, { encoding: "latin1", highWaterMark: 1 << 20 }),
  }))
    if (line.match(/(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])/g)?.some((address) => listed.has(address))) count++;
  writeFileSync(kept, `${count}\n`);
  return count;
}

function versions(): string[] {
  const first = (command: string): string =>
    spawnSync("bash", ["-c", command], { encoding: "utf8" }).stdout.split("\n")[0]!;
  return [
    `node ${process.version}`,
    first("rg --version"),
    first("grep --version"),
    first("grepcidr -V 2>&1"),
    first("zstd --version"),
  ];
}

function table(measured: readonly Measured[]): string {
  const rows = measured.map((m) => {
    const ours = measured.find((o) => o.work === m.work && o.tool === OURS);
    const ratio = m.tool === OURS || !ours ? "" : `${(m.median / ours.median).toFixed(1)} ×`;
    const rate = m.bytes === 0 ? "" : (m.bytes / 1e9 / m.median).toFixed(2);
    const hits = m.count ? m.hits : "";
    return `| ${m.work} | ${m.tool} | ${m.median.toFixed(2)} | ${rate} | ${ratio} | ${hits} | ${Math.round(m.peakMegabytes)} |`;
  });
  return [
    "| work | tool | median s | GB/s of log | lookback is faster by | lines hit | peak MB |",
    "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ...rows,
  ].join("\n");
}

async function main(): Promise<void> {
  needTools();
  process.stderr.write(`making or finding the corpora: ${values.megabytes} MB\n`);
  const all = await casesFor({ megabytes: Number(values.megabytes), rate: Number(values.rate) });
  const wanted = values.only?.split(",");
  const cases = all.filter(
    (c) => (values.slow || !c.slow) && (!wanted || wanted.some((w) => c.work.includes(w) || c.tool.includes(w))),
  );

  /** Lines hit, by log and list. */
  const oracle = new Map<string, number>();
  const keyOf = ({ log, list }: NonNullable<Case["count"]>): string => `${basename(log)}, ${basename(list)}`;
  for (const { count } of cases) {
    if (!count?.exact || oracle.has(keyOf(count))) continue;
    process.stderr.write(`oracle, ${keyOf(count)}\n`);
    oracle.set(keyOf(count), await linesHit(count.log, count.list));
  }
  for (const log of new Set(cases.flatMap(({ count }) => count?.log ?? [])))
    for (const path of [log, `${log}.gz`, `${log}.zst`]) if (existsSync(path)) warm(path);

  // In turn, not one tool after the other: what slows the machine for a while slows all.
  const seconds = cases.map((): number[] => []);
  const last = cases.map(() => ({ hits: 0, peakMegabytes: 0 }));
  for (let round = 0; round < Number(values.runs); round++)
    for (const [i, c] of cases.entries()) {
      const r = run(c.command);
      seconds[i]!.push(r.seconds);
      last[i] = { hits: r.count, peakMegabytes: Math.max(last[i]!.peakMegabytes, r.peakMegabytes) };
      process.stderr.write(`${c.work}  ${c.tool}  ${r.seconds.toFixed(2)} s  ${c.count ? r.count : ""}\n`);
    }
  const measured: Measured[] = cases.map((c, i) => ({
    ...c,
    ...last[i]!,
    seconds: seconds[i]!,
    median: median(seconds[i]!),
  }));

  const wrong = measured.filter(({ count, hits }) => count?.exact === true && hits !== oracle.get(keyOf(count)));
  const date = new Date().toISOString().slice(0, 10);
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? "?"}`;
  const text = [
    `# ${date}`,
    "",
    `${machine}; ${versions().join("; ")}. Page-cached; whole processes; median of ${values.runs}.`,
    `Oracle (a regular expression and a set): ${[...oracle].map(([of, n]) => `${n} lines of ${of}`).join("; ")}. Lookback ${wrong.some(({ tool }) => tool === OURS) ? "DISAGREES" : "agrees"}.`,
    "",
    budgetTable((work, tool) => {
      const found = measured.find((m) => m.work === work && m.tool === tool);
      return found && { seconds: found.median, bytes: found.bytes, peakMegabytes: found.peakMegabytes };
    }),
    "",
    table(measured),
    "",
  ].join("\n");
  process.stdout.write(`${text}\n`);
  mkdirSync(values.results, { recursive: true });
  writeFileSync(join(values.results, `${date}.md`), text);
  const csv = measured.flatMap((m) =>
    m.seconds.map((s, i) =>
      [m.work, m.tool, i + 1, s.toFixed(4), m.hits, Math.round(m.peakMegabytes)].map((v) => `"${v}"`).join(","),
    ),
  );
  writeFileSync(join(values.results, `${date}.csv`), `work,tool,run,seconds,lines,peak_mb\n${csv.join("\n")}\n`);
  if (wrong.length > 0) {
    const told = wrong.map(({ work, tool, hits }) => `${tool}, ${work}: ${hits}`);
    process.stderr.write(`counts differ from the oracle: ${told.join("; ")}\n`);
    process.exitCode = 1;
  }
}

await main();
