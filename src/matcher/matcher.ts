/** The contract of the matcher: compile once, scan many blocks. Two engines keep it: the WASM kernel and the slow reference. */

/**
 * One whole-token occurrence of an indicator. Positions are relative to the scanned region.
 * A token is reported once, whatever number of indicators it matches: `slot` names the whole list.
 */
export interface Hit {
  /** First byte of the address in the region. */
  offset: number;
  /** Bytes of the address itself, without brackets, port, prefix length or zone. */
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
  /** slot → indexes into IndicatorSet.indicators, ascending: the exact address and every CIDR or range around it. */
  slots: number[][];
  /** The kernel's tables, laid out by compile.ts. */
  image: SharedArrayBuffer;
  /** Which passes the kernel must run. */
  has: { ipv4: boolean; ipv6: boolean };
}
