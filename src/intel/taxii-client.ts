/**
 * The requests of a TAXII 2.1 client that reads: discovery, API roots, collections, objects in pages.
 * https://docs.oasis-open.org/cti/taxii/v2.1/os/taxii-v2.1-os.html
 */
import { createHash } from "node:crypto";
import { LookbackError } from "../model/errors.js";
import { objectsIn, textOf, textsOf, type JsonObject } from "./json.js";
import type { TaxiiAddress } from "./taxii-address.js";
import { type Answer, type TaxiiHttp } from "./taxii-http.js";
import { failed } from "./taxii-errors.js";

/** A collection that the server offers (section 5.2.1). */
export interface Collection {
  /** The path of its API root, ending in `/`. */
  root: string;
  id: string;
  title?: string;
  alias?: string;
  canRead: boolean;
}

export interface Listing {
  collections: Collection[];
  /** Paths of the API roots whose collections are not known now. */
  failedRoots: string[];
  /** What was asked for and cannot be read, in words. */
  problems: string[];
}

const DISCOVERY_PATH = "/taxii2/";
const MAX_ID = 200;
const MAX_PATH = 1000;
const NAMES_SHOWN = 10;
/** Bytes of a list of API roots or collections. */
const LIST_BYTES = 16 * 1024 * 1024;
/** RFC 3339; OpenCTI writes the offset as +00:00. */
const TIMESTAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,12})?)(?:Z|\+00:00)$/;
/** A server that filters after it has cut the pages sends empty ones. */
const MAX_EMPTY_PAGES = 100;

function messageOf(error: unknown): string {
  if (error instanceof LookbackError) return error.message;
  throw error;
}

/** What there is to know of a collection that was read to its end. */
export interface Read {
  /** `X-TAXII-Date-Added-Last` of its last page that tells. */
  lastAdded?: string;
  /** Objects that were left out: they are nested deeper than can be written again. */
  tooDeep: number;
}

export class TaxiiClient {
  private readonly problems: string[] = [];

  constructor(
    private readonly http: TaxiiHttp,
    private readonly address: TaxiiAddress,
  ) {}

  /** The collections that the address means. Throws LookbackError when the server does not even say which API roots it has. */
  async collections(): Promise<Listing> {
    const { address } = this;
    if (address.collectionId !== undefined) {
      const collection = await this.collection(address.path, address.collectionId);
      return { collections: [collection], failedRoots: [], problems: this.problems };
    }
    const roots = address.isApiRoot ? [address.path] : await this.apiRoots();
    const found: Collection[] = [];
    const failedRoots: string[] = [];
    for (const root of roots) {
      try {
        found.push(...(await this.collectionsOf(root)));
      } catch (error) {
        this.problems.push(messageOf(error));
        failedRoots.push(root);
      }
    }
    return { collections: this.wanted(found), failedRoots, problems: this.problems };
  }

  /** Section 4.1; the path may also be an API root's own (section 4.2). */
  private async apiRoots(): Promise<string[]> {
    const path = this.address.path === "/" ? DISCOVERY_PATH : this.address.path;
    const { value } = await this.http.get(path, LIST_BYTES);
    if (!Array.isArray(value.api_roots)) {
      if (value.versions !== undefined) return [path];
      throw failed(`GET ${path}: neither a TAXII server's discovery nor an API root`);
    }
    const { apiRoots: limit } = this.http.limits;
    const named = [...new Set(textsOf(value.api_roots))];
    if (named.length > limit) this.problems.push(`the server names ${named.length} API roots: ${limit} are asked`);
    const found: string[] = [];
    const elsewhere: string[] = [];
    for (const root of named.slice(0, limit)) {
      const own = this.ownPath(root);
      if (own === undefined) elsewhere.push(root);
      else if (!found.includes(own)) found.push(own);
    }
    const { apiRoots: wanted } = this.address;
    if (wanted.length === 0) {
      for (const root of elsewhere)
        this.problems.push(`the API root ${this.shown(root)} is on another server: not asked; name it by itself`);
      return found;
    }
    return this.rootsNamed(wanted, found);
  }

