import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Event } from "../src/model/event.js";
import type { Judgement, Sighting } from "../src/model/sighting.js";
import { backgroundJson, coverageJson, findingJson } from "../src/report/findings-json.js";
import { assuranceSentence, ledgerSentence } from "../src/report/ledger-words.js";
import { NEXT_STEPS } from "../src/report/next-steps.js";
import { jsonDocument, jsonLine, quoteJson, rfc3339 } from "../src/report/json-text.js";
import { lookbackJson, sightingHead, sightingJson, sightingParts, threatJson } from "../src/report/sighting-json.js";
import { sampleReport } from "./report-sample.js";

const ESC = String.fromCharCode(27);
const HOSTILE =
  `a"b\\c</script>${ESC}[31m${ESC}]8;;x${ESC}\\ \u0000\u0007\t\n\u007f\u0085\u009b31m\u2028\u2029` +
  "\u202e\u2066\u200b\ufeff\ud800 \u{e0041}\u{1f600} é";
/** Everything that may not stand raw in a line of JSON that people also see. */
const RAW = /[\p{Cc}\p{Zl}\p{Zp}\p{Cf}\p{Cs}]/u;

const event: Event = {
  process: { name: "p" },
  rule: { name: "r" },
  observer: { product: "FortiGate", vendor: "Fortinet", ip: "192.0.2.1", name: "fw" },
  host: { ip: "192.0.2.2", name: "h" },
  user: { name: "j.martin" },
  user_agent: { original: "curl" },
  tls: { version: "1.2", client: { ja3: "abc", server_name: "example.org" } },
  dns: { response_code: "NOERROR", resolved_ip: ["203.0.113.7"], question: { type: "A", name: "example.org" } },
  http: { response: { body: { bytes: 3 }, status_code: 200 }, request: { referrer: "r", method: "GET" } },
  url: { path: "/", domain: "example.org", original: "/?q=1" },
  event: { duration: 12, dataset: "fortinet.fortigate", outcome: "success", action: "close" },
  network: {
    forwarded_ip: ["203.0.113.7"],
    packets: 2,
    bytes: 1,
    direction: "outbound",
    protocol: "https",
    transport: "tcp",
  },
  destination: {
    nat: { port: 1, ip: "192.0.2.9" },
    domain: "d",
    packets: 2,
    bytes: 18833,
    port: 443,
    ip: "203.0.113.7",
  },
  source: { bytes: 4210, port: 51514, ip: "10.20.3.14" },
  timestamp: Date.UTC(2021, 2, 4, 5, 6, 7),
};

const judgement: Judgement = {
  role: "destination",
  outcome: "established",
  window: "inside",
  verdict: "callout",
  level: "critical",
  reasons: ["indicator is destination.ip"],
  asset: "10.20.3.14",
  finding: "0f0f",
};

function sighting(parts: Partial<Sighting> = {}): Sighting {
  return {
    event,
    original: "srcip=10.20.3.14 dstip=203.0.113.7",
    log: { path: "logs/fw.log", offset: 4096, line: 12 },
    indicator: { type: "ipv4-addr", name: "203.0.113.7", role: "relay", labels: ["APT31"] },
    observed: "203.0.113.7",
    judgement,
    format: "fortinet.fortigate",
    timezone: "UTC (in the line)",
    ...parts,
  };
}

