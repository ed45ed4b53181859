/**
 * DansGuardian and e2guardian access logs: DansGuardian's own layout (spaces), the same columns as CSV or parted by tabs, and e2guardian's layouts
 * 5 to 8. The server's address is not logged: only the URL names it. A filter's refusal stands in a starred word after the URL; layouts 5
 * to 8 have only a number and a text in the administrator's language, so a 403 with one of them may be the filter's or the server's.
 */
import type { Outcome } from "../../model/event.js";
import { wordTable } from "../../model/word-table.js";
import { splitColumns } from "../fallback/delimited.js";
import { findTime } from "../fallback/find-time.js";
import type { Format, FormatResult, LineContext } from "../format.js";
import { parseEpoch } from "../time.js";
import { proxyOutcome, proxyResult, type ProxyRecord } from "./record.js";

const DATED = /^"?\d{4}\.\d{1,2}\.\d{1,2} \d{1,2}:\d\d:\d\d/;
/** Date, user, client, URL, the starred words with their reason, method, size, weight, category, group, status. */
const SPACED =
  /^(\d{4}\.\d{1,2}\.\d{1,2} \d{1,2}:\d\d:\d\d) (\S{1,255}) ([0-9A-Fa-f.:]{2,45}) (\S{1,8192}) (?:(\*[A-Z]{2,20}\*)(.{0,1000}?))? {1,2}([A-Z][A-Z_-]{1,31}) (\d{1,15}) (-?\d{1,9}) (?:.{0,200}? )?(\d{1,4}) (\d{3}|-)(?: |$)/;
const STARRED: Readonly<Record<string, Outcome>> = wordTable<Outcome>({
  "*DENIED*": "blocked",
  "*INFECTED*": "blocked",
});
const METHOD = /^[A-Z][A-Z_-]{1,31}$/;
const URL = /^[a-z]{2,6}:\/\/\S/i;
const EPOCH = /^\d{10}(?:\.\d{1,3})?\t/;

function answer(record: ProxyRecord, starred: string | undefined, context: LineContext): FormatResult {
  const outcome = STARRED[starred ?? ""];
  return proxyResult(
    record,
    context,
    outcome === undefined ? proxyOutcome(record) : { outcome, outcomeReason: starred! },
  );
}

function spaced(line: string, context: LineContext): FormatResult | undefined {
  const m = SPACED.exec(line);
  if (!m) return undefined;
  const [, time, user, client, uri, starred, , method, received, , , status] = m;
  return answer(
    { time: findTime(time!)?.time, user, client, uri, method, received, status, rule: m[6]?.trim().slice(0, 200) },
    starred,
    context,
  );
}

/** Date, user, client, URL, result, method, size, weight, category, group, status, media type, client's name, group's name, agent. */
function columns(f: readonly string[], context: LineContext): FormatResult | undefined {
  if (f.length < 11 || !METHOD.test(f[5] ?? "") || !URL.test(f[3] ?? "")) return undefined;
  const starred = /^\*[A-Z]{2,20}\*/.exec(f[4] ?? "")?.[0];
  return answer(
    {
      time: findTime(f[0]!)?.time,
      user: f[1],
      client: f[2],
      uri: f[3],
      method: f[5],
      received: f[6],
      status: f[10],
      agent: f[14],
      rule: f[4]?.slice(starred?.length ?? 0, 200).trim(),
    },
    starred,
    context,
  );
}

/** Time, filter, user, client (may be left out), client's name, URL, method, status, size, media type, agent, …, message number, message. */
function numbered(f: readonly string[], context: LineContext): FormatResult | undefined {
  const at = [5, 4].find((n) => URL.test(f[n] ?? "") && METHOD.test(f[n + 1] ?? ""));
  if (at === undefined || f.length < at + 13) return undefined;
  const record: ProxyRecord = {
    time: parseEpoch(f[0]!),
    user: f[2],
    client: f[3],
    uri: f[at],
    method: f[at + 1],
    status: f[at + 2],
    received: f[at + 3],
    agent: f[at + 5],
    rule: f[at + 10],
  };
  const message = f[at + 9] ?? "";
  if (record.status === "403" && /^[1-9]\d{0,5}$/.test(message))
    return proxyResult(record, context, {
      outcome: "unknown",
      outcomeReason: `status 403, message ${message}: of the filter or the server`,
    });
  return proxyResult(record, context);
}

export const e2guardian: Format = {
  id: "e2guardian.access",
  title: "DansGuardian and e2guardian: access log",
  reference:
    "https://github.com/e2guardian/wiki/wiki/Access-Log-File-Format; http://contentfilter.futuragts.com/wiki/doku.php?id=the_access.log_files",
  parse(line, context) {
    if (DATED.test(line)) {
      if (line[0] === '"') return columns(splitColumns(line.slice(0, 16_384), ","), context);
      return line.includes("\t") ? columns(line.slice(0, 16_384).split("\t", 40), context) : spaced(line, context);
    }
    return EPOCH.test(line) ? numbered(line.slice(0, 16_384).split("\t", 40), context) : undefined;
  },
};
