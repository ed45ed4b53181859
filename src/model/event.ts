/**
 * A log line, understood. Field names are ECS 8 (https://www.elastic.co/guide/en/ecs/current/), nested as ECS documents are.
 * Addresses are canonical (see ip.ts). A field that the line does not state is absent; `-` and empty are not values.
 */
export interface Endpoint {
  ip?: string;
  port?: number;
  bytes?: number;
  packets?: number;
  /** Host name, where the log gives one. */
  domain?: string;
  nat?: { ip?: string; port?: number };
}

export interface Event {
  /** Epoch milliseconds. Absent: the line carries no time that could be read. */
  timestamp?: number;
  source?: Endpoint;
  destination?: Endpoint;
  network?: {
    transport?: string;
    protocol?: string;
    /** The device's own word: `inbound`, `outbound`, `internal`, `external`, `ingress`, `egress`. */
    direction?: string;
    bytes?: number;
    packets?: number;
    /** X-Forwarded-For and kin, left to right as written. */
    forwarded_ip?: string[];
  };
  event?: {
    action?: string;
    outcome?: "success" | "failure" | "unknown";
    /** Set by the registry to the format's dataset when the parser leaves it out. */
    dataset?: string;
    /** Nanoseconds. */
    duration?: number;
  };
  url?: { original?: string; domain?: string; path?: string };
  http?: {
    request?: { method?: string; referrer?: string };
    response?: { status_code?: number; body?: { bytes?: number } };
  };
  dns?: {
    question?: { name?: string; type?: string };
    /** Answers that are names (CNAME, MX, NS, PTR); addresses are in `resolved_ip`. */
    answers?: { data: string; type?: string }[];
    resolved_ip?: string[];
    response_code?: string;
  };
  /** `ja4` is not in ECS; it stands where `ja3` does. */
  tls?: {
    client?: { server_name?: string; ja3?: string; ja4?: string };
    server?: { ja3s?: string };
    version?: string;
  };
  /** Canonical addresses: of the envelope where the log has it, and of the header. */
  email?: { from?: { address: string[] }; to?: { address: string[] } };
  file?: { hash?: { md5?: string; sha1?: string; sha256?: string; sha512?: string } };
  user_agent?: { original?: string };
  user?: { name?: string };
  /** The machine the event happened on. */
  host?: { name?: string; ip?: string };
  /** The device that watched and logged (firewall, proxy, sensor). */
  observer?: { name?: string; ip?: string; vendor?: string; product?: string };
  rule?: { name?: string };
  process?: { name?: string };
}

/** How far the traffic came, in the verdict ladder's words. */
export type Outcome = "blocked" | "refused" | "unanswered" | "established" | "authenticated" | "unknown";

/**
 * What a record can say of who began the traffic. This is what keeps a reply from being taken for a callout.
 * - `source`: the line itself shows that the source began it (session logs, a lone SYN, a request line).
 * - `destination`: the line shows the destination began it (SYN-ACK, `Built inbound` with the ends swapped).
 * - `unknown`: the record covers one direction or names two ends without saying who began (VPC flow, NetFlow, ASA Teardown,
 *   a stateless firewall's ACK): decided later by pairing, then by ports, else said to be unknown.
 */
export type Initiator = "source" | "destination" | "unknown";

/** What a parser returns: the event, and what triage needs that ECS has no field for. */
export interface ParsedLine {
  event: Event;
  /** Format id, with envelopes before it: `syslog-3164>fortinet.fortigate`. Set by the registry. */
  format: string;
  outcome: Outcome;
  /** Which field said so, for the reasons list: `action=deny`, `conn_state=S0`, `status 403`. */
  outcomeReason?: string;
  initiator: Initiator;
  /** Why `initiator` is what it is, where that is not plain: `tcp-flags=18 is a SYN-ACK`. */
  initiatorReason?: string;
  /** The record covers one direction of the traffic only, so bytes in it do not show traffic both ways. */
  oneWay?: boolean;
  /**
   * The log is the asset's own (web server, sshd, VPN): the far end is in the line, the near end is the machine that
   * logged. Triage then takes host.name, observer.name, destination or the log's path as the asset.
   */
  observerIsAsset?: boolean;
  /** How the time zone and year were decided, e.g. `UTC (in the line)`, `UTC (assumed)`, `+02:00 (--timezone), year from the file's time`. */
  timezone?: string;
  /** Whether a specific format understood it, a fallback did, or none. */
  understood: "format" | "fallback" | "none";
  /** Remarks for the reasons list, e.g. `two fields disagree on the source`. */
  notes?: string[];
}
