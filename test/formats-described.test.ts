/** Formats that a user describes, and the rules for paths. */
import { describe, expect, it } from "vitest";
import type { FormatDescription } from "../src/formats/described/description.js";
import { inferFormat } from "../src/formats/described/infer.js";
import { patternPieces } from "../src/formats/described/split.js";
import { parserFactory, type ParserSettings } from "../src/formats/parser-settings.js";
import type { ParsedLine } from "../src/model/event.js";

function parse(line: string, settings: ParserSettings, path = "logs/gw.log", firstLine = ""): ParsedLine {
  return parserFactory(settings)({
    path,
    firstLine,
    headerBefore: () => undefined,
    mtimeMs: Date.UTC(2021, 5, 1),
  }).parse(line, 0);
}

const ACME: FormatDescription = {
  id: "acme.gateway",
  contains: " ACME ",
  layout: { kind: "pattern", pattern: "{at} {host} ACME {action} from {src} to {dst} rule {}" },
  fields: { src: "source.ip", dst: "destination.ip" },
  time: { field: "at", format: "dd/MM/yyyy'T'HH:mm:ss" },
  outcome: { field: "action", values: { blocked: ["deny"], established: ["allow"] } },
  initiator: "source",
};

describe("a described pattern", () => {
  const line = "04/03/2021T05:06:07 gw-1 ACME Deny from 203.0.113.7:4711 to 10.0.0.5:22 rule 7";

  it("gives ends, ports, time, outcome and who began it", () => {
    const { event, ...rest } = parse(line, { formats: [ACME], timezone: "+01:00" });
    expect(event).toMatchObject({
      timestamp: Date.UTC(2021, 2, 4, 4, 6, 7),
      source: { ip: "203.0.113.7", port: 4711 },
      destination: { ip: "10.0.0.5", port: 22 },
      host: { name: "gw-1" },
      event: { dataset: "acme.gateway" },
    });
    expect(rest).toMatchObject({
      format: "acme.gateway",
      understood: "format",
      outcome: "blocked",
      outcomeReason: "action=Deny",
      initiator: "source",
      timezone: "+01:00 (--timezone)",
    });
  });

  it("is found behind a syslog header, and goes before the formats that are built in", () => {
    expect(parse(`<13>Mar  4 05:06:07 relay ${line}`, { formats: [ACME] }).format).toMatch(
      /^syslog-3164>acme\.gateway$/,
    );
    const grabbing: FormatDescription = { ...ACME, id: "mine.ssh", contains: "sshd", layout: { kind: "key-value" } };
    const ssh = "Mar  4 05:06:07 gw sshd[1]: Failed password for root from 203.0.113.7 port 4711 ssh2 a=1";
    expect(parse(ssh, { formats: [grabbing] }).format).toBe("mine.ssh");
  });

  it("leaves other lines to the formats that know them", () => {
    const ssh = "Mar  4 05:06:07 gw sshd[1]: Failed password for root from 203.0.113.7 port 4711 ssh2";
    expect(parse(ssh, { formats: [ACME] }).format).toBe("syslog-3164>openssh.sshd");
    expect(parse(line.replace(" rule ", " because "), { formats: [ACME] }).format).not.toContain("acme");
  });

  it("an unlisted value leaves the outcome unknown", () => {
    expect(parse(line.replace("Deny", "Ponder"), { formats: [ACME] })).toMatchObject({ outcome: "unknown" });
  });

  it("reads month names of the language that is named", () => {
    const french: FormatDescription = {
      ...ACME,
      layout: { kind: "pattern", pattern: "[{at}] {host} ACME {action} from {src} to {dst} rule {}" },
      time: { field: "at", format: "d MMMM yyyy HH:mm:ss", locale: "fr" },
    };
    const read = parse(`[4 février 2021 05:06:07] ${line.slice(20)}`, { formats: [french] });
    expect(read.event.timestamp).toBe(Date.UTC(2021, 1, 4, 5, 6, 7));
  });
});

describe("other layouts", () => {
  it("columns by name, by the first line, and by position", () => {
    const fields = { who: "source.ip", where: "destination.ip", what: "event.action" };
    const named: FormatDescription = {
      id: "a",
      layout: { kind: "columns", separator: ";", names: ["t", "who", "where", "what"] },
      fields,
    };
    const byHeader: FormatDescription = { id: "b", layout: { kind: "columns", separator: ";" }, fields };
    const line = '2021-03-04T05:06:07Z;203.0.113.7;"10.0.0.5";drop';
    for (const [format, first] of [
      [named, ""],
      [byHeader, "t;who;where;what"],
    ] as const)
      expect(parse(line, { formats: [format] }, "x.csv", first).event).toMatchObject({
        source: { ip: "203.0.113.7" },
        destination: { ip: "10.0.0.5" },
      });
    expect(parse("t;who;where;what", { formats: [byHeader] }, "x.csv", "t;who;where;what").format).not.toBe("b");
  });

  it("JSON by nested names, and key=value", () => {
    const json: FormatDescription = {
      id: "j",
      layout: { kind: "json" },
      fields: { "peer.addr": "destination.ip", "me.addr": "source.ip" },
      oneWay: true,
    };
    expect(parse('{"me":{"addr":"10.0.0.5"},"peer":{"addr":"203.0.113.7"}}', { formats: [json] })).toMatchObject({
      format: "j",
      oneWay: true,
      event: { source: { ip: "10.0.0.5" }, destination: { ip: "203.0.113.7" } },
    });
    const pairs: FormatDescription = {
      id: "k",
      layout: { kind: "key-value", separator: "," },
      fields: { a: "source.ip" },
      assetLog: true,
    };
    expect(parse("a=203.0.113.7,b=2", { formats: [pairs] })).toMatchObject({
      format: "k",
      observerIsAsset: true,
      event: { source: { ip: "203.0.113.7" } },
    });
  });

  it("a field mapped to nothing is passed over, whatever its name suggests", () => {
    const format: FormatDescription = {
      id: "k",
      layout: { kind: "key-value" },
      fields: { src: "", real: "source.ip" },
    };
    expect(parse("src=10.9.9.9 real=203.0.113.7", { formats: [format] }).event.source?.ip).toBe("203.0.113.7");
  });
});

