/** The last good load of a TAXII collection, on disk: a feed that fails later does not empty what it gave. */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isObject, objectsIn, type JsonObject } from "./json.js";

const VERSION = 1;

export interface CachedLoad {
  /** Without userinfo; with the collection. */
  name: string;
  /** RFC 3339: when the newest of it was loaded. */
  loadedAt: string;
  /** RFC 3339: when all of it was last loaded from the start, so that what the server deleted goes. */
  fullAt: string;
  /** The last `X-TAXII-Date-Added-Last`, for `added_after`. */
  dateAddedLast?: string;
  objects: JsonObject[];
}

export function cacheFile(folder: string, name: string): string {
  return join(folder, `${createHash("sha256").update(name).digest("hex")}.json`);
}

/** STIX timestamps differ in the number of digits: without the `Z` and trailing zeros they sort as text. */
function moment(object: JsonObject): string {
  return typeof object.modified === "string" ? object.modified.replace(/Z$/, "").replace(/\.0*$/, "") : "";
}

/**
 * Earlier objects and newly arrived ones: of each id the latest `modified`, the later arrival where they are equal, and the
 * latest revoked version too, because a revocation is for good (STIX 2.1, section 3.6). Objects without an id are told apart by content.
 */
export function mergeObjects(earlier: readonly JsonObject[], arrived: readonly JsonObject[]): JsonObject[] {
  const kept = new Map<string, JsonObject>();
  for (const object of [...earlier, ...arrived]) {
    const id = typeof object.id === "string" ? `id ${object.id}` : `content ${JSON.stringify(object)}`;
    for (const key of object.revoked === true ? [id, `revoked ${id}`] : [id]) {
      const other = kept.get(key);
      if (other === undefined || moment(other) <= moment(object)) kept.set(key, object);
    }
  }
  return [...new Set(kept.values())];
}

/** @returns undefined when there is none; a remark instead when there is one that cannot be used. Never throws. */
export async function readCache(folder: string, name: string): Promise<CachedLoad | { remark: string } | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(cacheFile(folder, name), "utf8"));
    if (!isObject(value) || value.version !== VERSION || value.name !== name || !Array.isArray(value.objects))
      return { remark: "the kept load is not of this program or source: ignored" };
    const { loadedAt, fullAt, dateAddedLast } = value;
    if (typeof loadedAt !== "string" || typeof fullAt !== "string")
      return { remark: "the kept load has no time: ignored" };
    const objects = objectsIn(value.objects);
    return { name, loadedAt, fullAt, objects, ...(typeof dateAddedLast === "string" && { dateAddedLast }) };
  } catch (error) {
    if (isObject(error) && error.code === "ENOENT") return undefined;
    return { remark: "the kept load is damaged or cannot be read: ignored" };
  }
}

/** Whole or not at all, also with two processes at once: written beside it, then renamed. Throws the system's error. */
export async function writeCache(folder: string, load: CachedLoad): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = cacheFile(folder, load.name);
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, JSON.stringify({ version: VERSION, ...load }), { mode: 0o600, flag: "wx" });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
