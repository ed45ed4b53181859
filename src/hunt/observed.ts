/** The token behind a hit, as fields of a parsed line hold it once they are canonical too. */
import { canonicalHost, canonicalMail } from "../model/host.js";
import type { IndicatorType } from "../model/indicator.js";
import { canonicalIp } from "../model/ip.js";

/** @param type of the indicator that was hit there: an address in it is written out, a name loses its case and final dot */
export function observedToken(type: IndicatorType, line: Buffer, offset: number, length: number): string {
  const token = line.toString("utf8", offset, offset + length);
  switch (type) {
    case "ipv4-addr":
    case "ipv6-addr":
      return canonicalIp(token) ?? token;
    case "domain-name":
      return canonicalHost(token) ?? token;
    case "url":
      return canonicalIp(token) ?? canonicalHost(token) ?? token;
    case "email-addr":
      return canonicalMail(token) ?? token;
    case "user-agent":
      return token;
    default:
      return token.toLowerCase();
  }
}
