/** `lookback intel convert`: the real program, from a file to each target and back. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";

const CERTFR = "examples/intel/CERTFR-2021-IOC-003-IOC.csv";
const folder = mkdtempSync(join(tmpdir(), "lookback-convert-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Done {
  code: number | null;
  out: string;
  err: string;
}

function lookback(...args: readonly string[]): Done {
  const done = spawnSync(process.execPath, ["bin/lookback", "intel", ...args], {
    encoding: "utf8",
    env: { ...process.env, SOURCE_DATE_EPOCH: "1767323045" },
    maxBuffer: 1 << 26,
  });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** What `intel show --json` has of each, apart from the place. */
function shown(path: string): unknown[] {
  const { indicators } = JSON.parse(lookback("show", "--json", path).out) as { indicators: Record<string, unknown>[] };
  return indicators.map(({ assertions, ...rest }) => ({
    ...rest,
    feeds: (assertions as { feed?: string }[]).map(({ feed }) => feed),
    published: (assertions as { published?: string }[]).map(({ published }) => published?.slice(0, 10)),
  }));
}

it.each(["stix", "csv"])("CERT-FR's list to %s and back is the same 161, with label, marking and dates", (target) => {
  const done = lookback("convert", "--to", target, CERTFR);
  expect([done.code, done.err]).toEqual([0, ""]);
  const back = shown(file(`certfr.${target}`, done.out));
  expect(back).toHaveLength(161);
  expect(back).toEqual(shown(CERTFR));
  expect(back[0]).toMatchObject({
    type: "ipv4-addr",
    tlp: "TLP:WHITE",
    labels: ["APT31"],
    feeds: ["Publication maqueurs APT31"],
    published: ["2021-07-20"],
  });
  expect(lookback("convert", "--to", target, CERTFR).out).toBe(done.out);
});

it("what the analyst says goes along", () => {
  const path = join(folder, "said.json");
  const args = ["--role", "relay", "--label", "hunt-7", "--valid-from", "2021-01-01", "--to", "stix", "-o", path];
  const done = lookback("convert", ...args, CERTFR);
  expect(done).toEqual({ code: 0, out: "", err: "" });
  expect(shown(path)[0]).toMatchObject({
    role: "relay",
    labels: ["APT31", "hunt-7"],
    validFrom: Date.UTC(2021, 0, 1),
  });
});

it("says on standard error what the target cannot hold, one line for each kind", () => {
  const done = lookback("convert", "--to", "text", CERTFR);
  expect(done.code).toBe(0);
  const [first, ...lines] = done.out.trimEnd().split("\n");
  expect(first).toBe("# TLP:WHITE");
  expect(lines).toHaveLength(161);
  expect(done.err.split("\n")).toEqual([
    "lookback: text cannot hold the publisher's word for the confidence: 161 indicators, such as ipv4-addr 2.50.208.83",
    "lookback: text cannot hold its labels: 161 indicators, such as ipv4-addr 2.50.208.83",
    "lookback: text cannot hold who said it: 161 indicators, such as ipv4-addr 2.50.208.83",
    "lookback: text cannot hold when it was published: 161 indicators, such as ipv4-addr 2.50.208.83",
    "lookback: text cannot hold its publisher's own type: 161 indicators, such as ipv4-addr 2.50.208.83",
    "lookback: text cannot hold the object it comes from: 161 indicators, such as ipv4-addr 2.50.208.83",
    "",
  ]);
});

it("writes for Zeek and MISP", () => {
  const zeek = lookback("convert", "--to", "zeek", CERTFR).out.trimEnd().split("\n");
  expect(zeek).toHaveLength(162);
  expect(zeek[1]).toBe("2.50.208.83\tIntel::ADDR\tPublication maqueurs APT31\t-\ttlp:white,APT31\t-\t-\t-");
  const { Event } = JSON.parse(lookback("convert", "--to", "misp", CERTFR).out) as {
    Event: { info: string; date: string; Attribute: { value: string; to_ids: boolean }[] };
  };
  expect(Event).toMatchObject({ info: "Publication maqueurs APT31", date: "2026-01-02" });
  expect(Event.Attribute).toHaveLength(161);
  expect(Event.Attribute.every(({ to_ids }) => to_ids)).toBe(true);
});

it("wants a target that it knows, and still writes what could be read when a file is missing", () => {
  expect(lookback("convert", CERTFR)).toMatchObject({ code: 2, out: "" });
  expect(lookback("convert", "--to", "paper", CERTFR).err).toContain("stix, misp, csv, text, zeek");
  const missing = join(folder, "absent.csv");
  const done = lookback("convert", "--to", "text", missing, file("one.txt", "95.143.219.230\n"));
  expect(done).toEqual({ code: 2, out: "95.143.219.230\n", err: `lookback: ${missing}: no such file or folder\n` });
  const nowhere = lookback("convert", "--to", "text", "-o", join(folder, "no", "such", "folder"), CERTFR);
  expect(nowhere.code).toBe(2);
  expect(nowhere.err).toContain("ENOENT");
});

it("a value that would take over a terminal or a spreadsheet does neither", () => {
  const path = file(
    "odd.json",
    JSON.stringify({
      type: "indicator",
      id: "indicator--00000000-0000-4000-8000-000000000001",
      pattern: "[user-agent:value = '=cmd()' OR network-traffic:x_ja3 = 'd41d8cd98f00b204e9800998ecf8427e']",
      labels: ["\u001b[31mred"],
    }),
  );
  const csv = lookback("convert", "--to", "csv", path);
  expect(csv.out).not.toContain("\u001b");
  expect(csv.out).not.toMatch(/(?:^|,)"?=/m);
  const back = lookback("show", "--json", file("odd.csv", csv.out)).out;
  expect((JSON.parse(back) as { indicators: { value: string }[] }).indicators.map(({ value }) => value)).toEqual([
    "d41d8cd98f00b204e9800998ecf8427e",
    "=cmd()",
  ]);
  expect(lookback("convert", "--to", "zeek", path).out).not.toContain("\u001b");
});
