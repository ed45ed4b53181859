/**
 * What each ASA/FTD message means, by its number. One row a message or a group of like messages.
 * Source: Cisco Secure Firewall ASA Series Syslog Messages,
 * https://www.cisco.com/c/en/us/td/docs/security/asa/syslog/b_syslog.html
 */
import type { Outcome } from "../../model/event.js";
import type { Notation } from "./cisco-asa-ends.js";

/** How to judge who began: see cisco-asa.ts. */
export type BeginRule =
  /** The first end named began it. */
  | "first"
  /** The second end began it. */
  | "second"
  /** `inbound`/`outbound` in the text says which. */
  | "direction"
  /** The TCP flags or the ICMP type in the text say, else ports withhold. */
  | "packet"
  | "unknown";

export interface MessageRule {
  action: string;
  notation?: Notation;
  begin: BeginRule;
  /** Fixed, or `words`: by the wording of the message; `teardown`: by bytes and reason. */
  outcome: Outcome | "words" | "teardown";
  /** Why, for the reasons list; the message number is always given. */
  because?: string;
  /** The firewall or VPN gateway itself is the far end's peer. */
  own?: true;
}

const RULES: readonly (readonly [ids: string, rule: MessageRule])[] = [
  // Denied packets.
  ["106001", { action: "denied", notation: "forTo", begin: "packet", outcome: "blocked" }],
  [
    "106002 106010 106011 106014 106018 106023",
    { action: "denied", notation: "srcDst", begin: "packet", outcome: "blocked" },
  ],
  [
    "106006 106007 106012 106013 106016 106017",
    { action: "denied", notation: "forTo", begin: "packet", outcome: "blocked" },
  ],
  ["106015", { action: "denied", notation: "forTo", begin: "packet", outcome: "blocked", because: "no connection" }],
  [
    "106021 106022",
    { action: "denied", notation: "forTo", begin: "unknown", outcome: "blocked", because: "reverse path check" },
  ],
  ["106100 106102 106103", { action: "access-list", notation: "arrow", begin: "packet", outcome: "words" }],

  // Connections: `for` names the end on the lower-security side, `to` the other, whoever began.
  [
    "302013 302015 302017 302035",
    {
      action: "connection-built",
      notation: "forTo",
      begin: "direction",
      outcome: "unknown",
      because: "Built: logged before any answer",
    },
  ],
  [
    "302303",
    {
      action: "connection-built",
      notation: "forTo",
      begin: "first",
      outcome: "unknown",
      because: "Built: logged before any answer",
    },
  ],
  [
    "302014 302016 302018 302304 302036",
    { action: "connection-teardown", notation: "forTo", begin: "unknown", outcome: "teardown" },
  ],
  [
    "302022 302023 302024 302025 302026 302027",
    {
      action: "cluster-stub",
      notation: "forTo",
      begin: "unknown",
      outcome: "unknown",
      because: "a cluster's stub flow",
    },
  ],
  [
    "302020",
    {
      action: "connection-built",
      notation: "faddr",
      begin: "direction",
      outcome: "unknown",
      because: "Built: logged before any answer",
    },
  ],
  [
    "302021",
    {
      action: "connection-teardown",
      notation: "faddr",
      begin: "unknown",
      outcome: "unknown",
      because: "Teardown of ICMP counts no bytes",
    },
  ],
  ["303002", { action: "ftp-transfer", notation: "forTo", begin: "first", outcome: "words" }],
  [
    "304001",
    {
      action: "url-accessed",
      notation: "accessed",
      begin: "first",
      outcome: "established",
      because: "an HTTP request was seen",
    },
  ],
  ["304002", { action: "url-denied", notation: "srcDst", begin: "first", outcome: "blocked" }],

  // Translations: one host and its mapped address, no second end.
  [
    "305005 305006",
    {
      action: "translation-failed",
      notation: "srcDst",
      begin: "packet",
      outcome: "blocked",
      because: "no translation: dropped",
    },
  ],
  ["305013", { action: "translation-failed", begin: "packet", outcome: "blocked", because: "asymmetric NAT: dropped" }],

  // ICMP.
  ["313001 313008", { action: "denied", notation: "lone", begin: "packet", outcome: "blocked", own: true }],
  [
    "313004",
    { action: "denied", notation: "onInterface", begin: "unknown", outcome: "blocked", because: "no matching session" },
  ],
  ["313005 313009", { action: "denied", begin: "unknown", outcome: "blocked", because: "no matching connection" }],

  // Botnet traffic filter and inspection.
  [
    "338001 338002 338003 338004 338101 338102 338103 338104 338201 338202 338203 338204",
    { action: "botnet-filter", notation: "forTo", begin: "first", outcome: "words" },
  ],
  ["338005 338006 338007 338008", { action: "botnet-filter", notation: "forTo", begin: "first", outcome: "blocked" }],
  [
    "402114 402115 402116 402117 402118 402119 402120",
    { action: "ipsec-dropped", notation: "forTo", begin: "unknown", outcome: "blocked" },
  ],
  ["108003 108004", { action: "smtp-terminated", notation: "forTo", begin: "first", outcome: "blocked" }],
  ["201009 201010 201011 201012", { action: "limit-exceeded", notation: "forTo", begin: "first", outcome: "blocked" }],
  ["202010", { action: "translation-failed", notation: "forTo", begin: "first", outcome: "blocked" }],
  ["209003 209004 209005", { action: "denied", notation: "fragment", begin: "unknown", outcome: "blocked" }],
  ["401004", { action: "shunned", notation: "shunned", begin: "unknown", outcome: "blocked" }],
  [
    "607001 607003",
    {
      action: "sip-preallocated",
      notation: "inspected",
      begin: "unknown",
      outcome: "unknown",
      because: "an inspected call",
    },
  ],
  // A host that the firewall keeps state of: one end, the other is not told.
  [
    "609001 609002",
    {
      action: "local-host",
      notation: "localHost",
      begin: "unknown",
      outcome: "unknown",
      because: "a host, not traffic",
    },
  ],
  ["419001", { action: "denied", notation: "forTo", begin: "unknown", outcome: "blocked" }],
  [
    "419002",
    { action: "duplicate-syn", notation: "forTo", begin: "first", outcome: "unknown", because: "a second SYN" },
  ],
  [
    "500003 500004",
    { action: "denied", notation: "forTo", begin: "unknown", outcome: "blocked", because: "malformed" },
  ],
  [
    "507003",
    {
      action: "flow-terminated",
      notation: "forTo",
      begin: "first",
      outcome: "blocked",
      because: "terminated by inspection",
    },
  ],

  // Traffic to the firewall itself.
  ["710001 710002", { action: "access", notation: "forTo", begin: "packet", outcome: "unknown", own: true }],
  [
    "710003 710004 710005 710006 710007",
    { action: "denied", notation: "forTo", begin: "packet", outcome: "blocked", own: true },
  ],
  [
    "605004",
    { action: "login", notation: "forTo", begin: "first", outcome: "refused", because: "Login denied", own: true },
  ],
  [
    "605005",
    {
      action: "login",
      notation: "forTo",
      begin: "first",
      outcome: "authenticated",
      because: "Login permitted",
      own: true,
    },
  ],
  ["109005 109007", { action: "authentication", notation: "forTo", begin: "first", outcome: "authenticated" }],
  ["109006 109008 109025", { action: "authentication", notation: "forTo", begin: "first", outcome: "refused" }],
  ["611101", { action: "authentication", notation: "session", begin: "first", outcome: "authenticated", own: true }],
  ["611102", { action: "authentication", notation: "session", begin: "first", outcome: "refused", own: true }],
  [
    "111008 111010",
    {
      action: "command",
      notation: "session",
      begin: "first",
      outcome: "authenticated",
      because: "an administrator's command",
      own: true,
    },
  ],
  [
    "113004",
    {
      action: "authentication",
      notation: "aaaServer",
      begin: "second",
      outcome: "unknown",
      because: "the address is the AAA server's",
      own: true,
    },
  ],
  [
    "113005 113006 113015 113016 113017",
    { action: "authentication", notation: "session", begin: "first", outcome: "refused", own: true },
  ],
  ["113012", { action: "authentication", notation: "session", begin: "first", outcome: "authenticated", own: true }],
  [
    "308001",
    {
      action: "enable",
      notation: "lone",
      begin: "first",
      outcome: "refused",
      because: "password incorrect",
      own: true,
    },
  ],
  [
    "734001",
    {
      action: "vpn-access-policy",
      notation: "session",
      begin: "first",
      outcome: "authenticated",
      because: "an access policy was chosen for a logged-in user",
      own: true,
    },
  ],
  ["734002", { action: "vpn-access-policy", notation: "session", begin: "first", outcome: "refused", own: true }],
  ["606001 606003", { action: "asdm-session", notation: "lone", begin: "first", outcome: "authenticated", own: true }],
  ["315011", { action: "ssh-session-ended", notation: "lone", begin: "first", outcome: "unknown", own: true }],

  // VPN sessions. 722xxx and 716002 speak of sessions that were logged in.
  [
    "113019",
    {
      action: "vpn-session-ended",
      notation: "session",
      begin: "first",
      outcome: "authenticated",
      because: "a session ended",
      own: true,
    },
  ],
  [
    "113029 113030 113033 113035 113038",
    { action: "vpn-session", notation: "session", begin: "first", outcome: "refused", own: true },
  ],
  [
    "113031 113032 113034 113036",
    { action: "vpn-session", notation: "session", begin: "first", outcome: "unknown", own: true },
  ],
  [
    "113039",
    { action: "vpn-session-started", notation: "session", begin: "first", outcome: "authenticated", own: true },
  ],
  [
    "716001 716038 716059",
    { action: "vpn-session-started", notation: "session", begin: "first", outcome: "authenticated", own: true },
  ],
  [
    "716002 716058",
    {
      action: "vpn-session-ended",
      notation: "session",
      begin: "first",
      outcome: "authenticated",
      because: "a session ended",
      own: true,
    },
  ],
  ["716023 716039 716040", { action: "vpn-login", notation: "session", begin: "first", outcome: "refused", own: true }],
  [
    "722022 722023 722028 722032 722033 722034 722036 722037 722041 722051 722055",
    {
      action: "vpn-session",
      notation: "session",
      begin: "first",
      outcome: "authenticated",
      because: "a logged-in session",
      own: true,
    },
  ],
  [
    "725001 725002 725003 725006 725007 725016",
    { action: "tls-session", notation: "forTo", begin: "first", outcome: "words", own: true },
  ],
  [
    "750001 750002 750003 750006 750007 750015 751025",
    { action: "ikev2", notation: "localRemote", begin: "unknown", outcome: "words", own: true },
  ],
  ["602303 602304", { action: "ipsec-sa", notation: "between", begin: "unknown", outcome: "established", own: true }],

  [
    "110002 110003",
    { action: "routing-failed", notation: "forTo", begin: "unknown", outcome: "blocked", because: "no route: dropped" },
  ],

  // Threat detection. 733100 names a rate's object, not an end of traffic.
  ["733100", { action: "threat-rate", begin: "unknown", outcome: "unknown" }],
  ["733101", { action: "threat-detected", notation: "lone", begin: "unknown", outcome: "unknown", own: true }],
  ["733102 733104 733105", { action: "shunned", notation: "lone", begin: "first", outcome: "blocked", own: true }],
];

