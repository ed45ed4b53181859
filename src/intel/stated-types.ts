/**
 * Publishers' words for what a value is (`ioc_type`, `indicator_type`, MISP's attribute types), as a table.
 *
 * Sources: MISP attribute types (https://www.misp-project.org/datamodels/), abuse.ch ThreatFox and MalwareBazaar, AlienVault OTX,
 * OpenCTI observables, CIF. A word is compared in lower case with `-` for every run of spaces, dots, colons, slashes, underscores.
 */
import type { IndicatorType } from "../model/indicator.js";
import { wordTable } from "../model/word-table.js";

/** What a stated type tells of its value. */
export interface StatedKind {
  /** What to read it as; undefined where the text itself tells (an address with or without port). */
  as?: IndicatorType;
  /** Why it is not hunted. */
  refused?: string;
  /** The value is `something|digest`: the digest is what counts. */
  digestLast?: true;
}

const ADDRESS: StatedKind = {};
const DOMAIN: StatedKind = { as: "domain-name" };
const URL_: StatedKind = { as: "url" };
const EMAIL: StatedKind = { as: "email-addr" };
const FILE: StatedKind = { as: "file" };
const JA3: StatedKind = { as: "ja3" };
const JA3S: StatedKind = { as: "ja3s" };
const JA4: StatedKind = { as: "ja4" };
const AGENT: StatedKind = { as: "user-agent" };

/** Kinds that are understood and not hunted: their values may look like those of another kind (an import hash like an MD5). */
const NOT_HUNTED: Readonly<Record<string, readonly string[]>> = wordTable({
  "a file name or path": ["filename", "file-name", "filepath", "file-path", "path", "pdb", "directory"],
  "a certificate's fingerprint": [
    "x509-fingerprint-sha1",
    "x509-fingerprint-sha256",
    "x509-fingerprint-md5",
    "cert-hash",
    "pubkey-hash",
    "sha1-cert",
    "sha1-fingerprint",
    "x509-certificate",
    "ssl-cert-fingerprint",
    "certificate-fingerprint",
    "cdhash",
    "hassh-md5",
    "hasshserver-md5",
  ],
  "a fuzzy or partial hash": [
    "imphash",
    "pehash",
    "impfuzzy",
    "ssdeep",
    "tlsh",
    "telfhash",
    "vhash",
    "sdhash",
    "authentihash",
    "filehash-pehash",
    "filehash-imphash",
    "gimphash",
    "dhash-icon",
    "icon-dhash",
    "favicon-mmh3",
  ],
  "a registry key": ["regkey", "regkey-value", "registry", "registry-key", "windows-registry-key"],
  "a mutex": ["mutex", "mutant"],
  "a rule": ["yara", "snort", "suricata", "sigma", "bro", "zeek", "pattern-in-file", "pattern-in-memory"],
  "a vulnerability": ["cve", "vulnerability", "weakness"],
  "an autonomous system": ["as", "asn", "autonomous-system"],
  "an account": ["user-name", "username", "target-user", "user-account", "github-username", "twitter-id"],
  "a payment address": ["btc", "xmr", "dash", "iban", "bitcoin-address", "cryptocurrency-wallet", "cryptocurrency"],
  "an e-mail's subject or attachment": ["email-subject", "email-attachment", "email-x-mailer", "email-body"],
  // MISP's type for what analysts have written elsewhere.
  "a reference to read more": ["link"],
  "a software name": ["software", "application"],
});

const WORDS: readonly (readonly [StatedKind, string])[] = [
  [
    ADDRESS,
    "ip ips ipv4 ipv6 ip-address ipv4-address ipv6-address ipaddress ipv4-addr ipv6-addr ip-src ip-dst ip-port ip-dst-port ip-src-port address cidr netblock subnet ipv4-cidr ipv6-cidr network domain-ip domain|ip addr",
  ],
  [DOMAIN, "domain hostname host fqdn domain-name hostname-port domain-port dns x-opencti-hostname"],
  [URL_, "url uri payload-delivery-url"],
  [
    EMAIL,
    "email email-addr email-address email-src email-dst email-reply-to mail e-mail target-email whois-registrant-email dns-soa-email email-from",
  ],
  [
    FILE,
    "file hash file-hash md5 sha1 sha-1 sha256 sha-256 sha512 sha-512 md5-hash sha1-hash sha256-hash sha512-hash filehash-md5 filehash-sha1 filehash-sha256 filehash-sha512 hash-md5 hash-sha1 hash-sha256 md5sum sha1sum sha256sum stixfile",
  ],
  [JA3, "ja3 ja3-md5 ja3-hash ja3-fingerprint ja3-fingerprint-md5"],
  [JA3S, "ja3s ja3s-md5 ja3s-hash ja3s-fingerprint ja3s-fingerprint-md5"],
  [JA4, "ja4 ja4-fingerprint ja4-hash"],
  [AGENT, "user-agent useragent http-user-agent ua"],
  [{ as: "file", digestLast: true }, "filename-md5 filename-sha1 filename-sha256 filename-sha512 malware-sample"],
  [
    { refused: "a fuzzy or partial hash: not hunted" },
    "filename-imphash filename-pehash filename-ssdeep filename-tlsh filename-authentihash filename-impfuzzy",
  ],
];

const TABLE: ReadonlyMap<string, StatedKind> = new Map([
  ...WORDS.flatMap(([kind, words]) => words.split(" ").map((word): [string, StatedKind] => [word, kind])),
  ...Object.entries(NOT_HUNTED).flatMap(([what, words]) =>
    words.map((word): [string, StatedKind] => [word, { refused: `${what}: not hunted` }]),
  ),
]);

const MAX_WORD = 60;

/** What a publisher's type says; undefined when it is a word of no table: then the text alone decides. */
export function statedKind(type: string): StatedKind | undefined {
  if (type.length > MAX_WORD) return undefined;
  const word = type.trim().toLowerCase();
  return TABLE.get(word) ?? TABLE.get(word.replace(/[\s.:/_|-]+/g, "-"));
}
