/** Host names and mail addresses as values: the form of `Indicator.value`, from whatever way a log writes them. */
import { domainToASCII } from "node:url";

/** RFC 1035 allows 253 characters; escapes and U-labels may take more. */
const LONGEST = 1024;
const ASCII = /^[\x21-\x7e]+$/;
const NAME = /^[a-z0-9_.-]{1,253}$/;
/** Microsoft's DNS debug log writes the length before each label: `(4)evil(3)com(0)`. */
const LABEL_LENGTH = /\(\d{1,3}\)/g;

/** Lower case, A-labels, no final dot, debug notation decoded; undefined for what is no name. */
export function canonicalHost(text: string): string | undefined {
  if (text.length > LONGEST) return undefined;
  let name = text.includes("(") ? text.replace(LABEL_LENGTH, ".") : text;
  name = ASCII.test(name) ? name.toLowerCase() : domainToASCII(name);
  let start = 0;
  let end = name.length;
  while (start < end && name.charCodeAt(start) === DOT) start++;
  while (end > start && name.charCodeAt(end - 1) === DOT) end--;
  name = name.slice(start, end);
  return NAME.test(name) ? name : undefined;
}
const DOT = 46;

/** The name in a field that holds a host, with a port or without. */
export function hostOfField(text: string): string | undefined {
  const colon = text.lastIndexOf(":");
  return canonicalHost(colon > 0 && /^\d{0,5}$/.test(text.slice(colon + 1)) ? text.slice(0, colon) : text);
}

/** `local@domain` in lower case, without the angle brackets; undefined for what is no address. */
export function canonicalMail(text: string): string | undefined {
  if (text.length > LONGEST) return undefined;
  const bare = text.replace(/^</, "").replace(/>$/, "");
  const at = bare.lastIndexOf("@");
  const host = at > 0 ? canonicalHost(bare.slice(at + 1)) : undefined;
  return host === undefined ? undefined : `${bare.slice(0, at).toLowerCase()}@${host}`;
}

const MAIL = /[^\s<>"'(),:;[\]\\@]{1,64}@[^\s<>"'(),:;[\]\\@]{1,253}/g;

/** The canonical addresses in a mail header or envelope: `"Foo" <a@b.example>, c@d.example`. At most 32, from the first 4 KiB. */
export function mailsIn(text: string): string[] {
  const out: string[] = [];
  for (const m of text.slice(0, 4096).matchAll(MAIL)) {
    const mail = canonicalMail(m[0]);
    if (mail !== undefined && !out.includes(mail)) out.push(mail);
    if (out.length >= 32) break;
  }
  return out;
}
