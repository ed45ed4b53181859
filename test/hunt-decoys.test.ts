/** The background check: decoys are fair, never findings, and what is said of chance is right. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { afterAll, describe, expect, it } from "vitest";

import { ALPHA, background, drawDecoys, type DecoySet } from "../src/hunt/background.js";
import type { DecoyHit } from "../src/hunt/decoy-tally.js";
import { hunt } from "../src/hunt/hunt.js";
import { loadIntel } from "../src/intel/index.js";
import type { IndicatorSet } from "../src/model/indicator.js";
import { parseIpv4 } from "../src/model/ip.js";
import type { Finding, Verdict } from "../src/model/sighting.js";
import { backgroundSentence } from "../src/report/background-words.js";
import { DEFAULT_OWN, OwnNetworks } from "../src/triage/own.js";
import { Random } from "../examples/generate/random.js";

const folder = mkdtempSync(join(tmpdir(), "lookback-decoys-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let lists = 0;
async function listOf(lines: readonly string[]): Promise<IndicatorSet> {
  const path = join(folder, `list-${lists++}`);
  writeFileSync(path, lines.join("\n"));
  return loadIntel([path]);
}

const own = new OwnNetworks(DEFAULT_OWN, false);
const network = (address: string): string => address.split(".").slice(0, 2).join(".");

describe("decoys", () => {
  it("come from the /16 of their address and are listed nowhere, own, special or a network's end nowhere either", async () => {
    // Nine tenths of 45.8.0.0/16 are listed, own, or both.
    const set = await listOf([
      "45.8.1.7",
      "45.8.128.0/17",
      "45.8.64.0/18",
      "45.8.32.0/19",
      "8.8.9.9",
      "198.18.3.4",
      "185.4.5.6",
    ]);
    const mine = new OwnNetworks(["45.8.16.0/20", "185.4.0.0/17"], true);
    const { sets, indicators } = drawDecoys(set, mine, 5);
    const drawn = sets.flatMap((one) => one.decoys);
    expect(sets.map((one) => one.listed)).toEqual(["8.8.9.9", "45.8.1.7"]);
    expect(new Set(drawn).size).toBe(10);
    expect(indicators.map((one) => one.value)).toEqual(drawn);
    for (const { listed, decoys } of sets)
      for (const decoy of decoys) {
        expect(network(decoy)).toBe(network(listed));
        expect(decoy).not.toMatch(/\.(?:0|255)$/);
        expect(set.indicators.some(({ value }) => value === decoy)).toBe(false);
        const n = parseIpv4(decoy)!;
        if (decoy.startsWith("45.8.")) expect(n).toBeLessThan(parseIpv4("45.8.16.0")!);
      }
  });

  it("are the same for the same list, others for another, and none for names, networks and IPv6", async () => {
    const set = await listOf(["45.8.1.7", "91.1.2.3"]);
    const draw = (hash: string): DecoySet[] => drawDecoys({ indicators: set.indicators, hash }, own, 2).sets;
    expect(draw(set.hash)).toEqual(draw(set.hash));
    expect(draw(set.hash)).not.toEqual(draw("0".repeat(64)));
    const other = await listOf(["evil.example.net", "45.8.0.0/20", "2001:db9::1"]);
    expect(drawDecoys(other, own, 3).sets).toEqual([]);
    expect(drawDecoys(set, own, 0).sets).toEqual([]);
  });

  it("are a thousand at most for each asked for, spread over all of a long list", async () => {
    const address = (i: number): string => `${20 + (i >> 13)}.${(i >> 5) & 255}.${(i & 31) * 8}.9`;
    const middle = await listOf(Array.from({ length: 3000 }, (_, i) => address(i)));
    expect(drawDecoys(middle, own, 1).indicators).toHaveLength(1000);
    expect(drawDecoys(middle, own, 3).indicators).toHaveLength(3000);
    const long = await listOf(Array.from({ length: 60_000 }, (_, i) => address(i)));
    const { sets, indicators } = drawDecoys(long, own, 1);
    expect(indicators).toHaveLength(1000);
    expect(new Set(sets.map(({ listed }) => listed.split(".")[0])).size).toBe(8);
  });
});

const finding = (
  name: string,
  verdicts: Partial<Record<Verdict, number>>,
): Pick<Finding, "indicator" | "verdicts"> => ({
  indicator: { type: "ipv4-addr", name, role: "unknown", labels: [] },
  verdicts,
});
const pairs = (n: number): DecoySet[] => Array.from({ length: n }, (_, i) => ({ listed: `l${i}`, decoys: [`d${i}`] }));
const hit = (value: string, verdict: Verdict, count = 1): DecoyHit => ({ value, verdict, count });

describe("the check", () => {
  it("counts each address once, and pairs of which both were met not at all", () => {
    const findings = [
      ...Array.from({ length: 9 }, (_, i) => finding(`l${i}`, { probe: 1000 })),
      finding("elsewhere", { probe: 5 }),
    ];
    const check = background({ sets: pairs(20) }, [hit("d0", "probe", 5000), hit("d15", "probe")], findings)!;
    // Pairs: 0 both; 1 to 8 the listed one alone; 15 the decoy alone. Of nine, eight or more: 10 / 512.
    expect(check).toMatchObject({ compared: 20, drawn: 20, listed: 9, decoys: 2, ratio: 4.5, hits: { probe: 5001 } });
    expect(check.p).toBeCloseTo(10 / 512, 15);
    expect(check.conclusion).toBe("chance");
    expect(backgroundSentence(check)).toBe(
      "Background: listed addresses were met 4.5 times as often as decoys from their networks (9 of 20, 2 of 20), p = 0.02: no more than chance: hits of this kind are likely noise.",
    );
  });

  it("weighs several decoys for one address as the chance that the listed one is among those met", () => {
    const sets = [
      { listed: "a", decoys: ["a1", "a2"] },
      { listed: "b", decoys: ["b1", "b2"] },
    ];
    const check = background(
      { sets },
      [hit("a1", "probe")],
      [finding("a", { probe: 1 }), finding("b", { contact: 1 })],
    )!;
    // 2/3 for the first, of which two of three were met, and 1/3 for the second.
    expect(check.p).toBeCloseTo(2 / 9, 15);
    expect(check).toMatchObject({ listed: 2, decoys: 1, ratio: 4, conclusion: "too-few" });
  });

  it("tells kinds apart, keeps mentions out of the whole, and calls seven alone a signal and six too few", () => {
    const findings = [
      ...Array.from({ length: 7 }, (_, i) => finding(`l${i}`, { callout: 1 })),
      ...Array.from({ length: 6 }, (_, i) => finding(`l${i + 20}`, { mention: 1 })),
    ];
    const check = background({ sets: pairs(40) }, [], findings)!;
    expect(check).toMatchObject({ listed: 7, decoys: 0, p: 2 ** -7, conclusion: "signal", hits: {} });
    expect(check).not.toHaveProperty("ratio");
    expect(check.kinds).toEqual({
      outbound: { listed: 7, decoys: 0, p: 2 ** -7, conclusion: "signal" },
      mention: { listed: 6, decoys: 0, p: 2 ** -6, conclusion: "too-few" },
    });
    expect(backgroundSentence(check)).toBe(
      "Background: listed addresses were met and decoys from their networks were not (7 of 40, 0 of 40), p = 0.0078: more than chance.",
    );
  });

  it("says when neither was met, and nothing when there was nothing to draw for", () => {
    const check = background({ sets: pairs(3) }, [], [])!;
    expect(check).toMatchObject({ conclusion: "no-hits", listed: 0, decoys: 0 });
    expect(backgroundSentence(check)).toBe(
      "Background: no traffic of the 3 listed IPv4 addresses, nor of 3 decoys from their networks.",
    );
    expect(background({ sets: [] }, [], [])).toBeUndefined();
  });

  it("cries signal over chance alone no more often than it states, at any rate of hits", () => {
    for (const rate of [0.05, 0.3, 0.8])
      for (const each of [1, 3]) {
        const random = new Random(`chance/${rate}/${each}`);
        const rounds = 2000;
        let signals = 0;
        for (let round = 0; round < rounds; round++) {
          const sets = Array.from({ length: 60 }, (_, i) => ({
            listed: `l${i}`,
            decoys: Array.from({ length: each }, (__, k) => `d${i}.${k}`),
          }));
          // Networks differ in how much of them is met.
          const rates = sets.map(() => rate * (0.5 + random.next() / 2));
          const findings = sets.flatMap(({ listed }, i) =>
            random.chance(rates[i]!) ? [finding(listed, { probe: 1 })] : [],
          );
          const hits = sets.flatMap(({ decoys }, i) =>
            decoys.filter(() => random.chance(rates[i]!)).map((value) => hit(value, "probe")),
          );
          if (background({ sets }, hits, findings)!.conclusion === "signal") signals++;
        }
        expect(signals / rounds, `rate ${rate}, ${each} each`).toBeLessThanOrEqual(ALPHA);
      }
  });
});

describe("a hunt with decoys", () => {
  const sshd = (address: string, second: number): string =>
    `${new Date(Date.UTC(2021, 2, 4, 0, 0, second)).toISOString()} gate sshd[7]: Invalid user test from ${address} port 40022`;

  it("over 100 lists that mean nothing cries signal no more often than it states", async () => {
    // A hundred tell a wrong test from a right one, not one rate from another near it: the simulation above does.
    const random = new Random("100 hunts");
    // Three networks of which a quarter is met, some hosts a thousand times.
    const networks = ["45.8", "91.121", "185.220"];
    const lines: string[] = [];
    for (let i = 0; i < 24_000; i++) {
      const address = `${random.pick(networks)}.${random.int(0, 255)}.${random.int(1, 254)}`;
      lines.push(sshd(address, i));
      if (random.chance(0.001)) for (let k = 0; k < 100; k++) lines.push(sshd(address, i));
    }
    writeFileSync(join(folder, "gate.log"), `${lines.join("\n")}\n`);
    let signals = 0;
    let met = 0;
    for (let round = 0; round < 100; round++) {
      const listed = new Set<string>();
      while (listed.size < 120) listed.add(`${random.pick(networks)}.${random.int(0, 255)}.${random.int(1, 254)}`);
      const indicators = await listOf([...listed]);
      const { coverage, findings, sightings } = await hunt(
        { indicators, inputs: [join(folder, "gate.log")], own, parser: {}, settings: {}, decoys: 1, workers: 1 },
        {
          sink: () => undefined,
          serialise: () => ({ head: "", tail: "" }),
          serialiseTail: () => "",
          serialiseFinding: () => "",
          workers: { entry: pathToFileURL(join(folder, "none.js")), decoder: pathToFileURL(join(folder, "none.js")) },
        },
      );
      const check = coverage.background!;
      expect(check).toMatchObject({ compared: 120, drawn: 120 });
      expect([...findings].every(({ indicator }) => listed.has(indicator.name))).toBe(true);
      expect(sightings).toBe([...findings].reduce((n, one) => n + one.count, 0));
      met += check.decoys;
      if (check.conclusion === "signal") signals++;
    }
    expect(met).toBeGreaterThan(1000);
    expect(signals).toBeLessThanOrEqual(100 * ALPHA);
  });

  interface Written {
    sightings: string;
    findings: string;
    coverage: { background?: Record<string, any>; sources: unknown; ledger: unknown; totals: unknown };
    manifest: Record<string, any>;
  }

  function run(name: string, logs: string, ...more: string[]): Written {
    const out = join(folder, name);
    execFileSync(
      process.execPath,
      ["bin/lookback", "hunt", "-q", "-i", join(folder, "flows.txt"), "--own", "10.0.0.0/8", "-o", out, ...more, logs],
      {
        stdio: ["ignore", "inherit", "inherit"],
      },
    );
    const read = (file: string): string => readFileSync(join(out, file), "utf8");
    return {
      sightings: read("sightings.jsonl"),
      findings: read("findings.jsonl"),
      coverage: JSON.parse(read("coverage.json")) as Written["coverage"],
      manifest: JSON.parse(read("manifest.json")) as Record<string, any>,
    };
  }

  it("judges decoys like others, one-way records with their answers too, and reports none of them", async () => {
    const listed = ["45.8.1.7", "91.121.4.5"];
    writeFileSync(join(folder, "flows.txt"), listed.join("\n"));
    const set = await loadIntel([join(folder, "flows.txt")]);
    const decoys = drawDecoys(set, new OwnNetworks(["10.0.0.0/8"], true), 1).sets;
    const [first, second] = decoys.map((one) => one.decoys[0]!);
    const flow = (src: string, dst: string, sport: number, dport: number, action = "ACCEPT"): string =>
      `2 123456789010 eni-1 ${src} ${dst} ${sport} ${dport} 6 20 4249 1614816000 1614816060 ${action} OK`;
    mkdirSync(join(folder, "flows"));
    writeFileSync(
      join(folder, "flows", "vpc.log"),
      [
        "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status",
        flow(first!, "10.0.0.5", 51_000, 443),
        flow("10.0.0.5", first!, 443, 51_000),
        flow(second!, "10.0.0.5", 51_001, 22, "REJECT"),
        flow("45.8.1.7", "10.0.0.5", 51_002, 443, "REJECT"),
        "",
      ].join("\n"),
    );
    const one = run("one", join(folder, "flows"), "--workers", "1");
    const several = run("several", join(folder, "flows"), "--workers", "4");
    expect(several.sightings).toBe(one.sightings);
    expect(several.coverage).toEqual(one.coverage);
    expect(one.sightings + one.findings).not.toMatch(
      new RegExp(
        decoys
          .flatMap((d) => d.decoys)
          .join("|")
          .replaceAll(".", "\\."),
      ),
    );
    expect(one.sightings.trim().split("\n")).toHaveLength(1);
    expect(one.coverage.background).toMatchObject({
      compared: 2,
      decoys: 2,
      alpha: 0.01,
      hits: { contact: 2, "probe-blocked": 1 },
      // Pair one: both met. Pair two: the decoy alone; of one, none or more is certain.
      met: { listed: 1, decoys: 2, ratio: 0.5, p: 1, conclusion: "too-few" },
    });
    expect(one.manifest.background).toEqual(one.coverage.background);

    const without = run("without", join(folder, "flows"), "--no-decoys");
    expect(without.sightings).toBe(one.sightings);
    expect(without.findings).toBe(one.findings);
    const { background: check, ...rest } = one.coverage;
    expect(check).toBeDefined();
    expect(without.coverage).toEqual(rest);
    expect(without.manifest.background).toBeNull();
    expect(run("more", join(folder, "flows"), "--decoys", "20").coverage.background).toMatchObject({
      compared: 2,
      decoys: 40,
    });
  });
});
