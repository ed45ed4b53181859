/** A source's logs: the source itself, or the members of an archive, of archives within it, and so on up to a limit. */
import type { SourceError } from "../../model/coverage.js";
import { ChunkReader } from "../chunk-reader.js";
import { DecodeError } from "../codecs/codec.js";
import { decode, open, type Opened, type OpenOptions } from "../open.js";
import type { ArchiveContainer, ByteReader, SourceRef } from "../source.js";
import { FailedReader } from "../stored.js";
import { systemError } from "../system-error.js";
import type { ReadArchive } from "./archive.js";

/** One log. */
export interface Member {
  /** The source's path, and for a member its name behind a `!` for each archive: `logs.tar.gz!fw/2021-03.log`. */
  path: string;
  /** Epoch milliseconds; of the member where the archive says it. */
  mtimeMs?: number;
  /** Must be closed before the next member is asked for. */
  reader: ByteReader;
}

/** Archives within archives: a case folder zipped with a zipped backup of tars. */
const MAX_DEPTH = 4;
/** Of one source. A mail spool has fewer; an archive made to harm has no bound of its own. */
const MAX_MEMBERS = 200_000;
const MAX_NAME = 1024;

const ARCHIVES: Readonly<Record<ArchiveContainer, () => Promise<ReadArchive>>> = {
  zip: async () => (await import("./zip.js")).readZip,
  tar: async () => (await import("./tar.js")).readTar,
};

interface Walk {
  options: OpenOptions;
  members: number;
}

/** Never rejects. What is wrong with an archive itself comes as a last member without bytes, under the archive's own path. */
export async function* openMembers(source: SourceRef, options: OpenOptions = {}): AsyncGenerator<Member, void> {
  const { path, mtimeMs } = source;
  // A thread for each of an archive's members would take longer to start than most take to read.
  const { decoder: _, ...own } = options;
  yield* logsOf(await open(source, options), { path, mtimeMs }, 0, { options: own, members: 0 });
}

interface Named {
  path: string;
  mtimeMs: number | undefined;
}

function member({ path, mtimeMs }: Named, reader: ByteReader): Member {
  return mtimeMs === undefined ? { path, reader } : { path, mtimeMs, reader };
}

function failedMember(named: Named, error: SourceError): Member {
  return member(named, new FailedReader([error]));
}

async function* logsOf(opened: Opened, named: Named, depth: number, walk: Walk): AsyncGenerator<Member, void> {
  if ("reader" in opened) {
    yield member(named, opened.reader);
    return;
  }
  const { archive, stored } = opened;
  try {
    if (depth === MAX_DEPTH)
      yield failedMember(named, {
        code: "nesting-limit",
        message: `archives within archives more than ${MAX_DEPTH} deep`,
      });
    else yield* entries(archive, stored, named, depth, walk);
  } finally {
    await stored.close();
  }
}

async function* entries(
  archive: ArchiveContainer,
  stored: ByteReader,
  named: Named,
  depth: number,
  walk: Walk,
): AsyncGenerator<Member, void> {
  const read = await ARCHIVES[archive]();
  const before = walk.members;
  try {
    for await (const entry of read(stored)) {
      if (++walk.members > MAX_MEMBERS) {
        yield failedMember(named, { code: "member-limit", message: `more than ${MAX_MEMBERS} members` });
        return;
      }
      const { name, mtimeMs, chunks } = entry;
      const inner: Named = { path: `${named.path}!${name.slice(0, MAX_NAME)}`, mtimeMs: mtimeMs ?? named.mtimeMs };
      const reader = new ChunkReader({
        container: archive,
        chunks,
        stored: withoutErrors(stored),
        maxExpandedBytes: walk.options.maxExpandedBytes,
        inside: ` (inside ${archive})`,
        // The archive's reader passes over what is left of the member.
        close: async () => undefined,
      });
      yield* logsOf(await decode(reader, 0, { ...walk.options, within: archive }, undefined), inner, depth + 1, walk);
      await reader.close();
    }
    if (walk.members === before)
      yield failedMember(named, { code: "empty", message: `a ${archive} without a file in it` });
  } catch (error) {
    yield failedMember(named, archiveError(error, stored, depth));
  }
  // What the stored bytes themselves were found to be: a damaged gzip around a tar.
  for (const error of stored.errors) yield failedMember(named, error);
}

/** The archive's own errors are told with the archive, not with every member. */
function withoutErrors(stored: ByteReader): Pick<ByteReader, "consumed" | "errors"> {
  return {
    errors: [],
    get consumed() {
      return stored.consumed;
    },
  };
}

function archiveError(error: unknown, stored: ByteReader, depth: number): SourceError {
  if (!(error instanceof DecodeError)) return systemError(error, stored.consumed);
  const { code, message, offset } = error;
  return depth === 0 ? { code, message, offset } : { code, message };
}
