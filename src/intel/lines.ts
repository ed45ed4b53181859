/** Lines of a text, one at a time: a file of a million is not cut up at once. */

/** Each line without its end, and its number from 1. */
export function* linesOf(text: string): Generator<readonly [string, number]> {
  let number = 0;
  for (let start = 0; start < text.length;) {
    let end = text.indexOf("\n", start);
    if (end < 0) end = text.length;
    number++;
    yield [text.slice(start, end), number];
    start = end + 1;
  }
}

/** The first whole lines that are neither empty nor a comment (`#`): for telling what a file is. At most 64 KiB are looked at. */
export function firstLines(text: string, most = 500): string[] {
  const limit = 64 * 1024;
  const start = text.slice(0, limit);
  const lines = start.split("\n");
  if (text.length > limit) lines.pop();
  return lines
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .slice(0, most);
}
