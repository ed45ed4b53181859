/** What a task came to, apart from its sightings. */
import type { SourceError } from "../model/coverage.js";
import type { Edge, Jump, Order } from "./clock-jumps.js";
import type { DaySpan } from "./sampler.js";

export interface TaskResult {
  id: number;
  source: number;
  /** The source itself, or each member of an archive; an archive's own faults are a log without bytes. */
  logs: LogResult[];
  interrupted: boolean;
}

/** What was read of one log, or of a range of it. */
export interface LogResult {
  path: string;
  bytes: number;
  /** Newlines, and one more for a last line without one. */
  lines: number;
  newlines: number;
  parsed: number;
  unparsed: number;
  hits: number;
  /** Sightings left out because their time lies outside --from/--to. */
  outside: number;
  /** Sightings left out because --window asks for others. */
  otherWindow: number;
  formats: Record<string, number>;
  timezones: Record<string, number>;
  days: Record<string, number>;
  first: number | undefined;
  last: number | undefined;
  /** Of the lines sampled for their time, comments and headers apart: all, without a time, in no known format. */
  sampled: { lines: number; undated: number; unrecognised: number };
  /** How it begins and ends in time, in file order. */
  opening: Edge | undefined;
  closing: Edge | undefined;
  /** Days of which it is not known whether they have lines. */
  unsure: DaySpan[];
  jumps: Jump[];
  order: Order;
  errors: SourceError[];
}

/** Of a log of which nothing is read yet. */
export function emptyLogResult(path: string): LogResult {
  return {
    path,
    bytes: 0,
    lines: 0,
    newlines: 0,
    parsed: 0,
    unparsed: 0,
    hits: 0,
    outside: 0,
    otherWindow: 0,
    formats: {},
    timezones: {},
    days: {},
    first: undefined,
    last: undefined,
    sampled: { lines: 0, undated: 0, unrecognised: 0 },
    opening: undefined,
    closing: undefined,
    unsure: [],
    jumps: [],
    order: { pairs: 0, back: 0 },
    errors: [],
  };
}
