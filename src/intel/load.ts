/** Intel from files and folders to one IndicatorSet. */
import { LookbackError } from "../model/errors.js";
import type { IndicatorSet } from "../model/indicator.js";
import type { IntelSource, ReaderOptions } from "./candidate.js";
import { MAX_INTEL_BYTES, textOf, unpack } from "./decode.js";
import { filesAt, readWhole, realPath, systemMessage, type FileRef, type Report } from "./files.js";
import { readersFor } from "./readers.js";
import { SetBuilder, type Defaults, type FileEntry, type Judge, type Overrides } from "./set.js";
import type { TaxiiAccess } from "./taxii-access.js";
import { isTaxiiAddress, parseTaxiiAddress } from "./taxii-address.js";
import type { TaxiiOptions } from "./taxii-source.js";

/** One path or TAXII address, and what the analyst says of what it holds. */
export interface IntelInput extends Overrides, ReaderOptions {
  path: string;
  /** A reader's id: content is not asked. */
  format?: string;
  /** How a TAXII server lets us in. */
  access?: TaxiiAccess;
}

export interface IntelOptions extends Defaults, ReaderOptions {
  /** For every path that names none. */
  format?: string;
  /** The warning lists. */
  judge?: Judge;
  /** An earlier load of the same paths: where a file fails now, what it gave then stays. */
  previous?: IndicatorSet;
  taxii?: TaxiiOptions;
}

class Source implements IntelSource {
  private decoded: string | undefined;

  constructor(
    readonly path: string,
    readonly bytes: Uint8Array,
  ) {}

  get text(): string {
    return (this.decoded ??= textOf(this.bytes));
  }
}

/** What a file came to. */
interface Outcome {
  /** It gave something. */
  usable: boolean;
  /** It was read to its end. */
  whole: boolean;
}
const FAILED: Outcome = { usable: false, whole: false };

/**
 * Named by the user: that it holds nothing is an error. Found in a folder: it need not be intel at all. Found on a server: it is
 * intel, and may hold nothing that can be hunted.
 */
type Origin = "named" | "in folder" | "on server";

const NOTHING = "no indicator could be understood";

class Loader {
  readonly builder: SetBuilder;
  readonly report: Report = (file, code, message) => {
    this.builder.errors.push({ file, code, message });
  };
  /** A file named twice, or also reached through a folder, says nothing new the second time. */
  private readonly read = new Set<string>();

  constructor(private readonly options: IntelOptions) {
    this.builder = new SetBuilder(options, options.judge);
  }

  async path(given: IntelInput): Promise<void> {
    if (isTaxiiAddress(given.path)) {
      await this.server(given);
      return;
    }
    const input = { ...this.reading(), ...given };
    const failed: string[] = [];
    const found = await filesAt(input.path, (file, code, message) => {
      failed.push(file);
      this.report(file, code, message);
    });
    // The path itself, or what could not be looked at in a folder.
    for (const path of failed) this.keepPrevious((file) => file === path || file.startsWith(`${path}/`));
    if (!found) return;
    let usable = false;
    for (const ref of found.refs) {
      const real = await realPath(ref.path);
      if (this.read.has(real)) {
        usable = true;
        continue;
      }
      this.read.add(real);
      const outcome = await this.file(ref, input);
      usable ||= outcome.usable;
      if (!outcome.whole) this.keepPrevious((file) => file === ref.path);
    }
    if (found.isFolder && !usable)
      this.report(input.path, "intel-unusable", "no file in this folder holds an indicator");
  }

  /** What is said for every file that says nothing of its own. */
  private reading(): Pick<IntelInput, "column" | "format"> {
    const { column, format } = this.options;
    return { ...(column !== undefined && { column }), ...(format !== undefined && { format }) };
  }

  /** Each collection of a TAXII server is a file. What the files are read as does not hold for them. */
  private async server(input: IntelInput): Promise<void> {
    // Loaded only when there is a server: an HTTP client takes a while.
    const { taxiiFeeds } = await import("./taxii-source.js");
    let unlisted = false;
    for await (const feed of taxiiFeeds(input.path, input.access, this.options.taxii)) {
      const { name, source, errors, notes } = feed;
      if (this.read.has(name)) continue;
      this.read.add(name);
      for (const message of errors) this.report(name, "intel-unreadable", message);
      unlisted ||= feed.unlisted === true;
      const stated = { ...input, feed: input.feed ?? feed.title, column: undefined, format: undefined };
      let whole = errors.length === 0;
      if (source !== undefined) {
        const outcome = await this.content(source, stated, feed.named ? "named" : "on server", notes);
        whole &&= outcome.whole;
      } else if (!feed.isServer || notes.length > 0) this.builder.file(name, "none", stated).counts.notes = notes;
      if (!whole) this.keepPrevious((file) => file === name);
    }
    // Which collections there are is not known then.
    const start = `taxii+${parseTaxiiAddress(input.path).origin}/`;
    if (unlisted) this.keepPrevious((file) => file.startsWith(start) && !this.read.has(file));
  }

