import { describe, expect, it } from "vitest";
import { LookbackError } from "../src/model/errors.js";
import { isTimezone, pathReference } from "../src/formats/time-resolver.js";
import { corpusLines, fixtureLines, iso, LINES, parse, parserFor } from "./formats-core-support.js";

const SSHD = "Failed password for root from 203.0.113.7 port 50022 ssh2";

describe("syslog envelopes", () => {
  it.each([
    ["priority and RFC 3164 header", `<38>Mar  4 05:06:07 gate sshd[12]: ${SSHD}`, "gate"],
    ["no priority", `Mar  4 05:06:07 gate sshd[12]: ${SSHD}`, "gate"],
    ["a day padded with zero", `Mar 04 05:06:07 gate sshd[12]: ${SSHD}`, "gate"],
    ["a fraction", `Mar  4 05:06:07.123456 gate sshd[12]: ${SSHD}`, "gate"],
    ["the year after the day", `Mar  4 2021 05:06:07 gate sshd[12]: ${SSHD}`, "gate"],
    ["the year after the time", `Mar  4 05:06:07 2021 gate sshd[12]: ${SSHD}`, "gate"],
    ["rsyslog's file format", `2021-03-04T05:06:07.123456+00:00 gate sshd[12]: ${SSHD}`, "gate"],
    ["journalctl -o short-full", `Thu 2021-03-04 05:06:07 UTC gate sshd[12]: ${SSHD}`, "gate"],
    ["an IPv6 address as host", `Mar  4 05:06:07 2001:db8::1 sshd[12]: ${SSHD}`, "2001:db8::1"],
    ["no host", `Mar  4 05:06:07 sshd[12]: ${SSHD}`, undefined],
    ["facility and level after the host", `Mar  4 05:06:07 gate auth.info sshd[12]: ${SSHD}`, "gate"],
    ["OpenWrt's weekday and facility", `Thu Mar  4 05:06:07 2021 auth.info sshd[12]: ${SSHD}`, undefined],
    ["an octet count", `999 <38>Mar  4 05:06:07 gate sshd[12]: ${SSHD}`, "gate"],
    ["a relay's header around the host's own", `Mar  4 05:06:09 relay Mar  4 05:06:07 gate sshd[12]: ${SSHD}`, "gate"],
    [
      "a relay's header around one with a priority",
      `<13>Mar  4 05:06:09 relay <38>Mar  4 05:06:07 gate sshd[12]: ${SSHD}`,
      "gate",
    ],
  ])("reads through %s", (_, line, host) => {
    const parsed = parse(line);
    expect(parsed.event.source?.ip).toBe("203.0.113.7");
    expect(parsed.format).toMatch(/^syslog-3164>(?:syslog-3164>)?openssh/);
    expect(iso(parsed)).toMatch(/^2021-03-04T05:06:07/);
    expect(parsed.event.host?.name).toBe(host);
    expect(parsed.outcome).toBe("refused");
  });

  it.each([
    ["with structured data", `<38>1 2021-03-04T05:06:07Z gate sshd 12 - [a@1 k="v\\"\\]\\\\ x"][b@1 z="1"] ${SSHD}`],
    ["with nil values", `<38>1 2021-03-04T05:06:07Z gate sshd - - - ${SSHD}`],
    ["with a BOM", `<38>1 2021-03-04T05:06:07Z gate sshd - - - \uFEFF${SSHD}`],
    ["after a relay dropped the priority", `1 2021-03-04T05:06:07Z gate sshd - - - ${SSHD}`],
  ])("reads RFC 5424 %s", (_, line) => {
    const parsed = parse(line);
    expect(parsed.format).toMatch(/^syslog-5424>openssh/);
    expect(parsed.event.source?.ip).toBe("203.0.113.7");
    expect(parsed.event.host?.name).toBe("gate");
    expect(parsed.event.process?.name).toBe("sshd");
    expect(iso(parsed)).toBe("2021-03-04T05:06:07.000Z");
  });

  it("reads addresses that stand in structured data alone", () => {
    const parsed = parse(
      '<14>1 2021-03-04T05:06:07Z srx RT_FLOW - RT_FLOW_SESSION_CREATE [junos@2636 source-address="10.0.0.5" source-port="50000" destination-address="203.0.113.7" destination-port="443" nat-source-address="198.51.100.9" nat-source-port="6000"]',
    );
    expect(parsed.event.source).toMatchObject({ ip: "10.0.0.5", port: 50000, nat: { ip: "198.51.100.9", port: 6000 } });
    expect(parsed.event.destination).toMatchObject({ ip: "203.0.113.7", port: 443 });
    expect(parsed.initiator).toBe("source");
  });

  it("does not take an application's own line for syslog", () => {
    for (const line of [
      "2021-03-04T05:06:07Z INFO server: request from 203.0.113.7",
      "2021-03-04 05:06:07 UTC FATAL:  no pg_hba.conf entry for host 203.0.113.7",
      "2021-03-04 05:06:07,123 WARN  core: from 203.0.113.7",
    ]) {
      const parsed = parse(line);
      expect(parsed.format).not.toContain("syslog");
      expect(parsed.event.source?.ip).toBe("203.0.113.7");
      expect(parsed.event.host?.name).toBeUndefined();
    }
  });

  it("reads Cisco's clock marks, sequence numbers, zones and missing hosts", () => {
    const line = "%SEC-6-IPACCESSLOGP: list 101 denied tcp 203.0.113.7(4444) -> 10.0.0.1(22), 1 packet";
    for (const header of [
      "*Mar  4 05:06:07.123: ",
      "<189>45: Mar  4 05:06:07.123: ",
      "<189>45: gate: .Mar  4 05:06:07.123 UTC: ",
      "Mar 04 2021 05:06:07.123 gate : ",
      "<189>: 2021 Mar  4 05:06:07.123 UTC: ",
    ]) {
      const parsed = parse(header + line);
      expect(iso(parsed), header).toBe("2021-03-04T05:06:07.123Z");
      expect(parsed.event.source).toEqual({ ip: "203.0.113.7", port: 4444 });
      expect(parsed.event.destination).toEqual({ ip: "10.0.0.1", port: 22 });
      expect(parsed.outcome).toBe("blocked");
    }
  });

  it("unwraps container logs", () => {
    const access = '203.0.113.7 - - [04/Mar/2021:05:06:07 +0100] "GET / HTTP/1.1" 200 5 "-" "-"';
    for (const line of [
      `2021-03-04T04:06:08.123456789Z stdout F ${access}`,
      `web-1  | ${access}`,
      JSON.stringify({ log: `${access}\n`, stream: "stdout", time: "2021-03-04T04:06:08Z" }),
      JSON.stringify({ "@timestamp": "2021-03-04T04:06:08Z", message: access }),
    ]) {
      const parsed = parse(line);
      expect(parsed.understood, line).toBe("format");
      expect(parsed.event.source?.ip).toBe("203.0.113.7");
      expect(iso(parsed)).toBe("2021-03-04T04:06:07.000Z");
    }
  });

  it("stops unwrapping headers at its depth limit, and still answers", () => {
    const parsed = parse(`${"<13>Mar  4 05:06:07 relay ".repeat(40)}from 203.0.113.7`);
    expect(parsed.format.split(">").length).toBeLessThanOrEqual(5);
    expect(parsed.event.source?.ip).toBe("203.0.113.7");
  });
});

