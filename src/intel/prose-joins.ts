/**
 * Whether a line break cut a value in two. Lines of pages end in `\n` where the author ended them, in `\v` where the next word
 * would not have fitted, and in `\f` where the text goes up to the margin, so that it may be cut at any character.
 */
import { SMALL } from "./prose-words.js";

export type LineEnd = "\n" | "\v" | "\f";

const DIGEST_LENGTHS = new Set([32, 40, 64, 128]);
const HEX_END = /(?<![0-9a-z])[0-9a-f]{1,128}$/i;
const HEX_START = /^[0-9a-f]{1,128}(?![0-9a-z])/i;
/** Any way of writing a dot inside a value. */
const DOTS = /\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)/gi;
const DOT_FIRST = /^(?:\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\))[0-9a-z]/i;
const DOT_LAST = /[0-9a-z](?:\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\))$/i;
const DEFANGED = /\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)/i;
const V4_HEAD = /(?:^|[^0-9A-Za-z.])(\d{1,3}(?:\.\d{1,3}){0,3}\.?)$/;
const V4_TAIL = /^(\.?\d{1,3}(?:\.\d{1,3}){0,3})(?![0-9A-Za-z]|\.\d)/;
const V4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const SCHEME = /^["'(<]{0,2}[a-z*_]{2,8}[[({]{0,1}:[\])}]?(?:\/\/|\\\\|[[({]?\/)/i;
/** A value of its own: it continues nothing. */
const OWN_VALUE =
  /^["'(<]{0,2}(?:[a-z*_]{2,8}[[({]{0,1}:[\])}]?(?:\/\/|\\\\)|meow:|\d{1,3}(?:\.|\[\.\]|\(\.\))\d{1,3}(?:\.|\[\.\]|\(\.\))\d)/i;
const JA4_HEAD = /(?<![0-9a-z])[tqd][0-9sd]{2}[di]\d{4}[0-9a-z]{2}_[0-9a-f_]{0,25}$/i;
/** Words that begin no second half of a path. */
const PLAIN_WORD = /^[A-Z]?[a-z]{1,20}[,.;:)]?$/;
const ENDS_COMPLETE =
  /\.(?:php|html?|aspx?|jsp|cgi|exe|dll|msi|zip|rar|7z|bin|js|css|txt|pdf|docx?|xlsx?|apk|sh|py|ps1|iso|img|lnk|gz|png|jpe?g|gif|ico|json|xml|com|net|org|info|ru|cn|top|xyz|biz|site|online|shop|io|fr|de|uk|example)$|[.,;:!?)]$/i;

function isCutDigest(head: string, tail: string, end: LineEnd): boolean {
  const a = HEX_END.exec(head)?.[0].length ?? 0;
  const b = HEX_START.exec(tail)?.[0].length ?? 0;
  if (a < (end === "\f" ? 1 : 8) || b < (end === "\f" ? 1 : 4) || a + b > 128 || DIGEST_LENGTHS.has(b)) return false;
  if (DIGEST_LENGTHS.has(a)) return DIGEST_LENGTHS.has(a + b) && b >= 16;
  // A SHA-512 may be cut more than once.
  return DIGEST_LENGTHS.has(a + b) || (end !== "\n" && a >= 16 && b >= 16);
}

function isCutAddress(head: string, tail: string): boolean {
  const first = V4_HEAD.exec(head.replace(DOTS, "."))?.[1];
  const last = V4_TAIL.exec(tail.replace(DOTS, "."))?.[1];
  if (first === undefined || last === undefined) return false;
  return V4.test(first + last) && first.endsWith(".") !== last.startsWith(".");
}

/** A URL's or a defanged name's two halves. */
function isCutUrl(head: string, tail: string, end: LineEnd): boolean {
  const url = SCHEME.test(head);
  const hostIsOpen = url && !/(?:\/\/|\\\\)[^/]{0,300}\//.test(head);
  if (hostIsOpen && /(?:-|\/\/|\.)$/.test(head)) return /^[0-9a-z]/i.test(tail);
  if (!url && head.endsWith("-") && !head.includes("/") && /^[0-9a-z]/i.test(tail)) return true;
  // A path that ends in a separator, or goes on with one.
  if (/[/?&=_%-]$/.test(head)) {
    if (DEFANGED.test(tail)) return false;
    return /^[A-Za-z0-9%?&=_~.-]/.test(tail) && (end !== "\n" || !PLAIN_WORD.test(tail));
  }
  if (/[,;:)!]$/.test(head)) return false;
  if (/^[/?&=_%](?=[A-Za-z0-9])/.test(tail) || (url && end !== "\n" && /^[.-][A-Za-z0-9]/.test(tail))) return true;
  if (end === "\n") return false;
  if (hostIsOpen && !DEFANGED.test(head)) {
    if (/^[0-9a-z-]{1,63}(?:\[\.\]|\(\.\)|[./:])[^\s]/i.test(tail)) return true;
    if (end === "\v") return false;
  }
  if (head.endsWith(".")) return url && end === "\f" && /^[a-z0-9]/.test(tail) && !DEFANGED.test(tail);
  // Up to the margin: cut anywhere, unless both halves read as if they were whole.
  if (end === "\f" && url)
    return (
      !SMALL.test(tail.replace(/[,.;:)]$/, "")) &&
      !(ENDS_COMPLETE.test(head) && PLAIN_WORD.test(tail)) &&
      !DEFANGED.test(tail.replace(/^[0-9a-z-]{0,63}(?:\[\.\]|\(\.\))/i, hostIsOpen ? "" : "$&"))
    );
  if (DEFANGED.test(tail) || /^\d{1,4}[.,;)]?$/.test(tail)) return false;
  return (
    /\//.test(head.replace(/^[^/]{0,12}\/\//, "")) && /^[A-Za-z0-9%~_.-]{1,200}[/?=&%_.0-9-][A-Za-z0-9]/.test(tail)
  );
}

/** @param head the token before the break @param tail the one after it */
export function isCut(head: string, tail: string, end: LineEnd): boolean {
  if (isCutDigest(head, tail, end) || isCutAddress(head, tail)) return true;
  // A name is never complete before a defanged dot, nor after one.
  if (DOT_FIRST.test(tail)) return /[0-9a-z-]$/i.test(head);
  if (DOT_LAST.test(head)) return /^[0-9a-z]/i.test(tail);
  if (/\[\.?$/.test(head) && /^\.?\]/.test(tail)) return true;
  if (/(?:^|[^0-9a-z])hx{1,2}$/i.test(head) && /^x?ps?[[:(]/i.test(tail)) return true;
  if (/(?:^|[^0-9a-z])h[tx*_]{2}ps?[[(]?:\/?$/i.test(head) && /^(?:\/{1,2}|[\])])/.test(tail)) return true;
  if (/^[[(](?:@|at)[\])]/i.test(tail) || /[[(](?:@|at)[\])]$/i.test(head)) return /[\w\])]$/.test(head);
  if (OWN_VALUE.test(tail)) return false;
  if (end !== "\n" && JA4_HEAD.test(head)) return /^_?[0-9a-f]{1,12}(?:_[0-9a-f]{0,12})?(?![0-9a-z])/i.test(tail);
  if (SCHEME.test(head) || DEFANGED.test(head)) return isCutUrl(head, tail, end);
  // "evil-" / "domain[.]example"
  return end !== "\n" && /[0-9a-z]-$/i.test(head) && /^[0-9a-z-]{1,60}(?:\[\.\]|\(\.\))/i.test(tail);
}
