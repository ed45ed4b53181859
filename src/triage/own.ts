/** The organisation's own networks: what `--own` names. */
import { parseCidr, parseIp, rangeContains, type IpRange } from "../model/ip.js";

/** RFC 1918, RFC 4193 unique local, RFC 6598 shared space, link-local and loopback: own until told otherwise. */
export const DEFAULT_OWN: readonly string[] = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "169.254.0.0/16",
  "127.0.0.0/8",
  "fc00::/7",
  "fe80::/10",
  "::1/128",
];

export class OwnNetworks {
  private readonly ranges: IpRange[];
  private readonly seen = new Map<string, boolean>();

  /** @param cidrs addresses or CIDR blocks; throws RangeError naming the first that is neither. */
  constructor(
    readonly cidrs: readonly string[] = DEFAULT_OWN,
    /** True when the user named them, so that an address outside is worth a remark. */
    readonly stated = false,
  ) {
    this.ranges = cidrs.map((cidr) => {
      const range = parseCidr(cidr);
      if (!range) throw new RangeError(`not an address or CIDR block: ${cidr}`);
      return range;
    });
  }

  contains(address: string | undefined): boolean {
    if (address === undefined) return false;
    const known = this.seen.get(address);
    if (known !== undefined) return known;
    const ip = parseIp(address);
    const own = ip !== undefined && this.ranges.some((range) => rangeContains(range, ip));
    // The same few peers come again and again; the cache is dropped, not grown, when an adversary varies them.
    if (this.seen.size >= 65_536) this.seen.clear();
    this.seen.set(address, own);
    return own;
  }
}
