/** Where in a marked text something could be a value, and how far it goes. */
import type { BlockKind } from "./prose-blocks.js";

export interface Token {
  raw: string;
  at: number;
}

const OTHER_BREAKS = "\\s<>\"'`|,;(){}=\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb";
const SCHEMES = "https?|ftps?|wss?|tcp|udp|ssh|ldaps?|rmi|socks[45]?|telnet|smb";
/** A URL; an address in brackets; a run of characters that no list or sentence puts between values. */
export const TOKEN = new RegExp(
  `\\ue004?(?:${SCHEMES})[:\\ue001][/\\ue003]{2}[^\\s<>"\`|\\u201c\\u201d\\u00ab\\u00bb]+|\\[[0-9a-f:.\\ue000\\ue001]{2,60}\\](?:[:\\ue001]\\d{1,5})?|[^\\[\\]${OTHER_BREAKS}]+`,
  "giu",
);
/** Shapes worth a look: a dot or sign inside, two colons, a digest, or a mark. */
const WORTH =
  /[.\ue000@\ue002][\p{L}\p{N}_]|[:\ue001][^:\ue001]{0,60}[:\ue001]|[0-9a-f]{32}|_[0-9a-f]{12}_|[\ue000-\ue004]/iu;

export function isWorthALook(raw: string): boolean {
  return raw.length >= 4 && WORTH.test(raw.length > 4096 ? raw.slice(0, 4096) : raw);
}

export const URL_START = /^\ue004?[a-z][a-z0-9]{1,9}[:\ue001][/\ue003]{2}/i;
export const V4_START = /^(\d{1,3}(?:[.\ue000]\d{1,3}){3})(?=$|[:\ue001/\ue003-])/;
export const HOST_START = /^(?:[\p{L}\p{N}_-]{1,63}[.\ue000]){1,40}[\p{L}\p{N}-]{2,63}(?=$|[:\ue001/\ue003?#])/u;
const MAX_TOKEN = 8192;

/** A URL goes on over characters that end other tokens, and stops before a bracket that it did not open. */
export function trimUrl(found: string): string {
  const raw = found.slice(0, MAX_TOKEN);
  let depth = 0;
  let closed = false;
  for (const c of raw) {
    if (c === "(") depth++;
    else if (c === ")") depth--;
    else if (c === "[") closed = true;
  }
  let end = raw.length;
  for (; end > 0; end--) {
    const c = raw[end - 1]!;
    if (c === ")") {
      if (depth >= 0) break;
      depth++;
    } else if (c === "]") {
      // "https://[2001:db8::1]": the bracket is the host's.
      if (closed) break;
    } else if (!".,;:!?'*\u2019}\\".includes(c)) break;
  }
  const url = raw.slice(0, end);
  // "https://a.example/x','https://b.example", "https://a.example/x;https://b.example": lists.
  const next = url.search(/['\u2019],|[,;|](?=\ue004?[a-z]{3,5}:\/\/)/);
  return next > 0 ? url.slice(0, next) : url;
}

/** Without the punctuation and emphasis around it. */
export function trimToken({ raw, at }: Token): Token {
  let start = /^[^\p{L}\p{N}[_.:\ue000-\ue004]*/u.exec(raw)![0].length;
  let end = raw.length;
  while (end > start && ".,;!?*~'\u2026\\".includes(raw[end - 1]!)) end--;
  if (raw[end - 1] === ":" && raw[end - 2] !== ":") end--;
  // Markdown's emphasis; a name may begin with an underscore, none ends in one.
  while (end > start && raw[end - 1] === "_") {
    end--;
    if (raw[start] === "_") start++;
  }
  return { raw: raw.slice(start, end), at: at + start };
}

/** `host` of a plain URL, name with path, or e-mail address; in lower case, without port. */
export function hostIn(value: string): string {
  const rest = value.replace(/^[a-z][a-z0-9+.-]{1,20}:\/\//i, "").split(/[/?#]/, 1)[0]!;
  const host = rest.slice(rest.lastIndexOf("@") + 1);
  return (host.startsWith("[") ? host.slice(1).split("]", 1)[0]! : host.split(":", 1)[0]!).toLowerCase();
}

const AGENT = /(?<![\p{L}-])user[- ]?agents?(?: strings?| headers?)?[`*"']{0,2}\s{0,2}[:=]\s{0,2}/giu;

/** The next user-agent that the text gives in full: to the end of its quotes, or of a line that holds nothing else. */
export function agentIn(
  text: string,
  from: number,
  to: number,
  kind: BlockKind,
): { at: number; to: number; text: string } | undefined {
  AGENT.lastIndex = from;
  for (let m = AGENT.exec(text); m !== null && m.index < to; m = AGENT.exec(text)) {
    const at = m.index + m[0].length;
    const line = /^[^\n\v]{0,600}/.exec(text.slice(at, Math.min(to, at + 600)))![0];
    const quoted = /^(["'`“])([^\n\v]{4,512}?)["'`”](?=[\s.,;)]|$)/u.exec(line);
    if (quoted) return { at: at + 1, to: at + quoted[0].length, text: quoted[2]! };
    const alone =
      kind === "code" ||
      kind === "item" ||
      /(?:^|[\n\v])[\s*•·-]{0,6}$/.test(text.slice(Math.max(0, m.index - 8), m.index));
    const value = line.trim();
    if (alone && value.length >= 4) return { at, to: at + line.length, text: value };
  }
  return undefined;
}
