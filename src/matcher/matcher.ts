/** The contract of the matcher: compile once, scan many blocks. Two engines keep it: the WASM kernel and the slow reference. */

/**
 * One whole-token occurrence of an indicator. Positions are relative to the scanned region.
 * A token is reported once, whatever number of indicators it matches: `slot` names the whole list. A mail address and the name in
 * it are two tokens. A URL stands in the slots of its host, name or address: whether its path is there too is the caller's to confirm.
 */
export interface Hit {
  /** First byte of the token in the region. */
  offset: number;
  /**
   * Bytes of the token as the log writes it. Addresses: without brackets, port, prefix length or zone. Names: the whole host name,
   * subdomains included, without a final dot; `(4)evil(3)com(0)` whole. At most MAX_TOKEN.
   */
  length: number;
  /** Index into CompiledSet.slots. */
  slot: number;
  /** Start of the line that holds the hit. */
  lineStart: number;
  /** Newlines before `lineStart` in the region. */
  lineIndex: number;
}

/** Tables ready for the kernel. Posted to workers as it is: `image` is shared, not copied. */
export interface CompiledSet {
  /** slot → indexes into IndicatorSet.indicators, ascending: with an address every CIDR or range around it, with a name those above. */
  slots: number[][];
  /** The kernel's tables, laid out by compile.ts. */
  image: SharedArrayBuffer;
  /** What there is to look for; a pass without anything is not run. A URL counts as its host does. */
  has: Readonly<Record<"ipv4" | "ipv6" | "name" | "mail" | "digest" | "ja4" | "agent", boolean>>;
}

/**
 * The longest token, in bytes: a user-agent with every space written `%20`. What stands up to 256 bytes before a token, and up to 34
 * after it, decides whether it is one.
 */
export const MAX_TOKEN = 1024;
