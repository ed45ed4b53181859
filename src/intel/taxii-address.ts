/**
 * The name of a TAXII 2.1 source: `taxii+https://host[:port]/path?collection=…`.
 *
 * The path is that of the server (OASIS TAXII 2.1, section 1.6): discovery, API root, collections, one collection, or its
 * objects. Which of the first three it is only the server's answer tells.
 */
import { isIP } from "node:net";
import { LookbackError } from "../model/errors.js";

const SCHEME = /^taxii\+(https?:\/\/)/i;
/** `collections` and what follows it, at the end of a path. */
const COLLECTIONS = /^(.*\/)collections(?:\/(?:([^/]+)\/?(?:objects\/?)?)?)?$/;
/** RFC 3339 in UTC, as TAXII's `timestamp` wants it. */
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
const PARAMETERS: readonly string[] = ["collection", "added_after", "api_root", "type"];

export interface TaxiiAddress {
  /** As the user wrote it, without userinfo: the only form that may be printed, cached or written to outputs. */
  name: string;
  /** `https://host:port`: where requests may go, and nowhere else. */
  origin: string;
  /** Discovery or API root, ending in `/`; for a collection the API root it lies in. */
  path: string;
  /** The path names the collections of an API root: no discovery is asked. */
  isApiRoot: boolean;
  /** The path names this collection. */
  collectionId?: string;
  /** Titles, ids or aliases of the collections wanted; empty: all that may be read. */
  collections: string[];
  /** Titles or paths of the API roots wanted; empty: all. */
  apiRoots: string[];
  /** STIX types, for `match[type]`; empty: all. */
  types: string[];
  addedAfter?: string;
  /** From the userinfo. Never printed. */
  user?: string;
  password?: string;
}

export function isTaxiiAddress(text: string): boolean {
  return SCHEME.test(text);
}

/** The address without `user:password@`, also where it is no valid URL. */
export function withoutUserinfo(text: string): string {
  const start = text.indexOf("://");
  if (start < 0) return text;
  // WHATWG: the authority ends at the first of these, and the last `@` in it ends the userinfo.
  const rest = text.slice(start + 3);
  const length = rest.search(/[/?#\\]/);
  const authority = length < 0 ? rest : rest.slice(0, length);
  return text.slice(0, start + 3) + rest.slice(authority.lastIndexOf("@") + 1);
}

/** Text in which such an address may stand, so that it may be printed. */
export function withoutPassword(text: string): string {
  return /taxii\+https?:/i.test(text) ? withoutUserinfo(text) : text;
}

/** Whether what is sent to this host stays on this machine. */
export function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  return (
    host === "localhost" ||
    host.endsWith(".localhost") ||
    host === "::1" ||
    (isIP(host) === 4 && host.startsWith("127."))
  );
}

function decoded(text: string, name: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new LookbackError("usage", `${name}: a broken % escape`);
  }
}

/** Throws LookbackError `usage`; its message never holds the userinfo. */
export function parseTaxiiAddress(text: string): TaxiiAddress {
  const name = withoutUserinfo(text);
  let url: URL;
  try {
    url = new URL(text.replace(SCHEME, "$1"));
  } catch {
    // A password with a bare `/` ends the authority too early for `name` to leave it out.
    const shown = `${name.slice(0, name.indexOf("://") + 3)}${name.slice(name.lastIndexOf("@") + 1)}`;
    throw new LookbackError("usage", `${name.includes("@") ? shown : name}: not a valid address`);
  }
  if (!isTaxiiAddress(text)) throw new LookbackError("usage", `${name}: not taxii+https:// or taxii+http://`);
  for (const key of url.searchParams.keys())
    if (!PARAMETERS.includes(key))
      throw new LookbackError("usage", `${name}: unknown parameter “${key}”; there are ${PARAMETERS.join(", ")}`);
  const all = (key: string): string[] => url.searchParams.getAll(key).filter((value) => value !== "");
  const [addedAfter, second] = all("added_after");
  if (second !== undefined) throw new LookbackError("usage", `${name}: added_after is given twice`);
  if (addedAfter !== undefined && (!TIMESTAMP.test(addedAfter) || Number.isNaN(Date.parse(addedAfter))))
    throw new LookbackError("usage", `${name}: added_after is not like 2021-01-01T00:00:00Z`);
  const inCollections = COLLECTIONS.exec(url.pathname);
  const path = inCollections?.[1] ?? (url.pathname.endsWith("/") ? url.pathname : `${url.pathname}/`);
  return {
    name,
    origin: url.origin,
    path,
    isApiRoot: inCollections !== null,
    ...(inCollections?.[2] !== undefined && { collectionId: decoded(inCollections[2], name) }),
    collections: all("collection"),
    apiRoots: all("api_root"),
    types: all("type")
      .flatMap((value) => value.split(","))
      .filter((value) => value !== ""),
    ...(addedAfter !== undefined && { addedAfter }),
    ...(url.username !== "" && { user: decoded(url.username, name) }),
    ...(url.password !== "" && { password: decoded(url.password, name) }),
  };
}
