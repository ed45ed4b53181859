/** User-agents to literals (rules U of reference-agents.ts). */
import * as layout from "./assembly/layout.js";
import type { Filters, Literals } from "./compile-literals.js";
import { finish, mixWord } from "./hashing.js";

const scratch = Buffer.alloc(layout.MAX_AGENT * 3 + 16);
const SPACE = 0x20;

/** The escapes that a log may write a user-agent with, and what they stand for. */
const ESCAPES = /\\(["\\/])|\\u00(2[267bB]|3[cCdDeE])|%(?:25)?20/g;

/** Shorter and longer ones are never found. */
export function addAgent(agents: Literals, text: string, indicator: number): void {
  if (text.length > layout.MAX_AGENT) return;
  const plain = text.replace(ESCAPES, (_, escaped: string | undefined, hex: string | undefined) =>
    hex === undefined ? (escaped ?? " ") : String.fromCharCode(parseInt(hex, 16)),
  );
  const length = scratch.write(plain.replaceAll("+", " "), "utf8");
  if (length >= layout.MIN_AGENT && length <= layout.MAX_AGENT) agents.add(scratch, length, indicator);
}

/** The ways in which a log may write one byte of a canonical user-agent. */
function spellings(c: number): string[] {
  const plain = String.fromCharCode(c);
  if (c === SPACE) return [" ", "+", "%20", "%2520", String.raw`\u002b`, String.raw`\u002B`];
  if (c === 0x22) return [plain, String.raw`\"`, String.raw`\u0022`];
  if (c === 0x2f) return [plain, String.raw`\/`];
  if (c === 0x5c) return [plain, String.raw`\\`];
  if (c === 0x26 || c === 0x27) return [plain, String.raw`\u00${c.toString(16)}`];
  if (c >= 0x3c && c <= 0x3e)
    return [plain, String.raw`\u00${c.toString(16)}`, String.raw`\u00${c.toString(16).toUpperCase()}`];
  return [plain];
}

/** What the first four bytes may be as a log writes them. */
function* prefixes(text: Uint8Array, at: number, before: string): Generator<string> {
  if (before.length >= 4) yield before.slice(0, 4);
  else for (const next of spellings(text[at]!)) yield* prefixes(text, at + 1, before + next);
}

/** Fills what the kernel asks before it cuts a field out. */
export function filterAgents(agents: Literals, { sieve, heads }: Filters): void {
  for (let nibble = 0; nibble < 16; nibble++) heads[16 + nibble] = 1 << (nibble & 7);
  const seen = new Set<number>();
  for (let id = 0; id < agents.count; id++) {
    for (const prefix of prefixes(agents.text, agents.offsets[id]!, "")) {
      scratch.write(prefix, "latin1");
      const word = scratch.readUInt32LE(0);
      if (seen.has(word)) continue;
      seen.add(word);
      heads[word & 15]! |= 1 << ((word >>> 4) & 7);
      const h = finish(mixWord(agents.seed, word)) >>> 17;
      sieve[h >>> 3]! |= 1 << (h & 7);
    }
  }
}