describe("a sighting as JSON", () => {
  it("holds the whole event, nested as ECS documents are, with the position and the judgement", () => {
    expect(JSON.parse(sightingJson(sighting()))).toEqual({
      "@timestamp": "2021-03-04T05:06:07.000Z",
      source: event.source,
      destination: event.destination,
      network: event.network,
      event: { ...event.event, original: "srcip=10.20.3.14 dstip=203.0.113.7" },
      url: event.url,
      http: event.http,
      dns: event.dns,
      tls: event.tls,
      user_agent: event.user_agent,
      user: event.user,
      host: event.host,
      observer: event.observer,
      rule: event.rule,
      process: event.process,
      log: { file: { path: "logs/fw.log" }, offset: 4096, line: 12 },
      threat: { indicator: { type: "ipv4-addr", name: "203.0.113.7" } },
      lookback: { ...judgement, format: "fortinet.fortigate", timezone: "UTC (in the line)", observed: "203.0.113.7" },
    });
  });

  it("has one order of keys, whatever the order in which a parser set them", () => {
    const reversed = Object.fromEntries(Object.entries(event).toReversed());
    expect(sightingJson(sighting({ event: reversed }))).toBe(sightingJson(sighting()));
    expect(
      sightingJson(sighting()).startsWith(
        '{"@timestamp":"2021-03-04T05:06:07.000Z","source":{"ip":"10.20.3.14","port"',
      ),
    ).toBe(true);
    expect(Object.keys(JSON.parse(sightingJson(sighting())) as object).slice(-3)).toEqual([
      "log",
      "threat",
      "lookback",
    ]);
  });

  it("is cut at the line number and put together again by hand, judged or not yet judged", () => {
    const s = sighting();
    const { head, tail } = sightingParts(s);
    expect(`${head}12${tail}`).toBe(sightingJson(s));
    const lookback = lookbackJson(judgement, s.format, s.timezone, s.observed);
    expect(`${sightingHead(s)}12},"threat":${threatJson(s.indicator)},"lookback":${lookback}}`).toBe(sightingJson(s));
  });

  it("leaves out a time that is unknown or that RFC 3339 cannot say, and groups without a value", () => {
    for (const timestamp of [undefined, NaN, Infinity, 9e15, 253402300800000, -62167219200001]) {
      const e: Event = {
        source: { nat: {} },
        http: { request: {} },
        ...(timestamp === undefined ? {} : { timestamp }),
      };
      const text = sightingJson(sighting({ event: e }));
      expect(Object.keys(JSON.parse(text) as object)).toEqual(["event", "log", "threat", "lookback"]);
    }
    expect(rfc3339(253402300799999)).toBe("9999-12-31T23:59:59.999Z");
  });

  it("leaves out the zone when none was decided", () => {
    const { timezone: _, ...rest } = sighting();
    expect(JSON.parse(sightingJson(rest))).not.toHaveProperty("lookback.timezone");
  });

  it("keeps hostile text whole and lets none of it out raw", () => {
    const s = sighting({
      original: HOSTILE,
      log: { path: HOSTILE, offset: 0, line: 1 },
      event: { ...event, user: { name: HOSTILE } },
      judgement: { ...judgement, asset: HOSTILE, reasons: [HOSTILE] },
    });
    const text = sightingJson(s);
    expect(text).not.toMatch(RAW);
    expect(JSON.parse(text)).toMatchObject({
      event: { original: HOSTILE },
      user: { name: HOSTILE },
      log: { file: { path: HOSTILE } },
      lookback: { asset: HOSTILE, reasons: [HOSTILE] },
    });
  });

  it("does not cut a line of 100 KB", () => {
    const original = "é\u2028".repeat(50_000);
    expect(JSON.parse(sightingJson(sighting({ original })))).toMatchObject({ event: { original } });
  });
});

describe("findings and coverage as JSON", () => {
  it("writes a finding's keys in the contract's order, its extensions last, days and verdicts sorted", () => {
    const finding = {
      ...sampleReport().findings[1]!,
      days: { "2021-03-05": 1, "2021-03-04": 2 },
      verdicts: { "callout-attempt": 3, callout: 9 },
    };
    const text = findingJson(finding);
    const parsed = JSON.parse(text) as Record<string, unknown>;
    expect(parsed).toEqual({ ...finding, next_steps: NEXT_STEPS[finding.verdict] });
    expect(Object.keys(parsed)).toEqual(
      "id verdict level indicator asset count first_seen last_seen days reasons evidence verdicts windows next_steps".split(
        " ",
      ),
    );
    expect(text).toContain('"days":{"2021-03-04":2,"2021-03-05":1}');
    expect(text).toContain('"verdicts":{"callout":9,"callout-attempt":3}');
  });

  it("writes an undated finding without dates", () => {
    const undated = sampleReport().findings.at(-1)!;
    expect(JSON.parse(findingJson(undated))).not.toHaveProperty("first_seen");
  });

  it("writes coverage whole, the same for the same input in another order of keys", () => {
    const { coverage } = sampleReport();
    const text = coverageJson(coverage);
    const { sources, totals, ledger } = coverage;
    const { assurance, limits, ...told } = ledger;
    expect(JSON.parse(text)).toEqual({
      sources,
      totals,
      ledger: {
        ...told,
        summary: ledgerSentence(ledger),
        assurance: {
          level: assurance,
          sentence: assuranceSentence(ledger),
          limits: limits.map(({ ...limit }) =>
            "gaps" in limit ? { kind: "gap", source: limit.source, days: limit.days } : limit,
          ),
        },
      },
      background: backgroundJson(coverage.background!),
    });
    const shuffled = {
      background: coverage.background,
      ledger,
      totals: coverage.totals,
      sources: coverage.sources.map((s) => Object.fromEntries(Object.entries(s).toReversed())),
    };
    expect(coverageJson(shuffled as unknown as typeof coverage)).toBe(text);
    expect(text.endsWith("}\n")).toBe(true);
  });

  it("escapes hostile text in lines and documents without loss", () => {
    for (const text of [jsonLine({ [HOSTILE]: HOSTILE }), jsonDocument({ [HOSTILE]: [HOSTILE] })]) {
      expect(text.replaceAll("\n", "")).not.toMatch(RAW);
      expect(JSON.stringify(JSON.parse(text))).toContain(JSON.stringify(HOSTILE));
    }
  });
});

describe("a string written by hand", () => {
  it("is what JSON.stringify makes of it, whatever is in it", () => {
    const anything = fc.oneof(
      fc.string(),
      fc.string({ unit: "binary" }),
      fc.string({ unit: fc.constantFrom("\ud800", '"', "\\", "\n", " ", "~", "\u007f") }),
    );
    fc.assert(
      fc.property(anything, (text) => {
        expect(quoteJson(text)).toBe(jsonLine(text));
        expect(JSON.parse(quoteJson(text))).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });
});
