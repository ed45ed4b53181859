import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ENVELOPES } from "../src/formats/registry.js";
import { networkFormats } from "./format-groups.js";
import { contextOf } from "./formats-network-context.js";

const FIXTURES = "test/fixtures/formats";
const NETWORK = new Set(networkFormats.map((format) => format.id));

/** What envelopes hold is other formats' lines. */
const WRAPPED = new Set(ENVELOPES.map(({ id }) => id));

/** Every fixture line of every format, other rooms' included, with the lines of its file. */
const files = readdirSync(FIXTURES)
  .filter((id) => !WRAPPED.has(id))
  .flatMap((id) =>
    readdirSync(join(FIXTURES, id))
      .filter((name) => name.endsWith(".log"))
      .map((name) => ({
        id,
        path: join(FIXTURES, id, name),
        lines: readFileSync(join(FIXTURES, id, name), "utf8")
          .split("\n")
          .filter(Boolean),
      })),
  );
const own = files.filter((file) => NETWORK.has(file.id));

describe("no format claims another's lines", () => {
  for (const format of networkFormats)
    it(format.id, () => {
      const claimed = files
        .filter((file) => file.id !== format.id)
        .flatMap((file) =>
          file.lines.filter((line, i) => format.parse(line, contextOf(file.lines, i, file.path)) !== undefined),
        );
      expect(claimed).toEqual([]);
    });

  it("nor random text, nor near misses", () => {
    const misses = [
      "",
      " ",
      "203.0.113.7",
      "{}",
      "[]",
      '{"ts":1,"level":"info","msg":"203.0.113.7"}',
      '{"timestamp":"2021-03-04T05:06:07Z","event_type":"login","ip":"203.0.113.7"}',
      '{"uid":"x","name":"y"}',
      "date=2021-03-04 type=traffic srcip=203.0.113.7",
      "SRC=203.0.113.7 DST=10.1.1.5",
      "see %ASA for 203.0.113.7",
      "100% of %ASA-boxes blocked 203.0.113.7",
      "2 apples 203.0.113.7 10.1.1.5",
      "a [**] b [**] c",
      "# comment 203.0.113.7",
      "#Fields: date time c-ip",
      "203.0.113.7\t10.1.1.5\t443",
    ];
    for (const format of networkFormats)
      expect(misses.filter((line) => format.parse(line, contextOf([line], 0)) !== undefined)).toEqual([]);
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (line) => {
        for (const format of networkFormats) expect(format.parse(line, contextOf([line], 0))).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });
});

describe("hostile lines", () => {
  const line = fc
    .constantFrom(...own)
    .chain((file) => fc.record({ file: fc.constant(file), at: fc.nat({ max: file.lines.length - 1 }) }));

  it("never make a format throw, however a line was cut, doubled or bent", () => {
    const edit = fc.record({
      at: fc.nat({ max: 800 }),
      remove: fc.nat({ max: 60 }),
      insert: fc.string({ unit: "binary", maxLength: 12 }),
    });
    fc.assert(
      fc.property(line, fc.array(edit, { minLength: 1, maxLength: 5 }), ({ file, at }, edits) => {
        let text = file.lines[at]!;
        for (const e of edits)
          text = text.slice(0, e.at % (text.length + 1)) + e.insert + text.slice((e.at % (text.length + 1)) + e.remove);
        const context = contextOf(file.lines, at, file.path);
        for (const format of networkFormats) format.parse(text, context, { program: text.slice(0, 20), hostname: "h" });
      }),
      { numRuns: 2000 },
    );
  });

  it("may carry a time without seconds before a packet filter's fields", () => {
    const text =
      "2021-03-04 05:06 gw kernel: IN=eth0 OUT= SRC=203.0.113.7 DST=198.51.100.4 LEN=40 PROTO=TCP SPT=1 DPT=2 SYN constructor";
    const results = networkFormats.map((format) => format.parse(text, contextOf([text], 0)));
    expect(results.find(Boolean)).toMatchObject({ initiator: "source", event: { host: { name: "gw" } } });
  });
  it("never make a format throw when a JSON value has another type", () => {
    const json = own.filter((file) => file.lines[0]!.startsWith("{"));
    const objects = json.flatMap((file) => file.lines.map((text) => JSON.parse(text) as Record<string, unknown>));
    fc.assert(
      fc.property(fc.constantFrom(...objects), fc.nat(), fc.jsonValue(), (record, pick, value) => {
        const keys = Object.keys(record);
        const text = JSON.stringify({ ...record, [keys[pick % keys.length]!]: value });
        for (const format of networkFormats) format.parse(text, contextOf([text], 0));
      }),
      { numRuns: 1500 },
    );
  });

  it("cost no more than their length: 64 KiB of repetition in every place", () => {
    const size = 65_536;
    const fillers = [
      " ",
      "a",
      "(",
      ")",
      "1",
      "a ",
      "1.",
      ":",
      "/",
      "=",
      ",",
      '"',
      "\\",
      "-> ",
      "from ",
      " to ",
      "IN=",
      "[",
      "a=b ",
      "type ",
      "(1)",
    ];
    const slow: string[] = [];
    for (const file of own)
      for (let i = 0; i < file.lines.length; i += 4) {
        const text = file.lines[i]!;
        const context = contextOf(file.lines, i, file.path);
        fillers.forEach((filler, n) => {
          const cut = Math.floor((text.length * ((i + n * 3) % 10)) / 10);
          const bent = text.slice(0, cut) + filler.repeat(Math.floor(size / filler.length)) + text.slice(cut);
          for (const format of networkFormats) {
            const start = performance.now();
            format.parse(bent, context);
            const ms = performance.now() - start;
            // A quadratic expression takes seconds at this size, a linear one milliseconds.
            if (ms > 1000)
              slow.push(
                `${Math.round(ms)} ms: ${format.id}, ${JSON.stringify(filler)} at ${cut} of ${text.slice(0, 80)}`,
              );
          }
        });
      }
    expect(slow).toEqual([]);
  });

  it("survive JSON nested deeper than any stack", () => {
    const deep = `{"_path":"conn","event_type":"flow","timestamp":"x","ts":1,"id.orig_h":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    for (const format of networkFormats) expect(() => format.parse(deep, contextOf([deep], 0))).not.toThrow();
  });
});

describe("foreign corpora", () => {
  const CORPUS = "../shared/corpora/crowdsec";
  if (!existsSync(CORPUS)) {
    console.warn(`SKIPPED: no ${CORPUS}: foreign lines are not tried`);
    it.skip("skipped: ../shared/corpora/crowdsec is absent", () => undefined);
    return;
  }
  it("only folders of these products hold lines that these formats take", () => {
    const takers = new Set<string>();
    for (const folder of readdirSync(CORPUS)) {
      if (folder === "LICENSE") continue;
      for (const name of readdirSync(join(CORPUS, folder)).filter((n) => n.endsWith(".log"))) {
        const lines = readFileSync(join(CORPUS, folder, name), "utf8")
          .split("\n")
          .filter(Boolean);
        lines.forEach((text, i) => {
          for (const format of networkFormats)
            if (format.parse(text, contextOf(lines, i, name)) !== undefined) takers.add(`${folder}: ${format.id}`);
        });
      }
    }
    expect([...takers].sort()).toEqual([
      "fortinet-vpn-bf: fortinet.fortigate",
      "iptables-logs: linux.iptables",
      "iptables-scan-multi-port: linux.iptables",
      "proxmox-iptables-logs: linux.iptables",
      "suricata-eve-detect: suricata.eve",
      "suricata-logs-evelog: suricata.eve",
      "suricata-logs-fastlog: suricata.fast",
      "unifi-logs: linux.iptables",
    ]);
  });
});