  private async file({ path, inFolder }: FileRef, input: IntelInput): Promise<Outcome> {
    let stored: Uint8Array | undefined;
    try {
      stored = await readWhole(path);
    } catch (error) {
      this.report(path, "intel-unreadable", systemMessage(error));
      return FAILED;
    }
    if (stored === undefined) {
      this.report(path, "intel-unreadable", `larger than ${MAX_INTEL_BYTES / 2 ** 20} MiB: not read`);
      return FAILED;
    }
    const { bytes, error: loss } = await unpack(stored);
    if (loss) this.report(path, loss.code, loss.message);
    const { usable, whole } = await this.content(
      new Source(path, bytes),
      input,
      inFolder || loss ? "in folder" : "named",
    );
    return { usable, whole: whole && !loss };
  }

  async content(
    source: IntelSource,
    input: IntelInput,
    origin: Origin,
    notes: readonly string[] = [],
  ): Promise<Outcome> {
    const { path } = source;
    const { column, format } = input;
    const entry = this.builder.file(path, "none", input);
    if (notes.length > 0) entry.counts.notes = [...notes];
    let refusal: string | undefined;
    try {
      const readers = source.bytes.length === 0 || source.text.trim() === "" ? [] : readersFor(source, format);
      if (readers.length === 0) refusal = source.bytes.length === 0 ? "the file is empty" : "there is no text in it";
      for (const reader of readers) {
        entry.counts.reader = reader.id;
        refusal = await this.readWith(() => reader.read(source, column === undefined ? {} : { column }, entry), entry);
        if (refusal === undefined || column !== undefined || entry.usable) break;
      }
    } catch (error) {
      if (!(error instanceof LookbackError) || error.code === "usage") throw error;
      refusal = error.message;
    }
    // A file that broke off after giving something, and one that does not have what was asked for, is told in any case.
    if (refusal !== undefined && (entry.usable || column !== undefined || format !== undefined))
      this.report(path, "intel-unusable", refusal);
    else if (!entry.usable && (origin === "named" || (origin === "on server" && refusal !== undefined))) {
      const because = refusal ?? entry.rejections[0]?.reason ?? "there is no value in it";
      this.report(
        path,
        "intel-unusable",
        refusal !== undefined && entry.counts.reader === "none" ? because : `${NOTHING}: ${because}`,
      );
    }
    if (entry.usable) return { usable: true, whole: refusal === undefined };
    entry.counts.reader = refusal === undefined ? entry.counts.reader : "none";
    if (origin === "in folder" || refusal !== undefined) entry.summarise(refusal);
    return FAILED;
  }

  /** What the reader gave up for; undefined when it did not. One feed must not stop the others, whatever is wrong with it. */
  private async readWith(read: () => void | Promise<void>, entry: FileEntry): Promise<string | undefined> {
    try {
      await read();
      return undefined;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (error instanceof LookbackError) return message;
      this.report(entry.counts.file, "intel-unreadable", `could not be parsed: ${message}`);
      return `could not be parsed: ${message}`;
    }
  }

  private keepPrevious(failed: (file: string) => boolean): void {
    const { previous } = this.options;
    if (!previous) return;
    for (const { file } of previous.files) {
      if (!failed(file)) continue;
      const kept = this.builder.keep(previous, file);
      if (kept > 0) this.report(file, "intel-unusable", `kept what an earlier load gave: ${kept} indicators`);
    }
  }
}

/**
 * Reads every path, a file or a folder (recursively, sorted), and merges what they say.
 *
 * One canonical value is one indicator, with every assertion of it. Labels are united. The role is the strongest explicit
 * one (`c2`, `relay`, `delivery`, `scanner`), else `options.role`. Validity is the union: the earliest `validFrom`, the
 * latest `validUntil`, and open where any assertion leaves it open; the options' bounds stand in for an assertion's
 * missing ones. The marking is the strictest, the confidence the highest. What an input says holds for its files whatever they say.
 *
 * Never throws for what is on disk: a path that cannot be read or holds nothing usable is in `errors`, and the others are
 * used. A file in a folder that holds no indicator (a LICENSE, a README) is in `files` with one rejection, and is no error.
 */
export async function loadIntel(
  inputs: readonly (string | IntelInput)[],
  options: IntelOptions = {},
): Promise<IndicatorSet> {
  const loader = new Loader(options);
  for (const input of inputs) await loader.path(typeof input === "string" ? { path: input } : input);
  return loader.builder.build();
}