const BY_ID = new Map<string, MessageRule>(
  RULES.flatMap(([ids, rule]) => ids.split(" ").map((id) => [id, rule] as const)),
);

/** Groups in which every message reads alike. */
const BY_PREFIX: readonly (readonly [prefix: string, rule: MessageRule])[] = [
  ["400", { action: "ips", notation: "forTo", begin: "unknown", outcome: "unknown" }],
  ["713", { action: "ike", notation: "session", begin: "unknown", outcome: "words", own: true }],
  ["722", { action: "vpn-session", notation: "session", begin: "first", outcome: "words", own: true }],
  ["716", { action: "vpn-session", notation: "session", begin: "first", outcome: "words", own: true }],
  ["75", { action: "ikev2", notation: "localRemote", begin: "unknown", outcome: "words", own: true }],
];

const ANY: MessageRule = { action: "message", begin: "unknown", outcome: "words" };

export function messageRule(id: string): MessageRule {
  return BY_ID.get(id) ?? BY_PREFIX.find(([prefix]) => id.startsWith(prefix))?.[1] ?? ANY;
}

/** Wording to outcome, first match wins. Only for messages whose row says so. */
export const WORDS: readonly (readonly [pattern: RegExp, outcome: Outcome])[] = [
  [/\best-allowed\b/, "established"],
  [/\b(?:deny|denied|dropped|dropping|drop|discarded|blocked|shunned)\b/i, "blocked"],
  [
    /\b(?:rejected|failed|failure|unacceptable|aborted|mismatch|invalid|error|could not|unable to|not allowed)\b/i,
    "refused",
  ],
  [
    /\b(?:PHASE [12] COMPLETED|Security negotiation complete|SA UP|Authentication: successful|session started)\b/i,
    "authenticated",
  ],
  [
    /\b(?:completed SSL handshake|Resuming SSL|SSL session .{0,120}terminated|Starting SSL handshake|Stored|Retrieved)\b/i,
    "established",
  ],
];

/** Teardown reasons (Cisco, "TCP Termination Reasons") that decide whatever the byte count. */
export const TEARDOWN_REASONS: readonly (readonly [pattern: RegExp, outcome: Outcome])[] = [
  [/^SYN Timeout/i, "unanswered"],
  [
    /^(?:Flow closed by inspection|Deny|Flow denied|Flow terminated by|Access-list|Xlate clear.*denied|IPS fail-close|Flow shunned)/i,
    "blocked",
  ],
  [/^(?:Invalid SYN|SYN Control)/i, "refused"],
  [/^(?:TCP FINs|FIN Timeout)/i, "established"],
];
