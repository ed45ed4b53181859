/** `lookback intel …` and `lookback config show`: the real program on real files. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const CERTFR = "examples/intel/CERTFR-2021-IOC-003-IOC.csv";
const PROGRAM = resolve("bin/lookback");
const folder = mkdtempSync(join(tmpdir(), "lookback-intel-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  return path;
}

interface Done {
  code: number | null;
  out: string;
  err: string;
}

function lookback(args: readonly string[], cwd = process.cwd(), env: Record<string, string> = {}): Done {
  const done = spawnSync(process.execPath, [PROGRAM, ...args], {
    encoding: "utf8",
    cwd,
    env: { ...process.env, ...env },
  });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

describe("intel check", () => {
  const path = file("mixed.txt", "95.143.219.230\n10.0.0.1\nnonsense here\n95[.]143[.]219[.]230\n5.0.0.0/8\n");

  it("lists what was accepted, said before, set aside and rejected, with place and reason", () => {
    const done = lookback(["intel", "check", path]);
    expect(done.code).toBe(0);
    expect(done.out.split("\n")).toEqual([
      `${path} (text): 1 accepted, 1 said before, 2 set aside, 1 not indicators`,
      `  ${path}:2: set aside: no value to hunt for: private (RFC 1918): 10.0.0.1`,
      `  ${path}:3: no indicator: nonsense here`,
      `  ${path}:5: set aside: wider than /16 (--allow-wide hunts it): 5.0.0.0/8`,
      expect.stringMatching(/^1 indicator, sha256:[0-9a-f]{64}$/),
      "",
    ]);
  });

  it("fails with --strict when something was rejected, and not for what is set aside", () => {
    expect(lookback(["intel", "check", "--strict", path]).code).toBe(1);
    expect(lookback(["intel", "check", "--strict", file("aside.txt", "95.143.219.230\n10.0.0.1\n")]).code).toBe(0);
    expect(lookback(["intel", "check", "--strict", CERTFR]).code).toBe(0);
  });

  it("gives the same as JSON", () => {
    const { files, rejections, indicators } = JSON.parse(lookback(["intel", "check", "--json", path]).out) as {
      files: object[];
      rejections: object[];
      indicators: number;
    };
    expect(indicators).toBe(1);
    expect(files).toEqual([{ file: path, reader: "text", accepted: 1, duplicates: 1, rejected: 1, setAside: 2 }]);
    expect(rejections).toHaveLength(3);
  });

  it("takes what the warning lists would not with --no-warninglists, and wide blocks with --allow-wide", () => {
    expect(lookback(["intel", "check", "--no-warninglists", path]).out).toContain(
      "2 accepted, 1 said before, 1 set aside",
    );
    expect(lookback(["intel", "check", "--allow-wide", path]).out).toContain("2 accepted, 1 said before, 1 set aside");
  });

  it("tells a path that is not there, and exits with 2", () => {
    const done = lookback(["intel", "check", join(folder, "absent.csv"), path]);
    expect(done.code).toBe(2);
    expect(done.err).toBe(`lookback: ${join(folder, "absent.csv")}: no such file or folder\n`);
    expect(done.out).toContain("1 accepted");
  });
});

describe("intel diff", () => {
  it("says what was added, withdrawn and changed", () => {
    const old = file("old.csv", "ip,role,tags\n95.143.219.230,relay,A\n5.8.16.49,relay,A\n77.51.8.232,relay,A\n");
    const now = file("new.csv", "ip,role,tags\n95.143.219.230,c2,A\n5.8.16.49,relay,A\n110.36.231.150,relay,A\n");
    const done = lookback(["intel", "diff", old, now]);
    expect(done.code).toBe(0);
    expect(done.out.split("\n")).toEqual([
      "+ ipv4-addr 110.36.231.150",
      "- ipv4-addr 77.51.8.232",
      "~ ipv4-addr 95.143.219.230: role relay → c2",
      "1 added, 1 withdrawn, 1 changed, 1 unchanged",
      "",
    ]);
    expect(JSON.parse(lookback(["intel", "diff", "--json", old, now]).out)).toMatchObject({
      added: [{ value: "110.36.231.150" }],
      withdrawn: [{ value: "77.51.8.232" }],
      changed: [{ value: "95.143.219.230", changes: [{ field: "role", old: "relay", new: "c2" }] }],
      unchanged: 1,
    });
  });

  it("takes two operands, no more and no fewer", () => {
    expect(lookback(["intel", "diff", CERTFR]).code).toBe(2);
    expect(lookback(["intel", "diff", CERTFR, CERTFR, CERTFR]).code).toBe(2);
    expect(lookback(["intel", "diff", CERTFR, CERTFR]).out).toBe("0 added, 0 withdrawn, 0 changed, 161 unchanged\n");
  });
});

describe("what the analyst says of a source", () => {
  it("holds for that source alone, whatever the source says", () => {
    const other = file("other.txt", "110.36.231.150\n");
    const done = lookback(["intel", "show", "--json", `${CERTFR},role=relay,tlp=green,confidence=high,label=X`, other]);
    const { indicators } = JSON.parse(done.out) as { indicators: Record<string, unknown>[] };
    const by = (value: string): Record<string, unknown> => indicators.find((one) => one["value"] === value)!;
    expect(by("95.143.219.230")).toMatchObject({
      role: "relay",
      tlp: "TLP:GREEN",
      confidence: 85,
      labels: ["APT31", "X"],
    });
    expect(by("110.36.231.150")["assertions"]).toHaveLength(2);
  });
});

describe("lookback.yaml", () => {
  const yaml = [
    "own: [198.51.100.0/24, 10.0.0.0/8]",
    "timezone: Europe/Paris",
    "intel:",
    "  - path: feeds/list.txt",
    "    role: c2",
    "    valid_from: 2021-01-01",
    "    labels: [APT31, case-42]",
    "    tlp: amber",
    "",
  ].join("\n");
  const place = join(folder, "case");
  file("case/lookback.yaml", yaml);
  file("case/feeds/list.txt", "95.143.219.230\n");

  it("is found in the working folder; config show says where each value comes from", () => {
    const { settings } = JSON.parse(
      lookback(["config", "show", "--json"], place, { LOOKBACK_TIMEZONE: "UTC" }).out,
    ) as {
      settings: { setting: string; value: unknown; from: string }[];
    };
    expect(settings.map(({ setting, from }) => [setting, from])).toEqual([
      ["own", "lookback.yaml:1:6"],
      ["timezone", "LOOKBACK_TIMEZONE"],
      ["intel", "lookback.yaml:4:5"],
    ]);
  });

  it("gives a hunt its indicators, their role, window, labels and marking", () => {
    const log = file("case/fw.log", "2021-03-04T05:06:07Z connection from 95.143.219.230 to 10.0.0.1 denied\n");
    const done = lookback(["hunt", "--json", log], place);
    expect(done.err).not.toContain("needs indicators");
    expect(done.code).toBe(0);
    expect(JSON.parse(done.out)).toMatchObject({
      threat: { indicator: { name: "95.143.219.230" } },
      lookback: { window: "inside", verdict: "probe-blocked" },
    });
  });

  it.each([
    ["own: [banana]\n", /lookback\.yaml:1:6: own: "banana"/],
    ["intel:\n  - path: x\n    rolle: c2\n", /lookback\.yaml:3:12: .*rolle/],
    ["intel:\n  - path: x\n    role: boss\n", /lookback\.yaml:2:5: role takes one of/],
    ["own: [\n", /lookback\.yaml:2:1/],
    ["expect:\n  - { name: fw, from: 2021-02-30 }\n", /lookback\.yaml:2:5: from takes a date/],
    [
      "expect:\n  - fw\n  - { name: gw, from: 2021-02-01, to: 2021-01-01 }\n",
      /lookback\.yaml:3:5: to lies before from/,
    ],
    ["expect:\n  - { nam: fw }\n", /lookback\.yaml:2:\d+: .*/],
    ["logs:\n  - { path: ./x, names: fw }\n", /lookback\.yaml:2:\d+: .*names/],
    ["decoys: many\n", /lookback\.yaml:1:9: decoys takes a whole number from 1 to 99/],
    ["nonsense: 1\n", /lookback\.yaml:1:\d+: .*nonsense/],
  ])("%j is refused with line and column", (text, message) => {
    file("bad/lookback.yaml", text);
    const done = lookback(["config", "show"], join(folder, "bad"));
    expect(done.code).toBe(2);
    expect(done.err).toMatch(message);
    expect(done.err.trim().split("\n")).toHaveLength(1);
  });
});
