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
const LINE_BREAK = /([^\s|]{1,300})[ ]?([\n\v])[ ]{0,40}([^\s|]{1,300})/g;
const DIGEST_LENGTHS = new Set([32, 40, 64, 128]);
const HEX_END = /(?<![0-9a-z])[0-9a-f]{8,128}$/i;
const HEX_START = /^[0-9a-f]{4,128}(?![0-9a-z])/i;
/** Any way of writing a dot inside a value. */
const DOTS = /\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)/gi;
const V4_HEAD = /(?:^|[^0-9A-Za-z.])(\d{1,3}(?:\.\d{1,3}){0,3}\.?)$/;
const V4_TAIL = /^(\.?\d{1,3}(?:\.\d{1,3}){0,3})(?![0-9A-Za-z]|\.\d)/;
const V4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const SCHEME_HEAD = /^["'(<]{0,2}[a-z*_]{2,8}[[({]{0,1}:[\])}]?(?:\/\/|\\\\)/i;
const FANGLESS = /\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)/i;
/** A value of its own, or the beginning of one: it continues nothing. */
const OWN_VALUE =
  /^["'(<]{0,2}(?:[a-z*_]{2,8}[[({]{0,1}:[\])}]?(?:\/\/|\\\\)|meow|\d{1,3}(?:\.|\[\.\]|\(\.\))\d{1,3}(?:\.|\[\.\]|\(\.\))\d)/i;

/** The end of a value, and a beginning without which it would be half a one. */
function isCutDigest(head: string, tail: string, wrapped: boolean): boolean {
  const a = HEX_END.exec(head)?.[0].length ?? 0;
  const b = HEX_START.exec(tail)?.[0].length ?? 0;
  if (a === 0 || b === 0 || DIGEST_LENGTHS.has(a) || a + b > 128) return false;
  // A SHA-512 may be broken twice.
  return DIGEST_LENGTHS.has(a + b) || (wrapped && a >= 16 && b >= 16 && !DIGEST_LENGTHS.has(b));
}

function isCutAddress(head: string, tail: string): boolean {
  const first = V4_HEAD.exec(head.replace(DOTS, "."))?.[1];
  const last = V4_TAIL.exec(tail.replace(DOTS, "."))?.[1];
  if (first === undefined || last === undefined) return false;
  return V4.test(first + last) && first.endsWith(".") !== last.startsWith(".");
}

/** True when a value was broken in two by a line break. `wrapped`: the line was full, so the break says nothing. */
function broken(head: string, tail: string, wrapped: boolean): boolean {
  if (isCutDigest(head, tail, wrapped) || isCutAddress(head, tail)) return true;
  // A name is never complete before a defanged dot, nor after one.
  if (/^(?:\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\))[0-9a-z]/i.test(tail)) return /[0-9a-z-]$/i.test(head);
  if (/[0-9a-z](?:\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\))$/i.test(head)) return /^[0-9a-z]/i.test(tail);
  if (/\[\.?$/.test(head) && /^\.?\]/.test(tail)) return true;
  if (/(?:^|[^0-9a-z])hx{1,2}$/i.test(head) && /^x?ps?\b/i.test(tail)) return true;
  if (OWN_VALUE.test(tail)) return false;
  const url = SCHEME_HEAD.test(head);
  if (!url && !FANGLESS.test(head))
    // "evil-" / "domain[.]example"
    return wrapped && /[0-9a-z]-$/i.test(head) && /^[0-9a-z-]{1,60}(?:\[\.\]|\(\.\))/i.test(tail);
  if (/[.,;:)!?]$/.test(head) && !/[a-z0-9]\?$/i.test(head)) return false;
  // A path that ends in a separator, or goes on with one.
  if (/[/?&=_%-]$/.test(head))
    return /^[A-Za-z0-9%?&=_~.-]/.test(tail) && (wrapped || !/^[A-Z]?[a-z]+[,.]?$/.test(tail)) && !FANGLESS.test(tail);
  if (/^[/?&=_%](?=[A-Za-z0-9])/.test(tail)) return true;
  if (!wrapped) return false;
  // A host in two pieces, or a path: what follows looks like no word and no number.
  const hostIsOpen = url && !/(?:\/\/|\\\\)[^/]*\//.test(head);
  if (hostIsOpen && !FANGLESS.test(head)) return /^[0-9a-z-]{1,63}(?:\[\.\]|\(\.\)|\.)/i.test(tail);
  return (
    /\//.test(head.replace(/^[^/]{0,12}\/\//, "")) &&
    !FANGLESS.test(tail) &&
    !/^\d{1,4}[.,;)]?$/.test(tail) &&
    /^[A-Za-z0-9%~_.-]{1,200}[/?=&%_.0-9-][A-Za-z0-9]/.test(tail)
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
const SUSPECT = /[[({\\]|h[tx*_]{2}ps?|meow|fxp|\sdot\s|\s\.\s?[0-9a-z]|\d\.\s\d/i;

const SCHEME =
  "(?<![A-Za-z0-9])(h[tx*_]{2}p|hxxtp|meow|fxp|ftp)(s?)[ ]?(?:[[({]{0,1}:[\\])}]{0,1}[ ]?(?:\\/\\/|\\\\\\\\|[[({]\\/\\/[\\])}]|\\[\\/\\]\\[\\/\\])|[[({]:(?:\\/\\/|\\\\\\\\)[\\])}])[ ]?(?=[A-Za-z0-9[])";
const RULES = new RegExp(
  [
    SCHEME,
    "(?<dot>[[({][ ]{0,2}(?:\\.|dot|d0t|punkt|point|punto)[ ]{0,2}[\\])}]|[ ]{1,2}(?:\\[[ ]{0,2}(?:\\.|dot)[ ]{0,2}\\]|[({]dot[)}])[ ]{1,2}(?=[0-9a-z]))",
    "(?<=[0-9a-z])(?<bare>\\[d\\]|\\[\\.|\\.\\]|\\\\\\.)(?=[0-9a-z])",
    "(?<colons>[[({][ ]?::?[ ]?[\\])}])",
    "(?<at>[ ]?[[({][ ]?(?:@|at)[ ]?[\\])}][ ]?)",
    "(?<slash>[[({][ ]?\\/[ ]?[\\])}])",
    "(?<![0-9A-Za-z.])(?<spaced>\\d{1,3}(?:[ ]?\\.[ ]?\\d{1,3}){3}(?![0-9A-Za-z.])|\\d{1,3}(?:[ ]dot[ ]\\d{1,3}){3}(?![0-9A-Za-z]))",
    "(?<=[0-9a-z-])(?<word>[ ]dot[ ])(?=[0-9a-z])(?!com (?:era|bubble|boom|crash|compan|startup))",
    "(?<=[0-9a-z-])(?<gap>[ ]\\.[ ])(?=(?:com|net|org|info|ru|cn|top|xyz|biz|example)\\b)",
  ].join("|"),
  "gi",
);
/** Left of " dot " these are words of a sentence about a dot. */
const NO_NAME =
  /(?:^|[^0-9A-Za-z-])(?:the|a|an|this|that|each|one|every|dot|polka|leading|trailing|last|first|and|or)$/i;

const SPACED_DOT = /[ ]?(?:\.|dot)[ ]?/gi;

/** Spaces before dots are a way to defang; after them they stand in "1. 2. 3. 4", too. */
function isSpacedAddress(text: string): boolean {
  return / (?:\.|dot)/i.test(text) || (text.includes(" ") && text.split(/\. ?/).some((group) => Number(group) > 99));
}

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
  if (g["spaced"] !== undefined) return isSpacedAddress(g["spaced"]) ? g["spaced"].replace(SPACED_DOT, DOT) : undefined;
  return NO_NAME.test(m.input.slice(Math.max(0, m.index - 12), m.index)) ? undefined : DOT;
}

const NAME_CHARACTER = /[0-9A-Za-z\uff10-\uff5a]/;

/** A character's ASCII twin. Another kind of dot inside a name is a way to defang it. */
function twin(m: RegExpExecArray): string | undefined {
  const made = unmask(m[0]);
  if (made === m[0]) return undefined;
  const between = NAME_CHARACTER.test(m.input[m.index - 1] ?? "") && NAME_CHARACTER.test(m.input[m.index + 1] ?? "");
  return made === "." && between ? DOT : made;
}

/** The text of one block, undone. `joined`: its line breaks may come from the page, not from the author. */
export function mark(text: string, joined: boolean): Marked {
  let out = new Marked(text, []);
  // The private characters are ours alone.
  if (MARKS.test(text)) out = edit(out, /[\ue000-\ue004]/g, () => " ");
  // Every character that could be invisible or another's twin, in one pass.
  if (/[^\t-~]/.test(text)) out = edit(out, /[^\t-~]/gu, twin);
  if (joined) out = joinLines(out);
  return SUSPECT.test(out.text) ? edit(out, RULES, undo) : out;
}

export function isDefanged(token: string): boolean {
  return MARKS.test(token);
}

const MEANING: Readonly<Record<string, string>> = { [DOT]: ".", [COLON]: ":", [AT]: "@", [SLASH]: "/" };

/** The plain value of a marked token. */
export function plain(token: string): string {
  return MARKS.test(token) ? token.replace(/[\ue000-\ue004]/g, (c) => MEANING[c] ?? "") : token;
}
