/** Tunnels of dial-in kind: xl2tpd, pptpd, accel-ppp, pppd, SoftEther. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { findTime } from "../fallback/find-time.js";
import { tell, type Sentence } from "../messages.js";
import { timestamp } from "../shape.js";

const A = String.raw`\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{2,41}`;
const re = (source: string): RegExp => new RegExp(source);

const SENTENCES: readonly Sentence[] = [
  {
    says: re(String.raw`^Connecting to host (?<ip>\S{2,255}), port (?<port>\d{1,5})`),
    outcome: "unknown",
    reason: "this end calls the server",
    action: "vpn_connection",
    away: true,
  },
  {
    says: re(
      String.raw`^(?:Connection established to|Call established with) (?<ip>${A}), (?:(?<port>\d{1,5})\. )?.{0,120}LNS session`,
    ),
    outcome: "established",
    reason: "the tunnel is up",
    action: "vpn_connection",
  },
  {
    says: re(String.raw`^(?:Connection established to|Call established with) (?<ip>${A})(?:, (?<port>\d{1,5})\.)?`),
    outcome: "established",
    reason: "the tunnel is up",
    initiator: "unknown",
    initiatorReason: "xl2tpd writes this line at both ends",
  },
  {
    says: re(String.raw`^(?:Connection|Session|Call) \d{1,6} closed to (?<ip>${A})(?:, port (?<port>\d{1,5}))?`),
    outcome: "established",
    reason: "the tunnel ended",
    initiator: "unknown",
    initiatorReason: "xl2tpd writes this line at both ends",
  },
  {
    says: re(
      String.raw`^(?:check_control|network_thread|control_finish|handle_\w{1,24}): .{0,120} (?:from|to) (?<ip>${A})(?:,? port (?<port>\d{1,5}))?`,
    ),
    outcome: "unknown",
    reason: "a packet of the peer",
    initiator: "unknown",
  },
  {
    says: re(String.raw`^CTRL: Client (?<ip>${A}) control connection started`),
    outcome: "established",
    reason: "control connection started",
    action: "vpn_connection",
  },
  {
    says: re(String.raw`^CTRL: Client (?<ip>${A}) `),
    outcome: "established",
    reason: "a control connection",
  },
  {
    says: re(String.raw`^(?:peer from calling number|rcvd .{1,40} calling number) (?<ip>${A}) (?:authorized)`),
    outcome: "authenticated",
    reason: "the peer is authorised",
    action: "vpn_login",
  },
  // accel-ppp
  {
    says: re(
      String.raw`^(?:\[?[\w./]{0,16}\]?:? ?)?(?:pptp|sstp|l2tp|pppoe|ipoe): (?:new connection|new tunnel .{1,80}|connection) from (?<ip>${A})(?::(?<port>\d{1,5}))?`,
    ),
    outcome: "established",
    reason: "a connection was accepted",
    action: "vpn_connection",
  },
  {
    says: re(
      String.raw`^(?:\S{1,24}:\S{0,64}: ?)?connect: \S{1,24} <--> (?:pptp|sstp|l2tp|pppoe|ipoe)\((?<ip>${A})(?::(?<port>\d{1,5}))?\)`,
    ),
    outcome: "established",
    reason: "the session began",
    action: "vpn_connection",
  },
];

const PROGRAM = /^(?:xl2tpd|l2tpd|pptpd|pppd|accel-pppd?|sstpd)$/;
const TAG = /^(?:xl2tpd|pptpd|pppd|accel-pppd?)(?:\[\d{1,10}\])?: /;

export const ppp: Format = {
  id: "ppp.tunnel",
  prose: true,
  title: "L2TP, PPTP and PPP daemons",
  reference: "https://github.com/xelerance/xl2tpd",
  marks: ["l2tpd", "pptpd", "pppd", "accel-ppp", "sstpd"],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const program = envelope?.program;
    const tag = TAG.exec(line);
    if (!tag && (program === undefined || !PROGRAM.test(program))) return undefined;
    const message = (tag ? line.slice(tag[0].length) : line).replace(/^(?:info|warn|error|debug|msg): /, "");
    return tell(message, SENTENCES, {
      process: program ?? "pppd",
      timestamp: timestamp(undefined, context, envelope),
    });
  },
};

const ADDRESS = String.raw`IP address:? (?<ip>${A})`;
const SOFTETHER: readonly Sentence[] = [
  {
    says: re(
      String.raw`User authentication failed\. The user name that has been provided was "(?<user>[^"]{0,255})"(?:, from (?<ip>${A}))?\.?$`,
    ),
    outcome: "refused",
    reason: "failed login",
    action: "vpn_login",
  },
  {
    says: re(
      String.raw`^On the TCP Listener \(Port (?<nearPort>\d{1,5})\), a Client \(${ADDRESS}, Host name "[^"]{0,255}", Port number (?<port>\d{1,5})\) has connected`,
    ),
    outcome: "established",
    reason: "the client connected",
    action: "vpn_connection",
  },
  {
    says: re(
      String.raw`^For the client \(${ADDRESS}, host name: "[^"]{0,255}", port number: (?<port>\d{1,5})\), connection "[^"]{0,64}" has been created`,
    ),
    outcome: "established",
    reason: "the client connected",
    action: "vpn_connection",
  },
  {
    says: re(
      String.raw`connection "[^"]{0,64}" \(${ADDRESS}, Host name: "?[^",]{0,255}"?, Port number: (?<port>\d{1,5}), .{0,400}is attempting to connect.{0,200}user name is "(?<user>[^"]{0,255})"`,
    ),
    outcome: "unknown",
    reason: "a login is tried",
    action: "vpn_login",
  },
  {
    says: re(
      String.raw`(?:Session "[^"]{0,64}"|new session "[^"]{0,64}").{0,200}\(${ADDRESS}, port number: (?<port>\d{1,5})\)`,
    ),
    outcome: "authenticated",
    reason: "a session of a logged-in user",
    action: "vpn_session",
  },
  {
    says: re(
      String.raw`^(?:IPsec|L2TP|SSTP|OpenVPN) [\w ]{0,40}\d{0,10}(?: \(| Session \d{1,10} \()(?<ip>${A}):(?<port>\d{1,5}) -> (?<near>${A}):(?<nearPort>\d{1,5})(?:\)|\/)`,
    ),
    outcome: "unknown",
    reason: "a message about the client",
  },
  {
    says: re(String.raw`\(${ADDRESS}, [Hh]ost name:? "?[^",]{0,255}"?, [Pp]ort number:? (?<port>\d{1,5})`),
    outcome: "unknown",
    reason: "a message about the client",
  },
];

export const softether: Format = {
  id: "softether.vpn",
  title: "SoftEther VPN server",
  reference: "https://www.softether.org/4-docs/1-manual/3/3.10",
  marks: ["IP address", "User authentication failed. ", "IPsec ", "L2TP ", "SSTP ", "OpenVPN "],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const head = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} (?:\[HUB "[^"]{1,64}"\] )?/.exec(line);
    if (!head && envelope?.program !== "vpnserver") return undefined;
    const message = head ? line.slice(head[0].length) : line.replace(/^\[HUB "[^"]{1,64}"\] /, "");
    if (!/client|Client|[Cc]onnection "|Session "|IPsec|L2TP|SSTP|OpenVPN/.test(message.slice(0, 200)))
      return undefined;
    const time = timestamp(head ? findTime(head[0])?.time : undefined, context, envelope);
    return tell(message, SOFTETHER, { process: "vpnserver", timestamp: time });
  },
};
