/** The formats that the older tests hold in two groups, each with its own way of calling them. */
import type { Format } from "../src/formats/format.js";
import { FORMATS } from "../src/formats/registry.js";

function those(ids: readonly string[]): readonly Format[] {
  return ids.map((id) => FORMATS.find((format) => format.id === id)!);
}

export const networkFormats = those([
  "fortinet.fortigate",
  "cisco.asa",
  "linux.iptables",
  "suricata.eve",
  "zeek.json",
  "zeek.tsv",
  "suricata.fast",
  "aws.vpcflow",
]);

export const serviceFormats = those([
  "openssh.sshd",
  "linux.pam",
  "dropbear.sshd",
  "strongswan.charon",
  "dovecot.dovecot",
  "vsftpd.vsftpd",
  "nginx.error",
  "apache.error",
  "haproxy.log",
  "squid.access",
  "apache.access",
  "w3c.extended",
  "openvpn.openvpn",
]);
