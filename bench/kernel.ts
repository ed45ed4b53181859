/**
 * Scan speed of the kernel alone: one thread, text in memory, no parsing. Run: `node dist/bench/kernel.js [megabytes] [only]`.
 * Every case scans the same kind of text; the sets differ. Prints the best and the median of the rounds in GB/s.
 */
import type { Indicator } from "../src/model/indicator.js";
import { formatIpv4, formatIpv6, formatRange, parseCidr } from "../src/model/ip.js";
import { compile } from "../src/matcher/compile.js";
import { Kernel } from "../src/matcher/kernel.js";

const BLOCK = 4 << 20;
const ROUNDS = 7;

/** Deterministic pseudo-random words (mulberry32). */
function generator(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

const random = generator(20210720);
const below = (n: number): number => random() % n;
const two = (n: number): string => String(n).padStart(2, "0");
const publicV4 = (): string => formatIpv4(random());
const ownV4 = (): string => `10.${below(8)}.${below(256)}.${below(256)}`;
const someV6 = (): string =>
  formatIpv6([0x2a00 + below(64), random() & 0xffff, below(16), 0, 0, 0, below(3), random() & 0xffff]);
const clock = (): string => `${two(below(24))}:${two(below(60))}:${two(below(60))}`;

const LINES: readonly (() => string)[] = [
  () =>
    `Mar ${two(1 + below(28))} ${clock()} fw01 kernel: [${random()}.123456] DROP IN=eth0 OUT= MAC=00:08:a2:0c:1f:12:00:c8:8b:e2:d6:87:08:00 SRC=${publicV4()} DST=${ownV4()} LEN=60 TOS=0x00 PREC=0x00 TTL=51 ID=${below(65536)} DF PROTO=TCP SPT=${below(65536)} DPT=443 WINDOW=29200 RES=0x00 SYN URGP=0\n`,
  () =>
    `date=2021-03-${two(1 + below(28))} time=${clock()} devname="FGT-EDGE" devid="FG100F0000000000" logid="0000000013" type="traffic" subtype="forward" level="notice" vd="root" eventtime=${random()} srcip=${ownV4()} srcport=${below(65536)} srcintf="lan" srcintfrole="lan" dstip=${publicV4()} dstport=443 dstintf="wan1" dstintfrole="wan" sessionid=${random()} proto=6 action="close" policyid=7 service="HTTPS" trandisp="snat" transip=203.0.113.1 transport=${below(65536)} duration=${below(999)} sentbyte=${below(99999)} rcvdbyte=${below(99999)} sentpkt=12 rcvdpkt=14\n`,
  () =>
    `${publicV4()} - - [${two(1 + below(28))}/Mar/2021:${clock()} +0100] "GET /static/app.${random().toString(16)}.js?v=1.${below(9)}.${below(9)} HTTP/1.1" 200 ${below(99999)} "https://www.example.net/" "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/89.0.4389.${below(128)} Safari/537.36"\n`,
  () =>
    `2021-03-${two(1 + below(28))}T${clock()}.${below(1000)}Z web-${below(40)} sshd[${below(65536)}]: Failed password for invalid user admin from ${publicV4()} port ${below(65536)} ssh2\n`,
  () =>
    `2021-03-${two(1 + below(28))} ${clock()} ${ownV4()} TCP_MISS/200 ${below(99999)} CONNECT update.example.com:443 - HIER_DIRECT/${publicV4()} -\n`,
];

const V6_LINE = (): string =>
  `2021-03-${two(1 + below(28))}T${clock()}Z fw02 filterlog[77]: 5,,,1000000103,igb0,match,block,in,6,0x00,0x00000,57,TCP,6,40,${someV6()},${someV6()},${below(65536)},443,0,S,${random()},,64800,,mss\n`;

function logText(bytes: number, v6: boolean): Buffer {
  const out = Buffer.alloc(bytes, "\n");
  let used = 0;
  for (;;) {
    const line = v6 && below(4) === 0 ? V6_LINE() : LINES[below(LINES.length)]!();
    if (used + line.length > bytes) return out;
    used += out.write(line, used, "latin1");
  }
}

function indicators(count: number, make: (i: number) => string): Indicator[] {
  const values = new Map<string, Indicator>();
  for (let i = 0; values.size < count; i++) {
    const range = parseCidr(make(i))!;
    const type = range.version === 4 ? "ipv4-addr" : "ipv6-addr";
    const value = formatRange(range);
    values.set(value, { type, value, range, role: "relay", labels: [], assertions: [] });
  }
  return [...values.values()];
}

const mixed = (i: number): string =>
  i % 4 === 0
    ? someV6()
    : i % 4 === 1
      ? `${publicV4()}/${22 + below(8)}`
      : i % 20 === 2
        ? `${someV6()}/64`
        : publicV4();

const CASES: readonly { name: string; make: () => Indicator[]; v6?: boolean }[] = [
  { name: "161 IPv4", make: () => indicators(161, publicV4) },
  { name: "100,000 IPv4", make: () => indicators(100_000, publicV4) },
  { name: "1,000,000 IPv4", make: () => indicators(1_000_000, publicV4) },
  { name: "161 mixed", make: () => indicators(161, mixed) },
  { name: "100,000 mixed", make: () => indicators(100_000, mixed) },
  { name: "161 IPv4, text with IPv6", make: () => indicators(161, publicV4), v6: true },
  { name: "100,000 mixed, text with IPv6", make: () => indicators(100_000, mixed), v6: true },
];

const bytes = Math.max(1, Number(process.argv[2] ?? 256)) * 1e6;
const only = process.argv[3];
const texts = { plain: logText(bytes, false), v6: logText(bytes, true) };

for (const { name, make, v6 } of CASES) {
  if (only !== undefined && !name.includes(only)) continue;
  const list = make();
  const compileStart = performance.now();
  const set = compile(list);
  const compileMs = performance.now() - compileStart;
  const text = v6 ? texts.v6 : texts.plain;
  const kernel = new Kernel(set, BLOCK);
  // Copying into the block is the caller's cost (a read does it), so it is left out of the time.
  const rates: number[] = [];
  let hits = 0;
  let newlines = 0;
  for (let round = 0; round < ROUNDS; round++) {
    let spent = 0;
    hits = 0;
    newlines = 0;
    for (let at = 0; at < text.length; at += BLOCK) {
      const part = text.subarray(at, at + BLOCK);
      kernel.block.set(part);
      const start = performance.now();
      const result = kernel.scan(0, part.length);
      spent += performance.now() - start;
      hits += result.count;
      newlines += result.newlines;
    }
    rates.push(text.length / spent / 1e6);
  }
  rates.sort((a, b) => b - a);
  const figures = [rates[0]!, rates[ROUNDS >> 1]!].map((rate) => rate.toFixed(2)).join(" / ");
  console.log(
    `${name.padEnd(32)} ${figures} GB/s  ${hits} hits in ${newlines} lines  compile ${compileMs.toFixed(0)} ms`,
  );
}
