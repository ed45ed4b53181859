/**
 * Warning lists: values that an advisory may hold and that stand for no adversary. Built in are IANA's special-use ranges and names
 * and the public resolvers; folders of MISP warning lists (https://github.com/MISP/misp-warninglists) come with `--warninglists`.
 */
import { readFile } from "node:fs/promises";
import { LookbackError } from "../model/errors.js";
import type { IndicatorType, IntelError } from "../model/indicator.js";
import { parseCidr, type IpRange } from "../model/ip.js";
import { textOf } from "./decode.js";
import { filesAt, systemMessage } from "./files.js";
import { isObject, parseJson, textsOf, type JsonObject } from "./json.js";
import type { Judge, Warning } from "./set.js";
import { PUBLIC_RESOLVERS, SPECIAL_NAMES, SPECIAL_USE } from "./special-use.js";
import type { Value } from "./value.js";
import { WarningIndex, type Effect, type ListName } from "./warning-index.js";
import { wordTable } from "../model/word-table.js";

export interface WarningOptions {
  /** Folders or files of MISP warning lists. */
  lists?: readonly string[];
  /** No list at all, built in or not. Width is still asked about. */
  none?: boolean;
  /** Take blocks wider than WIDEST. */
  allowWide?: boolean;
}

/** Host bits: a block with more (shorter than /16, IPv6 /32) asks for `--allow-wide`. */
const WIDEST = { 4: 16n, 6: 96n } as const;

/** MISP lists whose entries are no hosts, or are in every log: not hunted. By the folder's name. */
const SET_ASIDE: ReadonlySet<string> = new Set([
  "rfc1918",
  "rfc3849",
  "rfc5735",
  "rfc6598",
  "rfc6761",
  "multicast",
  "ipv6-linklocal",
  "tlds",
  "empty-hashes",
]);

/**
 * MISP lists of places that adversaries use as well: a remark, and no cap. Who reaches a sinkhole is infected; trusted sites that are
 * lived off are why they are listed.
 */
const NOTE_ONLY: ReadonlySet<string> = new Set([
  "sinkholes",
  "lots-project",
  "url-shortener",
  "link-in-bio",
  "public-ipfs-gateways",
  "telegram-ips",
  "vpn-ipv4",
  "vpn-ipv6",
  "parking-domain",
  "parking-domain-ns",
  "microsoft-attack-simulator",
  "ovh-cluster",
]);

/** MISP attribute types to ours. Types of no indicator of ours are left out. */
const KINDS: Readonly<Record<string, readonly IndicatorType[]>> = wordTable({
  "ip-src": ["ipv4-addr", "ipv6-addr"],
  "ip-dst": ["ipv4-addr", "ipv6-addr"],
  "domain|ip": ["ipv4-addr", "ipv6-addr", "domain-name"],
  domain: ["domain-name"],
  hostname: ["domain-name"],
  url: ["url"],
  uri: ["url"],
  "email-src": ["email-addr"],
  "email-dst": ["email-addr"],
  email: ["email-addr"],
  md5: ["file"],
  sha1: ["file"],
  sha256: ["file"],
  sha512: ["file"],
  "user-agent": ["user-agent"],
});
const ALL_KINDS: readonly IndicatorType[] = [
  "ipv4-addr",
  "ipv6-addr",
  "domain-name",
  "url",
  "email-addr",
  "file",
  "user-agent",
];

function builtIn(index: WarningIndex): void {
  for (const { range, what } of SPECIAL_USE) index.range(range, { name: what, effect: "set-aside" });
  for (const [name, what] of SPECIAL_NAMES) index.nameAndBelow(name, { name: what, effect: "set-aside" });
  for (const { range, what } of PUBLIC_RESOLVERS) index.range(range, { name: what, effect: "benign" });
}

