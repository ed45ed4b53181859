/** A made-up hunt over January to July 2021, for the report tests and for looking at the page. Documentation addresses only. */
import type { Coverage, SourceCoverage } from "../src/model/coverage.js";
import type { Background } from "../src/model/background.js";
import type { Gap, Ledger, LedgerSource } from "../src/model/ledger.js";
import type { IndicatorRole } from "../src/model/indicator.js";
import type { Evidence, Finding, Verdict } from "../src/model/sighting.js";
import { LEVEL_OF } from "../src/model/sighting.js";
import type { ReportInput } from "../src/report/summary.js";

/** A small, fixed sequence: the sample must be the same in every run. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
}

function spread(seed: number, from: string, to: string, total: number): Record<string, number> {
  const next = sequence(seed);
  const start = Date.parse(`${from}T00:00:00Z`);
  const span = Math.round((Date.parse(`${to}T00:00:00Z`) - start) / 86_400_000) + 1;
  const days: Record<string, number> = {};
  const add = (day: number): void => {
    const date = new Date(start + day * 86_400_000).toISOString().slice(0, 10);
    days[date] = (days[date] ?? 0) + 1;
  };
  add(0);
  if (total > 1) add(span - 1);
  for (let i = 2; i < total; i++) add(Math.floor(next() * span));
  return days;
}

interface Spec {
  verdict: Verdict;
  name: string;
  role?: IndicatorRole;
  labels?: string[];
  asset: string;
  count: number;
  from?: string;
  to?: string;
  reasons: string[];
  verdicts?: Partial<Record<Verdict, number>>;
  lines: [path: string, line: number, original: string][];
}

export function makeFinding(spec: Spec, index: number): Finding {
  const first = spec.from === undefined ? undefined : `${spec.from}T05:06:07.000Z`;
  const last = spec.to === undefined ? undefined : `${spec.to}T21:40:12.000Z`;
  const evidence = spec.lines.map(([path, line, original], i): Evidence => {
    const timestamp = i === 0 ? first : last;
    return {
      path,
      offset: line * 187,
      line,
      ...(timestamp === undefined ? {} : { timestamp }),
      verdict: spec.verdict,
      original,
    };
  });
  return {
    id: `${(index + 1).toString(16).padStart(2, "0")}5f0c3a9be41d27`,
    verdict: spec.verdict,
    level: LEVEL_OF[spec.verdict],
    indicator: { type: "ipv4-addr", name: spec.name, role: spec.role ?? "relay", labels: spec.labels ?? ["APT31"] },
    asset: spec.asset,
    count: spec.count,
    ...(first === undefined ? {} : { first_seen: first }),
    ...(last === undefined ? {} : { last_seen: last }),
    days: spec.from === undefined || spec.to === undefined ? {} : spread(index + 7, spec.from, spec.to, spec.count),
    reasons: spec.reasons,
    verdicts: spec.verdicts ?? { [spec.verdict]: spec.count },
    windows: { [first === undefined ? "unknown" : "inside"]: spec.count },
    evidence,
  };
}

const FIREWALL = "logs/fw-paris/fortigate-2021.log.gz";
const SPECS: readonly Spec[] = [
  {
    verdict: "probe",
    name: "203.0.113.77",
    asset: "198.51.100.20",
    count: 612,
    from: "2021-01-03",
    to: "2021-07-29",
    reasons: ["indicator is source.ip", "action=deny is unknown here: no reply on record", "inside the validity"],
    verdicts: { probe: 540, "probe-blocked": 72 },
    lines: [
      [
        FIREWALL,
        18_220,
        'date=2021-01-03 time=05:06:07 srcip=203.0.113.77 srcport=40112 dstip=198.51.100.20 dstport=22 action="timeout"',
      ],
    ],
  },
  {
    verdict: "callout",
    name: "203.0.113.14",
    asset: "10.20.3.14",
    count: 12,
    from: "2021-03-04",
    to: "2021-05-19",
    reasons: [
      "indicator is destination.ip; source 10.20.3.14 is in 10.0.0.0/8",
      "established: sentbyte=4210 and rcvdbyte=18833",
      "inside the validity",
    ],
    verdicts: { callout: 9, "callout-attempt": 3 },
    lines: [
      [
        FIREWALL,
        88_412,
        'date=2021-03-04 time=05:06:07 devname="fw-paris" srcip=10.20.3.14 srcport=51514 dstip=203.0.113.14 dstport=443 action="close" sentbyte=4210 rcvdbyte=18833 policyid=7 service="HTTPS"',
      ],
      [
        FIREWALL,
        190_127,
        'date=2021-05-19 time=21:40:12 devname="fw-paris" srcip=10.20.3.14 srcport=50022 dstip=203.0.113.14 dstport=443 action="close" sentbyte=990 rcvdbyte=5120 policyid=7 service="HTTPS"',
      ],
    ],
  },
  {
    verdict: "callout",
    name: "198.51.100.201",
    asset: "print-07.example.org",
    count: 3,
    from: "2021-06-22",
    to: "2021-06-23",
    reasons: ["indicator is destination.ip", "established: conn_state=SF", "inside the validity"],
    lines: [
      [
        "logs/zeek/conn.2021-06-22.log",
        5120,
        "1624338367.114000\tCHhAvVGS1DHFjwGM9\t10.20.9.7\t49822\t198.51.100.201\t8443\ttcp\tssl\t12.4\t2210\t90112\tSF",
      ],
    ],
  },
  {
    verdict: "callout-attempt",
    name: "192.0.2.45",
    asset: "10.20.3.14",
    count: 41,
    from: "2021-03-05",
    to: "2021-07-11",
    reasons: ["indicator is destination.ip", "blocked: action=deny"],
    lines: [
      [
        FIREWALL,
        90_001,
        'date=2021-03-05 time=05:06:07 srcip=10.20.3.14 dstip=192.0.2.45 dstport=443 action="deny" policyid=0',
      ],
    ],
  },
  {
    verdict: "access",
    name: "203.0.113.9",
    asset: "vpn.example.org",
    count: 2,
    from: "2021-04-17",
    to: "2021-04-18",
    reasons: [
      "indicator is source.ip",
      "authenticated: user j.martin accepted by publickey",
      "after the validity by 3 days",
    ],
    lines: [
      [
        "logs/vpn/auth.log.4",
        2207,
        "Apr 17 05:06:07 vpn sshd[1442]: Accepted publickey for j.martin from 203.0.113.9 port 60122 ssh2: ED25519 SHA256:q1",
      ],
    ],
  },
  {
    verdict: "contact",
    name: "203.0.113.77",
    asset: "www.example.org",
    count: 118,
    from: "2021-01-11",
    to: "2021-07-30",
    reasons: ["indicator is source.ip", "established: status 200"],
    verdicts: { contact: 88, probe: 30 },
    lines: [
      [
        "logs/www/access.log",
        40_118,
        '203.0.113.77 - - [11/Jan/2021:06:06:07 +0100] "GET /login?next=%2F HTTP/1.1" 200 5124 "-" "Mozilla/5.0 (X11; Linux x86_64)"',
      ],
    ],
  },
  {
    verdict: "contact",
    name: "192.0.2.130",
    role: "scanner",
    labels: [],
    asset: "mail.example.org",
    count: 9,
    from: "2021-02-02",
    to: "2021-02-09",
    reasons: ["indicator is source.ip", "established: traffic both ways"],
    lines: [
      ["logs/mail/mail.log.12", 771, "Feb  2 05:06:07 mail postfix/smtpd[991]: connect from unknown[192.0.2.130]"],
    ],
  },
  {
    verdict: "resolution",
    name: "198.51.100.9",
    asset: "10.20.4.51",
    count: 6,
    from: "2021-05-02",
    to: "2021-06-14",
    reasons: ["indicator is an answer to a DNS question"],
    lines: [
      [
        "logs/dns/query.log",
        3306,
        "02-May-2021 05:06:07.000 client @0x7f 10.20.4.51#53122 (cdn.example.net): answer: cdn.example.net IN A 198.51.100.9",
      ],
    ],
  },
  {
    verdict: "probe",
    name: "198.51.100.140",
    asset: "198.51.100.20",
    count: 240,
    from: "2021-02-20",
    to: "2021-06-30",
    reasons: ["indicator is source.ip", "unanswered: conn_state=S0"],
    lines: [
      [
        "logs/zeek/conn.2021-02-20.log",
        91,
        "1613797567.0\tCx\t198.51.100.140\t1222\t198.51.100.20\t8080\ttcp\t-\t-\t-\t-\tS0",
      ],
    ],
  },
  {
    verdict: "probe-blocked",
    name: "203.0.113.201",
    asset: "198.51.100.0/24",
    count: 1310,
    from: "2021-01-01",
    to: "2021-07-31",
    reasons: ["indicator is source.ip", "blocked: UFW BLOCK"],
    lines: [
      [
        "logs/fw-lyon/kern.log",
        12,
        "Jan  1 05:06:07 fw-lyon kernel: [UFW BLOCK] IN=eth0 OUT= SRC=203.0.113.201 DST=198.51.100.4 PROTO=TCP SPT=5 DPT=23 SYN",
      ],
    ],
  },
  {
    verdict: "mention",
    name: "192.0.2.7",
    asset: "ticket-01.example.org",
    count: 4,
    from: "2021-07-21",
    to: "2021-07-28",
    reasons: ["indicator stands in free text"],
    lines: [
      ["logs/tickets/app.log", 10_442, 'level=info msg="please block <b>192.0.2.7</b>; see advisory" user="soc"'],
    ],
  },
  {
    verdict: "mention",
    name: "2001:db8:31::/48",
    labels: [],
    asset: "unknown",
    count: 1,
    reasons: ["no format knew the line"],
    lines: [["logs/old/notes.txt", 3, "2001:db8:31::17 ???"]],
  },
];

function source(parts: Partial<SourceCoverage> & Pick<SourceCoverage, "path" | "format">): SourceCoverage {
  return {
    formats: {},
    bytes: 0,
    lines: 0,
    parsed: 0,
    unparsed: 0,
    hits: 0,
    days: {},
    errors: [],
    complete: true,
    ...parts,
  };
}

function coverage(): Coverage {
  const year = { first_seen: "2021-01-01T00:00:04.000Z", last_seen: "2021-07-31T23:59:51.000Z" };
  const sources: SourceCoverage[] = [
    source({
      path: FIREWALL,
      format: "fortinet.fortigate",
      timezone: "+01:00 (tz in the line)",
      bytes: 31_204_118,
      lines: 168_220,
      parsed: 2210,
      unparsed: 2,
      hits: 665,
      ...year,
    }),
    source({
      path: "logs/fw-lyon/kern.log",
      format: "syslog-3164>linux.netfilter",
      timezone: "Europe/Paris (--timezone), year from the file's time",
      bytes: 12_400_991,
      lines: 71_014,
      parsed: 1822,
      hits: 1310,
      ...year,
    }),
    source({
      path: "logs/www/access.log",
      format: "apache.access",
      timezone: "+01:00 (in the line)",
      bytes: 8_110_230,
      lines: 41_882,
      parsed: 410,
      hits: 118,
      ...year,
    }),
    source({
      path: "logs/zeek/conn.2021-06-22.log",
      format: "zeek.conn",
      timezone: "UTC (in the line)",
      bytes: 3_014_772,
      lines: 17_006,
      parsed: 260,
      hits: 243,
      first_seen: "2021-06-22T00:00:00.000Z",
      last_seen: "2021-06-22T23:59:58.000Z",
    }),
    source({
      path: "logs/vpn/auth.log.4",
      format: "syslog-3164>openssh.sshd",
      timezone: "UTC (assumed), year from the file's time",
      bytes: 1_770_120,
      lines: 9120,
      parsed: 212,
      hits: 2,
      first_seen: "2021-04-11T06:25:01.000Z",
      last_seen: "2021-04-18T06:24:58.000Z",
    }),
    source({
      path: "logs/mail/mail.log.12.gz",
      format: "syslog-3164>postfix",
      timezone: "UTC (assumed), year from the file's time",
      bytes: 1_288_004,
      lines: 8014,
      parsed: 190,
      hits: 9,
      first_seen: "2021-02-01T06:25:02.000Z",
      last_seen: "2021-02-05T11:02:44.000Z",
      errors: [{ code: "gzip-truncated", message: "the gzip stream ends early", offset: 402_113 }],
      complete: false,
    }),
    source({
      path: "logs/old/notes.txt",
      format: "unrecognised",
      bytes: 312,
      lines: 9,
      parsed: 9,
      unparsed: 9,
      hits: 1,
    }),
    source({ path: "logs/old/empty.log", format: "unrecognised", errors: [{ code: "empty", message: "no bytes" }] }),
  ];
  const sum = (key: "bytes" | "lines" | "parsed" | "unparsed" | "hits"): number =>
    sources.reduce((n, s) => n + s[key], 0);
  return {
    sources,
    ledger: SAMPLE_LEDGER,
    background: SAMPLE_BACKGROUND,
    totals: {
      sources: sources.length,
      complete: sources.filter((s) => s.complete).length,
      recognised: sources.filter((s) => s.format !== "unrecognised").length,
      bytes: sum("bytes"),
      lines: sum("lines"),
      parsed: sum("parsed"),
      unparsed: sum("unparsed"),
      hits: sum("hits"),
      errors: sources.reduce((n, s) => n + s.errors.length, 0),
      ...year,
    },
  };
}

function ledgerSource(name: string, from: string, to: string, gaps: readonly Gap[] = []): LedgerSource {
  const days: Record<string, number> = {};
  for (let at = Date.parse(from); at <= Date.parse(to); at += 86_400_000) {
    const date = new Date(at).toISOString().slice(0, 10);
    if (!gaps.some((gap) => gap.from <= date && date <= gap.to)) days[date] = 100;
  }
  return {
    name,
    paths: [`logs/${name}.log`],
    lines: Object.keys(days).length * 100,
    first_seen: `${from}T00:00:01.000Z`,
    last_seen: `${to}T23:59:58.000Z`,
    days,
    gaps: [...gaps],
    jumps: [],
    undated: 0,
    unrecognised: 0,
    complete: true,
  };
}

const GAP: Gap = { from: "2021-03-03", to: "2021-03-05", days: 3 };

export const WHOLE_LEDGER: Ledger = {
  window: { from: "2021-01-01", to: "2021-07-31" },
  assurance: "full",
  limits: [],
  sources: [ledgerSource("fw-paris", "2021-01-01", "2021-07-31")],
  expected: [],
};

export const SAMPLE_LEDGER: Ledger = {
  window: { from: "2021-01-01", to: "2021-07-31" },
  assurance: "partial",
  limits: [
    { kind: "expected-missing", source: "fw-lyon" },
    { kind: "gap", source: "fw-paris", gaps: [GAP], days: 3 },
    { kind: "begins", source: "proxy", day: "2021-02-11" },
  ],
  sources: [
    ledgerSource("fw-paris", "2021-01-01", "2021-07-31", [GAP]),
    ledgerSource("proxy", "2021-02-11", "2021-07-31"),
  ],
  expected: [
    { name: "fw-paris", status: "present", sources: ["fw-paris"] },
    { name: "fw-lyon", status: "missing", sources: [] },
  ],
};

/** Made up: 31 of 161 against one. */
export const SAMPLE_BACKGROUND: Background = {
  compared: 161,
  drawn: 161,
  alpha: 0.01,
  conclusion: "signal",
  listed: 31,
  decoys: 1,
  ratio: 31,
  p: 7.7e-9,
  hits: { probe: 2 },
  kinds: {
    outbound: { listed: 2, decoys: 0, p: 0.25, conclusion: "too-few" },
    inbound: { listed: 30, decoys: 1, ratio: 30, p: 1.5e-8, conclusion: "signal" },
  },
};

