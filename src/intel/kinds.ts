/** What a text that is no address is, so that a rejection can say so. The order of the table is the order of the tests. */

/** Kinds of indicator that this version names but does not hunt. */
export type UnhuntedKind = "email-addr" | "url" | "file-hash" | "domain-name";

const HASH_LENGTHS = new Set([32, 40, 64, 96, 128]);
const HEX = /^[0-9a-f]+$/i;
const LABEL = /^[a-z0-9_*](?:[a-z0-9_-]{0,62})$/i;
const TOP_LEVEL = /^(?:[a-z]{2,24}|xn--[a-z0-9-]{1,59})$/i;
const MAX_DOMAIN = 253;

export function isDomain(text: string): boolean {
  if (text.length > MAX_DOMAIN || !text.includes(".")) return false;
  const labels = text.replace(/^\*?\./, "").split(".");
  const top = labels.pop();
  return top !== undefined && TOP_LEVEL.test(top) && labels.length > 0 && labels.every((label) => LABEL.test(label));
}

function isEmail(text: string): boolean {
  const at = text.indexOf("@");
  return at > 0 && !text.includes("/") && !text.includes(" ") && isDomain(text.slice(at + 1));
}

function isUrl(text: string): boolean {
  if (/^[a-z][a-z0-9+.-]{1,20}:\/\//i.test(text)) return true;
  // `example.org/path`, `example.org:8080`
  const host = /^([^/:\s]{4,253})[/:]/.exec(text)?.[1];
  return host !== undefined && isDomain(host);
}

const KINDS: readonly { kind: UnhuntedKind; reason: string; test: (text: string) => boolean }[] = [
  { kind: "email-addr", reason: "e-mail addresses are not hunted yet", test: isEmail },
  { kind: "url", reason: "URLs are not hunted yet (the host is no address)", test: isUrl },
  {
    kind: "file-hash",
    reason: "file hashes are not hunted yet",
    test: (text) => HASH_LENGTHS.has(text.length) && HEX.test(text),
  },
  { kind: "domain-name", reason: "domain names are not hunted yet", test: isDomain },
];

export function unhuntedKind(text: string): { kind: UnhuntedKind; reason: string } | undefined {
  return KINDS.find((entry) => entry.test(text));
}
