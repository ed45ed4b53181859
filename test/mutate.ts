/** Lines as an adversary or a crash might leave them, for the fuzz test and `scripts/fuzz-formats.ts`. */
const PIECES = [
  "03/04/2021 05:06:07",
  "CEF:0|a|b|c|d|e|1|",
  "@4000000060406a49",
  "=>",
  "février",
  "\0",
  '"',
  "'",
  "\\",
  "=",
  "[",
  "]",
  "{",
  "}",
  "<",
  ">",
  "  ",
  "\t",
  "%",
  ":",
  ",",
  "|",
  "\u001B[31m",
  "é",
  "\uFEFF",
  "-1",
  "99999999999999999999",
  "1.2.3.4",
  "::1",
  "\uD800",
  "null",
  "2021-02-30T25:61:61Z",
];

/**
 * A line after a few random edits: a hostile piece put in, a stretch taken out, an end cut off, the rest of another line put in its place.
 * @param next random numbers in [0, 1)
 */
export function mutate(line: string, seeds: readonly string[], next: () => number): string {
  let out = line;
  for (let n = 1 + Math.floor(next() * 4); n > 0; n--) {
    const at = Math.floor(next() * (out.length + 1));
    const kind = next();
    if (kind < 0.4) out = out.slice(0, at) + PIECES[Math.floor(next() * PIECES.length)]! + out.slice(at);
    else if (kind < 0.6) out = out.slice(0, at) + out.slice(at + 1 + Math.floor(next() * 12));
    else if (kind < 0.75) out = out.slice(0, at);
    else if (kind < 0.85) out = out.slice(at);
    else {
      const other = seeds[Math.floor(next() * seeds.length)]!;
      out = out.slice(0, at) + other.slice(Math.floor(next() * other.length));
    }
  }
  return out;
}

/** The record with another value at a place that is chosen by the numbers, at any depth. */
export function bend(value: unknown, picks: readonly number[], put: unknown): unknown {
  const [pick, ...rest] = picks;
  if (pick === undefined || typeof value !== "object" || value === null) return put;
  const keys = Object.keys(value);
  if (keys.length === 0) return put;
  const key = keys[pick % keys.length]!;
  const bent = bend((value as Record<string, unknown>)[key], rest, put);
  if (!Array.isArray(value)) return { ...value, [key]: bent };
  const copy: unknown[] = [...(value as unknown[])];
  copy[Number(key)] = bent;
  return copy;
}
