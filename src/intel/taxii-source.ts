/** A TAXII server as intel: each of its collections one file, what it gave before standing in where it fails now. */
import { LookbackError } from "../model/errors.js";
import type { IntelSource } from "./candidate.js";
import { systemMessage } from "./files.js";
import { textOf, type JsonObject } from "./json.js";
import { credentialsFor, type Environment, type TaxiiAccess } from "./taxii-access.js";
import { isLoopback, parseTaxiiAddress, type TaxiiAddress } from "./taxii-address.js";
import { mergeObjects, readCache, writeCache, type CachedLoad } from "./taxii-cache.js";
import { collectionPath, TaxiiClient, type Collection } from "./taxii-client.js";
import { LIMITS, TaxiiHttp, type Limits } from "./taxii-http.js";

export interface TaxiiOptions {
  /** Where the loads are kept; none are when it is left out. */
  cacheFolder?: string;
  /** Where the variables that TaxiiAccess names are looked up. */
  environment?: Environment;
  limits?: Partial<Limits>;
  /** Epoch milliseconds. */
  now?: () => number;
}

/** What came of one collection, or of the server as a whole where there is no source. */
export interface Feed {
  /** `taxii+https://host/root/collections/id`; the address itself for the server. Without userinfo. */
  name: string;
  title?: string;
  /** Not a collection, but what there is to say of the server as a whole. */
  isServer?: true;
  /** It could not say which collections it has. */
  unlisted?: true;
  /** The user named this very collection. */
  named: boolean;
  source?: IntelSource;
  /** Not all of it could be had. */
  errors: string[];
  notes: string[];
}

/** A load of everything, so that what the server deleted goes. In between only what was added is asked for. */
const FULL_AFTER = 7 * 24 * 3600_000;
/** How long what a collection gave is looked for after the server stopped offering it: a subscription may have run out unseen. */
const GONE_AFTER = 30 * 24 * 3600_000;
/** A server's clock that is this far ahead would hide what it adds until then. */
const CLOCK_AHEAD = 24 * 3600_000;

const NOT_ASKED = "not asked";
const GONE = "the server does not offer it any more, or does not let this user read it";

/** One object a line: a line number tells which. */
class Envelope implements IntelSource {
  readonly text: string;
  readonly bytes: Uint8Array;

  constructor(
    readonly path: string,
    objects: readonly JsonObject[],
  ) {
    this.text = `{"objects":[\n${objects.map((object) => JSON.stringify(object)).join(",\n")}\n]}\n`;
    this.bytes = Buffer.from(this.text);
  }
}

function messageOf(error: unknown): string {
  // What is not ours to explain is still this feed's failure, and not the others'.
  return error instanceof LookbackError ? error.message : `failed: ${systemMessage(error)}`;
}

/** Collections as the cache keeps their list. */
interface Known extends Collection {
  name: string;
}

/**
 * The collections that an address means, in the server's order; those that fail with what an earlier load gave.
 * Throws LookbackError `usage` when the address is none, and never for what the server does.
 */
export function taxiiFeeds(text: string, access: TaxiiAccess = {}, options: TaxiiOptions = {}): AsyncGenerator<Feed> {
  return new Server(parseTaxiiAddress(text), access, options).feeds();
}

class Server {
  private readonly limits: Limits;
  private readonly named: boolean;

  constructor(
    private readonly address: TaxiiAddress,
    private readonly access: TaxiiAccess,
    private readonly options: TaxiiOptions,
  ) {
    this.limits = { ...LIMITS, ...options.limits };
    this.named = address.collectionId !== undefined || address.collections.length > 0;
  }

  private get now(): number {
    return this.options.now?.() ?? Date.now();
  }

