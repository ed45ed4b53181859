/**
 * A URL is searched by its host: whether a line that holds the host holds the URL too is decided here. Pure, and cheap enough to
 * run on each host hit.
 *
 * The path stands directly after the host (and a port), or, when the host is a field of its own, as a field of its own elsewhere
 * in the line. `CONNECT host:443` tells no path, so it confirms none.
 */
import type { Indicator } from "../model/indicator.js";
import { beginsTarget, holdsTarget, pathFields, urlTarget, type UrlTarget } from "../model/url.js";

type Confirmed = Pick<Indicator, "type" | "value">;

/** Indicators are few objects that live as long as the hunt. */
const targets = new WeakMap<Confirmed, { target: UrlTarget | undefined }>();

function targetOf(indicator: Confirmed): UrlTarget | undefined {
  let known = targets.get(indicator);
  if (!known) targets.set(indicator, (known = { target: urlTarget(indicator.value) }));
  return known.target;
}

/**
 * True when the line bears the indicator out: always, but for a URL.
 * @param offset of the host token in the line; @param length of it, in bytes
 */
export function confirms(indicator: Confirmed, line: Buffer, offset: number, length: number): boolean {
  return confirmsHere(indicator, line, offset, length) ?? confirmsField(indicator, line, pathFields(line));
}

/** As `confirms`, by what stands around this host alone; undefined when the host is a field of its own. */
export function confirmsHere(indicator: Confirmed, line: Buffer, offset: number, length: number): boolean | undefined {
  if (indicator.type !== "url") return true;
  const target = targetOf(indicator);
  if (!target) return false;
  if (isRoot(target)) return true;
  const after = portAt(line, line[offset + length] === BRACKET ? offset + length + 1 : offset + length);
  const { scheme, user } = before(line, offset);
  if (!portFits(target, after.port ?? (scheme === undefined ? undefined : DEFAULT_PORT[scheme]))) return false;
  if (beginsTarget(line, after.end)) return holdsTarget(line, after.end, target);
  // The host of a mail address, or of a URL that ends with it.
  return user ? false : undefined;
}

/** The rest of `confirms`, the same for every host of a line. @param fields `pathFields` of the line */
export function confirmsField(indicator: Confirmed, line: Buffer, fields: readonly number[]): boolean {
  const target = targetOf(indicator);
  return target !== undefined && fields.some((at) => holdsTarget(line, at, target));
}

/** A URL that names a host and no more is that host. */
function isRoot(target: UrlTarget): boolean {
  return target.path.length === 0 && target.query === undefined;
}

const BRACKET = 0x5d;
const COLON = 0x3a;
const SLASH = 0x2f;
const AT = 0x40;

/** `:8080` at `at`. Cisco's "Accessed URL 192.0.2.1:/path" has a colon without a port. */
function portAt(line: Buffer, at: number): { port?: number; end: number } {
  if (line[at] !== COLON) return { end: at };
  let end = at + 1;
  let port = 0;
  for (; end < at + 6 && line[end]! >= 0x30 && line[end]! <= 0x39; end++) port = port * 10 + line[end]! - 0x30;
  if (end > at + 1) return { port, end };
  return { end: line[end] === SLASH ? end : at };
}

const DEFAULT_PORT: Readonly<Record<string, number>> = { http: 80, https: 443, ws: 80, wss: 443, ftp: 21 };
/** Longest scheme, `://` in JSON's writing, and a user. */
const LOOK_BACK = 80;
const BEFORE_HOST = /(https?|wss?|ftp):\\?\/\\?\/(?:[^/@\s]{0,60}@)?\[?$/i;

/** The scheme that a log writes before the host, and whether an `@` stands there without one: a mail address. */
function before(line: Buffer, offset: number): { scheme?: string; user: boolean } {
  const previous = line[offset - 1];
  const user = previous === AT;
  if (previous !== SLASH && previous !== 0x5b && !user) return { user };
  const scheme = BEFORE_HOST.exec(line.toString("latin1", Math.max(0, offset - LOOK_BACK), offset))?.[1]?.toLowerCase();
  return scheme === undefined ? { user } : { scheme, user: false };
}

/** A log that names no port may mean any. Without a port in the URL http and https are one: adversaries serve both. */
function portFits(target: UrlTarget, port: number | undefined): boolean {
  if (port === undefined) return true;
  return target.port === undefined ? port === 80 || port === 443 || port === 21 : port === target.port;
}
