/** Reads elastic/beats test data: `X.log` and `X.log-expected.json`, tied by `log.offset`. Times assume −02:00 where the line names no zone. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { canonicalIp } from "../../src/model/ip.js";
import { findAddresses } from "../../src/formats/fallback/addresses.js";
import type { Statement } from "./truth.js";

export const ELASTIC_TIMEZONE = "-02:00";

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .flatMap((e) => (e.isDirectory() ? walk(join(folder, e.name)) : [join(folder, e.name)]));
}

export function readElastic(root: string): Statement[] {
  const out: Statement[] = [];
  for (const file of walk(root)) {
    if (!file.endsWith(".log") || !existsSync(`${file}-expected.json`)) continue;
    const bytes = readFileSync(file);
    const lines = bytes.toString("utf8").split("\n");
    const at = new Map<number, number>();
    let offset = 0;
    for (const [i, line] of lines.entries()) {
      at.set(offset, i);
      offset += Buffer.byteLength(line) + 1;
    }
    const events = JSON.parse(readFileSync(`${file}-expected.json`, "utf8")) as Record<string, unknown>[];
    for (const event of events) {
      const index = at.get(Number(event["log.offset"]));
      const text = index === undefined ? undefined : lines[index];
      if (index === undefined || text === undefined) continue;
      const present = new Set(findAddresses(text).map((a) => a.ip));
      const base = {
        corpus: "elastic-apache2",
        group: relative(root, file).split("/").slice(0, 2).join("/"),
        file,
        line: index + 1,
        text: text.replace(/\r$/, ""),
        lines,
        timezone: ELASTIC_TIMEZONE,
      };
      for (const kind of ["source", "destination"] as const) {
        const stated = event[`${kind}.ip`] ?? event[`${kind}.address`];
        const ip = typeof stated === "string" ? canonicalIp(stated) : undefined;
        if (ip !== undefined && present.has(ip)) out.push({ ...base, kind, value: ip });
      }
      const time = Date.parse(String(event["@timestamp"]));
      if (!Number.isNaN(time)) out.push({ ...base, kind: "time", value: time });
    }
  }
  return out;
}
