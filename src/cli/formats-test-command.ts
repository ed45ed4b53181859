/** `lookback formats test FILE…`: what is understood of a log, field by field, and what is not. */
import { tryFormats, type FormatTrial, type TriedLine } from "../hunt/format-trial.js";
import { printable } from "../report/text.js";
import { walk } from "../sources/walk.js";
import type { FlagValues } from "./parser.js";
import { parserSettings, settingsInForce } from "./settings.js";

const LONGEST_SHOWN = 200;

function percent(part: number, whole: number): string {
  return whole === 0 ? "–" : `${((100 * part) / whole).toFixed(1)} %`;
}

/** `source.ip` and so on, in the event's order. */
function* fieldsOf(value: unknown, path: string): Generator<[string, string]> {
  if (Array.isArray(value))
    yield [path, value.map((one) => (typeof one === "object" ? JSON.stringify(one) : String(one))).join(", ")];
  else if (typeof value === "object" && value !== null)
    for (const [key, inner] of Object.entries(value)) yield* fieldsOf(inner, path === "" ? key : `${path}.${key}`);
  else yield [path, String(value)];
}

function shorten(text: string): string {
  return printable(text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text);
}

function exampleLines({ line, text, parsed }: TriedLine): string[] {
  const { timestamp, ...event } = parsed.event;
  const time = timestamp === undefined ? "none" : new Date(timestamp).toISOString();
  const because = (said: string | undefined): string => (said === undefined ? "" : ` (${said})`);
  const rows: [string, string][] = [
    ["@timestamp", `${time}${because(parsed.timezone)}`],
    ...fieldsOf(event, ""),
    ["outcome", `${parsed.outcome}${because(parsed.outcomeReason)}`],
    ["begun by", `${parsed.initiator}${because(parsed.initiatorReason)}`],
    ...(parsed.oneWay ? [["one way", "yes"] as [string, string]] : []),
    ...(parsed.observerIsAsset ? [["near end", "the machine that logged"] as [string, string]] : []),
    ...(parsed.notes ?? []).map((note): [string, string] => ["note", note]),
  ];
  return [
    `  line ${line}, ${parsed.format}: ${shorten(text)}`,
    ...rows.map(([name, value]) => `    ${name.padEnd(26)} ${shorten(value)}`),
  ];
}

function trialText(trial: FormatTrial): string {
  const { path, lines, formats, understood, unknown, examples, errors, timezones } = trial;
  const rows = Object.entries(formats).sort((a, b) => b[1] - a[1]);
  const width = Math.max(20, ...rows.map(([format]) => format.length));
  const count = (name: string, n: number): string =>
    `  ${name.padEnd(width)} ${String(n).padStart(7)}  ${percent(n, lines)}`;
  const zones = Object.entries(timezones).sort((a, b) => b[1] - a[1]);
  return [
    printable(`${path}: ${lines} lines looked at`),
    ...errors.map(({ code, message }) => printable(`  ${code}: ${message}`)),
    ...(lines === 0 ? [] : rows.map(([format, n]) => count(format, n))),
    ...(understood.none > 0 ? [count("not understood", understood.none)] : []),
    ...(lines === 0
      ? []
      : [
          `  by a format of its own ${percent(understood.format, lines)}, by names and phrasing ${percent(understood.fallback, lines)}`,
          `  with a time ${percent(trial.with.time, lines)}, a source ${percent(trial.with.source, lines)}, a destination ${percent(trial.with.destination, lines)}, an outcome ${percent(trial.with.outcome, lines)}`,
          ...(zones.length > 0
            ? [
                `  times: ${zones
                  .slice(0, 3)
                  .map(([zone]) => zone)
                  .join("; ")}`,
              ]
            : []),
        ]),
    ...(examples.length > 0 ? ["", ...examples.flatMap(exampleLines)] : []),
    ...(unknown.length > 0
      ? [
          "",
          "  Not understood:",
          ...unknown.map(({ line, text }) => `    ${String(line).padStart(6)}: ${shorten(text)}`),
        ]
      : []),
    "",
    "",
  ].join("\n");
}

/** Exit code 2 when a path could not be read. */
export async function formatsTestCommand(paths: string[], flags: FlagValues): Promise<number> {
  const settings = parserSettings(await settingsInForce(flags));
  const { sources, problems } = await walk(paths);
  let lost = false;
  for (const { path, error } of problems) {
    process.stderr.write(`lookback: ${printable(`${path}: ${error.message}`)}\n`);
    lost = true;
  }
  const trials: FormatTrial[] = [];
  for (const ref of sources)
    for await (const trial of tryFormats(ref, settings)) {
      if (flags.showJson === true) trials.push(trial);
      else process.stdout.write(trialText(trial));
    }
  if (flags.showJson === true) process.stdout.write(`${JSON.stringify(trials, undefined, 2)}\n`);
  return lost ? 2 : 0;
}
