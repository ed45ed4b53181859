/** Every reader, most particular first. A new format is one file and one line here. */
import { LookbackError } from "../model/errors.js";
import type { IntelSource, Reader } from "./candidate.js";
import { csvReader } from "./csv.js";
import { READER_IDS } from "./ids.js";
import { jsonLinesReader, jsonReader } from "./json-any.js";
import { mispReader } from "./misp.js";
import { openIocReader } from "./openioc.js";
import { stixReader } from "./stix.js";
import { suricataDatasetReader } from "./suricata-dataset.js";
import { suricataIprepReader } from "./suricata-iprep.js";
import { isRules } from "./suricata-rules.js";
import { htmlReader } from "./prose-html.js";
import { pdfReader } from "./prose-pdf.js";
import { proseReader } from "./prose-text.js";
import { textReader } from "./text.js";
import { zeekReader } from "./zeek.js";

interface Entry {
  reader: Reader;
  /** Reads bytes that are no text. */
  binary?: true;
  /** May find on a closer look that the file is none of its own: the next reader is asked then. */
  givesWay?: true;
}

const ENTRIES: readonly Entry[] = [
  { reader: pdfReader, binary: true },
  { reader: stixReader },
  { reader: mispReader },
  { reader: openIocReader },
  { reader: zeekReader },
  { reader: jsonReader },
  { reader: jsonLinesReader },
  { reader: suricataIprepReader },
  { reader: suricataDatasetReader },
  { reader: htmlReader },
  { reader: proseReader, givesWay: true },
  { reader: csvReader, givesWay: true },
  { reader: textReader },
];

/** In trial order; `ids.ts` has their names. */
export const READERS: readonly Reader[] = ENTRIES.map(({ reader }) => reader);

/** Content that is known and is not read, with the name to tell the user. */
const NOT_READ: readonly { title: string; test: (start: string) => boolean }[] = [
  { title: "ZIP", test: (start) => start.startsWith("PK\u0003\u0004") },
  { title: "a file of Suricata or Snort rules", test: isRules },
  { title: "binary data", test: (start) => start.includes("\0") },
];

/**
 * The readers to try in turn, the next one when one gives way. Throws LookbackError `intel-unusable` when the content is known
 * not to be readable, `usage` when `format` is no reader's id.
 */
export function readersFor(source: IntelSource, format?: string): Reader[] {
  if (format !== undefined) {
    const forced = ENTRIES.find(({ reader }) => reader.id === format);
    if (!forced)
      throw new LookbackError("usage", `--intel-format takes one of ${READER_IDS.join(", ")}, not "${format}"`);
    return [forced.reader];
  }
  const binary = ENTRIES.find((entry) => entry.binary && entry.reader.recognises(source));
  if (binary) return [binary.reader];
  const start = source.text.slice(0, 4096);
  const unread = NOT_READ.find((kind) => kind.test(start));
  if (unread) throw new LookbackError("intel-unusable", `${unread.title} is not read`);
  const chosen: Reader[] = [];
  for (const { reader, givesWay } of ENTRIES) {
    if (!reader.recognises(source)) continue;
    chosen.push(reader);
    if (!givesWay) break;
  }
  return chosen;
}