describe("zone and year", () => {
  const yearless = "Mar  4 05:06:07 gate app: from 203.0.113.7";

  it.each([
    [
      "a zone in the line",
      '{"time":"2021-03-04T05:06:07+02:00","ip":"203.0.113.7"}',
      {},
      "2021-03-04T03:06:07.000Z",
      "+02:00 (in the line)",
    ],
    [
      "UTC in the line",
      '{"time":"2021-03-04T05:06:07Z","ip":"203.0.113.7"}',
      { timezone: "-05:00" },
      "2021-03-04T05:06:07.000Z",
      "UTC (in the line)",
    ],
    ["no zone", "2021-03-04 05:06:07 from 203.0.113.7", {}, "2021-03-04T05:06:07.000Z", "UTC (assumed)"],
    [
      "an offset from the flag",
      "2021-03-04 05:06:07 from 203.0.113.7",
      { timezone: "-02:00" },
      "2021-03-04T07:06:07.000Z",
      "-02:00 (--timezone)",
    ],
    [
      "a named zone in winter",
      "2021-03-04 05:06:07 from 203.0.113.7",
      { timezone: "Europe/Paris" },
      "2021-03-04T04:06:07.000Z",
      "Europe/Paris (--timezone)",
    ],
    [
      "a named zone in summer",
      "2021-07-04 05:06:07 from 203.0.113.7",
      { timezone: "Europe/Paris" },
      "2021-07-04T03:06:07.000Z",
      "Europe/Paris (--timezone)",
    ],
  ])("decides by %s", (_, line, options, expected, decision) => {
    const parsed = parse(line, {}, options);
    expect(iso(parsed)).toBe(expected);
    expect(parsed.timezone).toBe(decision);
  });

  it.each([
    [
      "the file's name",
      { path: "var/messages-20200314.gz", innerTimeMs: Date.UTC(2019, 5) },
      {},
      "2020",
      "; year 2020 from the file's name",
    ],
    ["a folder of days", { path: "logs/2019/03/14/messages" }, {}, "2019", "; year 2019 from the file's name"],
    [
      "the gzip header",
      { path: "messages.1.gz", innerTimeMs: Date.UTC(2018, 5) },
      {},
      "2018",
      "; year 2018 from gzip header",
    ],
    ["the file's time", { path: "messages" }, {}, "2021", "; year 2021 from the file's time"],
    [
      "a file's time early in the next year",
      { path: "messages", mtimeMs: Date.UTC(2021, 0, 2) },
      {},
      "2020",
      "; year 2020 from the file's time",
    ],
    ["the flag", { path: "messages-20200314" }, { year: 2017 }, "2017", "; year 2017 from --year"],
  ])("takes the year from %s", (_, facts, options, year, decision) => {
    const parsed = parse(yearless, facts, options);
    expect(iso(parsed)).toBe(`${year}-03-04T05:06:07.000Z`);
    expect(parsed.timezone).toBe(`UTC (assumed)${decision}`);
  });

  it("puts 29 February into a leap year, and leaves it undated when the year given has none", () => {
    expect(iso(parse("Feb 29 05:06:07 gate app: x"))).toBe("2020-02-29T05:06:07.000Z");
    expect(parse("Feb 29 05:06:07 gate app: x", {}, { year: 2021 }).event.timestamp).toBeUndefined();
  });

  it("leaves a yearless time undated when nothing tells the year", () => {
    const parser = parserFor();
    const blind = parserFor({ mtimeMs: undefined as unknown as number });
    expect(parser.timeOf(yearless)).toBeDefined();
    expect(blind.timeOf(yearless)).toBeUndefined();
  });

  it("lets a relay's header with a zone settle the device's own time without one", () => {
    const parsed = parse(
      "2021-03-04T05:06:08+00:00 relay Mar  4 07:06:07 gate sshd[1]: Failed password for root from 203.0.113.7 port 1 ssh2",
    );
    expect(iso(parsed)).toBe("2021-03-04T05:06:07.000Z");
    expect(parsed.timezone).toContain("+02:00 (by the outer record)");
  });

  it("keeps a time with a zone in the payload over the envelope's", () => {
    const parsed = parse(
      'Mar  9 01:02:03 gate nginx: 203.0.113.7 - - [04/Mar/2021:05:06:07 +0100] "GET / HTTP/1.1" 200 5 "-" "-"',
    );
    expect(iso(parsed)).toBe("2021-03-04T04:06:07.000Z");
    expect(parsed.timezone).toBe("+01:00 (in the line)");
  });

  it("does not date an event by a time far inside its text", () => {
    const parsed = parse(
      "2021-03-04T05:06:07Z gate app[1]: certificate presented by client 203.0.113.7 is valid from then on until 2031-01-01T00:00:00Z",
    );
    expect(iso(parsed)).toBe("2021-03-04T05:06:07.000Z");
  });

  it("refuses an unknown zone as a usage error", () => {
    expect(() => parserFor({}, { timezone: "Mars/Olympus" })).toThrow(LookbackError);
    expect(isTimezone("Europe/Paris")).toBe(true);
    expect(isTimezone("+05:30")).toBe(true);
    expect(isTimezone("Mars/Olympus")).toBe(false);
  });

  it.each([
    ["/var/log/messages-20210314.gz", "2021-03-14T23:59:59.999Z"],
    ["2021/03/14/a.log", "2021-03-14T23:59:59.999Z"],
    ["access-2021-03.log", "2021-03-31T23:59:59.999Z"],
    ["archive/2021/messages", "2021-12-31T23:59:59.999Z"],
    ["app.2021-02-28.1.log", "2021-02-28T23:59:59.999Z"],
  ])("reads the date of %s", (path, expected) => {
    expect(new Date(pathReference(path)!).toISOString()).toBe(expected);
  });

  it.each(["CVE-2021-4034/app.log", "app-1614834367.log", "messages", "10.20.30.40.log", "run-20211399.log"])(
    "reads no date in %s",
    (path) => {
      expect(pathReference(path)).toBeUndefined();
    },
  );
});