  async *feeds(): AsyncGenerator<Feed> {
    const { address } = this;
    const own: Feed = { name: address.name, isServer: true, named: false, errors: [], notes: [] };
    const earlier = await this.listBefore(own);
    let http: TaxiiHttp;
    try {
      const credentials = await credentialsFor(address, this.access, this.options.environment ?? {});
      http = new TaxiiHttp(address.origin, credentials, this.limits);
      if (
        address.origin.startsWith("http:") &&
        credentials.authorization &&
        !isLoopback(new URL(address.origin).hostname)
      )
        own.notes.push("the user's password or token travels in clear text: taxii+http is not encrypted");
    } catch (error) {
      own.errors.push(messageOf(error));
      own.unlisted = true;
      yield own;
      yield* this.allKept(earlier, NOT_ASKED);
      return;
    }
    try {
      yield* this.asked(new TaxiiClient(http, address), own, earlier);
    } finally {
      await http.close();
    }
  }

  private async *asked(client: TaxiiClient, own: Feed, earlier: readonly Known[]): AsyncGenerator<Feed> {
    let offered: Known[];
    let unknown: Known[];
    try {
      const { collections, failedRoots, problems } = await client.collections();
      own.errors.push(...problems);
      if (failedRoots.length > 0) own.unlisted = true;
      offered = collections.map((collection) => ({ ...collection, name: this.nameOf(collection) }));
      unknown = earlier.filter(({ root }) => failedRoots.includes(root));
    } catch (error) {
      own.errors.push(messageOf(error));
      own.unlisted = true;
      yield own;
      yield* this.allKept(earlier, NOT_ASKED);
      return;
    }
    const readable = offered.filter(({ canRead }) => canRead);
    const listed = new Set([...readable, ...unknown].map(({ name }) => name));
    const gone: Known[] = [];
    for (const known of earlier) if (!listed.has(known.name) && (await this.isStillKept(known, own))) gone.push(known);
    await this.keepList([...readable, ...unknown, ...gone], own);
    if (own.errors.length > 0 || own.notes.length > 0) yield own;
    for (const collection of offered)
      if (!gone.some(({ name }) => name === collection.name)) yield await this.read(client, collection);
    yield* this.allKept(unknown, NOT_ASKED);
    yield* this.allKept(gone, GONE);
  }

  /** Whether what a collection gave that is not offered any more is still looked for; it is said when that ends. */
  private async isStillKept({ name, title }: Known, own: Feed): Promise<boolean> {
    const cached = await this.cached(name, own);
    if (cached === undefined) return false;
    const isKept = this.now - Date.parse(cached.loadedAt) < GONE_AFTER;
    if (!isKept) own.errors.push(`${title ?? name}: ${GONE}; what it gave is not looked for from now on`);
    return isKept;
  }

  /** A valid address itself, the same whichever way the collection was found. */
  private nameOf(collection: Collection): string {
    const { origin, types, addedAfter } = this.address;
    const query = new URLSearchParams({
      ...(types.length > 0 && { type: types.join(",") }),
      ...(addedAfter !== undefined && { added_after: addedAfter }),
    }).toString();
    return `taxii+${origin}${collectionPath(collection).slice(0, -1)}${query === "" ? "" : `?${query}`}`;
  }

  private feedOf({ name, title }: Known): Feed {
    return { name, named: this.named, errors: [], notes: [], ...(title !== undefined && { title }) };
  }

  private async read(client: TaxiiClient, collection: Known): Promise<Feed> {
    const feed = this.feedOf(collection);
    if (!collection.canRead) {
      const message = "the server does not let this user read the collection (can_read is false): skipped";
      (this.named ? feed.errors : feed.notes).push(message);
      return feed;
    }
    const cached = await this.cached(feed.name, feed);
    const since = this.isFullDue(cached) ? undefined : cached?.dateAddedLast;
    const arrived: JsonObject[] = [];
    let objects: JsonObject[];
    try {
      const { lastAdded, tooDeep } = await client.objects(collection, since ?? this.address.addedAfter, arrived);
      if (tooDeep > 0) feed.errors.push(`${tooDeep} objects are nested too deep: not read`);
      objects = mergeObjects(since === undefined ? [] : (cached?.objects ?? []), arrived);
      if (objects.length === 0 && cached !== undefined && cached.objects.length > 0)
        feed.notes.push(
          `the collection is empty now; the load of ${cached.loadedAt} had ${cached.objects.length} objects`,
        );
      await this.keep(feed, cached, since, objects, lastAdded);
    } catch (error) {
      objects = mergeObjects(cached?.objects ?? [], arrived);
      feed.errors.push(`${messageOf(error)}${this.standIn(cached, arrived)}`);
    }
    return this.withObjects(feed, objects);
  }

