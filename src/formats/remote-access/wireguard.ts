/** WireGuard's kernel messages (dynamic debug). A handshake's initiation says who began; the response is the answer. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { tell, type Sentence } from "../messages.js";

const AT = String.raw`\[?(?<ip>\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{2,41}?)(?:%[\w.-]{1,16})?\]?:(?<port>\d{1,5})`;
const PEER = String.raw`peer \d{1,10} \(${AT}\)`;
const re = (source: string): RegExp => new RegExp(source);
const EITHER = "either peer may have begun";

const SENTENCES: readonly Sentence[] = [
  {
    says: re(String.raw`^Packet has (?:unallowed src IP|invalid nonce|incorrect size|incomplete).{0,120} from ${PEER}`),
    outcome: "blocked",
    reason: "the packet was dropped",
    oneWay: true,
    initiator: "unknown",
    initiatorReason: EITHER,
  },
  {
    says: re(
      String.raw`^(?:Invalid (?:handshake initiation|MAC of handshake|cookie)|Packet is neither|Received (?:invalid|cookie)).{0,80} from ${AT}`,
    ),
    outcome: "refused",
    reason: "the handshake is not valid",
  },
  {
    says: re(String.raw`^Invalid (?:handshake )?response.{0,40} from ${AT}`),
    outcome: "refused",
    reason: "the handshake's response is not valid",
    initiator: "unknown",
    initiatorReason: "a response to nothing that was asked looks the same",
  },
  {
    says: re(String.raw`^Receiving handshake initiation from ${PEER}`),
    outcome: "unknown",
    reason: "the peer begins a handshake",
    action: "handshake",
  },
  {
    says: re(String.raw`^Sending handshake response to ${PEER}`),
    outcome: "authenticated",
    reason: "a known peer's handshake was answered",
    action: "handshake",
  },
  {
    says: re(String.raw`^Sending handshake initiation to ${PEER}`),
    outcome: "unknown",
    reason: "this end begins a handshake",
    action: "handshake",
    away: true,
  },
  {
    says: re(String.raw`^Receiving handshake response from ${PEER}`),
    outcome: "established",
    reason: "the peer answered the handshake",
    action: "handshake",
    away: true,
  },
  {
    says: re(String.raw`^Handshake for ${PEER} did not complete`),
    outcome: "unanswered",
    reason: "the handshake was not answered",
    action: "handshake",
    away: true,
  },
  {
    says: re(String.raw`^Retrying handshake with ${PEER}`),
    outcome: "unanswered",
    reason: "the peer is no longer heard",
    action: "handshake",
    away: true,
  },
  {
    says: re(String.raw`^Receiving (?:keepalive|data|transport) packet from ${PEER}`),
    outcome: "established",
    reason: "a packet of a session",
    initiator: "unknown",
    initiatorReason: EITHER,
  },
  {
    says: re(String.raw`^Sending (?:keepalive|data|transport) packet to ${PEER}`),
    outcome: "established",
    reason: "a packet of a session",
    away: true,
    initiator: "unknown",
    initiatorReason: EITHER,
  },
  {
    says: re(String.raw`^.{0,120}\b${PEER}`),
    outcome: "unknown",
    reason: "a message about the peer",
    initiator: "unknown",
    initiatorReason: EITHER,
  },
  {
    says: /^Peer \d{1,10} (?:created|destroyed)|^Keypair |^Zeroing |^Interface /,
    outcome: "unknown",
    reason: "no peer is named",
    initiator: "unknown",
  },
];

export const wireguard: Format = {
  id: "wireguard.kernel",
  title: "WireGuard kernel messages",
  reference: "https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/drivers/net/wireguard/receive.c",
  marks: ["wireguard: "],
  parse(line: string, _context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const at = line.indexOf("wireguard: ");
    if (at < 0 || at > 80) return undefined;
    const m = /^(?:kernel: )?(?:\[ {0,8}\d{1,12}\.\d{1,9}\] )?wireguard: [\w.-]{1,16}: /.exec(line);
    if (!m) return undefined;
    return tell(line.slice(m[0].length), SENTENCES, { process: "wireguard", timestamp: envelope?.timestamp });
  },
};
