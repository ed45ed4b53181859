/**
 * Corpora for the benchmark: realistic log text, made once with a fixed seed and kept. Addresses of the lists are planted at a
 * stated rate; near misses (a listed address inside a longer one) stand in it as they do in the world.
 */
import { execFileSync } from "node:child_process";
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";

export interface Corpus {
  folder: string;
  /** Plain log; its twins are `${log}.gz` and `${log}.zst`. */
  log: string;
  bytes: number;
}

/** Mulberry32. */
export function random(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const FIRST = 161;
const BLOCK_LINES = 50_000;

/** The real 161, then made-up public addresses. */
function addresses(size: number, csv: string): string[] {
  const list = [...readFileSync(csv, "utf8").matchAll(/(?<=,)\d{1,3}(?:\.\d{1,3}){3}(?=,)/g)].map((m) => m[0]);
  if (list.length !== FIRST) throw new Error(`${csv}: ${list.length} addresses instead of ${FIRST}`);
  const next = random(1_000_003);
  const seen = new Set(list);
  while (list.length < size) {
    const made = `${20 + Math.floor(next() * 190)}.${Math.floor(next() * 256)}.${Math.floor(next() * 256)}.${1 + Math.floor(next() * 254)}`;
    if (seen.has(made)) continue;
    seen.add(made);
    list.push(made);
  }
  return list;
}

type Line = (time: Date, remote: string, own: string, n: () => number) => string;

const two = (v: number): string => String(v).padStart(2, "0");
const pick = <T>(list: readonly T[], n: () => number): T => list[Math.floor(n() * list.length)]!;
const PATHS = [
  "/",
  "/index.html",
  "/owa/auth/logon.aspx",
  "/static/js/app.3f2a1c.js",
  "/api/v2/items?id=2215&sort=asc",
  "/wp-login.php",
];

const LINES: readonly Line[] = [
  (t, remote, own, n) =>
    `date=${t.toISOString().slice(0, 10)} time=${t.toISOString().slice(11, 19)} devname="fw-paris" devid="FG100F" logid="0000000013" type="traffic" subtype="forward" level="notice" vd="root" eventtime=${t.getTime()}000000 tz="+0000" srcip=${own} srcport=${Math.floor(n() * 30000) + 32768} srcintf="lan" dstip=${remote} dstport=443 dstintf="wan1" proto=6 action="close" policyid=12 service="HTTPS" duration=${Math.floor(n() * 300)} sentbyte=${Math.floor(n() * 9999)} rcvdbyte=${Math.floor(n() * 99999)} sentpkt=12 rcvdpkt=17 appcat="unscanned"`,
  (t, remote, _own, n) =>
    `${remote} - - [${two(t.getUTCDate())}/Mar/2021:${t.toISOString().slice(11, 19)} +0000] "GET ${pick(PATHS, n)} HTTP/1.1" ${pick([200, 200, 304, 404, 403], n)} ${Math.floor(n() * 50000)} "-" "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/88.0.4324.150 Safari/537.36"`,
  (t, remote, own, n) =>
    `Mar ${String(t.getUTCDate()).padStart(2)} ${t.toISOString().slice(11, 19)} gw kernel: [${Math.floor(n() * 1e6)}.${Math.floor(n() * 1e6)}] [UFW BLOCK] IN=eth0 OUT= MAC=00:08:a2:0c:1f:12:00:c8:8b:e2:d6:87:08:00 SRC=${remote} DST=${own} LEN=40 TOS=0x00 PREC=0x00 TTL=245 ID=${Math.floor(n() * 65535)} PROTO=TCP SPT=${Math.floor(n() * 60000) + 1024} DPT=22 WINDOW=1024 RES=0x00 SYN URGP=0`,
  (t, remote, own, n) =>
    `{"timestamp":"${t.toISOString().slice(0, -1)}000+0000","flow_id":${Math.floor(n() * 1e15)},"event_type":"flow","src_ip":"${own}","src_port":${Math.floor(n() * 30000) + 32768},"dest_ip":"${remote}","dest_port":443,"proto":"TCP","app_proto":"tls","flow":{"pkts_toserver":12,"pkts_toclient":14,"bytes_toserver":${Math.floor(n() * 9999)},"bytes_toclient":${Math.floor(n() * 99999)},"state":"closed","reason":"timeout"}}`,
];

/** One block of lines; hits at about `rate` a line. */
function block(at: number, seed: number, rate: number, listed: readonly string[]): string {
  const n = random(seed);
  const out: string[] = [];
  for (let i = 0; i < BLOCK_LINES; i++) {
    const time = new Date(at + i * 15);
    const roll = n();
    let remote = `${20 + Math.floor(n() * 190)}.${Math.floor(n() * 256)}.${Math.floor(n() * 256)}.${Math.floor(n() * 256)}`;
    if (roll < rate) remote = pick(listed, n);
    // A longer address around a listed one, where there is room: 5.143.219.230 in 95.143.219.230.
    else if (roll < rate * 3) {
      const base = pick(listed, n);
      const [head, ...rest] = base.split(".");
      if (head!.length < 3) remote = `${head!.length === 1 ? "9" : "1"}${head}.${rest.join(".")}`;
    }
    out.push(pick(LINES, n)(time, remote, `10.20.${Math.floor(n() * 256)}.${Math.floor(n() * 256)}`, n));
  }
  return `${out.join("\n")}\n`;
}

/** Makes what is not there yet: a list of so many addresses, the real ones first. */
export function makeList(folder: string, size: number, csv: string): string {
  const path = join(folder, `list-${size}.txt`);
  if (!existsSync(path)) writeFileSync(path, `${addresses(Math.max(FIRST, size), csv).slice(0, size).join("\n")}\n`);
  return path;
}

/** Values of every type but addresses, which no line of the corpus holds: words as long and as frequent as in feeds. */
const MADE: readonly ((n: () => number) => string)[] = [
  (n) => `${word(n)}-${word(n)}.example`,
  (n) => `cdn.${word(n)}${word(n)}.example`,
  (n) => `http://${word(n)}.example/${word(n)}/${word(n)}.php?id=${Math.floor(n() * 9999)}`,
  (n) => digits(64, n),
  (n) => digits(40, n),
  (n) => digits(32, n),
  (n) => `2001:db8:${digits(4, n)}:${digits(4, n)}::${digits(3, n)}`,
  (n) => `${word(n)}@${word(n)}.example`,
];
const word = (n: () => number): string =>
  Array.from({ length: 4 + Math.floor(n() * 8) }, () => String.fromCharCode(97 + Math.floor(n() * 26))).join("");
const digits = (length: number, n: () => number): string =>
  Array.from({ length }, () => Math.floor(n() * 16).toString(16)).join("");

/** Likewise: half of it addresses, the real ones first, the rest of all other types. */
export function makeMixedList(folder: string, size: number, csv: string): string {
  const path = join(folder, `mixed-${size}.txt`);
  if (existsSync(path)) return path;
  const next = random(77);
  const half = size / 2;
  const values = addresses(half, csv);
  for (let i = 0; values.length < size; i++) values.push(MADE[i % MADE.length]!(next));
  writeFileSync(path, `${values.join("\n")}\n`);
  return path;
}

/** Likewise: a log. @param megabytes of it; @param rate hits a line; @param packed whether its compressed twins are wanted */
export async function makeLog(
  folder: string,
  megabytes: number,
  rate: number,
  csv: string,
  packed = false,
): Promise<Corpus> {
  mkdirSync(folder, { recursive: true });
  const log = join(folder, `log-${megabytes}m-${rate}.log`);
  if (!existsSync(log)) await writeLog(log, megabytes * 1e6, rate, addresses(FIRST, csv));
  if (packed && !existsSync(`${log}.gz`)) {
    await pipeline(createReadStream(log), createGzip({ level: 6 }), createWriteStream(`${log}.gz.tmp`));
    renameSync(`${log}.gz.tmp`, `${log}.gz`);
  }
  if (packed && !existsSync(`${log}.zst`)) {
    execFileSync("zstd", ["-q", "-3", "-f", "-o", `${log}.zst.tmp`, log]);
    renameSync(`${log}.zst.tmp`, `${log}.zst`);
  }
  return { folder, log, bytes: statSync(log).size };
}

async function writeLog(path: string, bytes: number, rate: number, listed: readonly string[]): Promise<void> {
  const blocks = function* (): Generator<string> {
    for (let written = 0, i = 0; written < bytes; i++) {
      const text = block(Date.UTC(2021, 2, 1) + i * BLOCK_LINES * 15, i + 1, rate, listed);
      written += text.length;
      yield text;
    }
  };
  await pipeline(blocks, createWriteStream(`${path}.tmp`));
  renameSync(`${path}.tmp`, path);
}
