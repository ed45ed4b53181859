/** What is measured: each a whole process, ours beside the tools that people have. */
import { makeList, makeLog, makeMixedList, type Corpus } from "./corpus.js";

export interface Case {
  work: string;
  tool: string;
  command: string;
  /** Of the log that is searched, decompressed; 0 where none is. */
  bytes: number;
  /** The command prints the number of lines that hold a listed value. `exact`: of whole values only, so that it must equal the oracle's. */
  count?: { log: string; list: string; exact: boolean };
  /** Only with --slow: minutes on the full corpus. */
  slow?: boolean;
}

export const OURS = "lookback";
export const WORK = {
  plain: "plain, 161 IPv4",
  plainMany: "plain, 100,000 IPv4",
  gzip: "gzip, 161 IPv4",
  gzipMany: "gzip, 100,000 IPv4",
  zstd: "zstd, 161 IPv4",
  mixed: "plain, 100,000 of all types",
  million: "plain, 1,000,000 IPv4",
  hits: "one line in ten a hit, sightings to a pipe",
  hitsKept: "one line in ten a hit, -o",
  startUp: "start-up",
  small: "a log of 1 MB",
} as const;

const CSV = "examples/intel/CERTFR-2021-IOC-003-IOC.csv";
const FOLDER = "bench/corpora";
const HIT_RATE = 0.1;
const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

export interface Sizes {
  /** Of the plain log. */
  megabytes: number;
  /** Hits a line. */
  rate: number;
}

/** Makes the corpora that are not there yet. */
export async function casesFor({ megabytes, rate }: Sizes): Promise<Case[]> {
  const log = await makeLog(FOLDER, megabytes, rate, CSV, true);
  const hits = await makeLog(FOLDER, Math.ceil(megabytes / 3), HIT_RATE, CSV);
  const small = await makeLog(FOLDER, 1, rate, CSV);
  const few = makeList(FOLDER, 161, CSV);
  const many = makeList(FOLDER, 100_000, CSV);
  const million = makeList(FOLDER, 1_000_000, CSV);
  const mixed = makeMixedList(FOLDER, 100_000, CSV);
  const plain = quote(log.log);
  const gz = quote(`${log.log}.gz`);
  const zst = quote(`${log.log}.zst`);
  const [fewList, manyList] = [quote(few), quote(many)];

  const make =
    (work: string, corpus: Corpus, list: string) =>
    (tool: string, command: string, exact: boolean, slow = false): Case => ({
      work,
      tool,
      command,
      bytes: corpus.bytes,
      count: { log: corpus.log, list, exact },
      slow,
    });
  const bare = (work: string, tool: string, command: string, bytes: number): Case => ({ work, tool, command, bytes });
  const hunt = (list: string, input: string): string =>
    `bin/lookback hunt -q --json --no-warninglists -i ${quote(list)} ${input} | wc -l`;

  const atFew = make(WORK.plain, log, few);
  const atMany = make(WORK.plainMany, log, many);
  const gzFew = make(WORK.gzip, log, few);
  const gzMany = make(WORK.gzipMany, log, many);
  const zstFew = make(WORK.zstd, log, few);
  const kept = `d=$(mktemp -d) && bin/lookback hunt -q --no-warninglists -o $d/out -i ${fewList} ${quote(hits.log)} && wc -l < $d/out/sightings.jsonl; rm -rf $d`;
  const gunzip = `const z=require("zlib"),s=require("fs").createReadStream(process.argv[1],{highWaterMark:1<<20});s.pipe(z.createGunzip({chunkSize:1<<20})).resume()`;
  return [
    atFew(OURS, hunt(few, plain), true),
    atFew("rg -F -f", `rg -c -F -f ${fewList} ${plain}`, false),
    atFew("grep -F -f", `grep -c -F -f ${fewList} ${plain}`, false),
    atFew("grepcidr -f", `grepcidr -c -f ${fewList} ${plain}`, true),
    bare(WORK.plain, "wc -l", `wc -l ${plain}`, log.bytes),
    atMany(OURS, hunt(many, plain), true),
    atMany("rg -F -f", `rg -c -F -f ${manyList} ${plain}`, false),
    atMany("grep -F -f", `grep -c -F -f ${manyList} ${plain}`, false),
    atMany("grepcidr -f", `grepcidr -c -f ${manyList} ${plain}`, true, true),
    gzFew(OURS, hunt(few, gz), true),
    gzFew("rg -z -F -f", `rg -z -c -F -f ${fewList} ${gz}`, false),
    gzFew("zgrep -F -f", `zgrep -c -F -f ${fewList} ${gz}`, false),
    bare(WORK.gzip, "gunzip in Node", `node -e ${quote(gunzip)} ${gz}`, log.bytes),
    gzMany(OURS, hunt(many, gz), true),
    gzMany("rg -z -F -f", `rg -z -c -F -f ${manyList} ${gz}`, false),
    gzMany("zgrep -F -f", `zgrep -c -F -f ${manyList} ${gz}`, false),
    zstFew(OURS, hunt(few, zst), true),
    zstFew("rg -z -F -f", `rg -z -c -F -f ${fewList} ${zst}`, false),
    bare(WORK.zstd, "zstd -dc", `zstd -q -dc ${zst} > /dev/null`, log.bytes),
    make(WORK.mixed, log, mixed)(OURS, hunt(mixed, plain), true),
    make(WORK.million, log, million)(OURS, hunt(million, plain), true),
    make(WORK.hits, hits, few)(OURS, hunt(few, quote(hits.log)), true),
    make(WORK.hitsKept, hits, few)(OURS, kept, true),
    bare(WORK.startUp, OURS, "bin/lookback --version", 0),
    bare(WORK.startUp, "node -e 0", "node -e 0", 0),
    make(WORK.small, small, few)(OURS, hunt(few, quote(small.log)), true),
  ];
}
