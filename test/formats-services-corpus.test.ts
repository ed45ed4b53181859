import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { canonicalIp } from "../src/model/ip.js";
import { syslog3164 } from "../src/formats/envelopes/syslog-3164.js";
import { syslog5424 } from "../src/formats/envelopes/syslog-5424.js";
import type { EnvelopeFields, FormatResult, LineContext, ParsedTime } from "../src/formats/format.js";
import { serviceFormats } from "./format-groups.js";

const ELASTIC = join("..", "shared", "corpora", "elastic-apache2");
const CROWDSEC = join("..", "shared", "corpora", "crowdsec");

/** The Elastic expectations take local times for −02:00. Their syslog lines have no year. */
function resolveTime(time: ParsedTime): number {
  if (time.kind === "instant") return time.ms;
  const { year = 2021, month, day, hour, minute, second, millisecond } = time;
  return Date.UTC(year, month - 1, day, hour + 2, minute, second, millisecond);
}

function contextOf(path: string, before: readonly string[]): LineContext {
  return {
    path,
    firstLine: before[0] ?? "",
    headerBefore: (prefix) => before.findLast((l) => l.startsWith(prefix)),
    resolveTime,
  };
}

interface Read {
  format: string;
  result: FormatResult;
}

/** As the registry reads a line: bare first, then inside syslog. */
function read(line: string, context: LineContext): Read | undefined {
  const of = (text: string, envelope?: EnvelopeFields): Read | undefined => {
    for (const format of serviceFormats) {
      const result = format.parse(text, context, envelope);
      if (result) return { format: format.id, result };
    }
    return undefined;
  };
  const enveloped = syslog5424.unwrap(line, context) ?? syslog3164.unwrap(line, context);
  return (enveloped && of(enveloped.message, enveloped.fields)) ?? of(line);
}

type Expected = Record<string, unknown>;

interface Case {
  file: string;
  line: string;
  before: string[];
  expected: Expected;
}

function elasticCases(folder: string): Case[] {
  const out: Case[] = [];
  for (const name of readdirSync(folder).filter((f) => f.endsWith(".log"))) {
    const bytes = readFileSync(join(folder, name));
    const expectations = JSON.parse(readFileSync(join(folder, `${name}-expected.json`), "utf8")) as Expected[];
    for (const expected of expectations) {
      const offset = Number(expected["log.offset"]);
      const end = bytes.indexOf(10, offset);
      const before = bytes.subarray(0, offset).toString("utf8").split("\n");
      const line = bytes
        .subarray(offset, end < 0 ? undefined : end)
        .toString("utf8")
        .replace(/\r$/, "");
      out.push({ file: `${folder.split("/").slice(-2).join("/")}/${name}`, line, before: [...before, line], expected });
    }
  }
  return out;
}

const FOLDERS = [
  "apache/access",
  "apache/error",
  "nginx/access",
  "nginx/ingress_controller",
  "haproxy/log",
  "iis/access",
  "iis/error",
  "system/auth",
  "traefik/access",
];

/**
 * Lines on which we differ, knowingly. A `Host` that is an address is no destination (it is what the client asked for);
 * sudo, useradd and session lines hold no address and are not ours.
 */
const HOST_FIRST = /^1\.2\.3\.4(?::80)? /;

function address(value: unknown): string | undefined {
  return typeof value === "string" ? (canonicalIp(value) ?? value) : undefined;
}

const present = existsSync(ELASTIC);
if (!present) console.warn(`SKIPPED: ${ELASTIC} is absent, so the Elastic expectations were not checked`);