  /** The path of an API root on this server; undefined for one that lies elsewhere. */
  private ownPath(root: string): string | undefined {
    const own = new URL(this.address.origin);
    let url: URL;
    try {
      url = new URL(root, own);
    } catch {
      return undefined;
    }
    // Behind a proxy that ends TLS, servers write http:// for what they are asked by https://. The host is the same, and the
    // path is asked where the user said.
    const same = url.origin === own.origin || (url.hostname === own.hostname && url.port === "" && own.port === "");
    if (!same || !/^https?:$/.test(url.protocol) || url.pathname.length > MAX_PATH) return undefined;
    return url.pathname.endsWith("/") ? url.pathname : `${url.pathname}/`;
  }

  /** The first of a list that the server may have made long. */
  private some(names: readonly string[]): string {
    return this.http.words(names.slice(0, NAMES_SHOWN).join(", ")) || "none";
  }

  /** Without userinfo and query, which may hold secrets. */
  private shown(root: string): string {
    try {
      const { origin, pathname } = new URL(root, this.address.origin);
      return this.http.words(`${origin}${pathname}`);
    } catch {
      return this.http.words(root);
    }
  }

  private async rootsNamed(wanted: readonly string[], found: readonly string[]): Promise<string[]> {
    const chosen = new Set<string>();
    const titles = new Map<string, string>();
    for (const name of wanted) {
      const path = `/${name.replace(/^\/|\/$/g, "")}/`;
      if (found.includes(path)) {
        chosen.add(path);
        continue;
      }
      if (titles.size === 0) for (const root of found) titles.set(root, await this.titleOf(root));
      const titled = found.filter((root) => titles.get(root) === name);
      if (titled.length === 0) this.problems.push(`there is no API root “${name}”: there are ${this.some(found)}`);
      for (const root of titled) chosen.add(root);
    }
    return [...chosen];
  }

  private async titleOf(root: string): Promise<string> {
    try {
      return textOf((await this.http.get(root, LIST_BYTES)).value.title) ?? "";
    } catch (error) {
      this.problems.push(messageOf(error));
      return "";
    }
  }

  /** Section 5.1. An API root without collections leaves the list out. */
  private async collectionsOf(root: string): Promise<Collection[]> {
    const { value } = await this.http.get(`${root}collections/`, LIST_BYTES);
    const listed = objectsIn(value.collections);
    const { collections: limit } = this.http.limits;
    if (listed.length > limit)
      this.problems.push(`${root} offers ${listed.length} collections: the first ${limit} are read`);
    const found = new Map<string, Collection>();
    for (const one of listed.slice(0, limit)) {
      const collection = this.collectionOf(root, one);
      if (collection === undefined) this.problems.push(`${root} offers a collection without a usable id: not read`);
      else if (!found.has(collection.id)) found.set(collection.id, collection);
    }
    return [...found.values()];
  }

  /** Section 5.2. */
  private async collection(root: string, id: string): Promise<Collection> {
    const { value } = await this.http.get(collectionPath({ root, id }), LIST_BYTES);
    // The server may know it by its alias here, and by its id elsewhere: the name that the user gave stays.
    const collection = this.collectionOf(root, { ...value, id });
    if (collection === undefined) throw failed(`“${id}” cannot be a collection's id`);
    return collection;
  }

  private collectionOf(root: string, value: JsonObject): Collection | undefined {
    const id = textOf(value.id);
    // `.` and `..` are not names but ways up.
    if (id === undefined || id.length > MAX_ID || /^\.{1,2}$/.test(id) || /\p{Cs}/u.test(id)) return undefined;
    const title = textOf(value.title);
    const alias = textOf(value.alias);
    return {
      root,
      id,
      // Required by the specification: a server that leaves it out is asked, and its answer tells.
      canRead: value.can_read !== false,
      ...(title !== undefined && { title: this.http.words(title) }),
      ...(alias !== undefined && { alias: this.http.words(alias) }),
    };
  }

