/** Reads the folder that a hunt left. What stands in it may have been changed since: every shape is checked. */
import { createReadStream, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import type { SourceCoverage } from "../model/coverage.js";
import { LookbackError, type ErrorCode } from "../model/errors.js";
import type { IndicatorRole, IndicatorType, Tlp } from "../model/indicator.js";
import type { KeptHunt, KeptManifest } from "../model/kept-hunt.js";
import { LEVELS, VERDICTS, WINDOWS, type Finding } from "../model/sighting.js";
import type { KeptSighting } from "../triage/consistency.js";

const count = z.number().int().nonnegative();
/** A word of ours that later versions may have more of. */
const word = <T extends string>(): z.ZodType<T> => z.custom<T>((value) => typeof value === "string");
const digest = z.looseObject({ sha256: z.string(), bytes: count });

const manifestShape = z.looseObject({
  lookback: z.string(),
  working_folder: z.string().optional(),
  indicators: z.looseObject({ count, hash: z.string() }),
  counts: z.looseObject({ sightings: count, findings: count, sources: count }),
  files: z.record(z.string(), digest).optional(),
  started: z.string(),
  finished: z.string(),
  complete: z.boolean(),
});

const sourceShape = z.looseObject({
  path: z.string(),
  file: z.string().optional(),
  size: count.optional(),
  sha256: z.string().optional(),
  format: z.string(),
  formats: z.record(z.string(), count),
  bytes: count,
  lines: count,
  parsed: count,
  unparsed: count,
  hits: count,
  first_seen: z.string().optional(),
  last_seen: z.string().optional(),
  days: z.record(z.string(), count),
  errors: z.array(z.looseObject({ code: word<ErrorCode>(), message: z.string(), offset: count.optional() })),
  complete: z.boolean(),
});

const coverageShape = z.looseObject({
  sources: z.array(sourceShape),
  totals: z.looseObject({
    sources: count,
    complete: count,
    recognised: count,
    bytes: count,
    lines: count,
    parsed: count,
    unparsed: count,
    hits: count,
    errors: count,
  }),
});

const findingShape = z.looseObject({
  id: z.string(),
  verdict: z.enum(VERDICTS),
  level: z.enum(LEVELS),
  indicator: z.looseObject({
    type: word<IndicatorType>(),
    name: z.string(),
    role: word<IndicatorRole>(),
    labels: z.array(z.string()),
    confidence: z.number().optional(),
    tlp: word<Tlp>().optional(),
    benign: z.array(z.string()).optional(),
    assertions: z
      .array(
        z.looseObject({
          file: z.string(),
          feed: z.string().optional(),
          line: count.optional(),
          object: z.string().optional(),
          published: z.string().optional(),
          revision: z.string().optional(),
        }),
      )
      .optional(),
  }),
  asset: z.string(),
  count,
  first_seen: z.string().optional(),
  last_seen: z.string().optional(),
  days: z.record(z.string(), count),
  reasons: z.array(z.string()),
  verdicts: z.partialRecord(z.enum(VERDICTS), count),
  // Absent in what earlier versions wrote.
  windows: z.partialRecord(z.enum(WINDOWS), count).default({}),
  evidence: z.array(
    z.looseObject({
      path: z.string(),
      offset: count,
      line: count,
      record: count.optional(),
      timestamp: z.string().optional(),
      verdict: z.enum(VERDICTS),
      original: z.string(),
      format: z.string().optional(),
      timezone: z.string().optional(),
      sha256: z.string().optional(),
    }),
  ),
});

const sightingShape = z.looseObject({
  event: z.looseObject({ original: z.string() }),
  log: z.looseObject({
    file: z.looseObject({ path: z.string() }),
    offset: count,
    line: count,
    record: count.optional(),
  }),
  threat: z.looseObject({ indicator: z.looseObject({ name: z.string() }) }),
  lookback: z.looseObject({ verdict: z.enum(VERDICTS), finding: z.string(), observed: z.string() }),
});

function unreadable(path: string, why: string): LookbackError {
  return new LookbackError("output-unreadable", `${path}: ${why}`);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw unreadable(path, error instanceof Error ? error.message : String(error));
  }
}

/** The value, or what is not right about it. */
function shaped<T>(shape: z.ZodType<T>, text: string): { value: T } | { why: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
  const { success, data, error } = shape.safeParse(parsed);
  if (success) return { value: data };
  const issue = error.issues[0]!;
  return { why: `${issue.path.join(".")}: ${issue.message}` };
}

function document<T>(path: string, shape: z.ZodType<T>): T {
  const read = shaped(shape, textOf(path));
  if ("why" in read) throw unreadable(path, read.why);
  return read.value;
}

/** With a line for each finding that cannot be read. Throws LookbackError `output-unreadable` when the folder holds no finished hunt. */
export function readHunt(folder: string): KeptHunt & { problems: string[] } {
  const manifest: KeptManifest = document(join(folder, "manifest.json"), manifestShape);
  const { sources, totals } = document(join(folder, "coverage.json"), coverageShape);
  const findings: Finding[] = [];
  const problems: string[] = [];
  for (const [i, line] of textOf(join(folder, "findings.jsonl")).split("\n").entries()) {
    if (line === "") continue;
    const read = shaped<Finding>(findingShape, line);
    if ("value" in read) findings.push(read.value);
    else problems.push(`findings.jsonl:${i + 1}: ${read.why}`);
  }
  return { manifest, coverage: { sources: sources satisfies SourceCoverage[], totals }, findings, problems };
}

/** As `readHunt`, for commands that can do nothing with a part of it. */
export function readWholeHunt(folder: string): KeptHunt {
  const { problems, ...hunt } = readHunt(folder);
  if (problems.length > 0) throw unreadable(folder, problems[0]!);
  return hunt;
}

/** The lines of `sightings.jsonl`: each a sighting, or what is not right about it. */
export async function* readSightings(folder: string): AsyncGenerator<{ value: KeptSighting } | { why: string }> {
  const input = createReadStream(join(folder, "sightings.jsonl"));
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      const read = shaped(sightingShape, line);
      yield "why" in read ? read : { value: keptSighting(read.value) };
    }
  } catch (error) {
    yield { why: error instanceof Error ? error.message : String(error) };
  }
}

function keptSighting({ event, log, threat, lookback }: z.infer<typeof sightingShape>): KeptSighting {
  return {
    finding: lookback.finding,
    verdict: lookback.verdict,
    path: log.file.path,
    offset: log.offset,
    line: log.line,
    ...(log.record === undefined ? {} : { record: log.record }),
    original: event.original,
    observed: lookback.observed,
    indicator: threat.indicator.name,
  };
}
