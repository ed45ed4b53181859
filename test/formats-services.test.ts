import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { canonicalIp } from "../src/model/ip.js";
import type { EnvelopeFields, FormatResult, LineContext, ParsedTime } from "../src/formats/format.js";
import { serviceFormats } from "./format-groups.js";

const FIXTURES = join("test", "fixtures", "formats");
const SYSLOG_TIME = Date.UTC(2021, 2, 4, 5, 6, 7);

/** What the syslog header in front of a fixture's lines would have said. */
const ENVELOPES: Readonly<Record<string, EnvelopeFields>> = {
  "openssh.sshd": { program: "sshd", hostname: "web01", timestamp: SYSLOG_TIME },
  "linux.pam": { program: "login", hostname: "web01", timestamp: SYSLOG_TIME },
  "dropbear.sshd": { program: "dropbear", hostname: "router", timestamp: SYSLOG_TIME },
  "strongswan.charon": { program: "charon", hostname: "vpn01", timestamp: SYSLOG_TIME },
  "dovecot.dovecot": { program: "dovecot", hostname: "mail01", timestamp: SYSLOG_TIME },
};

/** A file's context as the hunt gives it, with UTC for local times and 2021 for a missing year. */
function contextOf(lines: readonly string[], at: number): LineContext {
  return {
    path: "logs/test.log",
    firstLine: lines[0] ?? "",
    headerBefore: (prefix) => lines.slice(0, at + 1).findLast((l) => l.startsWith(prefix)),
    resolveTime,
  };
}

function resolveTime(time: ParsedTime): number {
  if (time.kind === "instant") return time.ms;
  return Date.UTC(time.year ?? 2021, time.month - 1, time.day, time.hour, time.minute, time.second, time.millisecond);
}

function parseWith(id: string, line: string, envelope?: EnvelopeFields): FormatResult | undefined {
  return serviceFormats.find((f) => f.id === id)!.parse(line, contextOf([line], 0), envelope);
}

function linesOf(path: string): string[] {
  return readFileSync(path, "utf8").replace(/\n$/, "").split("\n");
}

const GOLDENS = serviceFormats.flatMap((format) => {
  const folder = join(FIXTURES, format.id);
  const logs = existsSync(folder) ? readdirSync(folder).filter((f) => f.endsWith(".log")) : [];
  return logs.map((log) => ({
    format,
    log: join(folder, log),
    golden: join(folder, log === "input.log" ? "events.json" : `${basename(log, ".log")}.events.json`),
  }));
});

describe("service formats", () => {
  it("each has fixtures", () => {
    for (const format of serviceFormats)
      expect(
        GOLDENS.some((g) => g.format === format),
        format.id,
      ).toBe(true);
  });

  it.each(GOLDENS)("$log reads as recorded", ({ format, log, golden }) => {
    const lines = linesOf(log);
    const results = lines.map((line, i) => ({
      line,
      result: format.parse(line, contextOf(lines, i), ENVELOPES[format.id]) ?? null,
    }));
    const text = `${JSON.stringify(results, null, 1)}\n`;
    if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(golden, text);
    expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync(golden, "utf8")));
  });

  it.each(GOLDENS)("$log is claimed by no other format", ({ format, log }) => {
    const lines = linesOf(log);
    for (const [i, line] of lines.entries()) {
      const context = contextOf(lines, i);
      const envelope = ENVELOPES[format.id];
      if (!format.parse(line, context, envelope)) continue;
      const first = serviceFormats.find((f) => f.parse(line, context, envelope));
      expect(first?.id, line).toBe(format.id);
    }
  });
});

