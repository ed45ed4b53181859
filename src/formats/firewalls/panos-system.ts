/** What the sentences of PAN-OS system logs say: logins to the firewall and its portals, IKE peers. */
import type { Sentence } from "../messages.js";
import { ADDRESS } from "./patterns.js";

const IP = ADDRESS;
const pattern = (text: string): RegExp => new RegExp(text.replaceAll("IP", `(?<ip>${IP})`), "i");

/** User names stand before the address: what follows the address is anchored, so that a name cannot move it. */
export const SYSTEM_SENTENCES: readonly Sentence[] = [
  {
    says: pattern(`^failed authentication for user '(?<user>.{0,256}?)'.{0,512}\\bFrom: IP\\.?\\s*$`),
    outcome: "refused",
    reason: "failed authentication",
    action: "authentication",
  },
  {
    says: pattern(`^authenticated for user '(?<user>.{0,256}?)'.{0,512}\\bFrom: IP\\.?\\s*$`),
    outcome: "authenticated",
    reason: "authenticated",
    action: "authentication",
  },
  {
    says: pattern(`^User (?<user>.{1,256}?) logged in via .{1,40} from IP using \\S{1,32}\\s*$`),
    outcome: "authenticated",
    reason: "logged in",
    action: "login",
  },
  {
    says: pattern(`^User (?<user>.{1,256}?) logged out via .{1,40} from IP\\s*$`),
    outcome: "authenticated",
    reason: "a session was logged out",
    action: "logout",
  },
  {
    says: pattern(
      `^GlobalProtect (?:gateway|portal) user (?:authentication|login) succeeded\\. Login from: IP,.{0,200}?User name: (?<user>[^,]{1,256})`,
    ),
    outcome: "authenticated",
    reason: "GlobalProtect authentication succeeded",
    action: "globalprotect-login",
  },
  {
    says: pattern(
      `^GlobalProtect (?:gateway|portal) user (?:authentication|login) failed\\. Login from: IP,.{0,200}?User name: (?<user>[^,]{1,256})`,
    ),
    outcome: "refused",
    reason: "GlobalProtect authentication failed",
    action: "globalprotect-login",
  },
  {
    says: new RegExp(
      `^IKE.{0,80}\\bas initiator\\b.{0,80}SA: (?<near>${IP})\\[(?<nearPort>\\d{1,5})\\]-(?<ip>${IP})\\[(?<port>\\d{1,5})\\]`,
    ),
    outcome: "unknown",
    reason: "an IKE negotiation",
    action: "ike",
    away: true,
    initiatorReason: "the firewall is the initiator",
  },
  {
    says: new RegExp(
      `^IKE.{0,80}\\bas responder\\b.{0,80}SA: (?<near>${IP})\\[(?<nearPort>\\d{1,5})\\]-(?<ip>${IP})\\[(?<port>\\d{1,5})\\]`,
    ),
    outcome: "unknown",
    reason: "an IKE negotiation",
    action: "ike",
    initiatorReason: "the firewall is the responder",
  },
];