describe("patterns", () => {
  it.each(["{a}{b}", "{a", "a}", "{{a"])("%j cannot be read", (pattern) => {
    const pieces = patternPieces(pattern);
    if (pattern === "{{a") expect(pieces).toEqual([{ literal: "{a", name: undefined }]);
    else expect(pieces).toBeUndefined();
  });

  it("take no more than linear time on a hostile line", () => {
    const format: FormatDescription = {
      id: "p",
      layout: { kind: "pattern", pattern: "{a} {b} {c} {d} {e} x {f} y {g}z" },
    };
    const parser = parserFactory({ formats: [format] })({ path: "", firstLine: "", headerBefore: () => undefined });
    const started = performance.now();
    parser.parse("a ".repeat(32_000), 0);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe("rules for paths", () => {
  const line = "2021-03-04 05:06:07 denied 203.0.113.7 -> 10.0.0.5";
  const settings: ParserSettings = {
    timezone: "UTC",
    paths: [
      { path: "paris-*.log", timezone: "Europe/Paris" },
      { path: "/var/log/ny/**", timezone: "-05:00", year: 2020 },
      { path: "*.zip", timezone: "+03:00" },
    ],
  };

  it.each([
    ["a/paris-fw.log", Date.UTC(2021, 2, 4, 4, 6, 7), "Europe/Paris (lookback.yaml)"],
    ["/var/log/ny/deep/x.log", Date.UTC(2021, 2, 4, 10, 6, 7), "-05:00 (lookback.yaml)"],
    ["case.zip!fw/x.log", Date.UTC(2021, 2, 4, 2, 6, 7), "+03:00 (lookback.yaml)"],
    ["other.log", Date.UTC(2021, 2, 4, 5, 6, 7), "UTC (--timezone)"],
  ])("%s", (path, timestamp, timezone) => {
    expect(parse(line, settings, path)).toMatchObject({ event: { timestamp }, timezone });
  });

  it("a year that is named for a path", () => {
    const read = parse(
      "Mar  4 05:06:07 gw sshd[1]: Failed password for root from 203.0.113.7 port 1 ssh2",
      settings,
      "/var/log/ny/a",
    );
    expect(read.event.timestamp).toBe(Date.UTC(2020, 2, 4, 10, 6, 7));
    expect(read.timezone).toContain("year 2020 from lookback.yaml");
  });

  it("a format that is asked for a path, and one that there is not", () => {
    const asked: ParserSettings = {
      formats: [{ ...ACME, id: "z", contains: "no such text" }],
      paths: [{ path: "*", format: "openssh.sshd" }],
    };
    expect(parse("Failed password for root from 203.0.113.7 port 4711 ssh2", asked).format).toBeDefined();
    expect(() => parserFactory({ paths: [{ path: "*", format: "nope" }] })).toThrow(/there is no format "nope"/);
  });
});

describe("inferring", () => {
  it("finds literal text and places in sentences", () => {
    const lines = [
      "04/03/2021 05:06:07 gw-1 ACME deny from 203.0.113.7:4711 to 10.0.0.5:22 rule 7",
      "25/03/2021 05:06:08 gw-1 ACME allow from 10.0.0.5:5000 to 203.0.113.7:443 rule 9",
    ];
    expect(inferFormat(lines)).toMatchObject({
      layout: { kind: "pattern", pattern: "{date} {time} gw-1 ACME {word} from {address} to {address2} rule {number}" },
      fits: 2,
    });
  });

  it("finds columns with and without a header, JSON, and pairs", () => {
    expect(inferFormat(["time,src,dst", "1,203.0.113.7,10.0.0.5", "2,203.0.113.8,10.0.0.5"])).toMatchObject({
      layout: { kind: "columns", separator: "," },
      fields: [
        { name: "time", isTime: true },
        { name: "src", field: "source.ip" },
        { name: "dst", field: "destination.ip" },
      ],
    });
    expect(inferFormat(["1\t203.0.113.7\tx", "2\t203.0.113.8\ty"])?.layout).toEqual({
      kind: "columns",
      separator: "\t",
      names: ["column1", "column2", "column3"],
    });
    expect(inferFormat(['{"src":"203.0.113.7"}', '{"src":"203.0.113.8"}'])?.layout).toEqual({ kind: "json" });
    expect(inferFormat(["a=1 b=2 src=203.0.113.7", "a=2 b=3 src=203.0.113.8"])?.layout).toEqual({ kind: "key-value" });
  });
});
