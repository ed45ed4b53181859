/**
 * Undoes defanging: the ways in which advisories write an address or URL so that nobody clicks on it.
 * Pure text in, text out; what is not defanged comes back as it was, trimmed of the punctuation around it.
 */

/** Room for a cell or line of ten thousand addresses; what is longer is no list of indicators. */
export const MAX_VALUE_LENGTH = 256 * 1024;

/** Characters that are invisible or look like another, by code point. */
const LOOKALIKES: ReadonlyMap<number, string> = new Map([
  [0x00ad, ""], // soft hyphen
  [0x200b, ""], // zero width space
  [0x200c, ""],
  [0x200d, ""],
  [0x200e, ""], // direction marks
  [0x200f, ""],
  [0x202a, ""],
  [0x202b, ""],
  [0x202c, ""],
  [0x202d, ""],
  [0x202e, ""],
  [0x2060, ""], // word joiner
  [0x2066, ""],
  [0x2067, ""],
  [0x2068, ""],
  [0x2069, ""],
  [0xfeff, ""], // byte order mark
  [0x00a0, " "], // no-break spaces
  [0x2007, " "],
  [0x202f, " "],
  [0x3000, " "],
  [0x2024, "."], // one dot leader
  [0x3002, "."], // ideographic full stop
  [0xff61, "."],
  [0x3010, "["], // brackets that stand for ours
  [0x3011, "]"],
  [0x3014, "["],
  [0x3015, "]"],
  [0x27e6, "["],
  [0x27e7, "]"],
  [0x2772, "("],
  [0x2773, ")"],
  [0x2e28, "("],
  [0x2e29, ")"],
  [0x2010, "-"], // hyphens, dashes, minus
  [0x2011, "-"],
  [0x2012, "-"],
  [0x2013, "-"],
  [0x2014, "-"],
  [0x2212, "-"],
]);

const NON_ASCII = /[^\x20-\x7e]/;

/**
 * Look-alikes to ASCII. Not Unicode NFKC: that turns a footnote's superscript into a digit, and `192.0.2.4²` into another host.
 */
function toAscii(text: string): string {
  if (!NON_ASCII.test(text)) return text;
  let out = "";
  for (const c of text) out += unmask(c);
  return out;
}

/** One character: its ASCII twin, nothing when it is invisible, or itself. */
export function unmask(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  // The full-width forms stand in ASCII order.
  return LOOKALIKES.get(code) ?? (code >= 0xff01 && code <= 0xff5e ? String.fromCharCode(code - 0xfee0) : character);
}

/** Applied in this order. White space is bounded so that a run of it costs nothing. */
const RULES: readonly (readonly [RegExp, string])[] = [
  [/^([^A-Za-z]{0,3})(?:h[tx*_]{2}p|hxxtp|meow)(s?)(?=\s{0,2}[:[({])/i, "$1http$2"],
  [/^([^A-Za-z]{0,3})fxp(s?)/i, "$1ftp$2"],
  [/[[({]\s{0,2}:(?:\/\/|\\\\)\s{0,2}[\])}]/g, "://"],
  [/[[({]\s{0,2}\/\/\s{0,2}[\])}]/g, "//"],
  [/[[({]\s{0,2}\/\s{0,2}[\])}]/g, "/"],
  [/[[({]\s{0,2}::\s{0,2}[\])}]/g, "::"],
  [/[[({]\s{0,2}:\s{0,2}[\])}]/g, ":"],
  [/\s{0,2}[[({]\s{0,2}(?:\.|dot|d0t|punkt|point)\s{0,2}[\])}]\s{0,2}/gi, "."],
  [/([0-9A-Za-z])\[d\](?=[0-9A-Za-z])/gi, "$1."],
  // Windows' way round, and a space after the scheme.
  [/^([^A-Za-z]{0,3}(?:http|ftp)s?):(?:\\\\|\/\/)\s{0,2}/i, "$1://"],
  // Spaces around each dot of an address.
  [/^(\W{0,3}\d{1,3})\s\.\s?(\d{1,3})\s\.\s?(\d{1,3})\s\.\s?(\d{1,3})(?!\d)/, "$1.$2.$3.$4"],
  [/^(\W{0,3}[0-9a-z-]{1,63})\s\.\s([a-z]{2,24}\W{0,3})$/i, "$1.$2"],
  // Bracketed on one side only: `192[.0[.2[.1`, `192.]0`.
  [/\[\.|\.\](?=[0-9A-Za-z])/g, "."],
  [/\\\./g, "."],
  [/([0-9A-Za-z])\s{1,2}dot\s{1,2}(?=[0-9A-Za-z])/gi, "$1."],
  [/(\d)dot(?=\d)/gi, "$1."],
  [/\s{0,2}[[({]\s{0,2}(?:@|at)\s{0,2}[\])}]\s{0,2}/gi, "@"],
];

/** One of these is in every defanged text; without it the rules need not run. */
const DEFANGED = /[[\](){}\\]|dot|h[tx*_]{2}p|hxxtp|meow|fxp|\s\.\s?\w/i;

const OPENING = "\"'`<({«“‘„‹";
const CLOSING = "\"'`>)}»”’“›,;.!?";

/** The parenthesis at the end was opened inside, after a path has begun. */
function closesWithin(text: string, start: number, end: number): boolean {
  const opens = text.lastIndexOf("(", end - 2);
  return opens > start && text.lastIndexOf(")", end - 2) < opens && text.lastIndexOf("/", opens) > start;
}

/** Drops quotes, angle brackets and punctuation around a value. Paired square brackets stay: `[2001:db8::1]:443`. */
export function trimAround(text: string): string {
  const opens = text.includes("[");
  const closes = text.includes("]");
  let start = 0;
  let end = text.length;
  while (start < end) {
    const c = text[start]!;
    // `["192.0.2.1", …`: a list's bracket, or one that nothing closes.
    const strayBracket = c === "[" && (!closes || "\"'".includes(text[start + 1] ?? " "));
    if (!OPENING.includes(c) && text.charCodeAt(start) > 32 && !strayBracket) break;
    start++;
  }
  while (end > start) {
    const c = text[end - 1]!;
    // "2001:db8::" ends in a colon that belongs to it; "192.0.2.1:" does not.
    const strayColon = c === ":" && text[end - 2] !== ":";
    const strayBracket = c === "]" && (!opens || "\"'".includes(text[end - 2] ?? " "));
    // A path's own: "https://evil.example/a_(b)".
    if (c === ")" && closesWithin(text, start, end)) break;
    if (!CLOSING.includes(c) && text.charCodeAt(end - 1) > 32 && !strayColon && !strayBracket) break;
    end--;
  }
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

/** Plain values: nothing below would change them. */
const PLAIN = /^[0-9A-Za-z](?:[0-9A-Za-z:/_-]|\.(?![\s.])){0,250}[0-9A-Za-z/]$/;

export function refang(text: string): string {
  if (PLAIN.test(text) && !/dot|h[x_]{2}|htx|hxt|fxp|meow/i.test(text)) return text;
  let out = toAscii(text.length > MAX_VALUE_LENGTH ? text.slice(0, MAX_VALUE_LENGTH) : text);
  if (DEFANGED.test(out)) for (const [pattern, replacement] of RULES) out = out.replace(pattern, replacement);
  return trimAround(out);
}