  private wanted(found: readonly Collection[]): Collection[] {
    const { collections: names } = this.address;
    if (names.length === 0) return [...found];
    const called = (name: string) => (collection: Collection) =>
      [collection.id, collection.title, collection.alias].includes(name);
    for (const name of names)
      if (!found.some(called(name)))
        this.problems.push(
          `there is no collection “${name}”: there are ${this.some(found.map(({ id, title }) => title ?? id))}`,
        );
    return found.filter((collection) => names.some((name) => called(name)(collection)));
  }

  /**
   * All objects of a collection that were added after a time (section 5.4), into `arrived`, so that the caller has what came
   * before a failure. Throws LookbackError when it could not be read to its end.
   */
  async objects(collection: Collection, addedAfter: string | undefined, arrived: JsonObject[]): Promise<Read> {
    const pages = new Pages(this.http, arrived);
    let after = addedAfter;
    let next: string | undefined;
    do {
      const query = new URLSearchParams({ limit: String(this.http.limits.pageSize) });
      if (after !== undefined) query.set("added_after", after);
      if (next !== undefined) query.set("next", next);
      if (this.address.types.length > 0) query.set("match[type]", this.address.types.join(","));
      const path = `${collectionPath(collection)}objects/?${query.toString()}`;
      const answer = await this.http.get(path, pages.room);
      ({ next, after } = pages.add(answer, after));
    } while (pages.more);
    const { lastAdded, tooDeep } = pages;
    return { tooDeep, ...(lastAdded !== undefined && { lastAdded }) };
  }
}

export function collectionPath({ root, id }: Pick<Collection, "root" | "id">): string {
  return `${root}collections/${encodeURIComponent(id)}/`;
}

/** The pages of one collection: their bounds, and whether they go on or round in circles (section 3.5). */
class Pages {
  more = false;
  lastAdded: string | undefined;
  tooDeep = 0;
  private count = 0;
  private empty = 0;
  private bytes = 0;
  private readonly seen = new Set<string>();

  constructor(
    private readonly http: TaxiiHttp,
    private readonly arrived: JsonObject[],
  ) {}

  /** Bytes that the next page may have. */
  get room(): number {
    return this.http.limits.bytes - this.bytes;
  }

  add({ value, bytes, header }: Answer, after: string | undefined): { next?: string; after?: string } {
    const { pages, objects: most } = this.http.limits;
    this.count++;
    this.bytes += bytes;
    this.take(objectsIn(value.objects));
    const added = timestamp(header("x-taxii-date-added-last"));
    if (added !== undefined) this.lastAdded = added;
    this.more = value.more === true;
    if (!this.more) return {};
    if (this.count >= pages) throw failed(`more than ${pages} pages: not read further`);
    if (this.arrived.length > most) throw failed(`more than ${most} objects: not read further`);
    const next = textOf(value.next);
    if (next !== undefined) {
      this.once(`next ${next}`, "the server's pages go round in circles: the same “next” again");
      return { next, ...(after !== undefined && { after }) };
    }
    if (added === undefined) throw failed("the server says that there is more, and not where");
    this.once(`added ${added}`, "the server's pages go round in circles: the same time of addition again");
    return { after: added };
  }

  private take(objects: readonly JsonObject[]): void {
    const hash = createHash("sha256");
    for (const object of objects) {
      try {
        // Also tells what cannot be written again, such as a hundred thousand arrays in one another.
        hash.update(JSON.stringify(object)).update("\n");
        this.arrived.push(object);
      } catch {
        this.tooDeep++;
      }
    }
    if (objects.length > 0)
      this.once(`page ${hash.digest("hex")}`, "the server's pages go round in circles: the same page again");
    this.empty = objects.length > 0 ? 0 : this.empty + 1;
    if (this.empty > MAX_EMPTY_PAGES)
      throw failed(`more than ${MAX_EMPTY_PAGES} empty pages in a row: not read further`);
  }

  private once(mark: string, message: string): void {
    if (this.seen.has(mark)) throw failed(message);
    this.seen.add(mark);
  }
}

/** In UTC with `Z`, as `added_after` wants it, with all its digits; undefined for what is no such time. */
function timestamp(text: string | undefined): string | undefined {
  const time = TIMESTAMP.exec(text?.trim() ?? "");
  return time === null || Number.isNaN(Date.parse(`${time[1]!}Z`)) ? undefined : `${time[1]!}Z`;
}
