/** Rows of the Zeek logs whose fields agree with one another. */
import { HOSTS } from "./organisation.js";
import type { Random } from "./random.js";
import type { Plant } from "./truth.js";
import type { ZeekLog, ZeekRow } from "./zeek-schema.js";

export interface Row {
  at: number;
  row: ZeekRow;
  plants?: Plant[];
  miss?: string;
}
export type Logs = Record<ZeekLog, Row[]>;

interface Ends {
  "id.orig_h": string;
  "id.orig_p": number;
  "id.resp_h": string;
  "id.resp_p": number;
}
export const ends = (orig: string, origPort: number, resp: string, respPort: number): Ends => ({
  "id.orig_h": orig,
  "id.orig_p": origPort,
  "id.resp_h": resp,
  "id.resp_p": respPort,
});
const isOwn = (address: string): boolean => /^(?:10\.20\.|192\.168\.50\.|198\.51\.100\.|2001:db8:100:)/.test(address);

export type State = "SF" | "S0" | "REJ" | "RSTO";
const HISTORY: Readonly<Record<State, string>> = { SF: "ShADadFf", S0: "S", REJ: "Sr", RSTO: "ShADadR" };

/** A conn.log row whose counters agree with its state: nothing came back in S0, a lone RST in REJ. */
export function conn(random: Random, uid: string, e: Ends, state: State, service?: string, proto = "tcp"): ZeekRow {
  const both = state === "SF" || state === "RSTO";
  const sent = both ? random.int(200, 9000) : 0;
  const received = both ? random.int(300, 90_000) : 0;
  const origPackets = both ? 4 + Math.floor(sent / 900) : 1;
  const respPackets = both ? 4 + Math.floor(received / 1300) : state === "REJ" ? 1 : 0;
  return {
    uid,
    ...e,
    proto,
    service,
    ...(state === "S0"
      ? {}
      : { duration: random.int(300, both ? 90_000_000 : 90_000) / 1e6, orig_bytes: sent, resp_bytes: received }),
    conn_state: proto === "udp" ? "SF" : state,
    local_orig: isOwn(e["id.orig_h"]),
    local_resp: isOwn(e["id.resp_h"]),
    missed_bytes: 0,
    history: proto === "udp" ? "Dd" : HISTORY[state],
    orig_pkts: origPackets,
    orig_ip_bytes: sent + origPackets * 52,
    resp_pkts: respPackets,
    resp_ip_bytes: received + respPackets * 40,
  };
}

export function dns(
  random: Random,
  uid: string,
  client: string,
  query: string,
  type: "A" | "PTR",
  answers: string[],
): ZeekRow {
  const found = answers.length > 0;
  return {
    uid,
    ...ends(client, random.ephemeral(), HOSTS.resolver, 53),
    proto: "udp",
    trans_id: random.int(1, 65_535),
    rtt: random.int(200, 60_000) / 1e6,
    query,
    qclass: 1,
    qclass_name: "C_INTERNET",
    qtype: type === "A" ? 1 : 12,
    qtype_name: type,
    rcode: found ? 0 : 3,
    rcode_name: found ? "NOERROR" : "NXDOMAIN",
    AA: false,
    TC: false,
    RD: true,
    RA: true,
    Z: 0,
    ...(found ? { answers, TTLs: answers.map(() => random.pick([60, 300, 3600])) } : {}),
    rejected: false,
  };
}

export function ssl(random: Random, uid: string, e: Ends, name: string | undefined): ZeekRow {
  return {
    uid,
    ...e,
    version: "TLSv12",
    cipher: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    curve: "x25519",
    server_name: name,
    resumed: random.chance(0.2),
    next_protocol: name === undefined ? undefined : "h2",
    established: true,
  };
}

export function http(random: Random, uid: string, e: Ends, uri: string, status: number, agent: string): ZeekRow {
  return {
    uid,
    ...e,
    trans_depth: 1,
    method: "GET",
    host: "www.exemple.example",
    uri,
    version: "1.1",
    user_agent: agent,
    request_body_len: 0,
    response_body_len: random.int(150, 40_000),
    status_code: status,
    status_msg: status === 200 ? "OK" : status === 404 ? "Not Found" : "Forbidden",
    resp_fuids: [`F${random.word(17)}`],
    resp_mime_types: ["text/html"],
  };
}

export function ssh(random: Random, uid: string, client: string, success: boolean): ZeekRow {
  return {
    uid,
    ...ends(client, random.ephemeral(), HOSTS.bastionPublic, 22),
    version: 2,
    auth_success: success,
    auth_attempts: success ? 1 : random.int(2, 6),
    direction: "INBOUND",
    client: "SSH-2.0-libssh2_1.8.0",
    server: "SSH-2.0-OpenSSH_7.9p1 Debian-10+deb10u2",
    cipher_alg: "aes256-ctr",
    mac_alg: "hmac-sha2-256",
    compression_alg: "none",
    kex_alg: "diffie-hellman-group-exchange-sha256",
    host_key_alg: "ssh-ed25519",
    host_key: Array.from({ length: 16 }, () => random.hex(2)).join(":"),
  };
}

export const uidOf = (random: Random): string => `C${random.word(17)}`;
