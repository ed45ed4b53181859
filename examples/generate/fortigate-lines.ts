/**
 * FortiGate log lines, FortiOS 6.4 key=value.
 * https://docs.fortinet.com/document/fortigate/6.4.7/fortios-log-message-reference and "Sample logs by log type".
 */
import { parisIso, parisZone } from "./clock.js";
import type { Random } from "./random.js";

export interface Device {
  name: string;
  id: string;
}
export const FGT_PARIS: Device = { name: "FGT-PARIS", id: "FG201ETK18900123" };
export const FGT_LYON: Device = { name: "FGT-LYON", id: "FG100ETK19001455" };

type Value = string | number;

/** FortiOS quotes strings and leaves numbers, addresses, dates and times bare. */
const BARE = new Set(
  (
    "date time eventtime srcip srcport dstip dstport sessionid proto policyid transip transport tranip tranport appid " +
    "duration sentbyte rcvdbyte sentpkt rcvdpkt crscore craction tunnelid remip tunnelip locip cat attackid incidentserialno"
  ).split(" "),
);

function render(fields: readonly (readonly [string, Value])[]): string {
  return fields.map(([key, value]) => (BARE.has(key) ? `${key}=${value}` : `${key}="${value}"`)).join(" ");
}

function header(at: number, device: Device, logid: string, type: string, subtype: string, level: string): string {
  const local = parisIso(at);
  // eventtime is in nanoseconds since FortiOS 6.2.
  return render([
    ["date", local.slice(0, 10)],
    ["time", local.slice(11, 19)],
    ["devname", device.name],
    ["devid", device.id],
    ["eventtime", `${at}${String((at * 7919) % 1_000_000).padStart(6, "0")}`],
    ["tz", parisZone(at)],
    ["logid", logid],
    ["type", type],
    ["subtype", subtype],
    ["level", level],
    ["vd", "root"],
  ]);
}

const SERVICES: Readonly<Record<number, string>> = {
  22: "SSH",
  23: "TELNET",
  25: "SMTP",
  53: "DNS",
  80: "HTTP",
  123: "NTP",
  443: "HTTPS",
  445: "SMB",
  3389: "RDP",
  5060: "SIP",
};

export function service(port: number, proto: number): string {
  return SERVICES[port] ?? `${proto === 17 ? "udp" : "tcp"}/${port}`;
}

const COUNTRIES = ["France", "Germany", "United States", "Netherlands", "Egypt", "Morocco", "Russian Federation"];

export interface Session {
  subtype?: "forward" | "local";
  src: string;
  sport: number;
  dst: string;
  dport: number;
  proto?: number;
  /** Which side of the firewall began it. */
  from: "lan" | "wan";
  action: "accept" | "close" | "timeout" | "deny" | "server-rst" | "client-rst";
  sent: number;
  received: number;
  duration?: number;
  nat?: { kind: "snat"; ip: string; port: number } | { kind: "dnat"; ip: string; port: number };
}

/** A traffic line. `sentbyte` is what the source sent, `rcvdbyte` what it was sent back. */
export function traffic(random: Random, at: number, device: Device, s: Session): string {
  const local = s.subtype === "local";
  const proto = s.proto ?? 6;
  const lan = ["lan", "lan"] as const;
  const wan = ["wan1", "wan"] as const;
  const [inside, outside] = s.from === "lan" ? [lan, wan] : [wan, lan];
  const country = random.pick(COUNTRIES);
  const fields: [string, Value][] = [
    ["srcip", s.src],
    ["srcport", s.sport],
    ["srcintf", inside[0]],
    ["srcintfrole", inside[1]],
    ["dstip", s.dst],
    ["dstport", s.dport],
    ["dstintf", local ? "root" : outside[0]],
    ["dstintfrole", local ? "undefined" : outside[1]],
    ["srccountry", s.from === "lan" ? "Reserved" : country],
    ["dstcountry", s.from === "lan" ? country : "Reserved"],
    ["sessionid", random.int(1_000_000, 99_999_999)],
    ["proto", proto],
    ["action", s.action],
    ["policyid", s.action === "deny" ? 0 : s.from === "lan" ? 12 : 31],
    ["policytype", local ? "local-in-policy" : "policy"],
    ["service", service(s.dport, proto)],
    ["trandisp", s.nat?.kind ?? "noop"],
  ];
  if (s.nat?.kind === "snat") fields.push(["transip", s.nat.ip], ["transport", s.nat.port]);
  if (s.nat?.kind === "dnat") fields.push(["tranip", s.nat.ip], ["tranport", s.nat.port]);
  fields.push(
    ["duration", s.duration ?? 0],
    ["sentbyte", s.sent],
    ["rcvdbyte", s.received],
    // Unanswered, all that was sent is SYNs of 60 bytes.
    ["sentpkt", s.received === 0 ? s.sent / 60 : 1 + Math.floor(s.sent / 700)],
    ["rcvdpkt", s.received === 0 ? 0 : 1 + Math.floor(s.received / 1100)],
    ["appcat", "unscanned"],
  );
  if (s.action === "deny") fields.push(["crscore", 30], ["craction", 131072], ["crlevel", "high"]);
  return `${header(at, device, local ? "0001000014" : "0000000013", "traffic", local ? "local" : "forward", "notice")} ${render(fields)}`;
}

