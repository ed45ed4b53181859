/**
 * Random and mutated lines through the whole line parser and through every format and envelope, for hours if need be:
 * `node dist/scripts/fuzz-formats.js [lines = 2000000] [seed = 1]`. Prints what throws and what takes more than 5 ms (the best of
 * three runs), and exits with 1 when anything did.
 */
import { ENVELOPES, FORMATS } from "../src/formats/registry.js";
import type { LineContext } from "../src/formats/format.js";
import { parseObject } from "../src/formats/json-fields.js";
import { corpusLines, fixtureLines, LINES, parserFor, random } from "../test/formats-core-support.js";
import { mutate } from "../test/mutate.js";

const SLOW_MS = 5;
const MOST_REPORTED = 50;
/** Each line goes through the parser; every n-th also through all formats, most of which reject it by a literal. */
const ALL_FORMATS_EVERY = 20;

const [count = 2_000_000, seed = 1] = process.argv.slice(2).map(Number);
const next = random(seed);
const seeds = [...LINES, ...corpusLines(), ...fixtureLines()];
const context: LineContext = {
  path: "fuzz.log",
  firstLine: "",
  headerBefore: () => undefined,
  resolveTime: (time) => (time.kind === "instant" ? time.ms : undefined),
};

function randomLine(): string {
  if (next() < 0.1) {
    const bytes = Uint8Array.from({ length: Math.floor(next() * 300) }, () => Math.floor(next() * 256));
    return new TextDecoder().decode(bytes);
  }
  let line = mutate(seeds[Math.floor(next() * seeds.length)]!, seeds, next);
  // Long lines show what is not linear.
  if (next() < 0.01) line = line.repeat(1 + Math.floor(65_536 / Math.max(1, line.length)));
  return line;
}

let found = 0;
function report(what: string, line: string): void {
  found++;
  if (found <= MOST_REPORTED)
    console.log(`${what}: ${JSON.stringify(line.slice(0, 2000))} (${line.length} characters)`);
}

/** Milliseconds of the best of up to three runs. */
function timed(run: () => unknown): number {
  let best = Infinity;
  for (let i = 0; i < 3 && best > SLOW_MS; i++) {
    const start = performance.now();
    run();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

const slow: { what: string; line: string; run: () => unknown }[] = [];

/** Notes what was slow; others share the machine, so that it is measured again when all is done. */
function watch(what: string, line: string, run: () => unknown): void {
  try {
    if (timed(run) > SLOW_MS) slow.push({ what, line, run });
  } catch (error) {
    report(`${what} threw ${String(error)}`, line);
  }
}

function askAll(line: string): void {
  const record = parseObject(line);
  for (const each of [...FORMATS, ...ENVELOPES]) {
    const ask = (): unknown =>
      "parse" in each ? each.parse(line, context, undefined, record) : each.unwrap(line, context, record);
    watch(each.id, line, ask);
  }
}

const parser = parserFor();
for (let i = 0; i < count; i++) {
  const line = randomLine();
  watch("the parser", line, () => parser.parse(line, i));
  if (i % ALL_FORMATS_EVERY === 0 && line.length < 65_536) askAll(line);
  if ((i + 1) % 100_000 === 0) console.error(`${i + 1} lines, ${found} findings`);
}
for (const { what, line, run } of slow) {
  const ms = timed(run);
  if (ms > SLOW_MS) report(`${what} took ${ms.toFixed(1)} ms`, line);
}
console.log(`${count} lines, ${found} findings`);
process.exitCode = found > 0 ? 1 : 0;