describe("what a line says of direction and outcome", () => {
  it("takes a proxy's 404 for traffic both ways, and a server's own 404 for a refusal", () => {
    const proxy = parseWith(
      "squid.access",
      "1614834367.123 45 10.0.0.5 TCP_MISS/404 1234 GET http://203.0.113.7/x - HIER_DIRECT/203.0.113.7 text/html",
    );
    const server = parseWith("apache.access", '203.0.113.7 - - [04/Mar/2021:05:06:07 +0000] "GET /x HTTP/1.1" 404 12');
    expect(proxy?.outcome).toBe("established");
    expect(proxy?.event.destination?.ip).toBe("203.0.113.7");
    expect(server?.outcome).toBe("refused");
    expect(server?.event.source?.ip).toBe("203.0.113.7");
  });

  it("never makes the Host a client asked for the destination", () => {
    const read = parseWith(
      "apache.access",
      '203.0.113.7:80 198.51.100.4 - - [04/Mar/2021:05:06:07 +0000] "GET / HTTP/1.1" 200 12 "-" "-"',
    );
    expect(read?.event.source?.ip).toBe("198.51.100.4");
    expect(read?.event.destination?.ip).toBeUndefined();
    expect(read?.event.url?.domain).toBe("203.0.113.7");
  });

  it("makes the mail server that IIS called the destination", () => {
    const lines = linesOf(join(FIXTURES, "w3c.extended", "smtp.log"));
    const at = lines.findIndex((l) => l.includes("OutboundConnectionResponse"));
    const read = serviceFormats.find((f) => f.id === "w3c.extended")!.parse(lines[at]!, contextOf(lines, at));
    expect(read?.event.destination?.ip).toBe("203.0.113.7");
    expect(read?.event.source?.ip).toBeUndefined();
    expect(read?.initiator).toBe("source");
  });

  it("reads a Windows Firewall time as local and an IIS time as UTC", () => {
    const kinds: string[] = [];
    for (const name of ["pfirewall.log", "iis.log"]) {
      const lines = linesOf(join(FIXTURES, "w3c.extended", name));
      const at = lines.findIndex((l) => l.startsWith("2021"));
      const context = { ...contextOf(lines, at), resolveTime: (t: ParsedTime): number => kinds.push(t.kind) };
      serviceFormats.find((f) => f.id === "w3c.extended")!.parse(lines[at]!, context);
    }
    expect(kinds).toEqual(["local", "instant"]);
  });

  it("reads the columns of the nearest header when they change in mid-file", () => {
    const lines = [
      "#Software: Microsoft Internet Information Services 10.0",
      "#Fields: date time c-ip s-ip sc-status",
      "2021-03-04 05:06:07 203.0.113.7 10.0.0.10 200",
      "#Fields: date time s-ip c-ip sc-status",
      "2021-03-04 05:06:08 10.0.0.10 203.0.113.7 200",
    ];
    const format = serviceFormats.find((f) => f.id === "w3c.extended")!;
    for (const at of [2, 4])
      expect(format.parse(lines[at]!, contextOf(lines, at))?.event.source?.ip).toBe("203.0.113.7");
  });

  it("leaves open who began where an OpenVPN client and a server write the same line", () => {
    const both = parseWith(
      "openvpn.openvpn",
      "2021-03-04 05:06:07 TCP connection established with [AF_INET]203.0.113.7:1194",
    );
    expect(both?.initiator).toBe("unknown");
  });
});

/** Lines that belong to others, bare and with a program name from syslog. */
const FOREIGN: readonly [string, string?][] = [
  ["date=2021-03-04 time=05:06:07 devname=fw01 type=traffic srcip=203.0.113.7 dstip=10.0.0.5 action=deny"],
  [
    "%ASA-6-302013: Built inbound TCP connection 1 for outside:203.0.113.7/443 (203.0.113.7/443) to inside:10.0.0.5/5",
    "%ASA-6-302013",
  ],
  ["[12.345] IN=eth0 OUT= SRC=203.0.113.7 DST=10.0.0.5 LEN=40 PROTO=TCP SPT=1 DPT=22 SYN", "kernel"],
  ["2 123456789010 eni-1235b8ca 203.0.113.7 10.0.0.5 49152 22 6 20 4249 1418530010 1418530070 REJECT OK"],
  [
    "1614834367.123456\tCHhAvVGS1DHFjwGM9\t10.0.0.5\t51234\t203.0.113.7\t443\ttcp\tssl\t1.0\t1\t2\tSF\t-\t-\t0\tShADad\t1\t2\t3\t4\t-",
  ],
  ['{"timestamp":"2021-03-04T05:06:07+0000","event_type":"alert","src_ip":"203.0.113.7","dest_ip":"10.0.0.5"}'],
  ["CEF:0|Vendor|Product|1|100|worm|10|src=203.0.113.7 dst=10.0.0.5 spt=1232"],
  ["frank : TTY=pts/0 ; PWD=/home/frank ; USER=root ; COMMAND=/usr/bin/ping 203.0.113.7", "sudo"],
  ["(root) CMD (curl http://203.0.113.7/)", "CRON"],
  ["Accepted password for frank from 203.0.113.7 port 22 ssh2", "myapp"],
  ["New session 12 of user frank.", "systemd-logind"],
  ["client 203.0.113.7#53000 (example.com): query: example.com IN A + (10.0.0.1)", "named"],
  ["2021-03-04 05:06:07 INFO connection from 203.0.113.7 accepted, 15 fields a b c d e f g"],
  ["2021-03-04 05:06:07.123 [main] ERROR com.example.App - cannot reach 203.0.113.7:443"],
  ["203.0.113.7"],
  ["203.0.113.7,10.0.0.5,443"],
  [""],
  ["[203.0.113.7] hello"],
  ['"203.0.113.7" said "hello"'],
];