  private standIn(cached: CachedLoad | undefined, arrived: readonly JsonObject[]): string {
    const before = arrived.length > 0 ? `the ${arrived.length} objects that came before that` : "";
    if (cached === undefined) return before === "" ? "" : `; used ${before}`;
    return `; kept the load of ${cached.loadedAt}${before === "" ? "" : `, with ${before}`}`;
  }

  private withObjects(feed: Feed, objects: readonly JsonObject[]): Feed {
    if (objects.length === 0) {
      if (feed.errors.length === 0) feed.notes.push("no objects in it");
      return feed;
    }
    try {
      feed.source = new Envelope(feed.name, objects);
    } catch (error) {
      // V8's longest text is 512 MiB.
      feed.errors.push(messageOf(error));
    }
    return feed;
  }

  private isFullDue(cached: CachedLoad | undefined): boolean {
    const age = this.now - Date.parse(cached?.fullAt ?? "");
    // A time that is none, or lies ahead, is no reason to wait.
    return !(age >= 0 && age < FULL_AFTER);
  }

  private async keep(
    { name, notes }: Feed,
    cached: CachedLoad | undefined,
    since: string | undefined,
    objects: JsonObject[],
    lastAdded: string | undefined,
  ): Promise<void> {
    const loadedAt = new Date(this.now).toISOString();
    const plausible = lastAdded !== undefined && Date.parse(lastAdded) < this.now + CLOCK_AHEAD;
    const dateAddedLast = plausible ? lastAdded : since;
    const fullAt = since === undefined || cached === undefined ? loadedAt : cached.fullAt;
    await this.write({ name, loadedAt, fullAt, objects, ...(dateAddedLast !== undefined && { dateAddedLast }) }, notes);
  }

  private async write(load: CachedLoad, notes: string[]): Promise<void> {
    const { cacheFolder } = this.options;
    if (cacheFolder === undefined) return;
    try {
      await writeCache(cacheFolder, load);
    } catch (error) {
      notes.push(`could not be kept for a time when the server fails: ${cacheFolder}: ${systemMessage(error)}`);
    }
  }

  private async cached(name: string, { notes }: Feed): Promise<CachedLoad | undefined> {
    const { cacheFolder } = this.options;
    const cached = cacheFolder === undefined ? undefined : await readCache(cacheFolder, name);
    if (cached === undefined || !("remark" in cached)) return cached;
    notes.push(cached.remark);
    return undefined;
  }

  /** Where a server cannot say which collections it has, the ones that it had are known. */
  private get listName(): string {
    return `collections of ${this.address.name}`;
  }

  private async listBefore(own: Feed): Promise<Known[]> {
    const list = await this.cached(this.listName, own);
    return (list?.objects ?? []).flatMap((one) => {
      const [name, root, id, title] = [one.name, one.root, one.id, one.title].map(textOf);
      if (name === undefined || root === undefined || id === undefined) return [];
      return [{ name, root, id, canRead: true, ...(title !== undefined && { title }) }];
    });
  }

  private async keepList(list: readonly Known[], { notes }: Feed): Promise<void> {
    const at = new Date(this.now).toISOString();
    const objects = list.map(({ name, root, id, title }) => ({
      name,
      root,
      id,
      ...(title !== undefined && { title }),
    }));
    await this.write({ name: this.listName, loadedAt: at, fullAt: at, objects }, notes);
  }

  /** What earlier loads gave, without asking the server. */
  private async *allKept(known: readonly Known[], because: string): AsyncGenerator<Feed> {
    for (const collection of known) {
      const feed = this.feedOf(collection);
      const cached = await this.cached(feed.name, feed);
      if (cached !== undefined) feed.errors.push(`${because}; kept the load of ${cached.loadedAt}`);
      yield this.withObjects(feed, cached?.objects ?? []);
    }
  }
}
