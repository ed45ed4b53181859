/** Hunts with indicators that are no addresses: the real program, from the list to the findings. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

const SHA256 = "ab".repeat(32);
const JA3 = "e7d705a3286e19ea42f587b344ee6865";
const LIST = `type,value,confidence,tlp,published
domain,evil.com,high,TLP:AMBER,2021-02-01
url,http://evil.com/gate.php,,,
email,bad@evil.com,,,
sha256,${SHA256},,,
ja3,${JA3},,,
user-agent,Evil Client/1.0,,,
ip-dst,203.0.113.7:443,,,
`;

const zeek = (fields: object): string => JSON.stringify({ ts: 1614830769.1, uid: "C1", ...fields });
const LOGS: Readonly<Record<string, readonly string[]>> = {
  "1-squid.log": [
    "1614852959.123 200 10.0.0.5 TCP_MISS/200 3940 POST http://evil.com/gate.php?id=1 - HIER_DIRECT/198.51.100.7 text/html",
    "1614852960.123 200 10.0.0.5 TCP_MISS/200 3940 GET http://evil.com/gate.phpx - HIER_DIRECT/198.51.100.7 text/html",
    "1614852961.123 200 10.0.0.6 TCP_DENIED/403 0 CONNECT a.b.evil.com:443 - HIER_NONE/- text/html",
    "1614852962.123 200 10.0.0.6 TCP_MISS/200 3940 GET http://notevil.com/gate.php - HIER_DIRECT/198.51.100.7 text/html",
    "1614852963.123 200 10.0.0.6 TCP_MISS/200 3940 GET http://evil.com.example.org/ - HIER_DIRECT/198.51.100.7 text/html",
  ],
  "2-access.log": [
    '198.51.100.9 - - [04/Mar/2021:10:15:59 +0000] "GET /a HTTP/1.1" 200 123 "http://evil.com/" "Mozilla/5.0"',
    '198.51.100.9 - - [04/Mar/2021:10:16:00 +0000] "GET /a?u=http://evil.com/gate.php HTTP/1.1" 200 123 "-" "Mozilla/5.0"',
    '198.51.100.9 - - [04/Mar/2021:10:16:01 +0000] "GET /b HTTP/1.1" 200 123 "-" "Evil Client/1.0"',
  ],
  "3-dns.log": [
    "3/4/2021 10:15:59 AM 0E4C PACKET  00000236B5F27A10 UDP Rcv 10.0.0.5        0002   Q [0001   D   NOERROR] A      (3)www(4)evil(3)com(0)",
    "04-Mar-2021 10:00:00.123 client @0x7f8 10.0.0.8#53211 (EVIL.com): query: EVIL.com IN A + (10.0.0.53)",
  ],
  "4-zeek.log": [
    zeek({
      _path: "ssl",
      "id.orig_h": "10.0.0.5",
      "id.orig_p": 51234,
      "id.resp_h": "203.0.113.7",
      "id.resp_p": 443,
      server_name: "cdn.evil.com",
      established: false,
      resumed: false,
      ja3: JA3,
    }),
    zeek({
      _path: "files",
      fuid: "F1",
      tx_hosts: ["198.51.100.7"],
      rx_hosts: ["10.0.0.5"],
      source: "HTTP",
      seen_bytes: 5,
      sha256: SHA256,
    }),
  ],
  "5-mail.log": [
    "Mar  4 10:00:00 mx postfix/smtpd[123]: NOQUEUE: reject: RCPT from unknown[198.51.100.7]: 554 5.7.1 no; from=<bad@evil.com> to=<u@own.example> proto=ESMTP helo=<x>",
    "Mar  4 10:00:01 mx postfix/qmgr[124]: 4Bx1lC2Vz1z9sT: from=<bad@evil.com>, size=1234, nrcpt=1 (queue active)",
  ],
};

/** `file:line type role/verdict`. */
const EXPECTED: readonly string[] = [
  "1-squid.log:1 domain-name destination/callout",
  "1-squid.log:1 url destination/callout",
  "1-squid.log:2 domain-name destination/callout",
  "1-squid.log:3 domain-name destination/callout-attempt",
  "2-access.log:1 domain-name mention/mention",
  "2-access.log:2 domain-name mention/mention",
  "2-access.log:2 url mention/mention",
  "2-access.log:3 user-agent mention/mention",
  "3-dns.log:1 domain-name question/resolution",
  "3-dns.log:2 domain-name question/resolution",
  "4-zeek.log:1 domain-name destination/callout-attempt",
  "4-zeek.log:1 ipv4-addr destination/callout-attempt",
  "4-zeek.log:1 ja3 mention/mention",
  "4-zeek.log:2 file mention/mention",
  "5-mail.log:1 domain-name source/probe",
  "5-mail.log:1 email-addr source/probe",
  "5-mail.log:2 domain-name source/contact",
  "5-mail.log:2 email-addr source/contact",
];

