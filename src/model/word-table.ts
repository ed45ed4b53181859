/**
 * A table that is looked up with a word from a log or a feed. It has no prototype: `constructor` and `__proto__` are in it only when
 * a row says so.
 */
export function wordTable<T>(rows: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.assign(Object.create(null) as Record<string, T>, rows);
}
