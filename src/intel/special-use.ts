/**
 * Addresses and names that stand for no host on the Internet, and public resolvers: what is known without any list.
 *
 * Sources: IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890 and those it lists), IANA multicast registries, RFC 6761
 * (special-use names), the operators' own pages for the resolvers.
 */
import { parseCidr, parseIp, type IpRange } from "../model/ip.js";
import { wordTable } from "../model/word-table.js";

export interface NamedRange {
  range: IpRange;
  what: string;
}

const SPECIAL_RANGES: readonly (readonly [string, string])[] = [
  ["0.0.0.0/8", "this network (RFC 791)"],
  ["10.0.0.0/8", "private (RFC 1918)"],
  ["100.64.0.0/10", "shared address space (RFC 6598)"],
  ["127.0.0.0/8", "loopback (RFC 1122)"],
  ["169.254.0.0/16", "link-local (RFC 3927)"],
  ["172.16.0.0/12", "private (RFC 1918)"],
  ["192.0.0.0/24", "IETF protocol assignments (RFC 6890)"],
  ["192.0.2.0/24", "documentation (RFC 5737)"],
  ["192.168.0.0/16", "private (RFC 1918)"],
  ["198.18.0.0/15", "benchmarking (RFC 2544)"],
  ["198.51.100.0/24", "documentation (RFC 5737)"],
  ["203.0.113.0/24", "documentation (RFC 5737)"],
  ["224.0.0.0/4", "multicast (RFC 5771)"],
  ["240.0.0.0/4", "reserved (RFC 1112)"],
  ["::1/128", "loopback (RFC 4291)"],
  ["64:ff9b:1::/48", "local-use translation (RFC 8215)"],
  ["100::/64", "discard-only (RFC 6666)"],
  ["2001:2::/48", "benchmarking (RFC 5180)"],
  ["2001:10::/28", "ORCHID, withdrawn (RFC 4843)"],
  ["2001:db8::/32", "documentation (RFC 3849)"],
  ["3fff::/20", "documentation (RFC 9637)"],
  ["5f00::/16", "segment routing (RFC 9602)"],
  ["fc00::/7", "unique local (RFC 4193)"],
  ["fe80::/10", "link-local (RFC 4291)"],
  ["ff00::/8", "multicast (RFC 4291)"],
];

export const SPECIAL_USE: readonly NamedRange[] = SPECIAL_RANGES.map(([cidr, what]) => ({
  range: parseCidr(cidr)!,
  what,
}));

/** RFC 6761, RFC 6762 (local), RFC 8375 (home.arpa), RFC 2606 (example.com …), RFC 9476 (alt). Names below them count too. */
export const SPECIAL_NAMES: ReadonlyMap<string, string> = new Map([
  ["localhost", "localhost (RFC 6761)"],
  ["invalid", "a special-use name (RFC 6761)"],
  ["test", "a special-use name (RFC 6761)"],
  ["example", "documentation (RFC 6761)"],
  ["example.com", "documentation (RFC 2606)"],
  ["example.net", "documentation (RFC 2606)"],
  ["example.org", "documentation (RFC 2606)"],
  ["local", "multicast DNS (RFC 6762)"],
  ["home.arpa", "home networks (RFC 8375)"],
  ["in-addr.arpa", "reverse lookup (RFC 1035)"],
  ["ip6.arpa", "reverse lookup (RFC 3596)"],
  ["alt", "a special-use name (RFC 9476)"],
]);

const RESOLVERS: Readonly<Record<string, string>> = wordTable({
  "Google Public DNS": "8.8.8.8 8.8.4.4 2001:4860:4860::8888 2001:4860:4860::8844",
  "Cloudflare DNS":
    "1.1.1.1 1.0.0.1 1.1.1.2 1.0.0.2 1.1.1.3 1.0.0.3 2606:4700:4700::1111 2606:4700:4700::1001 2606:4700:4700::1112 2606:4700:4700::1002",
  Quad9: "9.9.9.9 149.112.112.112 9.9.9.10 149.112.112.10 9.9.9.11 149.112.112.11 2620:fe::fe 2620:fe::9",
  "Cisco OpenDNS": "208.67.222.222 208.67.220.220 208.67.222.123 208.67.220.123 2620:119:35::35 2620:119:53::53",
  "AdGuard DNS": "94.140.14.14 94.140.15.15 94.140.14.15 94.140.15.16 2a10:50c0::ad1:ff 2a10:50c0::ad2:ff",
  "Level 3 DNS": "4.2.2.1 4.2.2.2 4.2.2.3 4.2.2.4 4.2.2.5 4.2.2.6",
  DNS4EU: "86.54.11.1 86.54.11.201 86.54.11.13 86.54.11.213 86.54.11.100 86.54.11.200",
  "CleanBrowsing DNS": "185.228.168.9 185.228.169.9 185.228.168.10 185.228.169.11",
  "Yandex DNS": "77.88.8.8 77.88.8.1",
  "114DNS": "114.114.114.114 114.114.115.115",
  AliDNS: "223.5.5.5 223.6.6.6",
  "DNSPod DNS": "119.29.29.29",
  "Quad101 DNS": "101.101.101.101 101.102.103.104",
});

export const PUBLIC_RESOLVERS: readonly NamedRange[] = Object.entries(RESOLVERS).flatMap(([what, addresses]) =>
  addresses.split(" ").map((text) => {
    const { version, value } = parseIp(text)!;
    return { range: { version, first: value, last: value }, what: `public resolver: ${what}` };
  }),
);
