/** What the user says of logs, for all of them and for some paths; from it, the parser of each source. */
import { isAbsolute, resolve } from "node:path";
import picomatch from "picomatch";
import { LookbackError } from "../model/errors.js";
import type { FormatDescription } from "./described/description.js";
import { describedFormat } from "./described/format.js";
import type { Format } from "./format.js";
import { LineParser, type SourceFacts } from "./line-parser.js";
import { FORMATS } from "./registry.js";
import type { TimeOptions } from "./time-resolver.js";

/** What holds for the sources whose path matches. */
export interface PathRule {
  /** A glob; without a slash it is matched against the last part of the path. */
  path: string;
  timezone?: string;
  year?: number;
  /** Id of the format that its lines are in; others are asked for lines that are not. */
  format?: string;
  /** What the log is called, and its rotated files with it. */
  name?: string;
}

/** Data only, so that it can be handed to a worker. */
export interface ParserSettings extends TimeOptions {
  formats?: readonly FormatDescription[];
  /** In order: the first that matches and says something of a matter decides it. */
  paths?: readonly PathRule[];
}

interface CompiledRule extends PathRule {
  matches(path: string): boolean;
}

function compileRule(rule: PathRule): CompiledRule {
  if (!rule.path.includes("/")) return { ...rule, matches: picomatch(rule.path, { dot: true, basename: true }) };
  const glob = isAbsolute(rule.path) ? rule.path : resolve(rule.path);
  const matches = picomatch(glob, { dot: true });
  return { ...rule, matches: (path) => matches(resolve(path)) };
}

/** An archive's rule holds for its members: `logs.zip!fw/a.log` is asked as a whole, as `logs.zip`, and by its last part. */
function applies(rule: CompiledRule, path: string): boolean {
  const bang = path.indexOf("!");
  return rule.matches(path) || (bang > 0 && rule.matches(path.slice(0, bang)));
}

/** The names that rules give to logs: the first that matches a path and has one. */
export function pathNames(rules: readonly PathRule[]): (path: string) => string | undefined {
  const named = rules.filter(({ name }) => name !== undefined).map(compileRule);
  return (path) => named.find((rule) => applies(rule, path))?.name;
}

/** Whether a source's path is meant by a glob as `logs` takes it. */
export function pathMatcher(glob: string): (path: string) => boolean {
  const rule = compileRule({ path: glob });
  return (path) => applies(rule, path);
}

/** Throws LookbackError `config` for a format that is not known or whose pattern cannot be read. */
export function parserFactory(settings: ParserSettings): (facts: SourceFacts) => LineParser {
  const { formats = [], paths = [], timezone, year } = settings;
  const described = formats.map((description) => {
    try {
      return describedFormat(description);
    } catch (error) {
      throw new LookbackError(
        "config",
        `format ${description.id}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  });
  const known = new Map<string, Format>([...FORMATS, ...described].map((format) => [format.id, format]));
  const rules = paths.map(compileRule);
  for (const { format, path } of rules)
    if (format !== undefined && !known.has(format))
      throw new LookbackError(
        "config",
        `there is no format "${format}" (asked for ${path}): lookback formats list has them`,
      );

  return (facts) => {
    const held = rules.filter((rule) => applies(rule, facts.path));
    const zone = held.find((rule) => rule.timezone !== undefined)?.timezone;
    const stated = held.find((rule) => rule.year !== undefined)?.year;
    const asked = held.find((rule) => rule.format !== undefined)?.format;
    const first = asked === undefined ? [] : [known.get(asked)!];
    const options: TimeOptions & { first?: readonly Format[] } = {
      first: [...first, ...described.filter((f) => f.id !== asked)],
    };
    if (zone !== undefined) Object.assign(options, { timezone: zone, timezoneFrom: "lookback.yaml" });
    else if (timezone !== undefined) options.timezone = timezone;
    if (stated !== undefined) Object.assign(options, { year: stated, yearFrom: "lookback.yaml" });
    else if (year !== undefined) options.year = year;
    return new LineParser(facts, options);
  };
}
