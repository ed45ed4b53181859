/**
 * OpenVPN. A server puts the peer before each message (`A:port` or `user/A:port`); a client does not, and the peer it names is
 * the server it called. A line without that prefix which both may write leaves open who began.
 */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { parseIsoTime } from "../time.js";
import { ctime, timeOf } from "../fields.js";
import { tell, type Sentence } from "../messages.js";

const ADDRESS = String.raw`(?:\d{1,3}(?:\.\d{1,3}){3}|\[?[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{2,41}?\]?)`;
const PREFIX = String.raw`^(?:(?<user>[^/\s]{1,128})\/)?(?<ip>${ADDRESS}):(?<port>\d{1,5})(?:\/(?<user2>\S{1,128}))? `;
const PEER = String.raw`\[AF_INET6?\](?<ip>${ADDRESS}):(?<port>\d{1,5})`;
const re = (source: string): RegExp => new RegExp(source);

const SERVER: readonly Sentence[] = [
  // pfSense's and OPNsense's scripts.
  {
    says: re(
      String.raw`^openvpn server '[^']{1,64}' user '(?<user>.{0,128})' address '(?<ip>${ADDRESS})(?::(?<port>\d{1,5}))?' - (?:connected|disconnected)`,
    ),
    outcome: "authenticated",
    reason: "the user's session",
    action: "vpn_session",
  },
  {
    says: re(
      String.raw`^openvpn server '[^']{1,64}' user '(?<user>.{0,128})' address '(?<ip>${ADDRESS})(?::(?<port>\d{1,5}))?' - connecting`,
    ),
    outcome: "unknown",
    reason: "the user connects",
    action: "vpn_connection",
  },
  {
    says: re(
      String.raw`${PREFIX}.*(?:AUTH_FAILED|TLS Auth Error|Auth(?:entication)? failed|VERIFY ERROR|peer verification failed)`,
    ),
    outcome: "refused",
    reason: "authentication failed",
    action: "vpn_login",
  },
  {
    says: re(String.raw`${PREFIX}(?:TLS Error|OpenSSL: error|TLS_ERROR|Bad encapsulated packet|WARNING: Bad)`),
    outcome: "refused",
    reason: "TLS error",
  },
  {
    says: re(
      String.raw`${PREFIX}(?:\[(?!UNDEF)[^\]]{1,128}\] Peer Connection Initiated|MULTI: (?:Learn|primary virtual IP)|MULTI_sva: pool returned|Authentication succeeded|PUSH: Received control|SENT CONTROL|TLS: Username/Password authentication succeeded)`,
    ),
    outcome: "authenticated",
    reason: "the peer authenticated",
    action: "vpn_login",
  },
  {
    says: re(String.raw`${PREFIX}(?:\[UNDEF\] )?(?:Peer Connection Initiated|TCP connection established)`),
    outcome: "established",
    reason: "the peer connected",
    action: "vpn_connection",
  },
  { says: re(PREFIX), outcome: "unknown", reason: "a message about the peer" },
];

/** The status file (status-version 1 to 3) and the management interface list who is connected now. */
const STATUS: readonly Sentence[] = [
  {
    says: re(
      String.raw`^CLIENT_LIST[,\t](?<user>[^,\t]{0,255})[,\t](?:(?:udp|tcp)[46]?(?:-server)?:)?(?<ip>${ADDRESS}):(?<port>\d{1,5})[,\t](?<tunnel>[0-9A-Fa-f.:]{0,45})[,\t]`,
    ),
    outcome: "authenticated",
    reason: "in the list of connected clients",
    action: "vpn_session",
  },
  {
    says: re(
      String.raw`^ROUTING_TABLE[,\t](?<tunnel>[0-9A-Fa-f.:]{2,45})C?(?:\/\d{1,3})?[,\t](?<user>[^,\t]{0,255})[,\t](?:(?:udp|tcp)[46]?(?:-server)?:)?(?<ip>${ADDRESS}):(?<port>\d{1,5})[,\t]`,
    ),
    outcome: "authenticated",
    reason: "in the list of connected clients",
    action: "vpn_session",
  },
  {
    says: re(
      String.raw`^(?<user>[^,\t]{1,255}),(?:(?:udp|tcp)[46]?(?:-server)?:)?(?<ip>${ADDRESS}):(?<port>\d{1,5}),\d{1,15},\d{1,15},[A-Z][a-z]{2} [A-Z][a-z]{2} `,
    ),
    outcome: "authenticated",
    reason: "in the list of connected clients",
    action: "vpn_session",
  },
  {
    says: re(String.raw`^>CLIENT:ENV,(?:untrusted_ip6?|trusted_ip6?)=(?<ip>${ADDRESS})$`),
    outcome: "unknown",
    reason: "a client connects",
    action: "vpn_connection",
  },
];

