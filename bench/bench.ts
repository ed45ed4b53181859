/**
 * `npm run bench`: Lookback beside rg, grep, grepcidr and zgrep on the same corpora, in turn, whole processes, page-cached.
 * Prints medians and ratios, checks our counts against an oracle that shares no code with us, and writes a dated result.
 *
 *   npm run bench -- [--megabytes 1400] [--runs 3] [--sizes 161,100000] [--rate 0.00003] [--only NAME,…] [--slow]
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
  closeSync,
  createReadStream,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  writeFileSync,
} from "node:fs";
import { cpus } from "node:os";
import { basename, join } from "node:path";
import { performance } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

import { makeCorpus, type Corpus } from "./corpus.js";

const { values } = parseArgs({
  options: {
    megabytes: { type: "string", default: "1400" },
    runs: { type: "string", default: "3" },
    sizes: { type: "string", default: "161,100000" },
    rate: { type: "string", default: "0.00003" },
    only: { type: "string" },
    slow: { type: "boolean", default: false },
    results: { type: "string", default: "bench/results" },
  },
});

interface Case {
  work: string;
  tool: string;
  command: string;
  /** Matches whole addresses only, so its count must equal the oracle's. */
  exact: boolean;
  /** Only with --slow: minutes on the full corpus. */
  slow?: boolean;
}

interface Measured extends Case {
  seconds: number[];
  median: number;
  count: number;
  peakMegabytes: number;
}

const CSV = "examples/intel/CERTFR-2021-IOC-003-IOC.csv";
const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Debian's packages, by tool. */
const PACKAGES: Readonly<Record<string, string>> = { rg: "ripgrep", grepcidr: "grepcidr", "/usr/bin/time": "time" };

function needTools(): void {
  const missing = Object.keys(PACKAGES).filter((tool) => spawnSync("sh", ["-c", `command -v ${tool}`]).status !== 0);
  if (missing.length === 0) return;
  const packages = missing.map((tool) => PACKAGES[tool]!);
  if (process.getuid?.() !== 0)
    throw new Error(`the bench compares with ${missing.join(", ")}: apt-get install ${packages.join(" ")}`);
  execFileSync("apt-get", ["update", "-qq"], { stdio: "inherit" });
  execFileSync("apt-get", ["install", "-y", "-qq", ...packages], { stdio: ["ignore", "ignore", "inherit"] });
}

function casesFor(corpus: Corpus): Case[] {
  const log = quote(corpus.log);
  return corpus.lists.flatMap(({ size, path }) => {
    const list = quote(path);
    const plain = `plain, ${size.toLocaleString("en")} IPv4`;
    const gz = `gzip, ${size.toLocaleString("en")} IPv4`;
    const ours = (input: string): string => `bin/lookback hunt -q --json --no-warninglists -i ${list} ${input} | wc -l`;
    return [
      { work: plain, tool: "lookback", command: ours(log), exact: true },
      { work: plain, tool: "rg -F -f", command: `rg -c -F -f ${list} ${log}`, exact: false },
      { work: plain, tool: "grep -F -f", command: `grep -c -F -f ${list} ${log}`, exact: false },
      { work: plain, tool: "grepcidr -f", command: `grepcidr -c -f ${list} ${log}`, exact: false, slow: size > 1000 },
      { work: gz, tool: "lookback", command: ours(quote(`${corpus.log}.gz`)), exact: true },
      { work: gz, tool: "rg -z -F -f", command: `rg -z -c -F -f ${list} ${quote(`${corpus.log}.gz`)}`, exact: false },
      { work: gz, tool: "zgrep -F -f", command: `zgrep -c -F -f ${list} ${quote(`${corpus.log}.gz`)}`, exact: false },
    ];
  });
}

