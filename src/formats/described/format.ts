/** A user's description as a Format. */
import { createRequire } from "node:module";
import type { Outcome } from "../../model/event.js";
import { Facts } from "../fallback/facts.js";
import { meaningOf } from "../fallback/keys.js";
import type { Format, FormatResult, LineContext, ParsedTime } from "../format.js";
import { civilTime } from "../time.js";
import type { FormatDescription } from "./description.js";
import { splitter, type Values } from "./split.js";

/** luxon's tokens for a zone or an offset. */
const ZONE_TOKEN = /[zZ]/;

/** A time as the description writes it. luxon is loaded here, because most hunts have no use for it. */
function timeReader(format: string, locale: string | undefined): (value: string) => ParsedTime | undefined {
  const { DateTime } = createRequire(import.meta.url)("luxon") as typeof import("luxon");
  const zoned = ZONE_TOKEN.test(format.replace(/'[^']*'/g, ""));
  const options = { zone: "utc", setZone: true, ...(locale === undefined ? {} : { locale }) };
  return (value) => {
    const t = DateTime.fromFormat(value, format, options);
    if (!t.isValid) return undefined;
    const offset = zoned ? t.offset : undefined;
    return civilTime(t.year, t.month, t.day, t.hour, t.minute, t.second, t.millisecond, offset);
  };
}

/** By the value in lower case. */
function outcomes(description: FormatDescription): ReadonlyMap<string, Outcome> {
  const values = Object.entries(description.outcome?.values ?? {}) as [Outcome, readonly string[]][];
  return new Map(
    values.flatMap(([outcome, words]) => words.map((word): [string, Outcome] => [word.toLowerCase(), outcome])),
  );
}

/** Throws RangeError for a pattern that cannot be read. */
export function describedFormat(description: FormatDescription): Format {
  const { id, title, contains, layout, fields = {}, time, outcome, initiator, oneWay, assetLog } = description;
  const split = splitter(layout);
  const readTime = time?.format === undefined ? undefined : timeReader(time.format, time.locale);
  const outcomeOf = outcomes(description);

  function meaning(name: string): ReturnType<typeof meaningOf> {
    const field = fields[name];
    if (field === "") return undefined;
    if (name === time?.field) return { kind: "time", rank: 9 };
    const known = meaningOf(field ?? name);
    // What the user says of a field is firmer than what its name suggests.
    return known && field !== undefined ? { ...known, rank: known.rank + 4 } : known;
  }

  function factsOf(values: Values): Facts {
    const facts = new Facts();
    for (const [name, value] of values) {
      const known = meaning(name);
      if (known && !(readTime && known.kind === "time")) facts.field(name, known, value);
    }
    return facts;
  }

  function timeOf(values: Values, context: LineContext): number | undefined {
    if (!readTime) return undefined;
    const found = values.find(([name]) =>
      time?.field === undefined ? meaning(name)?.kind === "time" : name === time.field,
    );
    const parsed = found && readTime(String(found[1]).trim());
    return parsed && context.resolveTime(parsed);
  }

  function parse(
    line: string,
    context: LineContext,
    _envelope: unknown,
    record?: Parameters<typeof split>[2],
  ): FormatResult | undefined {
    if (contains !== undefined && !line.includes(contains)) return undefined;
    const values = split(line, context, record);
    if (!values) return undefined;
    const result = factsOf(values).result("", context);
    const timestamp = timeOf(values, context);
    if (timestamp !== undefined) result.event.timestamp = timestamp;
    if (outcome) {
      const stated = values.find(([name]) => name === outcome.field)?.[1];
      result.outcome =
        outcomeOf.get(
          String(stated ?? "")
            .trim()
            .toLowerCase(),
        ) ?? "unknown";
      if (stated !== undefined) result.outcomeReason = `${outcome.field}=${String(stated)}`;
    }
    if (initiator !== undefined) {
      result.initiator = initiator;
      result.initiatorReason = `as the description of ${id} says`;
    }
    if (oneWay !== undefined) result.oneWay = oneWay;
    if (assetLog !== undefined) result.observerIsAsset = assetLog;
    return result;
  }

  return {
    id,
    title: title ?? id,
    reference: "lookback.yaml",
    ...(layout.kind === "json" ? { json: true as const } : {}),
    parse,
  };
}
