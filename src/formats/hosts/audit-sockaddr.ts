/** Socket addresses as the kernel has them in memory, in hexadecimal digits: `saddr=` of Linux audit records. */
import { canonicalIp } from "../../model/ip.js";

export interface SocketAddress {
  family: "inet" | "inet6" | "other";
  ip?: string;
  port?: number;
}

const AF_INET = 2;
const AF_INET6 = 10;

/** `sockaddr_in`, `sockaddr_in6`; the family stands in the machine's byte order, the port in the network's. See ip(7), ipv6(7). */
export function decodeSockaddr(hex: string): SocketAddress | undefined {
  if (!/^(?:[0-9A-Fa-f]{2}){2,128}$/.test(hex)) return undefined;
  const bytes = Buffer.from(hex, "hex");
  const family = [bytes.readUInt16LE(0), bytes.readUInt16BE(0)].find((n) => n === AF_INET || n === AF_INET6);
  if (family === AF_INET && bytes.length >= 8) {
    const ip = canonicalIp(bytes.subarray(4, 8).join("."));
    return { family: "inet", port: bytes.readUInt16BE(2), ...(ip === undefined ? {} : { ip }) };
  }
  if (family === AF_INET6 && bytes.length >= 24) {
    const ip = canonicalIp(
      bytes
        .subarray(8, 24)
        .toString("hex")
        .replace(/(.{4})(?=.)/g, "$1:"),
    );
    return { family: "inet6", port: bytes.readUInt16BE(2), ...(ip === undefined ? {} : { ip }) };
  }
  return { family: "other" };
}
