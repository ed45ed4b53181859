/**
 * Scan speed of the kernel alone: one thread, text in memory, no parsing. Run: `node dist/bench/kernel.js [megabytes] [only]`.
 * Every case scans the same kind of text; the sets differ. Prints the best and the median of the rounds in GB/s.
 */
import type { Indicator, IndicatorType } from "../src/model/indicator.js";
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

const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
const WORDS =
  "cloud mail static cdn api login secure update service data web news shop img media app portal auth node edge".split(
    " ",
  );
const AGENTS =
  "Mozilla curl Wget python-requests Go-http-client Java Opera WinHTTP Microsoft BITS Sogou nmap sqlmap Nikto ZmEu masscan".split(
    " ",
  );
const TOPS = "com com com com net net org io de fr ru cn info xyz top co.uk".split(" ");
const word = (): string =>
  below(3) === 0 ? random().toString(36) : `${pick(WORDS)}${below(3) === 0 ? below(1000) : ""}`;
/** A name as a list has them. */
const listedName = (): string =>
  `${below(2) === 0 ? `${word()}.` : ""}${word()}${below(2) === 0 ? "-" : ""}${word()}.${pick(TOPS)}`;
/** The names that a site's logs are full of. */
const VISITED = Array.from(
  { length: 5000 },
  () => `${below(3) === 0 ? "" : "www."}${pick(WORDS)}${pick(WORDS)}${random() % 500}.${pick(TOPS)}`,
);
/** Few names are visited often, many seldom. */
const someName = (): string => VISITED[Math.min(below(5000), below(5000), below(5000))]!;
const hex = (length: number): string => {
  let out = "";
  while (out.length < length) out += random().toString(16).padStart(8, "0");
  return out.slice(0, length);
};
const browser = (): string =>
  `Mozilla/5.0 (${pick(["Windows NT 10.0; Win64; x64", "X11; Linux x86_64", "Macintosh; Intel Mac OS X 10_15_7"])}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${70 + below(50)}.0.${below(5000)}.${below(200)} Safari/537.36`;

/** Web access, DNS, proxy and TLS logs: names, quotes and digests everywhere. */
const NAME_LINES: readonly (() => string)[] = [
  () =>
    `${publicV4()} - - [${two(1 + below(28))}/Mar/2021:${clock()} +0100] "GET /${word()}/${word()}.php?id=${below(9999)}&u=http%3A%2F%2F${someName()}%2F HTTP/1.1" 200 ${below(99999)} "https://${someName()}/${word()}.html" "${browser()}"\n`,
  () =>
    `${two(1 + below(28))}-Mar-2021 ${clock()}.123 queries: info: client @0x7f3c${hex(8)} ${ownV4()}#${below(65536)} (${someName()}): query: ${someName()} IN A +E(0)K (10.0.0.53)\n`,
  () =>
    `{"timestamp":"2021-03-${two(1 + below(28))}T${clock()}.123456+0000","flow_id":${random()},"in_iface":"eth0","event_type":"tls","src_ip":"${ownV4()}","src_port":${below(65536)},"dest_ip":"${publicV4()}","dest_port":443,"proto":"TCP","tls":{"subject":"CN=${someName()}","sni":"${someName()}","version":"TLS 1.2","ja3":{"hash":"${hex(32)}"},"ja3s":{"hash":"${hex(32)}"}}}\n`,
  () =>
    `2021-03-${two(1 + below(28))} ${clock()} ${ownV4()} GET /${word()}/${word()}.aspx - 443 - ${publicV4()} ${browser().replaceAll(" ", "+")} https://${someName()}/ 200 0 0 ${below(999)}\n`,
  () =>
    `Mar ${two(1 + below(28))} ${clock()} mx postfix/smtpd[${below(65536)}]: ${hex(10)}: client=${someName()}[${publicV4()}], from=<${word()}@${someName()}> to=<${word()}@${someName()}> proto=ESMTP helo=<${someName()}>\n`,
];

const V6_LINE = (): string =>
  `2021-03-${two(1 + below(28))}T${clock()}Z fw02 filterlog[77]: 5,,,1000000103,igb0,match,block,in,6,0x00,0x00000,57,TCP,6,40,${someV6()},${someV6()},${below(65536)},443,0,S,${random()},,64800,,mss\n`;

