/**
 * Makes the example: seven months of a made-up organisation's logs, with the traffic of relays from a real advisory planted
 * in them, and the answer sheet. Same seed, same bytes: no clock and no network is read.
 *
 *   node dist/examples/generate.js [DIR]      (default: examples/logs)
 */
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { writeCollector } from "./generate/collector.js";
import type { Context } from "./generate/context.js";
import { writeExchange } from "./generate/exchange.js";
import { writeFortigate } from "./generate/fortigate.js";
import { OWN_NETWORKS, World } from "./generate/organisation.js";
import { Random } from "./generate/random.js";
import { chooseCast, readListed } from "./generate/relays.js";
import { writeHosts } from "./generate/hosts.js";
import { writeSquid } from "./generate/squid.js";
import { writeSuricata } from "./generate/suricata.js";
import type { NearMiss, PlantedSighting, Truth } from "./generate/truth.js";
import { writeVpcFlow } from "./generate/vpcflow.js";
import { writeVpn } from "./generate/vpn.js";
import { writeWeb } from "./generate/web.js";
import { LogWriter } from "./generate/writer.js";
import { writeZeek } from "./generate/zeek.js";

export type { NearMiss, PlantedSighting, Truth } from "./generate/truth.js";

const SEED = "exemple-sa-2021";

/** What the demonstration passes to `lookback hunt`. Paths are below the project's root. */
export const exampleArgs = {
  intel: "examples/intel/CERTFR-2021-IOC-003-IOC.csv",
  logs: "examples/logs",
  truth: "examples/truth.json",
  own: OWN_NETWORKS,
  config: "examples/lookback.yaml",
  /** Inclusive dates, UTC. */
  from: "2021-01-01",
  to: "2021-07-31",
} as const;

/** The folder that holds package.json: this file runs from `examples/` (tests) and from `dist/examples/`. */
export function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error("package.json not found above the example generator");
    folder = parent;
  }
  return folder;
}

/** Every source, by the folder it fills. */
const SOURCES: Readonly<Record<string, (context: Context) => void>> = {
  "fw-paris": writeFortigate,
  exchange: writeExchange,
  zeek: writeZeek,
  ids: writeSuricata,
  proxy: writeSquid,
  vpn: writeVpn,
  aws: writeVpcFlow,
  web: writeWeb,
  collector: writeCollector,
  hosts: writeHosts,
};

/** Empties the folder of an earlier run, known by its answer sheet. Throws when it holds anything else. */
async function clear(dir: string, sheet: string): Promise<void> {
  const names = existsSync(dir) ? await readdir(dir) : [];
  const earlier = existsSync(sheet) && (JSON.parse(await readFile(sheet, "utf8")) as Partial<Truth>).seed === SEED;
  const foreign = names.find((name) => !earlier || !(name in SOURCES));
  if (foreign !== undefined)
    throw new Error(`${dir} holds ${foreign}, which this generator did not make: left as it is`);
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
}

const byPlace = (a: PlantedSighting | NearMiss, b: PlantedSighting | NearMiss): number =>
  a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line;

/**
 * Writes the logs into `dir`, replacing an earlier run, and `truth.json` beside it. Returns the answer sheet.
 * Throws when the advisory cannot be read, when `dir` holds other files, or when the disk cannot be written.
 */
export async function generateExample(dir: string, intel = join(projectRoot(), exampleArgs.intel)): Promise<Truth> {
  const target = resolve(dir);
  const cast = chooseCast(await readListed(intel), SEED);
  const writer = new LogWriter(target);
  const world = new World(new Random(`${SEED}/world`), cast);
  const sheet = join(dirname(target), "truth.json");
  await clear(target, sheet);
  for (const write of Object.values(SOURCES)) write({ seed: SEED, cast, world, writer });
  await writer.finish();
  const truth: Truth = {
    seed: SEED,
    from: exampleArgs.from,
    to: exampleArgs.to,
    lines: writer.files.reduce((sum, file) => sum + file.lines, 0),
    bytes: writer.files.reduce((sum, file) => sum + file.bytes, 0),
    notCovered: ["own-asset"],
    files: writer.files.sort((a, b) => (a.path < b.path ? -1 : 1)),
    sightings: writer.sightings.sort(byPlace),
    nearMisses: writer.nearMisses.sort(byPlace),
  };
  await writeFile(sheet, `${JSON.stringify(truth, undefined, 1)}\n`);
  return truth;
}

async function main(): Promise<void> {
  const dir = process.argv[2] ?? join(projectRoot(), exampleArgs.logs);
  const truth = await generateExample(dir);
  const megabytes = (truth.bytes / 1e6).toFixed(1);
  process.stderr.write(
    `${basename(dir)}: ${truth.files.length} files, ${truth.lines} lines, ${megabytes} MB decompressed, ` +
      `${truth.sightings.length} planted sightings (truth.json beside it)\n`,
  );
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
