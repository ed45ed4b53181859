/**
 * Cisco IOS, IOS XE, IOS XR and NX-OS messages that name an end of traffic: one row a mnemonic or a group of like ones. Named groups as in
 * `messages.ts`, and `src`, `sport`, `dst`, `dport` for traffic between two other ends.
 * Source: Cisco IOS System Message Guide; Cisco NX-OS System Messages Reference.
 */
import type { Outcome } from "../../model/event.js";
import type { Sentence } from "../messages.js";
import { ADDRESS } from "./patterns.js";

const IP = ADDRESS;
const PORT = "\\d{1,5}";
const at = (text: string): RegExp =>
  new RegExp(
    text
      .replaceAll("SRC", `(?<src>${IP})`)
      .replaceAll("DST", `(?<dst>${IP})`)
      .replaceAll("SPORT", `(?<sport>${PORT})`)
      .replaceAll("DPORT", `(?<dport>${PORT})`)
      .replaceAll("ADDR", `(?<ip>${IP})`),
    "i",
  );

/** Messages of access lists and inspection: traffic that passes by. */
export interface TrafficRule {
  mnemonic: RegExp;
  says: RegExp;
  /** `words`: by `denied` or `permitted`. */
  outcome: Outcome | "words";
  /** The first end began it: a session's own order. Otherwise a packet. */
  session?: true;
}

export const TRAFFIC: readonly TrafficRule[] = [
  {
    // `list 101 denied tcp a(p) (Gi0/0 0011.2233.4455) -> b(p), 1 packet`; IOS XR and IOS XE put more before it.
    mnemonic: /ACCESSLOGP$|ACCESSLOGNP$|ACCESSLOGRP$|ACCESSLOGDP$|ACCESSLOGSP$|IPACCESSLOG/,
    says: at(
      "(?:access-)?(?:list|logging|ACL) (?<rule>\\S{1,64}).{0,40}? (?<verdict>denied|permitted|deny|permit) (?<proto>[\\w-]{1,12}) SRC(?: ?\\(SPORT\\))?(?: ?\\([^()]{0,64}\\))? ?-> ?DST(?: ?\\((?<detail>DPORT(?:/\\d{1,3})?)\\))?",
    ),
    outcome: "words",
  },
  {
    // Standard lists know the source only.
    mnemonic: /ACCESSLOGS$/,
    says: at("list (?<rule>\\S{1,64}) (?<verdict>denied|permitted) SRC"),
    outcome: "words",
  },
  {
    mnemonic: /ACLLOG/,
    says: at(
      '(?:ACL name: (?<rule>[^,]{1,64}),.{0,80}?)?Src IP: SRC, Dst IP: DST, Src Port: SPORT, Dst Port: DPORT,.{0,120}?Protocol: "?(?<proto>[\\w-]{1,12})"?(?:\\(\\d{1,3}\\))?(?:,.{0,160}?Acl Action: (?<verdict>\\w{1,8}))?',
    ),
    outcome: "words",
  },
  {
    mnemonic: /SESS_AUDIT_TRAIL_START$/,
    says: at("Start (?<proto>[\\w-]{1,24}) session: initiator \\(SRC:SPORT\\) -- responder \\(DST:DPORT\\)"),
    outcome: "unknown",
    session: true,
  },
  {
    mnemonic: /SESS_AUDIT_TRAIL$/,
    says: at(
      "(?:Stop )?(?<proto>[\\w-]{1,24}) session:? initiator \\(SRC:SPORT\\) sent (?<sent>\\d{1,15}) bytes -- responder \\(DST:DPORT\\) sent (?<received>\\d{1,15}) bytes",
    ),
    outcome: "unknown",
    session: true,
  },
  {
    mnemonic: /DROP_PKT$/,
    says: at(
      "Dropping (?<proto>[\\w-]{1,24}) (?:session|pkt)(?: from \\S{1,64})? SRC(?::SPORT)? (?:=> )?DST(?::DPORT)?",
    ),
    outcome: "blocked",
  },
  {
    mnemonic: /LOG_SUMMARY$|PASS_PKT$/,
    says: at("(?<verdict>dropped|passed|Passing).{0,40}? from \\S{0,64}? ?SRC:SPORT => DST:DPORT"),
    outcome: "words",
  },
  {
    mnemonic: /SIGNATURE$/,
    says: at("Sig:(?<rule>\\d{1,8}) .{0,160}?\\[SRC:SPORT -> DST:DPORT\\]"),
    outcome: "unknown",
  },
  {
    mnemonic: /BADAUTH$|RECVD_PKT_INV_SPI$|RECVD_PKT_NOT_IPSEC$/,
    says: at("from SRC\\(SPORT\\) to DST\\(DPORT\\)"),
    outcome: "blocked",
  },
  {
    mnemonic: /INV_SPI$|NOT_IPSEC$/,
    says: at("dest_?addr ?= ?DST,.{0,120}?src_?addr ?= ?SRC"),
    outcome: "blocked",
  },
];

