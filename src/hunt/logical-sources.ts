/** Which files are one log: rotation by number, date and folder undone by a table of name patterns. */

/** What rotation adds to a file's name. Applied from the end of the name, again and again until none fits. */
const SUFFIXES: readonly { pattern: RegExp; note: string }[] = [
  { pattern: /\.(?:gz|gzip|bz2|xz|zst|lz4|z|zip|br)$/i, note: "compressed" },
  { pattern: /\.(?:tar|tgz|tbz2?|txz)$/i, note: "packed" },
  { pattern: /\.\d{1,4}$/, note: "logrotate, newsyslog: access.log.3" },
  { pattern: /\.(?:old|bak|prev|previous|save)$/i, note: "kept by hand, journald" },
];

const DATE = "(?:19|20)\\d\\d([-_.]?)(?:0[1-9]|1[0-2])(?:\\1(?:0[1-9]|[12]\\d|3[01]))?";
const TIME = "(?:[-_.T ]?[0-2]\\d(?:[-:_.h]?[0-5]\\d){1,2}Z?)?";
/** Dates and counters within a name, with the separator before them. */
const PARTS: readonly { pattern: RegExp; note: string }[] = [
  {
    pattern:
      /(_vpcflowlogs_[\w-]{1,80}|_CloudTrail_[\w-]{1,40}|_elasticloadbalancing_[\w.-]{1,120})_\d{8}T\d{4}Z_[\w.-]{1,60}?(?=\.log$|\.json$|$)/i,
    note: "AWS: account_service_region_resource_time_hash",
  },
  { pattern: /((?:^|[/\\!])(?:u_)?(?:ex|in|nc))\d{6}(?:\d\d)?(?=\.log$|_x\.log$|$)/i, note: "IIS: u_ex210304.log" },
  { pattern: /()\.\d\d:\d\d:\d\d-\d\d:\d\d:\d\d(?=\.log$|$)/, note: "Zeek: conn.00:00:00-01:00:00.log" },
  {
    pattern: new RegExp(`()(?:[-_.]|(?<!\\d))${DATE.replace("\\1", "\\2")}${TIME}(?!\\d)`),
    note: "date: fw01-20210303.log",
  },
  { pattern: /()[-_.]@?1[0-9]{9}(?:\d{3})?(?!\d)/, note: "seconds or milliseconds since 1970" },
];

const YEAR_FOLDER = /^(?:19|20)\d\d$/;
const DATE_FOLDER = /^(?:19|20)\d\d([-_.]?)(?:0[1-9]|1[0-2])(?:\1(?:0[1-9]|[12]\d|3[01]))?$/;
const TWO_DIGITS = /^\d\d$/;
const ADDRESS = /^\d{1,3}(?:\.\d{1,3}){3}$/;
/** Endings that say how a log is written, not which it is. */
const ENDING = /\.(?:log|txt|json|jsonl|ndjson|csv|tsv|xml)$/i;

/** What all files of a log have in common: its path without what rotation adds. */
export function sourceKey(path: string): string {
  return path
    .split("!")
    .map((part) => {
      const folders = part.split("/");
      const file = folders.pop()!;
      return [...withoutDates(folders), fileStem(file)].join("/");
    })
    .join("!");
}

/** Folders that are dates go: `2021-03-04`, `2021/03/04`. */
function withoutDates(folders: readonly string[]): string[] {
  const kept: string[] = [];
  let inDate = false;
  for (const folder of folders) {
    if (YEAR_FOLDER.test(folder)) inDate = true;
    else if (!(inDate && TWO_DIGITS.test(folder)) && !DATE_FOLDER.test(folder)) {
      inDate = false;
      kept.push(folder);
    }
  }
  return kept;
}

function fileStem(file: string): string {
  let stem = file;
  for (let changed = true; changed;) {
    changed = false;
    for (const { pattern } of SUFFIXES) {
      // A host's own file may bear its address.
      if (ADDRESS.test(stem)) break;
      const shorter = stem.replace(pattern, "");
      if (shorter === stem || shorter === "") continue;
      stem = shorter;
      changed = true;
    }
    for (const { pattern } of PARTS) {
      const shorter = stem.replace(pattern, "$1");
      if (shorter === stem) continue;
      // Nothing but a date: the folder says which log it is.
      stem = shorter.replace(ENDING, "") === "" ? `*${shorter}` : shorter;
      changed = true;
    }
  }
  return stem;
}

/**
 * Names of logs, by path. What the paths have in common before them goes, and the ending; two logs never get one name by that.
 * @param named what lookback.yaml calls a path
 */
export function sourceNames(
  paths: readonly string[],
  named: (path: string) => string | undefined,
): Map<string, string> {
  const names = new Map<string, string>();
  const keys = new Map<string, string>();
  for (const path of paths) {
    const name = named(path);
    if (name === undefined) keys.set(path, sourceKey(path));
    else names.set(path, name);
  }
  const distinct = [...new Set(keys.values())];
  const common = commonFolder(distinct);
  const short = new Map(distinct.map((key) => [key, key.slice(common).replace(ENDING, "").replace(/\/\*$/, "")]));
  const taken = new Map<string, number>();
  for (const name of [...short.values(), ...new Set(names.values())]) taken.set(name, (taken.get(name) ?? 0) + 1);
  for (const [path, key] of keys) {
    const name = short.get(key)!;
    names.set(path, name === "" || taken.get(name)! > 1 ? key.slice(common) || key : name);
  }
  return names;
}

/** Length of the folders that all keys begin with. */
function commonFolder(keys: readonly string[]): number {
  let common = keys[0] ?? "";
  for (const key of keys) while (!key.startsWith(common)) common = common.slice(0, -1);
  return Math.max(common.lastIndexOf("/"), common.lastIndexOf("!")) + 1;
}
