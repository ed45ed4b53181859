/**
 * A URL is searched by its host: whether a line that holds the host holds the URL too is decided here. Pure, and cheap enough to
 * run on each host hit.
 *
 * The path stands directly after the host (and a port), or, when the host is a field of its own, as a field of its own elsewhere
 * in the line. `CONNECT host:443` tells no path, so it confirms none.
 */
import type { Indicator } from "../model/indicator.js";
import {
  beginsTarget,
  holdsTarget,
  keyAt,
  keyOf,
  pathFields,
  urlTarget,
  type UrlTarget,
  DEFAULT_PORTS,
} from "../model/url.js";

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
  return (
    confirmsHere(indicator, line, hostAt(line, offset, length)) ?? confirmsField(indicator, line, pathFields(line))
  );
}

/** What stands around a host: the same for every URL of it, of which there may be thousands. */
export interface HostAt {
  /** As the line writes it, or its scheme's; undefined when it tells none. */
  port: number | undefined;
  /** Where a path or a query begins, directly after. */
  target: number | undefined;
  /** The host is a mail address'. */
  mail: boolean;
}

export function hostAt(line: Buffer, offset: number, length: number): HostAt {
  const end = offset + length;
  const after = portAt(line, line[end] === BRACKET ? end + 1 : end);
  const { scheme, user } = before(line, offset);
  return {
    port: after.port ?? (scheme === undefined ? undefined : DEFAULT_PORTS[scheme]),
    target: beginsTarget(line, after.end) ? after.end : undefined,
    mail: user,
  };
}

/** As `confirms`, by what stands around this host alone; undefined when the host is a field of its own. */
export function confirmsHere(indicator: Confirmed, line: Buffer, host: HostAt): boolean | undefined {
  if (indicator.type !== "url") return true;
  const target = targetOf(indicator);
  if (!target) return false;
  if (isRoot(target)) return true;
  if (!portFits(target, host.port)) return false;
  if (host.target !== undefined) return holdsTarget(line, host.target, target);
  return host.mail ? false : undefined;
}

/** The rest of `confirms`, the same for every host of a line. @param fields `pathFields` of the line */
export function confirmsField(indicator: Confirmed, line: Buffer, fields: readonly number[]): boolean {
  const target = targetOf(indicator);
  return target !== undefined && fields.some((at) => holdsTarget(line, at, target));
}

/** Fewer are asked one by one. */
const MANY = 16;

/** The indicators behind one host, by the beginning of their paths: a file store's host may have thousands. */
export class UrlIndex<T extends Confirmed> {
  private readonly byKey = new Map<string, number[]>();
  /** No URLs, and those whose paths are too short to have a key. */
  private readonly always: number[] = [];

  private constructor(private readonly indicators: readonly T[]) {
    for (const [i, indicator] of indicators.entries()) {
      const target = indicator.type === "url" ? targetOf(indicator) : undefined;
      const key = target && keyOf(target);
      if (key === undefined) this.always.push(i);
      else {
        const same = this.byKey.get(key);
        if (same) same.push(i);
        else this.byKey.set(key, [i]);
      }
    }
  }

  /** Undefined for a list that is not worth it. */
  static of<T extends Confirmed>(indicators: readonly T[]): UrlIndex<T> | undefined {
    return indicators.length > MANY ? new UrlIndex(indicators) : undefined;
  }

  /** Those that a line may bear out whose paths begin at one of `starts`, in the list's order. */
  at(line: Buffer, starts: readonly number[]): T[] {
    const keys = new Set(starts.map((start) => keyAt(line, start)));
    const found = [...this.always, ...[...keys].flatMap((key) => this.byKey.get(key) ?? [])];
    return found.sort((a, b) => a - b).map((i) => this.indicators[i]!);
  }
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
