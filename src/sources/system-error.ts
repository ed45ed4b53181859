/** System errors (errno) to the project's error codes. */
import type { SourceError } from "../model/coverage.js";
import type { ErrorCode } from "../model/errors.js";
import { wordTable } from "../model/word-table.js";

const CODES: Readonly<Record<string, ErrorCode>> = wordTable({
  ENOENT: "not-found",
  ENOTDIR: "not-found",
  EACCES: "no-permission",
  EPERM: "no-permission",
  ENXIO: "not-readable",
  EISDIR: "not-readable",
});

/** `ENOENT`, `EIO` …; undefined when the thing thrown is no system error. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** The error as coverage reports it; `offset` in stored bytes where reading stopped. */
export function systemError(error: unknown, offset?: number): SourceError {
  const errno = errnoOf(error);
  const code = (errno !== undefined && CODES[errno]) || "read-failed";
  const message = error instanceof Error ? error.message : String(error);
  return offset === undefined ? { code, message } : { code, message, offset };
}
