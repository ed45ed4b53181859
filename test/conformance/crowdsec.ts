/**
 * Reads crowdsecurity/hub test folders: `parser.assert` says, event by event, what each parser made of a line:
 *
 *     results["s01-parse"]["crowdsecurity/sshd-logs"][3].Evt.Meta["source_ip"] == "192.0.2.1"
 *
 * An event is tied to its line by the text it repeats (`Evt.Parsed["message"]`, `Evt.Line.Raw`), because parsers skip lines
 * and files of a folder are run one after the other.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { canonicalIp } from "../../src/model/ip.js";
import { findAddresses } from "../../src/formats/fallback/addresses.js";
import type { Statement } from "./truth.js";

const ASSERT =
  /^results\["([^"]+)"\]\["([^"]+)"\]\[(\d+)\]\.Evt\.(Meta|Parsed|Line|Enriched)(?:\["([^"]+)"\]|\.(\w+)) == (.*)$/;
const SOURCE_KEYS = ["Meta.source_ip"];
const DESTINATION_KEYS = [
  "Meta.target_ip",
  "Meta.dest_ip",
  "Meta.dst_ip",
  "Meta.destination_ip",
  "Parsed.target_ip",
  "Parsed.dest_ip",
  "Parsed.dst_ip",
  "Parsed.destination_ip",
];
const TIME_KEYS = ["Enriched.MarshaledTime", "Meta.timestamp"];

function unquote(text: string): string | undefined {
  const value = text.trim();
  const quote = value[0];
  if (value.length < 2 || value.at(-1) !== quote) return undefined;
  const body = value.slice(1, -1);
  if (quote === "`") return body;
  if (quote !== '"' && quote !== "'") return undefined;
  return body.replace(/\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)/g, (_, e: string) => {
    if (e[0] === "u" || (e[0] === "x" && e.length > 1)) return String.fromCharCode(parseInt(e.slice(1), 16));
    return ({ n: "\n", t: "\t", r: "\r" } as Record<string, string>)[e] ?? e;
  });
}

/** Fields of each event, keyed by stage, parser and index, in file order. */
function readAsserts(path: string): Map<string, string>[] {
  const events = new Map<string, Map<string, string>>();
  for (const line of readFileSync(path, "utf8").split("\n")) {
    const m = ASSERT.exec(line.trim());
    const value = m && unquote(m[7]!);
    if (!m || value === undefined || value === null) continue;
    const id = `${m[1]}|${m[2]}|${m[3]}`;
    let fields = events.get(id);
    if (!fields) events.set(id, (fields = new Map()));
    fields.set(`${m[4]}.${m[5] ?? m[6]}`, value);
  }
  return [...events.values()];
}

interface LogLine {
  file: string;
  line: number;
  text: string;
  lines: readonly string[];
  addresses: Set<string>;
}

function readLogs(folder: string): LogLine[] {
  const out: LogLine[] = [];
  for (const name of readdirSync(folder).toSorted()) {
    if (!name.endsWith(".log")) continue;
    const lines = readFileSync(join(folder, name), "utf8").split("\n");
    for (const [i, text] of lines.entries())
      if (text.trim() !== "")
        out.push({
          file: join(folder, name),
          line: i + 1,
          text,
          lines,
          addresses: new Set(findAddresses(text).map((a) => a.ip)),
        });
  }
  return out;
}

/** Lines that may be the event's: those that hold its text and every address it states. */
function linesOf(fields: Map<string, string>, logs: readonly LogLine[], addresses: readonly string[]): LogLine[] {
  const raw = fields.get("Line.Raw") ?? fields.get("Parsed.message");
  if (raw === undefined || raw.trim() === "") return [];
  const needle = raw.trim();
  const hold = logs.filter((l) => addresses.every((a) => l.addresses.has(a)));
  const exact = hold.filter((l) => l.text.trim() === needle);
  if (exact.length > 0) return exact;
  const ending = hold.filter((l) => l.text.trimEnd().endsWith(needle));
  if (ending.length > 0) return ending;
  const holding = hold.filter((l) => l.text.includes(needle));
  if (holding.length > 0) return holding;
  // The message stands escaped inside a JSON line.
  const escaped = JSON.stringify(needle).slice(1, -1);
  return hold.filter((l) => l.text.includes(escaped));
}

function first(fields: Map<string, string>, keys: readonly string[]): string | undefined {
  for (const key of keys) if (fields.has(key)) return fields.get(key);
  return undefined;
}

export function readCrowdsec(root: string): Statement[] {
  const out = new Map<string, Statement>();
  for (const folder of readdirSync(root, { withFileTypes: true })) {
    if (!folder.isDirectory()) continue;
    const path = join(root, folder.name);
    if (!readdirSync(path).includes("parser.assert")) continue;
    const logs = readLogs(path);
    for (const fields of readAsserts(join(path, "parser.assert"))) {
      const source = canonicalIp(first(fields, SOURCE_KEYS));
      const destination = canonicalIp(first(fields, DESTINATION_KEYS));
      const time = Date.parse(first(fields, TIME_KEYS) ?? "");
      const stated = [source, destination].filter((ip): ip is string => ip !== undefined);
      if (stated.length === 0 && Number.isNaN(time)) continue;
      const lines = linesOf(fields, logs, stated);
      // A text that stands in several different lines ties the event to none of them.
      const log = lines[0];
      if (!log || lines.some((l) => l.text !== log.text)) continue;
      const add = (kind: Statement["kind"], value: string | number): void => {
        for (const l of lines)
          out.set(`${l.file}:${l.line}:${kind}:${kind === "time" ? "" : value}`, {
            corpus: "crowdsec",
            group: folder.name,
            file: l.file,
            line: l.line,
            text: l.text,
            lines: l.lines,
            kind,
            value,
          });
      };
      if (source !== undefined) add("source", source);
      if (destination !== undefined && destination !== source) add("destination", destination);
      if (!Number.isNaN(time)) add("time", time);
    }
  }
  return [...out.values()];
}
