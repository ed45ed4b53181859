/** Mail servers and hosts: what must not be mistaken, and what hostile lines may cost. Documented lines are in formats-fixtures.test.ts. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hostFormats } from "../src/formats/hosts/index.js";
import { decodeSockaddr } from "../src/formats/hosts/audit-sockaddr.js";
import { decodeXml } from "../src/formats/hosts/windows-xml.js";
import { LineParser } from "../src/formats/line-parser.js";
import { mailFormats } from "../src/formats/mail/index.js";
import type { ParsedLine } from "../src/model/event.js";
import { contextOf } from "./formats-network-context.js";

const FORMATS = [...mailFormats, ...hostFormats];

function read(lines: readonly string[], at = lines.length - 1): ParsedLine {
  const parser = new LineParser(
    {
      path: "test.log",
      firstLine: lines[0]!,
      headerBefore: (prefix, offset) => lines.slice(0, offset + 1).findLast((line) => line.startsWith(prefix)),
      mtimeMs: Date.UTC(2021, 11, 31),
    },
    {},
  );
  return parser.parse(lines[at]!, at);
}

const SYSLOG = "Mar  4 05:06:07 mail01 ";

describe("what a mail client writes is no end of the traffic", () => {
  it.each([
    [
      "a subject in Postfix's warning",
      `${SYSLOG}postfix/cleanup[1]: 9A1B2C3D4E: reject: header Subject: x from a[198.51.100.1]; from=<y> z from mx.example.org[203.0.113.7]; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<h>: no`,
    ],
    [
      "a HELO in Postfix's reject",
      `${SYSLOG}postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[203.0.113.7]: 504 5.5.2 <from x[198.51.100.1]: >: Helo command rejected; from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<from x[198.51.100.1]>`,
    ],
    [
      "a subject in Exim's main log",
      '2021-03-04 05:06:07 1lHgYt-0001Ab-Cd <= a@example.org H=mx.example.org [203.0.113.7] P=esmtp S=1 T="H=(x) [198.51.100.1] A=plain:root"',
    ],
    [
      "a HELO in Exim's reject",
      "2021-03-04 05:06:07 H=([198.51.100.1]) [203.0.113.7]:4321 F=<a@example.org> rejected RCPT <b@example.com>: no",
    ],
  ])("%s", (_what, line) => {
    const { event, outcome } = read([line]);
    expect(event.source?.ip).toBe("203.0.113.7");
    expect(event.destination?.ip).toBeUndefined();
    expect(outcome).not.toBe("authenticated");
  });

  it("keeps what a relay answered apart from what never came about", () => {
    const to = (why: string): string =>
      `${SYSLOG}postfix/smtp[1]: 9A1B2C3D4E: to=<b@example.net>, relay=none, delay=1, delays=0/0/1/0, dsn=4.4.1, status=deferred (connect to mx.example.net[203.0.113.7]:25: ${why})`;
    expect(read([to("Connection timed out")]).outcome).toBe("unanswered");
    expect(read([to("Connection refused")]).outcome).toBe("refused");
    const sent = read([
      `${SYSLOG}postfix/smtp[1]: 9A1B2C3D4E: to=<b@example.net>, relay=mx.example.net[203.0.113.7]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 Connection refused)`,
    ]);
    expect(sent).toMatchObject({
      outcome: "established",
      initiator: "source",
      event: { destination: { ip: "203.0.113.7", port: 25 } },
    });
  });
});

describe("Linux audit", () => {
  const call = (name: string): string =>
    `type=SYSCALL msg=audit(1614834367.123:7): arch=c000003e syscall=${name} success=yes exit=0 comm="x"`;
  const address =
    "type=SOCKADDR msg=audit(1614834367.123:7): saddr=020001BBCB0071070000000000000000 laddr=203.0.113.7 lport=443";

  it("tells a connect from an accept by the record before, of the same serial alone", () => {
    expect(read([call("42"), address]).event.destination?.ip).toBe("203.0.113.7");
    expect(read([call("43"), address])).toMatchObject({
      outcome: "established",
      event: { source: { ip: "203.0.113.7" } },
    });
    const other = read([call("42").replace(":7)", ":6)"), address]);
    expect(other.event.source ?? other.event.destination).toBeUndefined();
  });

  it("decodes the kernel's socket addresses", () => {
    expect(decodeSockaddr("020001BBCB0071070000000000000000")).toEqual({
      family: "inet",
      ip: "203.0.113.7",
      port: 443,
    });
    expect(decodeSockaddr("000201BBCB0071070000000000000000")).toEqual({
      family: "inet",
      ip: "203.0.113.7",
      port: 443,
    });
    expect(decodeSockaddr("0A0001BB0000000020010DB800000000000000000000000700000000")).toEqual({
      family: "inet6",
      ip: "2001:db8::7",
      port: 443,
    });
    expect(decodeSockaddr("01002F746D702F7300")).toEqual({ family: "other" });
    expect(decodeSockaddr("02000")).toBeUndefined();
  });
});

describe("Windows events", () => {
  it("never expand an entity that XML does not predefine", () => {
    expect(decodeXml("&lt;a&amp;&#x41;&#66;&xxe;&#0;&#x110000;")).toBe("<a&AB&xxe;&#0;&#x110000;");
  });

  it("do not take a command line for traffic", () => {
    const line = JSON.stringify({
      winlog: {
        event_id: 1,
        channel: "Microsoft-Windows-Sysmon/Operational",
        provider_name: "Microsoft-Windows-Sysmon",
        event_data: { CommandLine: "curl from 203.0.113.7" },
      },
    });
    const { event } = read([line]);
    expect(event.source ?? event.destination).toBeUndefined();
  });

  it("leave open who began when Sysmon's initiator holds the service's port", () => {
    const line = JSON.stringify({
      winlog: {
        event_id: 3,
        channel: "Microsoft-Windows-Sysmon/Operational",
        provider_name: "Microsoft-Windows-Sysmon",
        event_data: {
          Protocol: "tcp",
          Initiated: "true",
          SourceIp: "10.0.0.5",
          SourcePort: "443",
          DestinationIp: "203.0.113.7",
          DestinationPort: "50000",
        },
      },
    });
    expect(read([line]).initiator).toBe("unknown");
  });
});

const lines = FORMATS.flatMap(({ id }) => {
  const folder = join("test/fixtures/formats", id);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".log"))
    .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n").filter(Boolean));
});

describe("hostile lines", () => {
  it("never make a format throw, however a line was cut or bent", () => {
    const edit = fc.record({
      at: fc.nat({ max: 700 }),
      remove: fc.nat({ max: 60 }),
      insert: fc.string({ unit: "binary", maxLength: 12 }),
    });
    fc.assert(
      fc.property(fc.constantFrom(...lines), fc.array(edit, { minLength: 1, maxLength: 4 }), (line, edits) => {
        let text = line;
        for (const e of edits)
          text = text.slice(0, e.at % (text.length + 1)) + e.insert + text.slice((e.at % (text.length + 1)) + e.remove);
        const parser = new LineParser({ path: "x", firstLine: text, headerBefore: () => undefined }, {});
        expect(() => parser.parse(text, 0)).not.toThrow();
        for (const format of FORMATS)
          if (!format.json) format.parse(text, contextOf([text], 0), { program: text.slice(0, 20), hostname: "h" });
      }),
      { numRuns: 600 },
    );
  });

  it("cost little more than their length", () => {
    const slow: string[] = [];
    const fillers = [
      " ",
      "a",
      "1.",
      ":",
      "a=",
      "[",
      "<",
      "(",
      "a@b ",
      "ip=1.1.1.1,",
      "/",
      "' ",
      "from ",
      "[1.1.1.1]",
      "|",
    ];
    const heads = lines.filter((_, i) => i % 3 === 0).map((line) => line.slice(0, 70));
    for (const head of heads)
      for (const filler of fillers) {
        const text = head + filler.repeat(Math.ceil(16_384 / filler.length));
        const parser = new LineParser({ path: "x", firstLine: text, headerBefore: () => undefined }, {});
        const start = performance.now();
        parser.parse(text, 0);
        const took = performance.now() - start;
        if (took > 400) slow.push(`${Math.round(took)} ms: ${head}${filler}`);
      }
    expect(slow).toEqual([]);
  }, 120_000);
});
