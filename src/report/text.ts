/** Text that came from logs or feeds, made safe and short for people. Everything here is linear in its input. */

const ESC = String.fromCharCode(0x1b);
const BEL = String.fromCharCode(0x07);
const C1 = (code: number): string => String.fromCharCode(code);

/**
 * Control sequences of ECMA-48, 7-bit and 8-bit: CSI (`ESC [`), and the string sequences OSC, DCS, SOS, PM, APC with their
 * terminator. An unterminated string keeps its text: only the introducer goes, so that a line cannot hide its own rest.
 */
const CSI = new RegExp(`(?:${ESC}\\[|${C1(0x9b)})[0-?]*[ -/]*[@-~]`, "g");
const STRING_8BIT = `${C1(0x90)}${C1(0x98)}${C1(0x9d)}${C1(0x9e)}${C1(0x9f)}`;
/** The body ends at any introducer as well: a body that ran over the next ones would be read again from each of them. */
const STRING_SEQUENCE = new RegExp(
  `(?:${ESC}[\\]PX^_]|[${STRING_8BIT}])[^${BEL}${ESC}${C1(0x9c)}${STRING_8BIT}]*(?:${BEL}|${ESC}\\\\|${C1(0x9c)})`,
  "g",
);

/** Line ends, tabs and the Unicode separators: one blank each, so that words stay apart. */
const BLANKS = /[\t\n\v\f\r\u0085\p{Zl}\p{Zp}]+/gu;
/**
 * Cc: C0 and C1. Cf: bidi overrides and isolates, zero-width characters, byte order mark, tags. DI: what fonts draw as nothing.
 * Cs: lone surrogates.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{DI}\p{Cs}]/gu;
const PLAIN_ASCII = /^[ -~]*$/;

/** Text for a terminal: no control sequences, control characters, bidi overrides or invisible characters; one line. */
export function printable(text: string): string {
  if (PLAIN_ASCII.test(text)) return text;
  return text.replace(STRING_SEQUENCE, "").replace(CSI, "").replace(BLANKS, " ").replace(INVISIBLE, "");
}

/** Cuts to `width` code points, the last of them `…` when something was cut. */
export function truncate(text: string, width: number): string {
  // A cut by code units first: spreading a line of megabytes to keep 80 characters of it would be slow.
  const points = Array.from(text.slice(0, Math.max(0, width) * 2 + 2));
  if (points.length <= width && text.length <= width * 2 + 2) return text;
  return width < 1 ? "" : `${points.slice(0, width - 1).join("")}…`;
}

/** Cuts out the middle, where a long value tells least: the host of a URL and the end of its path stay, both ends of a hash. */
export function truncateMiddle(text: string, width: number): string {
  const points = Array.from(text.slice(0, 16_384));
  if (points.length <= width && text.length <= 16_384) return text;
  if (width < 3) return truncate(text, width);
  const tail = Math.floor((width - 1) / 3);
  const end = Array.from(text.slice(-2 * tail)).slice(-tail);
  return `${points.slice(0, width - 1 - tail).join("")}…${end.join("")}`;
}

/** Cuts to `limit` code units and says how much is missing, never inside a surrogate pair. */
export function shorten(text: string, limit: number): { text: string; omitted: number } {
  if (text.length <= limit) return { text, omitted: 0 };
  const last = text.charCodeAt(limit - 1);
  const end = last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit;
  return { text: text.slice(0, end), omitted: text.length - end };
}

/** Breaks at blanks to lines of at most `width` code points; a longer word is cut into pieces. */
export function wrap(text: string, width: number): string[] {
  const words = text.split(" ").flatMap((word) => {
    const points = Array.from(word);
    const pieces: string[] = [];
    for (let i = 0; i < points.length; i += width) pieces.push(points.slice(i, i + width).join(""));
    return pieces;
  });
  const lines: string[] = [];
  let line = "";
  let length = 0;
  for (const word of words) {
    const size = Array.from(word).length;
    if (line !== "" && length + 1 + size > width) {
      lines.push(line);
      line = "";
      length = 0;
    }
    line = line === "" ? word : `${line} ${word}`;
    length += size + (length === 0 ? 0 : 1);
  }
  if (line !== "") lines.push(line);
  return lines;
}

const HTML: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/** Our own words and attribute values. For text from logs use `visibleHtml`. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`]/g, (c) => HTML[c]!);
}

const UNSAFE_IN_HTML = /[&<>"'`]|[\p{Cc}\p{Cf}\p{DI}\p{Zl}\p{Zp}\p{Cs}]+/gu;

function codePoints(text: string): string {
  return [...text].map((c) => `\\u{${c.codePointAt(0)!.toString(16)}}`).join("");
}

/** Element content from logs and feeds: escaped, with control, bidi and invisible characters shown as `\u{1b}`. */
export function visibleHtml(text: string): string {
  return text.replace(
    UNSAFE_IN_HTML,
    (c) => HTML[c] ?? (c === "\t" ? " " : `<span class="ctl">${codePoints(c)}</span>`),
  );
}

/** The same for attribute values, where no element may stand. */
export function visibleAttribute(text: string): string {
  return text.replace(UNSAFE_IN_HTML, (c) => HTML[c] ?? (c === "\t" ? " " : codePoints(c)));
}

const UNSEEN = /[\p{Cc}\p{Cf}\p{DI}\p{Zl}\p{Zp}\p{Cs}]+/gu;

/** Text from logs and feeds for a file of plain text: one line, with control, bidi and invisible characters shown as `\u{1b}`. */
export function visibleText(text: string): string {
  return PLAIN_ASCII.test(text) ? text : text.replace(UNSEEN, (c) => (c === "\t" ? " " : codePoints(c)));
}

/** The same, cut at a number of code units, and saying so. */
export function visibleCut(text: string, limit: number): string {
  const { text: kept, omitted } = shorten(text, limit);
  return `${visibleText(kept)}${omitted > 0 ? ` … ${omitted} more characters` : ""}`;
}

/** `312,440`. */
export function formatCount(n: number): string {
  return String(n).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${formatCount(n)} ${n === 1 ? one : many}`;
}

/** Decimal units, as disks and log volumes are counted: `58 MB`, `1.4 GB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let n = bytes;
  let unit = 0;
  // 999.5 would print as 1000.
  while (n >= 999.5 && unit < units.length - 1) {
    n /= 1000;
    unit++;
  }
  return `${unit === 0 || n >= 9.95 ? Math.round(n) : n.toFixed(1)} ${units[unit]}`;
}

/** `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** RFC 3339 in UTC to `2021-03-04`. */
export function dayOf(timestamp: string): string {
  return timestamp.slice(0, 10);
}

/** RFC 3339 in UTC to `2021-03-04 05:06`. */
export function minuteOf(timestamp: string): string {
  return timestamp.length > 10 ? `${timestamp.slice(0, 10)} ${timestamp.slice(11, 16)}` : timestamp;
}
