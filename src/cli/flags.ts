/**
 * Every flag, defined once. The parser, `--help`, the shell completions and the tables in docs/cli.md derive from this list.
 */
import { parseTimeBound } from "./values.js";
import { usage } from "./usage.js";
import { INDICATOR_ROLES } from "../model/indicator.js";
import { parseCidr } from "../model/ip.js";
import { READER_IDS, WRITER_IDS } from "../intel/ids.js";
import { intelInput } from "./intel-inputs.js";
import { HASH_CHOICES } from "../model/coverage.js";
import { LEVELS } from "../model/sighting.js";

export interface Flag {
  /** Long name without dashes. A name that starts with `no-` turns a default off. */
  long: string;
  short?: string;
  /** Name of the value in help; absent for a switch. */
  value?: string;
  /** May be given several times; the values form a list. */
  repeatable?: true;
  choices?: readonly string[];
  /** Several of the choices may be given at once, with commas between; needs `repeatable`. */
  list?: true;
  description: string;
  /** Checks and converts one value; throws LookbackError `usage`. */
  parse?: (text: string) => unknown;
  /** What completes the value in a shell. */
  completes?: "file" | "folder";
  /** Its key in lookback.yaml; `LOOKBACK_` and the same in capitals in the environment. Absent: given on the command line only. */
  setting?: string;
}

function positive(name: string): (text: string) => number {
  return (text) => {
    if (!/^[1-9]\d{0,14}$/.test(text)) throw usage(`--${name} takes a whole number from 1, not "${text}"`);
    return Number(text);
  };
}

function upTo(name: string, most: number): (text: string) => number {
  return (text) => {
    if (!/^\d{1,9}$/.test(text) || Number(text) > most)
      throw usage(`--${name} takes a whole number up to ${most}, not "${text}"`);
    return Number(text);
  };
}

const SIZE_UNITS: Readonly<Record<string, number>> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

function size(name: string): (text: string) => number {
  return (text) => {
    const m = /^([1-9]\d{0,11})([kmgt]?)(?:i?b)?$/i.exec(text);
    if (!m) throw usage(`--${name} takes a size such as 500M or 20G, not "${text}"`);
    return Number(m[1]) * SIZE_UNITS[m[2]!.toLowerCase()]!;
  };
}

function networks(text: string): string[] {
  const list = text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  if (list.length === 0) throw usage("--own names no network");
  for (const cidr of list) if (!parseCidr(cidr)) throw usage(`--own: "${cidr}" is neither an address nor a CIDR block`);
  return list;
}

function decoyCount(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw usage(`--decoys takes a whole number from 1 to 99, not "${text}"`);
  return Number(text);
}

function year(text: string): number {
  const n = /^\d{4}$/.test(text) ? Number(text) : 0;
  if (n < 1990 || n > 2100) throw usage(`--year takes a year such as 2021, not "${text}"`);
  return n;
}

/** `html` is always written. */
const REPORT_IDS = ["html", "md", "csv"] as const;
export type ReportId = (typeof REPORT_IDS)[number];

