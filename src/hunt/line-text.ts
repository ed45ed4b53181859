/** A log line's text, the same when it is found and when it is read again. */

/** Longer lines are searched whole but parsed and quoted only around the hit. */
export const PARSE_LIMIT = 64 * 1024;
const RETURN = 13;

/** Text of a line's bytes: no line end, no byte order mark at the start of the stream. @param position of the bytes in the stream */
export function lineString(bytes: Buffer, position: number): string {
  let end = bytes.length;
  if (end > 0 && bytes[end - 1] === RETURN) end--;
  const text = bytes.toString("utf8", 0, end);
  return position === 0 && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
