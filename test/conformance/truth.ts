/** What a corpus says of one of its lines. */
export interface Statement {
  corpus: string;
  /** Folder, or data stream, that results are reported by. */
  group: string;
  file: string;
  /** From 1. */
  line: number;
  text: string;
  /** First line of the file and every line, for formats with headers. */
  lines: readonly string[];
  kind: "source" | "destination" | "time";
  /** Canonical address, or epoch milliseconds. */
  value: string | number;
  /** `--timezone` that the corpus was read with. */
  timezone?: string;
}
