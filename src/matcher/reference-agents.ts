/**
 * The slow twin for user-agents.
 *
 * U1. A field begins after `"`, `'`, `=`, a space, a tab, or at the line's start, and ends, at most 1,024 bytes on,
 *     - after `"`: before the next `"` that no backslash escapes; or, when a backslash stands before the first (JSON in a string),
 *       before the next backslash with a `"`;
 *     - after `'`: before the next `'`;
 *     - after a tab and at the line's start: before a tab, a return or the line's end;
 *     - after `=`: also before `"` or `'`, and before a space with a key (1 to 32 letters, digits, `_`, `.`, `-`) and `=` after it;
 *     - after a space: before a space, a tab, a return or the line's end (W3C logs), unless the nearest `"` in the 256 bytes
 *       before it opens something: no space, comma, `}` or `]` follows that. After `: ` the rest of the line, up to a tab, comes first.
 * U2. In it `\"`, `\/`, `\\` stand for their second byte; `\u0022`, `\u0026`, `\u0027`, `\u002b`, `\u003c`, `\u003d`, `\u003e` for
 *     theirs; `+` (W3C logs), `%20` and `%2520` for a space. Of a listed user-agent the same is read.
 * U3. The field must be a listed user-agent, whole, in the same case. It has 4 to 512 bytes.
 */
import type { Indicator } from "../model/indicator.js";
import { listed, utf8 } from "./reference-text.js";
import type { Found } from "./reference-text.js";

export type Agents = ReadonlyMap<string, number[]>;

export function agentsOf(indicators: readonly Indicator[]): Agents {
  const agents = new Map<string, number[]>();
  for (const [i, { type, value }] of indicators.entries()) {
    if (type !== "user-agent" || value.length > 512) continue;
    const plain = unescaped(utf8(value));
    if (plain.length >= 4 && plain.length <= 512) listed(agents, plain, i);
  }
  return agents;
}

/** Rule U2. */
function unescaped(field: string): string {
  let out = "";
  for (let rest = field; rest !== "";) {
    const escape = /^(?:\\["/\\]|\\u00(?:22|26|27|2[bB]|3[cC]|3[dD]|3[eE])|%(?:25)?20)/.exec(rest)?.[0];
    const text = escape ?? rest[0]!;
    rest = rest.slice(text.length);
    if (escape === undefined) out += text;
    else if (escape.startsWith("%")) out += " ";
    else out += escape.length === 2 ? escape[1]! : String.fromCharCode(parseInt(escape.slice(2), 16));
  }
  return out.replaceAll("+", " ");
}

export function agentTokens(line: string, agents: Agents): Found[] {
  const tokens: Found[] = [];
  if (agents.size === 0) return tokens;
  for (let start = 0; start < line.length; start++) {
    for (const length of fieldLengths(line, start)) {
      const members = length > 1024 ? undefined : agents.get(unescaped(line.slice(start, start + length)));
      if (!members) continue;
      tokens.push({ start, end: start + length, members });
      break;
    }
  }
  return tokens;
}

/** Rule U1: how long the field that begins at `start` may be. */
function fieldLengths(line: string, start: number): number[] {
  const before = line[start - 1] ?? "\t";
  if (!"\"'= \t".includes(before)) return [];
  const rest = line.slice(start, start + 1100);
  const bare = upTo(rest, /[\t\r]|$/);
  if (before === '"') {
    const closing = line[start - 2] === "\\" ? /\\"/ : /(?<=^(?:[^"\\]|\\[^])*)"/;
    return closing.test(rest) ? [upTo(rest, closing)] : [];
  }
  if (before === "'") return rest.includes("'") ? [rest.indexOf("'")] : [];
  if (before === "=") return [upTo(rest, /[\t\r"']| (?=[0-9A-Za-z_.-]{1,32}=)|$/)];
  if (before === "\t") return [bare];
  const lengths = line[start - 2] === ":" ? [bare] : [];
  const around = line.slice(Math.max(0, start - 256), start + 1);
  const quote = around.slice(0, -1).lastIndexOf('"');
  if (quote < 0 || " ,}]".includes(around[quote + 1]!)) lengths.push(upTo(rest, /[\t\r ]|$/));
  return lengths;
}

const upTo = (text: string, end: RegExp): number => text.search(end);
