/** Turns dated lines into log files, and keeps the answer sheet: which line of which file holds what. */
import { mkdir, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { END, FROM } from "./clock.js";
import type { NearMiss, Plant, PlantedSighting, WrittenFile } from "./truth.js";

const compress = promisify(gzip);

/** One line before it has a place. Lines are sorted by `at`, ties keep their order. */
export interface Entry {
  at: number;
  text: string;
  plants?: Plant[];
  /** Set on a near miss: why it must not match. */
  miss?: string;
}

export interface FileOptions {
  /** Modification time, epoch milliseconds: yearless syslog takes its year from it. */
  mtime: number;
  gzip?: boolean;
  /** Number of concatenated gzip members, cut anywhere (RFC 1952 2.2). */
  members?: number;
  header?: readonly string[];
  footer?: readonly string[];
  eol?: "\n" | "\r\n";
}

/** gzip with the file's time in the header, as gzip(1) writes it; the OS byte is fixed so that every platform agrees. */
async function gzipMember(data: Uint8Array, mtime: number): Promise<Buffer> {
  const out = await compress(data, { level: 5 });
  out.writeUInt32LE(Math.floor(mtime / 1000), 4);
  out[9] = 3;
  return out;
}

export class LogWriter {
  readonly files: WrittenFile[] = [];
  readonly sightings: PlantedSighting[] = [];
  readonly nearMisses: NearMiss[] = [];
  private readonly pending: Promise<void>[] = [];

  constructor(private readonly root: string) {}

  /** Takes the entries of one file. The bytes are written in the background; `finish` waits for them. */
  add(path: string, entries: readonly Entry[], options: FileOptions): void {
    const eol = options.eol ?? "\n";
    const sorted = [...entries].sort((a, b) => a.at - b.at);
    const lines: string[] = [...(options.header ?? [])];
    let offset = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + eol.length, 0);
    for (const entry of sorted) {
      lines.push(entry.text);
      for (const plant of entry.plants ?? []) this.sightings.push(located(plant, path, lines.length, offset, entry.at));
      if (entry.miss !== undefined) this.nearMisses.push({ file: path, line: lines.length, note: entry.miss });
      offset += Buffer.byteLength(entry.text) + eol.length;
    }
    lines.push(...(options.footer ?? []));
    const data = Buffer.from(lines.join(eol) + eol);
    this.files.push({ path, lines: lines.length, bytes: data.length });
    this.pending.push(this.store(path, data, options));
  }

  async finish(): Promise<void> {
    await Promise.all(this.pending);
  }

  private async store(path: string, data: Buffer, options: FileOptions): Promise<void> {
    const target = join(this.root, ...path.split("/"));
    await mkdir(dirname(target), { recursive: true });
    let stored: Buffer = data;
    if (options.gzip) {
      const members = options.members ?? 1;
      const size = Math.ceil(data.length / members);
      const parts: Buffer[] = [];
      for (let i = 0; i < members; i++)
        parts.push(await gzipMember(data.subarray(i * size, (i + 1) * size), options.mtime));
      stored = Buffer.concat(parts);
    }
    await writeFile(target, stored);
    await utimes(target, options.mtime / 1000, options.mtime / 1000);
  }
}

function located(plant: Plant, file: string, line: number, offset: number, sortedBy: number): PlantedSighting {
  const { undated, at, ...rest } = plant;
  const time = at ?? sortedBy;
  return {
    file,
    line,
    offset,
    ...rest,
    ...(undated ? {} : { timestamp: `${new Date(time).toISOString().slice(0, 19)}Z` }),
    ...(undated || (time >= FROM && time < END) ? {} : { outside: time < FROM ? "before" : "after" }),
  };
}
