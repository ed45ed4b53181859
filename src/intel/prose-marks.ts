/**
 * Undoes defanging inside running text. What was defanged stays marked, because defanging is the author's own statement that a
 * value is an indicator; and every place can be traced back to the text as it was written.
 */
import { unmask } from "./refang.js";

/** Private-use characters that stand for a defanged dot, colon, at sign and slash, and before a defanged scheme. */
export const DOT = "\ue000";
export const COLON = "\ue001";
export const AT = "\ue002";
export const SLASH = "\ue003";
export const SCHEME_MARK = "\ue004";
const MARKS = /[\ue000-\ue004]/;

/** A text, and where each of its places stood in the text it was made from. */
export class Marked {
  constructor(
    readonly text: string,
    /** Ascending places in `text`, each followed by how far the original lies ahead from there on. */
    private readonly shifts: readonly number[],
    private readonly before?: Marked,
  ) {}

  origin(at: number): number {
    let low = 0;
    let high = this.shifts.length >> 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.shifts[middle * 2]! <= at) low = middle + 1;
      else high = middle;
    }
    const place = low === 0 ? at : at + this.shifts[low * 2 - 1]!;
    return this.before ? this.before.origin(place) : place;
  }
}

/** `replace` with the way back. `substitute` gives undefined for what stays as it is. */
function edit(input: Marked, pattern: RegExp, substitute: (m: RegExpExecArray) => string | undefined): Marked {
  const { text } = input;
  const shifts: number[] = [];
  let out = "";
  let from = 0;
  let shift = 0;
  pattern.lastIndex = 0;
  for (let m = pattern.exec(text); m !== null; m = pattern.exec(text)) {
    const made = substitute(m);
    if (made === undefined) continue;
    out += text.slice(from, m.index) + made;
    from = m.index + m[0].length;
    shift += m[0].length - made.length;
    shifts.push(out.length, shift);
  }
  return from === 0 ? input : new Marked(out + text.slice(from), shifts, input);
}

// Between lines: the last token of one and the first of the next, both bounded.
const LINE_BREAK = /([^\s|]{1,300})[ \t]?([\n\v])[ \t]{0,40}([^\s|]{1,300})/g;
const DIGEST_LENGTHS = new Set([32, 40, 64, 128]);
const HEX = /^[0-9a-f]+$/i;
const V4_HEAD = /(?:^|[^0-9A-Za-z.])(\d{1,3}(?:(?:\.|\[\.\])\d{1,3}){0,3}(?:\.|\[\.\])?)$/;
const V4_TAIL = /^((?:\.|\[\.\])?\d{1,3}(?:(?:\.|\[\.\])\d{1,3}){0,3})(?![0-9A-Za-z])/;
const URL_HEAD = /(?:[a-z*_]{2,8}s?\[?:\]?\/\/|\[\.\])[^\s]*$/i;

/** True when a value was broken in two by a line break. `wrapped`: the line was full, so the break says nothing. */
function broken(head: string, tail: string, wrapped: boolean): boolean {
  if (HEX.test(tail.replace(/[.,;)]$/, "")) || HEX.test(head)) {
    const a = /[0-9a-f]+$/i.exec(head)?.[0].length ?? 0;
    const b = /^[0-9a-f]+/i.exec(tail)?.[0].length ?? 0;
    if (
      a >= 8 &&
      b >= 4 &&
      !DIGEST_LENGTHS.has(a) &&
      a + b <= 128 &&
      (DIGEST_LENGTHS.has(a + b) || (wrapped && b >= 16))
    )
      return true;
  }
  const first = V4_HEAD.exec(head)?.[1]?.replaceAll("[.]", ".");
  const last = V4_TAIL.exec(tail)?.[1]?.replaceAll("[.]", ".");
  if (first !== undefined && last !== undefined) {
    if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(first + last) && first.endsWith(".") !== last.startsWith(".")) return true;
  }
  if (!URL_HEAD.test(head) || /^(?:h..ps?|ftp|meow)s?[:[]/i.test(tail)) return false;
  // A path that ends in a separator, or goes on with one; "[.]" at either side.
  if (/(?:[/?&=_%-]|\[\.\])$/.test(head))
    return /^[A-Za-z0-9%?&=_~.-]/.test(tail) && (wrapped || !/^[A-Z][a-z]+[,.]?$/.test(tail));
  return (
    /^(?:[/?&=_%]|\[\.\]|\.[a-z0-9])/.test(tail) ||
    (wrapped && head.includes("/") && !/[.,;:)]$/.test(head) && /[/?=&%_.]|\d/.test(tail))
  );
}

function joinLines(input: Marked): Marked {
  if (!/[\n\v]/.test(input.text)) return input;
  let out = input;
  // A value over three lines needs a second look: matches do not overlap.
  for (let round = 0; round < 4; round++) {
    const next = edit(out, LINE_BREAK, (m) => {
      LINE_BREAK.lastIndex = m.index + m[0].length - m[3]!.length;
      return broken(m[1]!, m[3]!, m[2] === "\v") ? m[1]! : undefined;
    });
    if (next === out) break;
    out = next;
  }
  return out;
}