const FLAGS = {
  intel: {
    long: "intel",
    short: "i",
    value: "PATH",
    repeatable: true,
    completes: "file",
    parse: intelInput,
    description:
      "indicators: a file or folder in any form an advisory comes in, or a TAXII 2.1 server (taxii+https://…); what you know of it may follow: FILE,role=c2,label=X",
  },
  intelFormat: {
    long: "intel-format",
    value: "READER",
    choices: READER_IDS,
    description: "read the indicator files as this, whatever they look like",
  },
  warningLists: {
    long: "warninglists",
    value: "DIR",
    repeatable: true,
    completes: "folder",
    setting: "warninglists",
    description: "a folder of MISP warning lists: indicators on them are set aside or marked as known-benign",
  },
  noWarningLists: {
    long: "no-warninglists",
    setting: "no_warninglists",
    description: "hunt private, reserved and known-benign values like any other",
  },
  allowWide: {
    long: "allow-wide",
    setting: "allow_wide",
    description: "take blocks wider than /16 (IPv6: /32)",
  },
  cache: {
    long: "cache",
    value: "DIR",
    completes: "folder",
    setting: "cache",
    description: "keep the last good load of every TAXII collection there (default: ~/.cache/lookback)",
  },
  noCache: {
    long: "no-cache",
    setting: "no_cache",
    description: "neither use nor keep earlier loads of TAXII collections",
  },
  config: {
    long: "config",
    value: "FILE",
    completes: "file",
    description: "settings (default: lookback.yaml in the working folder, where there is one)",
  },
  column: {
    long: "column",
    value: "NAME",
    description: "the CSV column that holds the indicator, by name or number from 1 (default: found by content)",
  },
  role: {
    long: "role",
    value: "ROLE",
    choices: INDICATOR_ROLES,
    description: "how the adversary uses the indicators",
  },
  label: { long: "label", value: "TEXT", repeatable: true, description: "a label for the indicators" },
  validFrom: {
    long: "valid-from",
    value: "TIME",
    parse: (text: string) => parseTimeBound(text, "valid-from", "start"),
    description: "the indicators were in use from then on (RFC 3339 or date, UTC unless it says otherwise)",
  },
  validUntil: {
    long: "valid-until",
    value: "TIME",
    parse: (text: string) => parseTimeBound(text, "valid-until", "end"),
    description: "the indicators were in use until then; a date means its end",
  },
  own: {
    long: "own",
    setting: "own",
    value: "CIDR,…",
    repeatable: true,
    parse: networks,
    description: "your own networks, public ones too (default: the private ranges)",
  },
  from: {
    long: "from",
    value: "TIME",
    parse: (text: string) => parseTimeBound(text, "from", "start"),
    description: "leave out events before then (RFC 3339 or date, UTC unless it says otherwise); undated hits are kept",
  },
  to: {
    long: "to",
    value: "TIME",
    parse: (text: string) => parseTimeBound(text, "to", "end"),
    description: "leave out events after then; a date means its end",
  },
  window: {
    long: "window",
    value: "WHEN",
    choices: ["inside", "before", "after", "any"],
    description:
      "keep sightings from inside, before or after their indicator's validity; those of which it is not known are kept (default: any)",
  },
  decoys: {
    long: "decoys",
    setting: "decoys",
    value: "N",
    parse: decoyCount,
    description:
      "background check: look for so many unlisted addresses of the same /16 beside each listed IPv4 address (default: 1)",
  },
  noDecoys: { long: "no-decoys", setting: "no_decoys", description: "no background check" },
  timezone: {
    long: "timezone",
    setting: "timezone",
    value: "ZONE",
    description: "zone of log times that name none, as Europe/Paris or +02:00 (default: UTC, and said so)",
  },
  year: {
    long: "year",
    setting: "year",
    value: "YEAR",
    parse: year,
    description: "year of log times that name none (default: by the file's name, its gzip header, its time)",
  },
  output: {
    long: "output",
    short: "o",
    value: "DIR",
    completes: "folder",
    description: "write sightings.jsonl, findings.jsonl, coverage.json, manifest.json and report.html there",
  },
  report: {
    long: "report",
    setting: "report",
    value: "FORMAT,…",
    repeatable: true,
    list: true,
    choices: REPORT_IDS,
    description: "beside report.html, which -o always writes: md for report.md, csv for findings.csv",
  },
  hash: {
    long: "hash",
    setting: "hash",
    value: "WHICH",
    choices: HASH_CHOICES,
    description: "take the SHA-256 of log files, for -o: those with hits (default), all, none",
  },
  force: { long: "force", description: "write over a finished hunt in DIR" },
  resume: {
    long: "resume",
    value: "DIR",
    completes: "folder",
    description: "go on with the hunt that was broken off in DIR, as it was given",
  },
  json: { long: "json", description: "stream the sightings to standard output as JSON Lines" },
  failOn: {
    long: "fail-on",
    value: "LEVEL",
    choices: LEVELS,
    description: "exit with 1 when a finding reaches this level",
  },
  workers: {
    long: "workers",
    setting: "workers",
    value: "N",
    parse: positive("workers"),
    description: "threads (default: one a core); the results do not depend on it",
  },
  maxExpanded: {
    long: "max-expanded",
    setting: "max_expanded",
    value: "SIZE",
    parse: size("max-expanded"),
    description: "stop decompressing a source at this size, and say so",
  },
  quiet: { long: "quiet", short: "q", description: "no progress bar and no summary" },
  showJson: { long: "json", description: "print it as JSON" },
  base: {
    long: "base",
    value: "DIR",
    completes: "folder",
    description: "what relative log paths start from (default: the folder that the hunt ran in)",
  },
  copies: {
    long: "logs",
    value: "DIR",
    repeatable: true,
    completes: "folder",
    description: "where the logs are now, looked at first: a copy, a mounted image",
  },
  context: {
    long: "context",
    value: "N",
    parse: upTo("context", 1000),
    description: "log lines to print before and after each piece of evidence (default: 3)",
  },
  diffFailOn: {
    long: "fail-on",
    value: "LEVEL",
    choices: LEVELS,
    description: "exit with 1 when a new or worsened finding reaches this level",
  },
  strict: { long: "strict", description: "exit with 1 when anything was rejected" },
  convertTo: {
    long: "to",
    value: "FORMAT",
    choices: WRITER_IDS,
    description: "what to make of the indicators",
  },
  outputFile: {
    long: "output",
    short: "o",
    value: "FILE",
    completes: "file",
    description: "write there (default: standard output)",
  },
} as const satisfies Record<string, Flag>;