describe.skipIf(!present)("Elastic's expectations (skipped when the corpus is absent)", () => {
  it.each(FOLDERS)("%s", (folder) => {
    const cases = elasticCases(join(ELASTIC, ...folder.split("/")));
    expect(cases.length).toBeGreaterThan(0);
    const wrong: unknown[] = [];
    let checked = 0;
    for (const { file, line, before, expected } of cases) {
      if (expected["log.flags"] !== undefined) continue;
      const got = read(line, contextOf(file, before));
      const event = got?.result.event;
      const want: Record<string, unknown> = {
        // Elastic leaves the address of PAM's and some of sshd's lines unread; we read it.
        "source.ip":
          folder === "system/auth" && expected["source.ip"] === undefined
            ? event?.source?.ip
            : address(expected["source.ip"]),
        "destination.ip": HOST_FIRST.test(line) ? undefined : address(expected["destination.ip"]),
      };
      const have: Record<string, unknown> = {
        "source.ip": event?.source?.ip,
        "destination.ip": event?.destination?.ip,
      };
      const check = (key: string, wanted: unknown, had: unknown): void => {
        if (wanted === undefined) return;
        want[key] = wanted;
        have[key] = had;
      };
      check("source.port", expected["source.port"] && Number(expected["source.port"]), event?.source?.port);
      check("status", expected["http.response.status_code"], event?.http?.response?.status_code);
      check("forwarded", expected["network.forwarded_ip"], event?.network?.forwarded_ip?.[0]);
      check(
        "agent",
        expected["user_agent.original"] === "-" ? undefined : expected["user_agent.original"],
        event?.user_agent?.original,
      );
      if (folder !== "system/auth" && expected["user.name"] !== "-")
        check("user", expected["user.name"], event?.user?.name);
      const time = expected["@timestamp"];
      if (typeof time === "string") check("time", Date.parse(time), event?.timestamp);
      if (JSON.stringify(want) !== JSON.stringify(have)) wrong.push({ file, line, want, have, format: got?.format });
      checked++;
    }
    expect(wrong).toEqual([]);
    expect(checked).toBeGreaterThan(0);
  });

  it("every failed and accepted login of a day of attacks is read from the syslog file", () => {
    const lines = readFileSync(join(ELASTIC, "system", "auth", "secure-rhel7.log"), "utf8")
      .trimEnd()
      .split("\n");
    const outcomes: Record<string, number> = {};
    for (const line of lines.filter((l) => /Failed password|Accepted/.test(l))) {
      const got = read(line, contextOf("secure", [line]));
      const ip = /from (\S+) port/.exec(line)![1];
      expect(got?.result.event.source?.ip, line).toBe(ip);
      const { outcome } = got!.result;
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
    expect(outcomes).toEqual({
      refused: lines.filter((l) => l.includes("Failed password")).length,
      authenticated: lines.filter((l) => l.includes("Accepted")).length,
    });
  });
});

/** CrowdSec's scenarios whose lines these formats read: the formats that may claim them, and how many state their source. */
const CROWDSEC_FOLDERS: readonly [folder: string, formats: RegExp, stated: number][] = [
  ["apache2-logs", /^apache\./, 9],
  ["nginx_http-logs", /^(?:apache\.access|nginx\.error)$/, 9],
  ["nginx-http-malformed", /^apache\.access$/, 12],
  ["nginx-http-path-traversal", /^apache\.access$/, 0],
  ["nginx-http-generic-bf", /^(?:apache\.access|nginx\.error)$/, 0],
  ["nginx_req_limit_exceeded", /^nginx\.error$/, 9],
  ["nginx-proxy-manager-logs", /^(?:apache\.access|nginx\.error)$/, 14],
  ["npmplus-logs", /^(?:apache\.access|nginx\.error)$/, 10],
  ["nginx_http-catch-npm", /^apache\.access$/, 6],
  ["modsecurity-nginx", /^nginx\.error$/, 0],
  ["pfsense-rfc5424-nginx", /^nginx\.error$/, 1],
  ["traefik_clf", /^apache\.access$/, 7],
  ["haproxy-logs", /^haproxy\.log$/, 4],
  ["sshd-logs", /^(?:openssh\.sshd|linux\.pam)$/, 23],
  ["ssh-bf", /^openssh\.sshd$/, 0],
  ["sshd-success-logs", /^openssh\.sshd$/, 4],
  ["sshd-refused-conn", /^openssh\.sshd$/, 0],
  ["sshd_banner_exchange", /^openssh\.sshd$/, 0],
  ["sshd-logs-fp", /^openssh\.sshd$/, 0],
  ["opnsense-sshd", /^openssh\.sshd$/, 10],
  ["synology-dsm-bf", /^linux\.pam$/, 0],
  ["dropbear-logs", /^dropbear\.sshd$/, 3],
  ["vsftpd-logs", /^vsftpd\.vsftpd$/, 3],
  ["dovecot-logs", /^dovecot\.dovecot$/, 15],
  ["openvpn-bf", /^openvpn\.openvpn$/, 0],
  ["aws-cloudfront-logs", /^w3c\.extended$/, 2],
];

const ASSERTION =
  /results\["s01-parse"\]\["([^"]+)"\]\[(\d+)\]\.Evt\.(?:Parsed|Meta)\["(\w+)"\] == "((?:[^"\\]|\\.)*)"/g;

/** `source_ip` as the hub's own parsers found it, by the message they found it in. */
function crowdsecExpectations(text: string): Map<string, string> {
  const messages = new Map<string, string>();
  const sources = new Map<string, string>();
  for (const m of text.matchAll(ASSERTION)) {
    const key = `${m[1]!}#${m[2]!}`;
    if (m[3] === "message") messages.set(key, m[4]!.replace(/\\(.)/g, "$1"));
    if (m[3] === "source_ip") sources.set(key, m[4]!);
  }
  const out = new Map<string, string>();
  for (const [key, ip] of sources) {
    const message = messages.get(key);
    if (message !== undefined) out.set(message.trim(), ip);
  }
  return out;
}

/** Other formats' lines: firewalls, sensors, mail, applications. */
const NOT_OURS = [
  "iptables-logs",
  "pf-logs",
  "suricata-logs-evelog",
  "suricata-logs-fastlog",
  "cef-logs",
  "aws-cloudtrail",
  "tcpdump-logs",
  "unifi-logs",
  "mikrotik-logs",
  "pfsense-rfc5424-filterlog",
  "palo-alto-threat",
  "traefik_json",
  "caddy-logs",
  "k8s-audit-pod-exec-file",
  "bind9-logs",
  "exim-logs",
  "postfix-logs",
  "mysql-logs",
  "nextcloud-logs",
  "gitlab-logs",
  "wireguard-logs",
  "windows-logs",
];

const hub = existsSync(CROWDSEC);
if (!hub) console.warn(`SKIPPED: ${CROWDSEC} is absent, so CrowdSec's lines were not checked`);

describe.skipIf(!hub)("CrowdSec's lines (skipped when the corpus is absent)", () => {
  it.each(CROWDSEC_FOLDERS)("%s", (folder, formats, stated) => {
    const path = join(CROWDSEC, folder);
    const log = readdirSync(path).find((f) => f.endsWith(".log"))!;
    const lines = readFileSync(join(path, log), "utf8")
      .split("\n")
      .map((l) => l.replace(/\r$/, ""))
      .filter((l) => l.trim() !== "");
    const expected = crowdsecExpectations(
      existsSync(join(path, "parser.assert")) ? readFileSync(join(path, "parser.assert"), "utf8") : "",
    );
    const wrong: unknown[] = [];
    let compared = 0;
    for (const line of lines) {
      const got = read(line, contextOf(log, [line]));
      if (!got || !formats.test(got.format)) {
        wrong.push({ line, format: got?.format });
        continue;
      }
      const message = [...expected.keys()].find((m) => m.length > 20 && line.includes(m));
      if (message === undefined) continue;
      compared++;
      const ip = canonicalIp(expected.get(message)!);
      if (got.result.event.source?.ip !== ip) wrong.push({ line, want: ip, have: got.result.event.source });
    }
    expect(wrong).toEqual([]);
    expect(compared).toBe(stated);
  });

  it.each(NOT_OURS)("%s is claimed by none of these formats", (folder) => {
    const path = join(CROWDSEC, folder);
    const log = readdirSync(path).find((f) => f.endsWith(".log"))!;
    const lines = readFileSync(join(path, log), "utf8").split("\n");
    for (const line of lines) expect(read(line, contextOf(log, [line]))?.format, line).toBeUndefined();
  });
});