describe("any line", () => {
  it("is answered, even when nobody understands it", () => {
    for (const line of ["", " ", "\0\0\0", "gibberish", "{", "<", "-", "\uFEFF"]) {
      const parsed = parse(line);
      expect(parsed).toMatchObject({
        understood: "none",
        outcome: "unknown",
        initiator: "unknown",
        format: "unrecognised",
      });
    }
  });

  it("is read through colours, a byte order mark, NULs and a carriage return", () => {
    for (const line of [
      "\u001B[31m2021-03-04 05:06:07\u001B[0m login failed from \u001B[1m203.0.113.7\u001B[0m",
      "\uFEFF2021-03-04 05:06:07 login failed from 203.0.113.7",
      "\0\0\u00002021-03-04 05:06:07 login failed from 203.0.113.7\r",
    ]) {
      const parsed = parse(line);
      expect(parsed.event.source?.ip).toBe("203.0.113.7");
      expect(iso(parsed)).toBe("2021-03-04T05:06:07.000Z");
    }
  });

  it("names the format's dataset and the host that logged", () => {
    const parsed = parse(`Mar  4 05:06:07 gate sshd[12]: ${SSHD}`);
    expect(parsed.event.event?.dataset).toBe(parsed.format.split(">").at(-1));
    expect(parsed.event.observer?.name).toBe("gate");
    expect(parsed.observerIsAsset).toBe(true);
  });

  it("of every kind of this project's examples finds the far end", () => {
    for (const line of LINES) {
      const { event } = parse(line);
      expect([event.source?.ip, event.destination?.ip], line).toContain("203.0.113.7");
    }
  });

  it("shares nothing with what another line is parsed to, since each is completed where it stands", () => {
    const parser = parserFor();
    const all = [...new Set([...LINES, ...corpusLines(), ...fixtureLines()])];
    const first = all.map((line) => parser.parse(line, 0));
    const kept = first.map((parsed) => JSON.stringify(parsed));
    for (const line of all.toReversed()) parser.parse(line, 0);
    expect(all.filter((_, i) => JSON.stringify(first[i]) !== kept[i])).toEqual([]);
  });
});
