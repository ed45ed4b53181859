/** Pieces of regular expressions for sentences that name addresses. */

/** An IPv4 or IPv6 address, without the full stop or the port after it. Only a candidate: what it finds is still read by `canonicalIp`. */
export const ADDRESS =
  "(?:\\d{1,3}(?:\\.\\d{1,3}){3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]{1,38}(?:\\d{1,3}(?:\\.\\d{1,3}){3})?)";

/** The pattern of a sentence in which `ADDR` stands for the client's address (group `ip`) and `NEAR` for the server's (group `near`). */
export function sentence(source: string): RegExp {
  return new RegExp(source.replaceAll("ADDR", `(?<ip>${ADDRESS})`).replaceAll("NEAR", `(?<near>${ADDRESS})`));
}