const STATUS_HEAD = /^(?:CLIENT_LIST|ROUTING_TABLE)[,\t]|^>CLIENT:ENV,/;
/** At most 57 characters. */
const STATUS_END = /,\d{1,15},\d{1,15},[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4}$/;

const BOTH = "OpenVPN client and server both write this line";
const CLIENT: readonly Sentence[] = [
  {
    says: re(String.raw`^\[(?<server>[^\]]{1,128})\] Peer Connection Initiated with ${PEER}`),
    outcome: "established",
    reason: "connected to the VPN server",
    action: "vpn_connection",
    away: true,
    initiatorReason: "a line of the client: no peer before the message",
  },
  {
    says: re(
      String.raw`^(?:(?:UDP|TCP)v?[46]? ?link remote:|Attempting to establish TCP connection with|TCP/UDP: Preserving recently used remote address:) ${PEER}`,
    ),
    outcome: "unknown",
    reason: "the client calls the server",
    action: "vpn_connection",
    away: true,
    initiatorReason: "a line of the client: no peer before the message",
  },
  {
    says: re(String.raw`^TCP connection established with ${PEER}`),
    outcome: "established",
    reason: "TCP connection established",
    initiator: "unknown",
    initiatorReason: BOTH,
  },
  {
    says: re(String.raw`^TLS Error: .*${PEER}`),
    outcome: "refused",
    reason: "TLS error",
    initiator: "unknown",
    initiatorReason: BOTH,
  },
  {
    says: re(String.raw`${PEER}`),
    outcome: "unknown",
    reason: "a message about the peer",
    initiator: "unknown",
    initiatorReason: BOTH,
  },
];

const ISO_DATED = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})? /;
const WORDS =
  /Peer Connection Initiated|TLS|AUTH_FAILED|MULTI|\[AF_INET|VERIFY|Authentication succeeded|PUSH|SENT CONTROL|OpenSSL/;

export const openvpn: Format = {
  id: "openvpn.openvpn",
  prose: true,
  title: "OpenVPN",
  reference: "https://openvpn.net/community-resources/reference-manual-for-openvpn-2-6/",
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const program = envelope?.program;
    const named = program !== undefined && /^(?:ovpn|openvpn)/.test(program);
    if (!named && program !== undefined) return undefined;
    if (STATUS_HEAD.test(line) || STATUS_END.test(line.slice(-64)))
      return tell(line, STATUS, { process: "openvpn", timestamp: envelope?.timestamp });
    // Access Server wraps its daemons' lines: `… [OVPN 0] OUT: '…'`.
    const wrapped = /^[\d: +T-]{19,26} \[[^\]]{1,32}\] \[OVPN \d{1,3}\] OUT: ["']/.exec(line);
    if (wrapped) return openvpn.parse(line.slice(wrapped[0].length).replace(/["']$/, ""), context, envelope);
    const iso = ISO_DATED.exec(line);
    const dated = iso ? { time: parseIsoTime(iso[0]), length: iso[0].length - 1 } : ctime(line);
    // Without its name or a date of its own, only the address family's mark tells OpenVPN.
    if (!named && !(dated ? WORDS : /\[AF_INET6?\]/).test(line.slice(0, 400))) return undefined;
    const message = (dated ? line.slice(dated.length + 1) : line).replace(/^us=\d{1,6} /, "");
    const told = { process: "openvpn", timestamp: timeOf(context, dated?.time) ?? envelope?.timestamp };
    return tell(message, SERVER, told) ?? tell(message, CLIENT, told);
  },
};
