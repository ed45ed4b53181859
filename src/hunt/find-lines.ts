/** Looks through a log for whole lines. */
import type { ByteReader } from "../sources/source.js";

const CAPACITY = 2 * 1024 * 1024;
const NEWLINE = 10;
const RETURN = 13;

/** The first place of each line that is there. A line that does not fit the block of 2 MiB is passed over. */
export async function findLines(
  reader: ByteReader,
  lines: readonly string[],
): Promise<Map<string, { offset: number; line: number }>> {
  const found = new Map<string, { offset: number; line: number }>();
  // Where bytes were no UTF-8 the text does not tell them.
  const wanted = new Map(
    lines.filter((line) => line !== "" && !line.includes("\ufffd")).map((line) => [line, Buffer.from(line)]),
  );
  const buffer = Buffer.allocUnsafeSlow(CAPACITY);
  let [filled, base, newlines] = [0, 0, 0];
  let fresh = true;
  for (let atEnd = false; !atEnd && wanted.size > 0;) {
    while (filled < CAPACITY && !atEnd) {
      const got = await reader.read(buffer.subarray(filled));
      filled += got;
      atEnd = got === 0;
    }
    const block = buffer.subarray(0, filled);
    const stop = atEnd ? filled : block.lastIndexOf(NEWLINE) + 1 || filled;
    for (const [line, bytes] of wanted) {
      const at = lineIndex(block.subarray(0, stop), bytes, fresh);
      if (at < 0) continue;
      wanted.delete(line);
      found.set(line, { offset: reader.originalOffset(base + at), line: newlines + newlinesIn(block, at) + 1 });
    }
    newlines += newlinesIn(block, stop);
    fresh = stop > 0 ? block[stop - 1] === NEWLINE : fresh;
    buffer.copyWithin(0, stop, filled);
    base += stop;
    filled -= stop;
  }
  return found;
}

/** Index of a whole line. @param fresh the block begins with a line */
function lineIndex(block: Buffer, line: Buffer, fresh: boolean): number {
  const ends = (end: number): boolean =>
    end === block.length || block[end] === NEWLINE || (block[end] === RETURN && block[end + 1] === NEWLINE);
  if (fresh && block.subarray(0, line.length).equals(line) && ends(line.length)) return 0;
  // With the line end before it: what is found cannot overlap, so that no text makes this slow.
  const needle = Buffer.concat([Buffer.of(NEWLINE), line]);
  for (let at = block.indexOf(needle); at >= 0; at = block.indexOf(needle, at + needle.length))
    if (ends(at + needle.length)) return at + 1;
  return -1;
}

function newlinesIn(block: Buffer, end: number): number {
  let count = 0;
  for (let i = 0; i < end; i++) if (block[i] === NEWLINE) count++;
  return count;
}