/** Messages of the device's own services: the far end is a client of it. */
export const OWN: readonly Sentence[] = [
  {
    says: at("^Login failed \\[user: (?<user>.{0,128}?)\\] \\[Source: ADDR\\] \\[localport: (?<nearPort>\\d{1,5})\\]"),
    outcome: "refused",
    reason: "Login failed",
    action: "login",
  },
  {
    says: at("^Login Success \\[user: (?<user>.{0,128}?)\\] \\[Source: ADDR\\] \\[localport: (?<nearPort>\\d{1,5})\\]"),
    outcome: "authenticated",
    reason: "Login Success",
    action: "login",
  },
  {
    says: at("^SSH2? Session request from ADDR \\(tty = \\d{1,4}\\).{0,200}Failed"),
    outcome: "refused",
    reason: "SSH session request failed",
    action: "ssh-session",
  },
  {
    says: at("^SSH2? Session request from ADDR \\(tty = \\d{1,4}\\)"),
    outcome: "established",
    reason: "SSH session request",
    action: "ssh-session",
  },
  {
    says: at(
      "^User '(?<user>.{0,128}?)' authentication for SSH2? Session from ADDR \\(tty = \\d{1,4}\\).{0,200}Succeeded",
    ),
    outcome: "authenticated",
    reason: "SSH authentication succeeded",
    action: "ssh-login",
  },
  {
    says: at(
      "^User '(?<user>.{0,128}?)' authentication for SSH2? Session from ADDR \\(tty = \\d{1,4}\\).{0,200}Failed",
    ),
    outcome: "refused",
    reason: "SSH authentication failed",
    action: "ssh-login",
  },
  {
    says: at("^SSH2? Session from ADDR \\(tty = \\d{1,4}\\) for user '(?<user>.{0,128}?)'.{0,160} closed"),
    outcome: "unknown",
    reason: "an SSH session closed",
    action: "ssh-session-closed",
  },
  {
    says: at("^Configured from (?:console|\\S{1,32}) by (?<user>\\S{1,128}) on vty\\d{1,3} \\(ADDR\\)"),
    outcome: "authenticated",
    reason: "configured by a user",
    action: "configuration",
  },
  {
    says: at("^User (?<user>\\S{1,128}) has exited tty session \\d{1,4}\\(ADDR\\)"),
    outcome: "authenticated",
    reason: "a user's session ended",
    action: "logout",
  },
  {
    says: at("^Authentication failure for SNMP req(?:uest)? from host ADDR"),
    outcome: "refused",
    reason: "SNMP authentication failure",
    action: "snmp",
  },
  {
    says: at(
      "^(?:Login failed for user|authentication failure for|pam_aaa:Authentication failed for user) (?<user>\\S{1,128}) from ADDR\\b",
    ),
    outcome: "refused",
    reason: "login failed",
    action: "login",
  },
  {
    says: at("^Processing of .{1,64} mode failed with peer at ADDR\\b"),
    outcome: "refused",
    reason: "an IKE exchange failed",
    action: "ike",
    initiator: "unknown",
    initiatorReason: "the message does not say which peer began",
  },
  {
    says: at("^IKE message from ADDR (?:has no SA|failed its sanity check|.{0,20}malformed)"),
    outcome: "refused",
    reason: "an IKE message was refused",
    action: "ike",
  },
];
