/** Advisories as plain text, Markdown or mail. A plain list of values is `text`'s: telling the two apart is half of this file. */
import { LookbackError } from "../model/errors.js";
import type { Candidate, IntelSource, Place, Reader, Sink } from "./candidate.js";
import { findDelimiter, findLayout, holdsValue } from "./csv-layout.js";
import { firstRows } from "./csv-rows.js";
import { normalise } from "./normalise.js";
import { extract } from "./prose-extract.js";
import { LineBlocks } from "./prose-lines.js";
import { SMALL } from "./prose-words.js";

const SAMPLE = 64 * 1024;
const SAMPLE_LINES = 1500;
const MAX_LINE = 2000;
const COMMENT = /^(?:#|\/\/|;)/;
/** A log's lines are no sentences. */
const LOGGED =
  /^(?:<\d{1,3}>|\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:|[A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:|\[\d\d\/[A-Z][a-z]{2}\/|\d{10}[.\s])/;
const BULLET = /^(?:[-*•·‣–>|]{1,2}\s{0,4}|\d{1,4}[.)]\s{1,4})/;

const WORD = /^["“«(*_]{0,3}\p{L}[\p{L}'’-]{0,30}["”»)*_]{0,3}[.,:;!?]{0,2}$/u;
/** Something that could be an indicator inside a sentence. */
const INSIDE = /\[\.\]|\(\.\)|\[dot\]|hxxps?|\b\d{1,3}(?:\.\d{1,3}){3}\b|\b[0-9a-f]{32,64}\b|\[at\]|\[@\]/i;

interface Counts {
  /** Lines that begin with a value, whatever follows. */
  values: number;
  sentences: number;
  /** Sentences with a value inside. */
  telling: number;
}

/** Five words and two small ones at least, and mostly words. */
function isSentence(line: string): boolean {
  const tokens = line.split(/\s+/);
  if (tokens.length < 6) return false;
  let words = 0;
  let small = 0;
  for (const token of tokens) {
    if (!WORD.test(token)) continue;
    words++;
    if (SMALL.test(token.replace(/[^\p{L}]/gu, ""))) small++;
  }
  return words >= 5 && words * 2 > tokens.length && (small >= 2 || (small === 1 && /[.!?:]$/.test(line)));
}

function beginsWithValue(line: string): boolean {
  const bare = line.replace(BULLET, "");
  const first = bare.split(/[\s,;|]/, 1)[0]!;
  return first.length >= 4 && /[.:@]|[0-9a-f]{32}/i.test(first) && Array.isArray(normalise(first));
}

function count(text: string): Counts {
  const counts: Counts = { values: 0, sentences: 0, telling: 0 };
  for (const raw of text.slice(0, SAMPLE).split("\n", SAMPLE_LINES)) {
    const line = raw.trim().slice(0, MAX_LINE);
    if (line === "" || COMMENT.test(line) || LOGGED.test(line)) continue;
    if (beginsWithValue(line)) counts.values++;
    else if (isSentence(line)) {
      counts.sentences++;
      if (INSIDE.test(line)) counts.telling++;
    }
  }
  return counts;
}

/** A delimited table whose columns hold values in most rows. Prose with commas is none. */
function isTable(text: string): boolean {
  const delimiter = findDelimiter(text);
  if (delimiter === undefined) return false;
  try {
    const { columns } = findLayout(text.slice(0, SAMPLE), delimiter, {});
    const rows = firstRows(text.slice(0, SAMPLE), delimiter, 200);
    const filled = rows.filter(({ cells }) =>
      columns.some(({ index, said }) => holdsValue(cells[index]?.trim() ?? "", said)),
    );
    return filled.length * 2 >= rows.length - 1;
  } catch (error) {
    if (error instanceof LookbackError) return false;
    throw error;
  }
}

/**
 * Sentences, and enough of them: a list may have a remark or a paragraph above it, and its comments do not count. A table's
 * descriptions are sentences, too.
 */
export function isProse(text: string): boolean {
  const start = text.slice(0, 200).trimStart();
  // Structured formats, and mark-up that `html` did not want.
  if (/^(?:\{|<|\[\s{0,20}[{"[])/.test(start)) return false;
  const { values, sentences, telling } = count(text);
  // Values in sentences are lost in a list's reader, while a list in prose loses nothing.
  const enough =
    sentences > values ||
    (sentences >= 3 && (telling > 0 || sentences * 10 >= values)) ||
    (telling > 0 && (sentences >= 2 || telling * 10 >= values));
  return enough && sentences > 0 && !isTable(text);
}

function titleOf(text: string): string | undefined {
  return /^[ \t]*(?:title|titre|objet|subject|betreff|titel)[ \t]{0,4}:[ \t]{0,4}(\S.{3,200})$/im.exec(
    text.slice(0, 4000),
  )?.[1];
}

function dateOf(text: string): string | undefined {
  return /^[ \t*_-]{0,6}(?:published|publication date|release date|date|datum|date de publication)[*_ \t]{0,4}:[ \t*_]{0,4}(\d{4}-\d{2}-\d{2}(?:T[\d:.]{5,15}(?:Z|[+-]\d\d:?\d\d)?)?)/im.exec(
    text.slice(0, 4000),
  )?.[1];
}

/** Reasons that make no advisory of a text: a licence or a manual has as much. */
const REFERENCE_ONLY =
  /^(?:a reference|a well-known reference|the publisher's own|an address to write to|an example's)/;

/** Holds back what is said of a text until there is something in it that could be an indicator. */
class Held implements Sink {
  private readonly held: (() => void)[] = [];
  opened = false;

  constructor(private readonly sink: Sink) {}

  private say(what: () => void, opens: boolean): void {
    if (opens && !this.opened) {
      this.opened = true;
      for (const earlier of this.held) earlier();
    }
    if (this.opened) what();
    else this.held.push(what);
  }

  candidate(candidate: Candidate): void {
    this.say(() => this.sink.candidate(candidate), true);
  }

  reject(place: number | Place, text: string, reason: string): void {
    this.say(() => this.sink.reject(place, text, reason), false);
  }

  setAside(place: number | Place, text: string, reason: string): void {
    this.say(() => this.sink.setAside(place, text, reason), !REFERENCE_ONLY.test(reason));
  }
}

export const proseReader: Reader = {
  id: "prose",
  recognises: ({ text }: IntelSource) => isProse(text),
  read(source, _options, sink) {
    const { bytes, text } = source;
    if (Buffer.from(bytes.subarray(0, 5)).toString("latin1") === "%PDF-")
      throw new LookbackError("intel-unusable", "this is a PDF: --intel-format pdf reads it");
    const blocks = new LineBlocks(text.replace(/[\v\f]/g, " ").split("\n")).read();
    const title = titleOf(text) ?? blocks.find(({ kind, level }) => kind === "heading" && (level ?? 9) <= 2)?.text;
    const published = dateOf(text);
    const held = new Held(sink);
    extract(
      {
        blocks,
        wrapped: true,
        ...(title === undefined ? {} : { title }),
        ...(published === undefined ? {} : { published }),
      },
      held,
    );
    if (!held.opened) throw new LookbackError("intel-unusable", "no indicator in this text");
  },
};