function logText(bytes: number, next: () => string): Buffer {
  const out = Buffer.alloc(bytes, "\n");
  let used = 0;
  for (;;) {
    const line = next();
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

function typed(count: number, make: (i: number) => { type: IndicatorType; value: string }): Indicator[] {
  const known = new Map<string, Indicator>();
  for (let i = 0; known.size < count; i++) {
    const { type, value } = make(i);
    known.set(`${type} ${value}`, { type, value, role: "c2", labels: [], assertions: [] });
  }
  return [...known.values()];
}

const names = (count: number): Indicator[] => typed(count, () => ({ type: "domain-name", value: listedName() }));

/** About what a threat intelligence platform holds. */
const allTypes = (count: number): Indicator[] => {
  const share = (part: number): number => Math.ceil(count * part);
  return [
    ...indicators(share(0.25), mixed),
    ...names(share(0.35)),
    ...typed(share(0.1), () => ({ type: "url", value: `http://${listedName()}/${word()}/${word()}.php` })),
    ...typed(share(0.235), (i) => ({ type: "file", value: hex([32, 40, 64][i % 3]!) })),
    ...typed(share(0.03), () => ({ type: "email-addr", value: `${word()}@${listedName()}` })),
    ...typed(share(0.003), (i) => ({
      type: "user-agent",
      value: i % 2 === 0 ? `${browser()} ${word()}` : `${pick(AGENTS)}/${below(9)}.${below(99)} (${word()})`,
    })),
    ...typed(share(0.02), () => ({ type: "ja3", value: hex(32) })),
    ...typed(share(0.01), () => ({
      type: "ja4",
      value: `t13d${10 + below(90)}${10 + below(90)}h2_${hex(12)}_${hex(12)}`,
    })),
  ];
};

const ofType = (count: number, type: IndicatorType): Indicator[] => allTypes(count).filter((one) => one.type === type);

type Text = "plain" | "v6" | "names";

const CASES: readonly { name: string; make: () => Indicator[]; text?: Text }[] = [
  { name: "161 IPv4", make: () => indicators(161, publicV4) },
  { name: "100,000 IPv4", make: () => indicators(100_000, publicV4) },
  { name: "1,000,000 IPv4", make: () => indicators(1_000_000, publicV4) },
  { name: "161 mixed", make: () => indicators(161, mixed) },
  { name: "100,000 mixed", make: () => indicators(100_000, mixed) },
  { name: "161 IPv4, text with IPv6", make: () => indicators(161, publicV4), text: "v6" },
  { name: "100,000 mixed, text with IPv6", make: () => indicators(100_000, mixed), text: "v6" },
  { name: "161 IPv4, text with names", make: () => indicators(161, publicV4), text: "names" },
  { name: "161 names, text with names", make: () => names(161), text: "names" },
  { name: "100,000 names", make: () => names(100_000) },
  { name: "100,000 names, text with names", make: () => names(100_000), text: "names" },
  { name: "700,000 names, text with names", make: () => names(700_000), text: "names" },
  { name: "mail alone, text with names", make: () => ofType(100_000, "email-addr"), text: "names" },
  { name: "digests alone, text with names", make: () => ofType(100_000, "file"), text: "names" },
  { name: "JA4 alone, text with names", make: () => ofType(100_000, "ja4"), text: "names" },
  { name: "user-agents alone, text with names", make: () => ofType(100_000, "user-agent"), text: "names" },
  { name: "user-agents alone", make: () => ofType(100_000, "user-agent") },
  { name: "100,000 of all types", make: () => allTypes(100_000) },
  { name: "100,000 of all types, text with names", make: () => allTypes(100_000), text: "names" },
  { name: "1,000,000 of all types, text with names", make: () => allTypes(1_000_000), text: "names" },
];

const bytes = Math.max(1, Number(process.argv[2] ?? 256)) * 1e6;
const only = process.argv[3];
const plainLine = (): string => pick(LINES)();
const texts: Readonly<Record<Text, Buffer>> = {
  plain: logText(bytes, plainLine),
  v6: logText(bytes, () => (below(4) === 0 ? V6_LINE() : plainLine())),
  names: logText(bytes, () => (below(3) === 0 ? plainLine() : pick(NAME_LINES)())),
};

for (const { name, make, text: kind } of CASES) {
  if (only !== undefined && !name.includes(only)) continue;
  const list = make();
  const compileStart = performance.now();
  const set = compile(list);
  const compileMs = performance.now() - compileStart;
  const text = texts[kind ?? "plain"];
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
      // Of the processor, not of the clock: other programs on the machine must not show.
      const start = process.cpuUsage();
      const result = kernel.scan(0, part.length);
      const { user, system } = process.cpuUsage(start);
      spent += (user + system) / 1000;
      hits += result.count;
      newlines += result.newlines;
    }
    rates.push(text.length / spent / 1e6);
  }
  rates.sort((a, b) => b - a);
  const figures = [rates[0]!, rates[ROUNDS >> 1]!].map((rate) => rate.toFixed(2)).join(" / ");
  console.log(
    `${name.padEnd(40)} ${figures} GB/s  ${hits} hits in ${newlines} lines  compile ${compileMs.toFixed(0)} ms`,
  );
}