/** What may be defanged at all; most paragraphs hold none of it. */
const SUSPECT = /[[({\\]|h[tx*_]{2}ps?|meow|fxp|\sdot\s|\s\.\s?[0-9a-z]/i;

const SCHEME =
  "(?<![A-Za-z0-9])(h[tx*_]{2}p|hxxtp|meow|fxp|ftp)(s?)[ \\t]?(?:[[({]{0,1}:[\\])}]{0,1}[ \\t]?(?:\\/\\/|\\\\\\\\|[[({]\\/\\/[\\])}]|\\[\\/\\]\\[\\/\\])|[[({]:(?:\\/\\/|\\\\\\\\)[\\])}])[ \\t]?(?=[A-Za-z0-9[])";
const RULES = new RegExp(
  [
    SCHEME,
    "(?<dot>[[({][ \\t]{0,2}(?:\\.|dot|d0t|punkt|point|punto)[ \\t]{0,2}[\\])}]|[ \\t]{1,2}(?:\\[[ \\t]{0,2}(?:\\.|dot)[ \\t]{0,2}\\]|[({]dot[)}])[ \\t]{1,2}(?=[0-9a-z]))",
    "(?<=[0-9a-z])(?<bare>\\[d\\]|\\[\\.|\\.\\]|\\\\\\.)(?=[0-9a-z])",
    "(?<colons>[[({][ \\t]?::?[ \\t]?[\\])}])",
    "(?<at>[ \\t]?[[({][ \\t]?(?:@|at)[ \\t]?[\\])}][ \\t]?)",
    "(?<slash>[[({][ \\t]?\\/[ \\t]?[\\])}])",
    "(?<![0-9A-Za-z.])(?<spaced>\\d{1,3}(?:[ \\t]\\.[ \\t]?\\d{1,3}){3}(?![0-9A-Za-z.])|\\d{1,3}(?:[ \\t]dot[ \\t]\\d{1,3}){3}(?![0-9A-Za-z]))",
    "(?<=[0-9a-z-])(?<word>[ \\t]dot[ \\t])(?=[0-9a-z])",
    "(?<=[0-9a-z-])(?<gap>[ \\t]\\.[ \\t])(?=(?:com|net|org|info|ru|cn|top|xyz|biz|example)\\b)",
  ].join("|"),
  "gi",
);
/** Left of " dot " these are words of a sentence about a dot. */
const NO_NAME =
  /(?:^|[^0-9A-Za-z-])(?:the|a|an|this|that|each|one|every|dot|polka|leading|trailing|last|first|and|or)$/i;

function undo(m: RegExpExecArray): string | undefined {
  const g = m.groups!;
  if (m[1] !== undefined) {
    const name = `${/^f/i.test(m[1]) ? "ftp" : "http"}${m[2]!.toLowerCase()}://`;
    return m[0].toLowerCase() === name ? undefined : SCHEME_MARK + name;
  }
  if (g["dot"] !== undefined || g["bare"] !== undefined || g["gap"] !== undefined) return DOT;
  if (g["colons"] !== undefined) return g["colons"].includes("::") ? COLON + COLON : COLON;
  if (g["at"] !== undefined) return AT;
  if (g["slash"] !== undefined) return SLASH;
  if (g["spaced"] !== undefined) return g["spaced"].replace(/[ \t](?:\.|dot)[ \t]?/gi, DOT);
  return NO_NAME.test(m.input.slice(Math.max(0, m.index - 12), m.index)) ? undefined : DOT;
}

/** The text of one block, undone. `joined`: its line breaks come from the page, not from the author. */
export function mark(text: string, joined: boolean): Marked {
  let out = new Marked(text, []);
  // The private characters are ours alone.
  if (MARKS.test(text)) out = edit(out, /[\ue000-\ue004]/g, () => " ");
  // Every character that could be invisible or another's twin, in one pass.
  if (/[^\x00-\x7f]/.test(text))
    out = edit(out, /[^\x00-\x7f]/gu, (m) => {
      const plain = unmask(m[0]);
      return plain === m[0] ? undefined : plain;
    }); // eslint-disable-line no-control-regex
  if (joined) out = joinLines(out);
  return SUSPECT.test(out.text) ? edit(out, RULES, undo) : out;
}

export function isDefanged(token: string): boolean {
  return MARKS.test(token);
}

/** The plain value of a marked token. */
export function plain(token: string): string {
  return MARKS.test(token)
    ? token.replace(/[\ue000-\ue004]/g, (c) =>
        c === DOT ? "." : c === COLON ? ":" : c === AT ? "@" : c === SLASH ? "/" : "",
      )
    : token;
}
