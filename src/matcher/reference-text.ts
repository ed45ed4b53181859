/** What the parts of the slow twin share: classes of characters, escapes (rule E of reference.ts), tokens. Bytes are read as Latin-1. */

/** Whole-token text in a line, and the indicators it stands for, ascending. */
export interface Found {
  start: number;
  end: number;
  members: number[];
}

/** Rule E: what may stand right before a token, at the end of what precedes it. */
const ESCAPE_END = new RegExp(
  [
    String.raw`\\[bfnrt]$`,
    String.raw`\\x[0-9A-Fa-f]{2}$`,
    String.raw`\\u[0-9A-Fa-f]{4}$`,
    String.raw`\\0[0-7]{2}$`,
    String.raw`#0[0-3][0-7]$`,
    String.raw`#177$`,
    String.raw`\^[IJM]$`,
    String.raw`\[[0-9;]{0,16}[mK]$`,
    String.raw`%(?:25){0,3}[0-9A-Fa-f]{2}$`,
  ].join("|"),
);

export const followsEscape = (line: string, at: number): boolean =>
  ESCAPE_END.test(line.slice(Math.max(0, at - 18), at));

/** The two digits of a `%HH` begin at `at`. */
export const inPercent = (line: string, at: number): boolean =>
  /^%[0-9A-Fa-f]{2}$/.test(line.slice(Math.max(0, at - 1), at + 2));

export const isAlnum = (c: string | undefined): boolean => c !== undefined && /^[0-9A-Za-z]$/.test(c);
export const isLetter = (c: string | undefined): boolean => c !== undefined && /^[A-Za-z]$/.test(c);

/** ASCII letters in lower case. */
export const lower = (text: string): string => text.replace(/[A-Z]+/g, (part) => part.toLowerCase());

/** Text in UTF-8, its bytes read as Latin-1. */
export const utf8 = (text: string): string => Buffer.from(text).toString("latin1");

/** Adds to a list that may not be there yet. */
export function listed<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  if (list) list.push(item);
  else map.set(key, [item]);
}
