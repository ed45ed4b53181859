/** A Zeek log record, whichever way it was written. */
import { canonicalIp } from "../../model/ip.js";
import { integer, port } from "../values.js";

/** One log record. Unset and empty fields give undefined, `T`/`F` and JSON booleans give booleans. */
export interface ZeekRecord {
  /** The log's path: `conn`, `http`, … */
  readonly kind: string;
  text(name: string): string | undefined;
  list(name: string): string[];
  flag(name: string): boolean | undefined;
}

export function addressesIn(values: readonly string[]): string[] {
  return values.flatMap((value) => canonicalIp(value) ?? []);
}

export function recordPort(record: ZeekRecord, name: string): number | undefined {
  return port(record.text(name));
}

export function count(record: ZeekRecord, name: string): number | undefined {
  return integer(record.text(name));
}
