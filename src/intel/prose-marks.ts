/**
 * Undoes defanging inside running text. What was defanged stays marked, because defanging is the author's own statement that a
 * value is an indicator; and every place can be traced back to the text as it was written.
 */
import { isCut } from "./prose-joins.js";
import { unmask } from "./refang.js";
import { wordTable } from "../model/word-table.js";

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

/** What may be defanged at all; most paragraphs hold none of it. */
const SUSPECT = /[[({\\]|h[tx*_]{2}ps?|meow|fxp|\sdot\s|\s\.\s?[0-9a-z]|\d\.\s\d|\.\]/i;

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

const BREAKS = /[\n\v\f]/;
const LINE_BREAK = /[ ]?([\n\v\f])[ ]{0,40}(?=([^\s|]{1,300}))/g;
const MAX_HEAD = 2048;

/** The token that ends at a place. */
function tokenBefore(text: string, end: number): string {
  let start = end;
  const least = Math.max(0, end - MAX_HEAD);
  while (start > least && !" \n\t\v\f|".includes(text[start - 1]!)) start--;
  return text.slice(start, end);
}

/** Values that a line break cut in two, whole again; other full lines end in a space. */
function joinLines(input: Marked): Marked {
  let out = input;
  // A value over many lines needs a second look: what joins depends on what is already joined.
  for (let round = 0; round < 6; round++) {
    const next = edit(out, LINE_BREAK, (m) =>
      isCut(tokenBefore(m.input, m.index), m[2]!, m[1] as "\n" | "\v" | "\f") ? "" : undefined,
    );
    if (next === out) break;
    out = next;
  }
  return new Marked(out.text.replace(/[\v\f]/g, " "), [], out);
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
  if (joined && BREAKS.test(text)) out = joinLines(out);
  return SUSPECT.test(out.text) ? edit(out, RULES, undo) : out;
}

export function isDefanged(token: string): boolean {
  return MARKS.test(token);
}

const MEANING: Readonly<Record<string, string>> = wordTable({ [DOT]: ".", [COLON]: ":", [AT]: "@", [SLASH]: "/" });

/** The plain value of a marked token. */
export function plain(token: string): string {
  return MARKS.test(token) ? token.replace(/[\ue000-\ue004]/g, (c) => MEANING[c] ?? "") : token;
}