interface Sighting {
  log: { file: { path: string }; line: number };
  threat: { indicator: { type: string; name: string; confidence?: string; marking?: { tlp: string } } };
  lookback: { role: string; verdict: string; observed: string; reasons: string[] };
}
interface Found {
  indicator: { type: string; name: string; tlp?: string; confidence?: number; assertions: unknown[] };
  verdict: string;
  asset: string;
}

const folder = mkdtempSync(join(tmpdir(), "lookback-types-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function hunt(workers: number): { sightings: string; findings: string } {
  const out = join(folder, `out-${workers}`);
  const args = [
    "hunt",
    "-q",
    "-i",
    join(folder, "list.csv"),
    "--year",
    "2021",
    // The addresses are documentation's.
    "--no-warninglists",
    "--workers",
    String(workers),
    "-o",
    out,
  ];
  execFileSync(process.execPath, ["bin/lookback", ...args, join(folder, "logs")], { stdio: "inherit" });
  return {
    sightings: readFileSync(join(out, "sightings.jsonl"), "utf8"),
    findings: readFileSync(join(out, "findings.jsonl"), "utf8"),
  };
}

const objects = <T>(lines: string): T[] =>
  lines
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T);

describe("a hunt for names, URLs, mails and fingerprints", () => {
  let sightings: Sighting[];
  let findings: Found[];
  let texts: { sightings: string; findings: string };

  beforeAll(() => {
    writeFileSync(join(folder, "list.csv"), LIST);
    mkdirSync(join(folder, "logs"));
    for (const [name, lines] of Object.entries(LOGS))
      writeFileSync(join(folder, "logs", name), `${lines.join("\n")}\n`);
    texts = hunt(1);
    sightings = objects<Sighting>(texts.sightings);
    findings = objects<Found>(texts.findings);
  });

  it("finds each where it stands, and judges it by its place", () => {
    const found = sightings.map(
      ({ log, threat, lookback }) =>
        `${log.file.path.slice(join(folder, "logs").length + 1)}:${log.line} ${threat.indicator.type} ${lookback.role}/${lookback.verdict}`,
    );
    expect(found.toSorted()).toEqual(EXPECTED);
  });

  it("says the token that stood in the line, canonical", () => {
    const observed = (file: string, line: number): string[] =>
      sightings
        .filter(
          (s) => s.log.file.path.endsWith(file) && s.log.line === line && s.threat.indicator.type === "domain-name",
        )
        .map((s) => s.lookback.observed);
    expect(observed("1-squid.log", 3)).toEqual(["a.b.evil.com"]);
    expect(observed("3-dns.log", 1)).toEqual(["www.evil.com"]);
    expect(observed("3-dns.log", 2)).toEqual(["evil.com"]);
  });

  it("carries marking, confidence, ports and who said so", () => {
    const named = sightings.find((s) => s.threat.indicator.type === "domain-name")!;
    expect(named.threat.indicator).toEqual({
      type: "domain-name",
      name: "evil.com",
      confidence: "High",
      marking: { tlp: "AMBER" },
    });
    const address = sightings.find((s) => s.threat.indicator.type === "ipv4-addr")!;
    expect(address.threat.indicator).toEqual({ type: "ipv4-addr", name: "203.0.113.7" });
    expect(address.lookback.reasons).toContain("destination.port 443 is among the indicator's ports");
    const finding = findings.find((f) => f.indicator.name === "evil.com" && f.verdict === "callout")!;
    expect(finding.asset).toBe("10.0.0.5");
    expect(finding.indicator).toMatchObject({
      tlp: "TLP:AMBER",
      assertions: [{ file: join(folder, "list.csv"), line: 2, published: "2021-02-01" }],
    });
  });

  it("writes the same with several workers", () => {
    expect(hunt(3)).toEqual(texts);
  });
});