/** An IPS line. `direction` is relative to the session: `outgoing` is client to server, whoever the client is. */
export function ips(
  random: Random,
  at: number,
  device: Device,
  s: { src: string; sport: number; dst: string; dport: number; action: "dropped" | "detected"; attack: string },
): string {
  const id = random.int(10_000, 60_000);
  return `${header(at, device, "0419016384", "utm", "ips", "alert")} ${render([
    ["eventtype", "signature"],
    ["severity", "high"],
    ["srcip", s.src],
    ["srccountry", random.pick(COUNTRIES)],
    ["dstip", s.dst],
    ["srcintf", "wan1"],
    ["srcintfrole", "wan"],
    ["dstintf", "dmz"],
    ["dstintfrole", "dmz"],
    ["sessionid", random.int(1_000_000, 99_999_999)],
    ["action", s.action],
    ["proto", 6],
    ["service", service(s.dport, 6)],
    ["policyid", 31],
    ["attack", s.attack],
    ["srcport", s.sport],
    ["dstport", s.dport],
    ["direction", "outgoing"],
    ["attackid", id],
    ["profile", "dmz-ips"],
    ["ref", `http://www.fortinet.com/ids/VID${id}`],
    ["incidentserialno", random.int(1_000_000, 200_000_000)],
    ["msg", `web_server: ${s.attack},`],
  ])}`;
}

export function webfilter(
  random: Random,
  at: number,
  device: Device,
  s: { src: string; dst: string; hostname: string; url: string; action: "blocked" | "passthrough"; user: string },
): string {
  const blocked = s.action === "blocked";
  return `${header(at, device, blocked ? "0316013056" : "0317013312", "utm", "webfilter", blocked ? "warning" : "notice")} ${render(
    [
      ["eventtype", blocked ? "ftgd_blk" : "ftgd_allow"],
      ["policyid", 12],
      ["sessionid", random.int(1_000_000, 99_999_999)],
      ["user", s.user],
      ["srcip", s.src],
      ["srcport", random.ephemeral()],
      ["srcintf", "lan"],
      ["srcintfrole", "lan"],
      ["dstip", s.dst],
      ["dstport", 443],
      ["dstintf", "wan1"],
      ["dstintfrole", "wan"],
      ["proto", 6],
      ["service", "HTTPS"],
      ["hostname", s.hostname],
      ["profile", "default"],
      ["action", s.action],
      ["reqtype", "direct"],
      ["url", s.url],
      ["sentbyte", random.int(200, 900)],
      ["rcvdbyte", blocked ? 0 : random.int(500, 9000)],
      ["direction", "outgoing"],
      ["msg", blocked ? "URL belongs to a denied category in policy" : "URL belongs to an allowed category in policy"],
      ["method", "domain"],
      ["cat", blocked ? 26 : 52],
      ["catdesc", blocked ? "Malicious Websites" : "Information Technology"],
    ],
  )}`;
}

/** An administrator's failed login: the address is in `ui`, `srcip` and `msg`. */
export function adminLoginFailed(random: Random, at: number, device: Device, src: string, dst: string): string {
  return `${header(at, device, "0100032002", "event", "system", "alert")} ${render([
    ["logdesc", "Admin login failed"],
    ["sn", "0"],
    ["user", random.pick(["admin", "root", "support"])],
    ["ui", `https(${src})`],
    ["method", "https"],
    ["srcip", src],
    ["dstip", dst],
    ["action", "login"],
    ["status", "failed"],
    ["reason", "name_invalid"],
    ["msg", `Administrator admin login failed from https(${src}) because of invalid user name`],
  ])}`;
}

/** A system event that names no peer, or names one in its text only. */
export function systemEvent(at: number, device: Device, logdesc: string, msg: string): string {
  return `${header(at, device, "0100032001", "event", "system", "information")} ${render([
    ["logdesc", logdesc],
    ["msg", msg],
  ])}`;
}

export type VpnEvent = "ssl-login-fail" | "tunnel-up" | "tunnel-down";

const VPN: Readonly<Record<VpnEvent, { logid: string; level: string; desc: string; reason: string; msg: string }>> = {
  "ssl-login-fail": {
    logid: "0101039426",
    level: "alert",
    desc: "SSL VPN login fail",
    reason: "sslvpn_login_permission_denied",
    msg: "SSL user failed to logged in",
  },
  "tunnel-up": {
    logid: "0101039947",
    level: "information",
    desc: "SSL VPN tunnel up",
    reason: "tunnel established",
    msg: "SSL tunnel established",
  },
  "tunnel-down": {
    logid: "0101039948",
    level: "information",
    desc: "SSL VPN tunnel down",
    reason: "User requested termination of service",
    msg: "SSL tunnel shutdown",
  },
};

/** An SSL-VPN event: `remip` is the client on the internet, `tunnelip` the address it was given. */
export function vpnEvent(
  random: Random,
  at: number,
  device: Device,
  s: { event: VpnEvent; remote: string; user: string; tunnelIp?: string; duration?: number },
): string {
  const e = VPN[s.event];
  const fields: [string, Value][] = [
    ["logdesc", e.desc],
    ["action", s.event],
    ["tunneltype", s.event === "ssl-login-fail" ? "ssl-web" : "ssl-tunnel"],
    ["tunnelid", s.event === "ssl-login-fail" ? 0 : random.int(100_000_000, 900_000_000)],
    ["remip", s.remote],
  ];
  if (s.tunnelIp !== undefined) fields.push(["tunnelip", s.tunnelIp]);
  fields.push(["user", s.user], ["group", s.event === "ssl-login-fail" ? "N/A" : "vpn-users"], ["dst_host", "N/A"]);
  fields.push(["reason", e.reason]);
  if (s.event === "tunnel-down")
    fields.push(
      ["duration", s.duration ?? 60],
      ["sentbyte", random.int(10_000, 9_000_000)],
      ["rcvdbyte", random.int(10_000, 90_000_000)],
    );
  fields.push(["msg", e.msg]);
  return `${header(at, device, e.logid, "event", "vpn", e.level)} ${render(fields)}`;
}
