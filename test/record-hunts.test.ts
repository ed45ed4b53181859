/** Hunts over exports that are one line: every record with a hit is a sighting with its own time, ends and verdict, at any length. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, describe, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "lookback-records-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const RELAY = "203.0.113.7";
writeFileSync(join(folder, "list"), `${RELAY}\n`);

interface Seen {
  time: string;
  record: number | undefined;
  line: number;
  offset: number;
  role: string;
  outcome: string;
  verdict: string;
  format: string;
}

function hunt(log: string, workers: number): { seen: Seen[]; text: string; errors: unknown } {
  const out = join(folder, `out${workers}`);
  const args = ["hunt", "--no-warninglists", "-q", "--force", "-i", join(folder, "list"), "--workers", String(workers)];
  execFileSync(process.execPath, ["bin/lookback", ...args, "-o", out, log]);
  const text = readFileSync(join(out, "sightings.jsonl"), "utf8");
  const seen = text
    .split("\n")
    .filter(Boolean)
    .map((json) => {
      const s = JSON.parse(json) as {
        "@timestamp": string;
        log: { line: number; offset: number; record?: number };
        lookback: { role: string; outcome: string; verdict: string; format: string };
      };
      const { record, line, offset } = s.log;
      const { role, outcome, verdict, format } = s.lookback;
      return { time: s["@timestamp"], record, line, offset, role, outcome, verdict, format };
    });
  const coverage = JSON.parse(readFileSync(join(out, "coverage.json"), "utf8")) as { sources: { errors: unknown }[] };
  return { seen, text, errors: coverage.sources[0]!.errors };
}

const at = (i: number): string => new Date(Date.UTC(2021, 2, 4) + i * 1000).toISOString();

/** Every seventh event is the relay's; every second of these was refused. */
function cloudTrail(i: number): object {
  const relay = i % 7 === 3;
  return {
    eventVersion: "1.08",
    userIdentity: { type: "IAMUser", principalId: "AIDAEXAMPLE", accountId: "123456789012", userName: "alice" },
    eventTime: at(i).replace(".000Z", "Z"),
    eventSource: "ec2.amazonaws.com",
    eventName: "DescribeInstances",
    sourceIPAddress: relay ? RELAY : "198.51.100.9",
    requestParameters: { note: 'braces }{ and "quotes" \\ in a text', filler: "x".repeat(i % 50) },
    ...(i % 14 === 3 ? { errorCode: "AccessDenied" } : {}),
    recipientAccountId: "123456789012",
  };
}

function expectedCalls(n: number): Seen[] {
  const out: Seen[] = [];
  for (let i = 3; i < n; i += 7) {
    const refused = i % 14 === 3;
    out.push({
      time: at(i),
      record: i,
      line: 2,
      offset: 8,
      role: "source",
      ...(refused ? { outcome: "refused", verdict: "probe" } : { outcome: "authenticated", verdict: "access" }),
      format: "aws.cloudtrail",
    });
  }
  return out;
}

/** Three tuples a record; in every fifth the middle one is an answered call to the relay, after the relay's blocked probe. */
function securityGroup(i: number): object {
  const second = Math.floor(Date.parse(at(i)) / 1000);
  const tuples = [
    i % 5 === 2
      ? `${second - 9},${RELAY},10.0.0.4,40000,22,T,I,D,B,,,,`
      : `${second - 9},198.51.100.9,10.0.0.4,1,22,T,I,D,B,,,,`,
    i % 5 === 2
      ? `${second},10.0.0.4,${RELAY},50000,443,T,O,A,E,25,3000,20,9000`
      : `${second},10.0.0.4,192.0.2.1,5,443,T,O,A,B,,,,`,
    `${second + 9},192.0.2.1,10.0.0.4,7,443,T,I,A,E,9,900,9,900`,
  ];
  return {
    time: at(i + 60),
    category: "NetworkSecurityGroupFlowEvent",
    resourceId: "/SUBSCRIPTIONS/S/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/VM-NSG",
    properties: { Version: 2, flows: [{ rule: "DefaultRule", flows: [{ mac: "000D3AF87856", flowTuples: tuples }] }] },
  };
}

function expectedFlows(n: number): Seen[] {
  const out: Seen[] = [];
  for (let i = 2; i < n; i += 5)
    out.push({
      time: at(i),
      record: i,
      line: 2,
      offset: 8,
      role: "destination",
      outcome: "established",
      verdict: "callout",
      format: "azure.nsgflow",
    });
  return out;
}

const CASES = [
  ["CloudTrail", "Records", cloudTrail, expectedCalls],
  ["NSG flow logs", "records", securityGroup, expectedFlows],
] as const;
/** Records, and how long their line is at least. */
const SIZES = [
  [20, 0],
  [400, 64 * 1024],
  [16_000, 4 * 1024 * 1024],
] as const;

describe.each(CASES)("a one-line export of %s", (_name, key, make, expected) => {
  it.each(SIZES)("of %i records gives each its own sighting, with one worker and with three", (n, least) => {
    const log = join(folder, `${key}-${n}.json`);
    const line = JSON.stringify({ [key]: Array.from({ length: n }, (_, i) => make(i)) });
    expect(line.length).toBeGreaterThan(least);
    writeFileSync(log, `{"a":1}\n${line}\n{"b":"nothing"}\n`);
    const one = hunt(log, 1);
    expect(one.seen).toEqual(expected(n));
    expect(one.errors).toEqual([]);
    expect(hunt(log, 3).text).toBe(one.text);
  });
});

describe("a record longer than what is quoted of a line", () => {
  it("is parsed whole, and quoted around the hit", () => {
    const event = { ...cloudTrail(10), requestParameters: { filler: "x".repeat(200_000) } };
    const log = join(folder, "large.json");
    writeFileSync(log, `${JSON.stringify({ Records: [cloudTrail(1), event] })}\n${JSON.stringify(event)}\n`);
    const { seen, text, errors } = hunt(log, 1);
    expect(seen.map(({ record, line, verdict, time }) => [record, line, verdict, time])).toEqual([
      [1, 1, "access", at(10)],
      [undefined, 2, "access", at(10)],
    ]);
    expect(errors).toEqual([]);
    expect(text.length).toBeLessThan(80_000);
  });
});