/** A repeated group inside a repeated group can take exponential time. */
const NESTED_REPEAT = /[+*}]\)*[+*{]/;

/** `/…/i` as PHP writes it; undefined when it cannot be used. */
function regexOf(text: string): RegExp | undefined {
  const m = /^\/(.{1,500})\/([a-z]{0,6})$/s.exec(text);
  if (!m || NESTED_REPEAT.test(m[1]!)) return undefined;
  try {
    return new RegExp(m[1]!, m[2]!.includes("i") ? "i" : "");
  } catch {
    return undefined;
  }
}

/** Entries with unusable syntax are passed over: they are the list's matter, not the hunt's. */
function addEntry(
  index: WarningIndex,
  type: string,
  entry: string,
  kinds: ReadonlySet<IndicatorType>,
  list: ListName,
): void {
  const text = entry.trim().toLowerCase();
  if (text === "") return;
  // An address is a whole token in a list of any type: `52.168.52.134` as a substring is not in `152.168.52.134`.
  const range = type === "cidr" || kinds.has("ipv4-addr") ? parseCidr(text) : undefined;
  if (range) index.range(range, list);
  if (range || type === "cidr") return;
  if (type === "regex") {
    const pattern = regexOf(entry.trim());
    if (pattern) index.pattern(pattern, kinds, list);
    return;
  }
  if (type === "substring") {
    index.part(text, kinds, list);
    return;
  }
  if (type === "hostname" || text.startsWith(".")) {
    index.nameAndBelow(text.replace(/^\./, ""), list);
    return;
  }
  for (const kind of kinds) index.value(kind, text, list);
}

function kindsOf(list: JsonObject): ReadonlySet<IndicatorType> {
  const stated = textsOf(list["matching_attributes"]);
  if (stated.length === 0) return new Set(ALL_KINDS);
  return new Set(
    stated.flatMap((type) => KINDS[type.replace(/^(?:filename|malware-sample)\|/, "").replace(/\|port$/, "")] ?? []),
  );
}

function effectOf(path: string): Effect {
  const name = path.split("/").at(-1) === "list.json" ? (path.split("/").at(-2) ?? "") : path;
  return SET_ASIDE.has(name) ? "set-aside" : NOTE_ONLY.has(name) ? "note" : "benign";
}

/** One MISP list; false when the JSON is none. */
function addList(index: WarningIndex, path: string, list: unknown): boolean {
  if (!isObject(list) || typeof list["type"] !== "string" || !Array.isArray(list["list"])) return false;
  const name: ListName = { name: typeof list["name"] === "string" ? list["name"] : path, effect: effectOf(path) };
  const kinds = kindsOf(list);
  for (const entry of textsOf(list["list"])) addEntry(index, list["type"], entry, kinds, name);
  return true;
}

async function readLists(index: WarningIndex, path: string, errors: IntelError[]): Promise<void> {
  const found = await filesAt(path, (file, code, message) => errors.push({ file, code, message }));
  let lists = 0;
  for (const { path: file } of (found?.refs ?? []).filter(
    ({ path: name }) => !found!.isFolder || name.endsWith(".json"),
  )) {
    try {
      if (addList(index, file, parseJson(textOf(await readFile(file))))) lists++;
    } catch (error) {
      const message = error instanceof LookbackError ? error.message : systemMessage(error);
      errors.push({ file, code: "intel-unreadable", message });
    }
  }
  if (found && lists === 0) errors.push({ file: path, code: "intel-unusable", message: "no MISP warning list in it" });
}

function isWide({ version, first, last }: IpRange): boolean {
  return first !== last && last - first >= 1n << WIDEST[version];
}

function warning(value: Value, lists: readonly ListName[]): Warning | undefined {
  if (lists.length === 0) return undefined;
  const names = (effect: Effect): string[] => [
    ...new Set(lists.filter((list) => list.effect === effect).map(({ name }) => name)),
  ];
  const aside = names("set-aside");
  if (aside.length > 0) {
    const what = value.range && value.range.first !== value.range.last ? "block" : "value";
    return { setAside: `no ${what} to hunt for: ${aside.join(", ")}` };
  }
  const made: Warning = {};
  const benign = names("benign");
  const notes = names("note");
  if (benign.length > 0) made.benign = benign;
  if (notes.length > 0) made.notes = notes.map((name) => `on the warning list "${name}"`);
  return made;
}

/** The judge of `loadIntel`, and what could not be read of the lists. Never throws for what is on disk. */
export async function warningJudge(options: WarningOptions): Promise<{ judge: Judge; errors: IntelError[] }> {
  const index = new WarningIndex();
  const errors: IntelError[] = [];
  if (!options.none) {
    builtIn(index);
    for (const path of options.lists ?? []) await readLists(index, path, errors);
  }
  const judge: Judge = (value) => {
    if (value.range && !options.allowWide && isWide(value.range))
      return { setAside: `wider than ${value.range.version === 4 ? "/16" : "/32"} (--allow-wide hunts it)` };
    return options.none ? undefined : warning(value, index.find(value));
  };
  return { judge, errors };
}