function run(command: string): { seconds: number; count: number; peakMegabytes: number } {
  const start = performance.now();
  const done = spawnSync("/usr/bin/time", ["-f", "%M", "bash", "-c", command], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  const seconds = (performance.now() - start) / 1000;
  // grep's 1 means no match; anything else but 0 is a fault.
  if (done.status !== 0 && done.status !== 1) throw new Error(`${command}\n${done.stderr}`);
  return {
    seconds,
    count: Number(done.stdout.trim().split("\n").at(-1)),
    peakMegabytes: Number(done.stderr.trim().split("\n").at(-1)) / 1024,
  };
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

/** Into the page cache. */
function warm(path: string): void {
  const fd = openSync(path, "r");
  const buffer = Buffer.allocUnsafe(1 << 22);
  while (readSync(fd, buffer) > 0);
  closeSync(fd);
}

const median = (list: readonly number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1]!;

function versions(): string[] {
  const first = (command: string): string =>
    spawnSync("bash", ["-c", command], { encoding: "utf8" }).stdout.split("\n")[0]!;
  return [`node ${process.version}`, first("rg --version"), first("grep --version"), first("grepcidr -V 2>&1")];
}

function table(measured: readonly Measured[], bytes: number): string {
  const rows = measured.map((m) => {
    const ours = measured.find((o) => o.work === m.work && o.tool === "lookback");
    const ratio = m.tool === "lookback" || !ours ? "" : `${(m.median / ours.median).toFixed(1)} ×`;
    const rate = (bytes / 1e9 / m.median).toFixed(2);
    return `| ${m.work} | ${m.tool} | ${m.median.toFixed(2)} | ${rate} | ${ratio} | ${m.count} | ${Math.round(m.peakMegabytes)} |`;
  });
  return [
    "| work | tool | median s | GB/s of log | lookback is faster by | lines hit | peak MB |",
    "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ...rows,
  ].join("\n");
}

async function main(): Promise<void> {
  needTools();
  const sizes = values.sizes.split(",").map(Number);
  const megabytes = Number(values.megabytes);
  process.stderr.write(`making or finding the corpus: ${megabytes} MB\n`);
  const corpus = await makeCorpus("bench/corpora", megabytes, Number(values.rate), sizes, CSV);
  const wanted = values.only?.split(",");
  const cases = casesFor(corpus).filter(
    (c) => (values.slow || !c.slow) && (!wanted || wanted.some((w) => c.work.includes(w) || c.tool.includes(w))),
  );

  const oracle = new Map<string, number>();
  for (const { size, path } of corpus.lists) {
    process.stderr.write(`oracle, ${size}\n`);
    oracle.set(size.toLocaleString("en"), await linesHit(corpus.log, path));
  }
  warm(corpus.log);
  warm(`${corpus.log}.gz`);

  // In turn, not one tool after the other: what slows the machine for a while slows all.
  const seconds = cases.map((): number[] => []);
  const last = cases.map(() => ({ count: 0, peakMegabytes: 0 }));
  for (let round = 0; round < Number(values.runs); round++)
    for (const [i, c] of cases.entries()) {
      const r = run(c.command);
      seconds[i]!.push(r.seconds);
      last[i] = { count: r.count, peakMegabytes: Math.max(last[i]!.peakMegabytes, r.peakMegabytes) };
      process.stderr.write(`${c.work}  ${c.tool}  ${r.seconds.toFixed(2)} s  ${r.count}\n`);
    }
  const measured: Measured[] = cases.map((c, i) => ({
    ...c,
    ...last[i]!,
    seconds: seconds[i]!,
    median: median(seconds[i]!),
  }));

  const wrong = measured.filter((m) => m.exact && m.count !== oracle.get(m.work.split(", ")[1]!.replace(" IPv4", "")));
  const date = new Date().toISOString().slice(0, 10);
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? "?"}`;
  const text = [
    `# ${date}`,
    "",
    `${machine}; ${versions().join("; ")}. Plain log ${(corpus.bytes / 1e9).toFixed(2)} GB, page-cached; whole processes; median of ${values.runs}.`,
    `Oracle (a regular expression and a set): ${[...oracle].map(([size, n]) => `${n} lines at ${size}`).join(", ")}; lookback ${wrong.length === 0 ? "agrees" : "DISAGREES"}.`,
    "",
    table(measured, corpus.bytes),
    "",
  ].join("\n");
  process.stdout.write(`${text}\n`);
  mkdirSync(values.results, { recursive: true });
  writeFileSync(join(values.results, `${date}.md`), text);
  const csv = measured.flatMap((m) =>
    m.seconds.map((s, i) =>
      [m.work, m.tool, i + 1, s.toFixed(4), m.count, Math.round(m.peakMegabytes)].map((v) => `"${v}"`).join(","),
    ),
  );
  writeFileSync(join(values.results, `${date}.csv`), `work,tool,run,seconds,lines,peak_mb\n${csv.join("\n")}\n`);
  if (wrong.length > 0) {
    process.stderr.write(`counts differ from the oracle: ${wrong.map((m) => `${m.work} ${m.count}`).join("; ")}\n`);
    process.exitCode = 1;
  }
}

await main();
