/** The only registry of error codes: code → what it means and whether data was left unread because of it. */
export const ERRORS = {
  "not-found": { means: "no such file or folder", loses: true },
  "no-permission": { means: "may not be read", loses: true },
  "read-failed": { means: "reading stopped with a system error", loses: true },
  "not-readable": { means: "named, but neither a file, a folder nor a pipe, so not read", loses: true },
  "not-a-log": { means: "a socket, device or pipe found in a folder: skipped", loses: false },
  "not-searched": { means: "an intel file or the hunt's own output: no log, skipped", loses: false },
  "symlink-loop": { means: "a link back to a folder already walked: skipped", loses: false },
  "broken-link": { means: "a link to nothing: skipped", loses: false },
  empty: { means: "no bytes", loses: false },
  "gzip-truncated": { means: "the gzip stream ends early", loses: true },
  "gzip-corrupt": { means: "the gzip stream is damaged", loses: true },
  "gzip-crc": { means: "a gzip member's CRC-32 does not match its contents", loses: true },
  "gzip-size": { means: "a gzip member's length field does not match its contents", loses: true },
  "gzip-trailing": { means: "bytes that are no gzip member follow the last one: not read", loses: true },
  "decompress-truncated": { means: "the compressed stream ends early", loses: true },
  "decompress-corrupt": { means: "the compressed stream is damaged", loses: true },
  "decompress-checksum": { means: "what was decompressed does not match its checksum", loses: true },
  "decompress-trailing": { means: "bytes of another kind follow the compressed stream: not read", loses: true },
  "archive-truncated": { means: "the archive ends early", loses: true },
  "archive-corrupt": { means: "the archive is damaged", loses: true },
  "archive-encrypted": { means: "a member of the archive is encrypted: not read", loses: true },
  "nesting-limit": { means: "compression or archives within one another deeper than the limit: not read", loses: true },
  "member-limit": { means: "the archive holds more members than the limit: the rest was not read", loses: true },
  "expansion-limit": { means: "decompression passed the limit and was stopped", loses: true },
  "unsupported-container": { means: "a compression or archive kind that is not read yet", loses: true },
  "file-changed": { means: "the file shrank while it was read", loses: true },
  "not-hashed": {
    means: "the file changed or went away between its reading and its hashing: no SHA-256 is given",
    loses: false,
  },
  "long-line": { means: "a line longer than the parse limit: searched in full, parsed around the hit", loses: false },
  "worker-failed": { means: "a worker ended unexpectedly", loses: true },
  interrupted: { means: "stopped before the end", loses: true },
  "intel-unreadable": { means: "an intel file could not be read", loses: true },
  "intel-unusable": { means: "no indicator could be understood", loses: true },
  config: { means: "lookback.yaml could not be read, or a value in it is not right", loses: true },
  usage: { means: "the command line is not right", loses: true },
  "output-exists": { means: "the output folder holds a finished hunt", loses: true },
  "output-unreadable": { means: "the folder holds no finished hunt, or a file in it cannot be read", loses: true },
  "resume-refused": { means: "the hunt is not the one that was broken off", loses: true },
  "output-failed": { means: "the output could not be written", loses: true },
} as const;

export type ErrorCode = keyof typeof ERRORS;

/** An error told to the user as it is: one line, no stack. */
export class LookbackError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
    this.name = "LookbackError";
  }
}

/** Does what writes to the output. Throws LookbackError `output-failed`, naming the path, for what the system refuses. */
export function orOutputFailed<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof LookbackError) throw error;
    throw new LookbackError("output-failed", `${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
