/** Every reader, most particular first. A new format is one file and one line here. */
import type { Reader } from "./candidate.js";
import { csvReader } from "./csv.js";
import { textReader } from "./text.js";

export const READERS: readonly Reader[] = [csvReader, textReader];

/** Content that is known and is not read, with the name to tell the user. Tested on the first characters. */
const NOT_READ: readonly { title: string; test: (start: string) => boolean }[] = [
  { title: "JSON (STIX, MISP)", test: (s) => /^\s{0,100}(?:\{\s{0,100}["}]|\[\s{0,100}[{"])/.test(s) },
  { title: "XML or HTML", test: (s) => /^\s{0,100}<(?:\?xml|!doctype|html|stix|ioc)/i.test(s) },
  { title: "PDF", test: (s) => s.startsWith("%PDF-") },
  { title: "ZIP", test: (s) => s.startsWith("PK\u0003\u0004") },
  { title: "binary data", test: (s) => s.includes("\0") },
];

/** The readers that take this content, most particular first. */
export function readersFor(text: string): Reader[] {
  return READERS.filter((reader) => reader.recognises(text));
}

export function notRead(text: string): string | undefined {
  const start = text.slice(0, 4096);
  return NOT_READ.find((kind) => kind.test(start))?.title;
}
