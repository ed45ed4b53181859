/**
 * OpenIOC's terms (`Context/@search`) for what is hunted, as tables. A term is compared in lower case: tools disagree on the rest.
 * Source: https://github.com/fireeye/OpenIOC_1.1, Mandiant's IOC Editor and the terms of its example indicators.
 */
import type { IndicatorType } from "../model/indicator.js";
import { wordTable } from "../model/word-table.js";

/** What a term's value is. `address` is told by the text. */
export interface Term {
  as?: IndicatorType;
}

const TERMS: readonly (readonly [Term, string])[] = [
  [
    { as: "domain-name" },
    "network/dns network/hostname network/domain dnsentryitem/host dnsentryitem/recordname dnsentryitem/recorddata/host urlhistoryitem/hostname cookiehistoryitem/hostname formhistoryitem/hostname filedownloadhistoryitem/hostname",
  ],
  [
    {},
    "network/ip network/ipv4 network/connection/ip network/remoteip portitem/remoteip portitem/remoteaddress processitem/portlist/portitem/remoteip routeentryitem/destination routeentryitem/gateway arpentryitem/ipv4address arpentryitem/ipv6address dnsentryitem/recorddata/ipv4address dnsentryitem/recorddata/ipv6address email/receivedfromip",
  ],
  [
    { as: "url" },
    "network/uri network/url network/http urlhistoryitem/url filedownloadhistoryitem/sourceurl formhistoryitem/url network/http_referr network/http_referer",
  ],
  [{ as: "email-addr" }, "email/from email/sender email/replyto email/reply-to email/returnpath"],
  [{ as: "user-agent" }, "network/useragent network/user-agent network/http_useragent"],
  [{ as: "ja3" }, "network/ja3"],
];

const TABLE: ReadonlyMap<string, Term> = new Map(
  TERMS.flatMap(([term, names]) => names.split(" ").map((name): [string, Term] => [name, term])),
);

/** A file's hash wherever the file stands: `FileItem/Md5sum`, `ServiceItem/serviceDLLmd5sum`. */
const HASH = /(?:md5|sha1|sha256|sha512)sum$/;

/** Undefined for terms that are not hunted: names of files, registry keys, processes. */
export function termOf(search: string): Term | undefined {
  const word = search.trim().toLowerCase();
  return TABLE.get(word) ?? (HASH.test(word) ? { as: "file" } : undefined);
}

/** `whole` values can be hunted, a `part` or an `end` of one where it is a value of its own. */
export type Narrowing = "whole" | "part" | "end" | "negated";

export const CONDITIONS: Readonly<Record<string, Narrowing>> = wordTable({
  is: "whole",
  contains: "part",
  "ends-with": "end",
  isnot: "negated",
  containsnot: "negated",
});