export function sampleReport(): ReportInput & { findings: Finding[] } {
  return {
    findings: SPECS.map(makeFinding),
    coverage: coverage(),
    intel: {
      indicators: 161,
      files: [
        { file: "CERTFR-2021-IOC-003.csv", reader: "csv", accepted: 161, duplicates: 0, rejected: 1, setAside: 0 },
      ],
      rejected: 1,
      hash: "9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab",
      labels: ["APT31", "CERTFR-2021-IOC-003"],
    },
    window: { since: "2021-01-01T00:00:00.000Z" },
    own: { networks: ["10.0.0.0/8", "198.51.100.0/26"], assumed: false },
    elapsedMs: 3210,
    outDir: "out",
    provenance: {
      version: "0.1.0",
      node: "v20.20.2",
      startedAt: "2021-08-02T07:14:03.000Z",
      finishedAt: "2021-08-02T07:14:06.210Z",
      arguments: ["hunt", "logs/", "--intel", "CERTFR-2021-IOC-003.csv", "--since", "2021-01-01", "-o", "out"],
      facts: [
        ["Workers", "2"],
        ["sightings.jsonl", "sha256 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"],
      ],
    },
  };
}

/** The same hunt with nothing found. */
export function emptyReport(): ReportInput {
  const sample = sampleReport();
  const sources = sample.coverage.sources
    .filter((s) => s.complete && s.format !== "unrecognised")
    .map((s) => ({ ...s, hits: 0 }));
  const totals = {
    ...sample.coverage.totals,
    sources: sources.length,
    complete: sources.length,
    recognised: sources.length,
    hits: 0,
    errors: 0,
  };
  return { ...sample, findings: [], coverage: { sources, ledger: WHOLE_LEDGER, totals } };
}
