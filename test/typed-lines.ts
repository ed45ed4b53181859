/** Judges real lines by one indicator of any type, as a hunt does, with the hits found by plain expressions. */
import { LineParser } from "../src/formats/line-parser.js";
import { indicatorsOf, type LineHit } from "../src/hunt/line-hits.js";
import type { Judgement } from "../src/model/sighting.js";
import { canonicalHost } from "../src/model/host.js";
import { canonicalIp } from "../src/model/ip.js";
import { Conversations } from "../src/triage/conversation.js";
import { OwnNetworks } from "../src/triage/own.js";
import { settle, triage, type TriageIndicator } from "../src/triage/triage.js";

const HOST = /(?:\(\d{1,3}\)[\w-]+)+\(0\)|[\w-]+(?:\.[\w-]+)+/g;
const ADDRESS = /[0-9a-f:]*:[0-9a-f:.]+|\d+(?:\.\d+){3}/gi;
const MAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;
const WORD = /\w+/g;

/** The host of a URL, without brackets; undefined for any other text. */
function hostOfUrl(value: string): string | undefined {
  return value.includes("://") ? new URL(value).hostname.replace(/^\[|\]$/g, "") : undefined;
}

function matches(indicator: TriageIndicator, token: string): boolean {
  const { type, value } = indicator;
  switch (type) {
    case "domain-name":
    case "url": {
      const name = type === "url" ? hostOfUrl(value) : value;
      const host = canonicalHost(token);
      return (
        canonicalIp(token) === name || host === name || (type === "domain-name" && host?.endsWith(`.${name}`) === true)
      );
    }
    case "ipv4-addr":
    case "ipv6-addr":
      return canonicalIp(token) === value;
    default:
      return token.toLowerCase() === value.toLowerCase();
  }
}

function hitsOf(line: string, indicator: TriageIndicator): LineHit[] {
  const at = (index: number, text: string): LineHit => ({
    slot: 0,
    offset: Buffer.byteLength(line.slice(0, index)),
    length: Buffer.byteLength(text),
  });
  if (indicator.type === "user-agent") {
    const index = line.indexOf(indicator.value);
    return index < 0 ? [] : [at(index, indicator.value)];
  }
  const address = canonicalIp(hostOfUrl(indicator.value) ?? indicator.value) !== undefined;
  const token =
    indicator.type === "email-addr" ? MAIL : address ? ADDRESS : indicator.value.includes(".") ? HOST : WORD;
  return [...line.matchAll(token)].flatMap((m) => (matches(indicator, m[0]) ? [at(m.index, m[0])] : []));
}

export interface Setting {
  own?: OwnNetworks;
  /** `#Fields:` and the like, before the lines. */
  headers?: readonly string[];
}

/** What a hunt says of each line that the indicator is found in, in order. */
export function judgeLines(lines: readonly string[], indicator: TriageIndicator, setting: Setting = {}): Judgement[] {
  const { own = new OwnNetworks(), headers = [] } = setting;
  const parser = new LineParser(
    {
      path: "logs/a.log",
      firstLine: headers[0] ?? lines[0]!,
      headerBefore: (prefix) => headers.findLast((header) => header.startsWith(prefix)),
      mtimeMs: Date.UTC(2021, 5, 1),
    },
    {},
  );
  const conversations = new Conversations();
  const all = lines.flatMap((line, i) => {
    const table = { at: () => [indicator] };
    const bytes = Buffer.from(line);
    return [...indicatorsOf(bytes, hitsOf(line, indicator), table, undefined)].map(({ tokens }) =>
      triage(parser.parse(line, i), indicator, [...tokens], "logs/a.log", own),
    );
  });
  for (const { pending } of all) if (pending) conversations.add(pending.record);
  return all.map((t) => t.judgement ?? settle(t.pending!, conversations.resolve(t.pending!.record)));
}