export type FlagName = keyof typeof FLAGS;
export const FLAG_NAMES = Object.keys(FLAGS) as readonly FlagName[];

export interface Command {
  /** Words after `lookback`. */
  path: readonly string[];
  /** Positional arguments as help shows them. */
  arguments: string;
  summary: string;
  flags: readonly FlagName[];
}

const INTEL_FLAGS = [
  "intelFormat",
  "column",
  "role",
  "label",
  "validFrom",
  "validUntil",
  "warningLists",
  "noWarningLists",
  "allowWide",
  "cache",
  "noCache",
  "config",
] as const satisfies readonly FlagName[];

export const COMMANDS = {
  hunt: {
    path: ["hunt"],
    arguments: "[LOG…]",
    summary: "sweep logs (files, folders, globs, - for standard input) for the indicators and judge every hit",
    flags: [
      "intel",
      ...INTEL_FLAGS,
      "own",
      "from",
      "to",
      "window",
      "timezone",
      "year",
      "decoys",
      "noDecoys",
      "output",
      "report",
      "hash",
      "force",
      "resume",
      "json",
      "failOn",
      "workers",
      "maxExpanded",
      "quiet",
    ],
  },
  show: {
    path: ["show"],
    arguments: "DIR FINDING",
    summary: "tell one finding of a hunt, by its id or the beginning of it, with the log lines around its evidence",
    flags: ["context", "base", "copies", "showJson"],
  },
  verify: {
    path: ["verify"],
    arguments: "DIR",
    summary: "read the evidence of a hunt from the logs again, hash them again, and say what still holds",
    flags: ["base", "copies", "showJson"],
  },
  diff: {
    path: ["diff"],
    arguments: "OLD_DIR NEW_DIR",
    summary: "say what a later hunt added to an earlier one, and what it lacks",
    flags: ["diffFailOn", "showJson"],
  },
  intelShow: {
    path: ["intel", "show"],
    arguments: "FILE…",
    summary: "say what was understood of indicator files, and what was not",
    flags: [...INTEL_FLAGS, "showJson"],
  },
  intelCheck: {
    path: ["intel", "check"],
    arguments: "FILE…",
    summary: "list what was not taken of indicator files, with place and reason",
    flags: [...INTEL_FLAGS, "strict", "showJson"],
  },
  intelDiff: {
    path: ["intel", "diff"],
    arguments: "OLD NEW",
    summary: "say what was added, withdrawn and changed from one indicator file or folder to another",
    flags: [...INTEL_FLAGS, "showJson"],
  },
  intelConvert: {
    path: ["intel", "convert"],
    arguments: "FILE…",
    summary: "write indicators in another format, and say what it cannot hold",
    flags: [...INTEL_FLAGS, "convertTo", "outputFile"],
  },
  configShow: {
    path: ["config", "show"],
    arguments: "",
    summary: "print the settings in force, and where each comes from",
    flags: ["config", "showJson"],
  },
  formatsList: { path: ["formats", "list"], arguments: "", summary: "list the log formats that are known", flags: [] },
  formatsTest: {
    path: ["formats", "test"],
    arguments: "LOG…",
    summary: "say what is understood of logs, field by field, and what is not",
    flags: ["timezone", "year", "config", "showJson"],
  },
  formatsInfer: {
    path: ["formats", "infer"],
    arguments: "LOG",
    summary: "print a first description of a log's format, for lookback.yaml",
    flags: [],
  },
  completions: {
    path: ["completions"],
    arguments: "bash|zsh|fish",
    summary: "print a completion script for the shell",
    flags: [],
  },
} as const satisfies Record<string, Command>;

export function flag(name: FlagName): Flag {
  return FLAGS[name];
}

/** One value as text to what the flag holds, a list where it may hold several; throws LookbackError `usage`. */
export function flagValue(definition: Flag, text: string): unknown {
  return definition.list
    ? text.split(",").map((part) => oneValue(definition, part.trim()))
    : oneValue(definition, text);
}

function oneValue({ long, choices, parse }: Flag, text: string): unknown {
  if (choices && !choices.includes(text)) throw usage(`--${long} takes one of ${choices.join(", ")}, not "${text}"`);
  return parse ? parse(text) : text;
}