describe("foreign lines", () => {
  it.each(FOREIGN)("%s", (line, program) => {
    for (const format of serviceFormats) {
      expect(
        format.parse(line, contextOf([line], 0), program === undefined ? undefined : { program }),
        format.id,
      ).toBeUndefined();
    }
  });
});

/** A small repeatable generator (mulberry32), so that a failure can be run again. */
function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const SPLICES = [
  '"',
  "\\",
  "[",
  "]",
  " ",
  "\t",
  ":",
  ",",
  "-",
  "%",
  "(",
  "<",
  "=",
  "\u0000",
  "\ud800",
  "é",
  "from ",
  " port ",
  '", client: ',
];

function mutate(line: string, next: () => number): string {
  let out = line;
  for (let n = 1 + Math.floor(next() * 3); n > 0; n--) {
    const at = Math.floor(next() * (out.length + 1));
    const kind = next();
    if (kind < 0.3) out = out.slice(0, at) + out.slice(at + 1 + Math.floor(next() * 8));
    else if (kind < 0.7) out = out.slice(0, at) + SPLICES[Math.floor(next() * SPLICES.length)]! + out.slice(at);
    else if (kind < 0.85) out = out.slice(0, at);
    else out = out.slice(0, at) + out.slice(Math.floor(next() * out.length));
  }
  return out;
}

describe("hostile lines", () => {
  it("mutated lines never throw, and never give an address that is not in the line", () => {
    const next = random(20210304);
    for (const { format, log } of GOLDENS) {
      const lines = linesOf(log);
      for (const [i, line] of lines.entries())
        for (let n = 0; n < 60; n++) {
          const hostile = mutate(line, next);
          const context = contextOf([...lines.slice(0, i), hostile], i);
          const result = format.parse(hostile, context, ENVELOPES[format.id]);
          const ip = result?.event.source?.ip;
          if (ip !== undefined && !ip.includes(":"))
            expect(
              // `::ffff:20` is an IPv4 host too, written as IPv6.
              [/\d+(?:\.\d+)*/g, /[\da-f]{0,4}(?::[\da-f]{0,4}){2,7}/gi].flatMap((token) =>
                [...hostile.matchAll(token)].map((m) => canonicalIp(m[0])),
              ),
              hostile,
            ).toContain(ip);
        }
    }
  });

  /** Units that make a pattern try again at every place; each is repeated to 64 KiB behind a line's opening. */
  const UNITS = [
    " ",
    '"',
    '\\"',
    "[",
    "a",
    "1",
    ".",
    ":",
    " from ",
    '" 200',
    ", client: 1.1.1.1",
    " - ",
    '"" ',
    "a=",
    " user ",
    ": ",
    "rhost=",
    " /",
    "\t-",
    "x ]: ",
  ];

  it("a line of 64 KiB takes all formats together no quarter of a second", () => {
    const slow: unknown[] = [];
    for (const { format, log } of GOLDENS) {
      const lines = linesOf(log);
      for (const [i, line] of lines.entries()) {
        if (line.startsWith("#")) continue;
        for (const cut of [Math.floor(line.length / 3), Math.floor((2 * line.length) / 3), line.length])
          for (const unit of UNITS) {
            const long =
              (line.slice(0, cut) + unit.repeat(Math.ceil(65_536 / unit.length))).slice(0, 65_536) + line.slice(cut);
            const context = contextOf([...lines.slice(0, i), long], i);
            const start = performance.now();
            for (const f of serviceFormats) f.parse(long, context, ENVELOPES[format.id]);
            const took = performance.now() - start;
            if (took > 250) slow.push({ format: format.id, took, unit, line: line.slice(0, 80) });
          }
      }
    }
    expect(slow).toEqual([]);
  });
});
