/** A progress line on a terminal: bytes, rate, hits and time left. Silent where there is no terminal. */
import cliProgress from "cli-progress";
import type { WriteStream } from "node:tty";
import { formatBytes, formatCount, formatDuration, plural } from "./text.js";

export interface ProgressState {
  /** Stored bytes read so far. */
  bytes: number;
  hits: number;
  /** Sources finished, and in all, where known. */
  sources?: { done: number; total: number };
  /** All is read, and the files are being hashed. */
  hashing?: { bytes: number; total: number };
}

export interface Progress {
  update(state: ProgressState): void;
  /** Clears the line; may be called more than once. */
  stop(): void;
}

const SILENT: Progress = { update: () => {}, stop: () => {} };
const BAR = 16;

/**
 * `total`: stored bytes to read, 0 when unknown (pipes): then there is no bar and no time left. Writes to `stream` only,
 * which should be standard error, and only when it is a terminal and `enabled`. `now` is the clock, in milliseconds.
 */
export function createProgress(
  stream: NodeJS.WritableStream & Partial<Pick<WriteStream, "isTTY" | "columns">>,
  enabled: boolean,
  total: number,
  now: () => number = Date.now,
): Progress {
  if (!enabled || stream.isTTY !== true) return SILENT;
  const started = now();
  let state: ProgressState = { bytes: 0, hits: 0 };
  // Some pseudo-terminals report a width of 0.
  const bar = new cliProgress.SingleBar({
    stream,
    fps: 8,
    clearOnComplete: true,
    hideCursor: false,
    // Signals are the command's to handle: a bar that takes SIGINT would keep the hunt from writing what it found.
    gracefulExit: false,
    format: () => progressLine(state, total, now() - started, stream.columns || 80),
  });
  bar.start(Math.max(total, 1), 0);
  let running = true;
  return {
    update(next) {
      if (!running) return;
      state = next;
      bar.update(Math.min(next.bytes, Math.max(total, 1)));
    },
    stop() {
      if (!running) return;
      running = false;
      bar.stop();
    },
  };
}

/** The text of the line, at most `columns - 1` wide so that no terminal wraps it. */
export function progressLine(state: ProgressState, total: number, elapsedMs: number, columns: number): string {
  if (state.hashing !== undefined) {
    const { bytes, total: all } = state.hashing;
    const text = `hashing what was read: ${formatBytes(bytes)} of ${formatBytes(all)}  ${plural(state.hits, "hit")}`;
    return text.slice(0, Math.max(0, columns - 1));
  }
  const seconds = elapsedMs / 1000;
  const rate = seconds > 0 ? state.bytes / seconds : 0;
  const hits = plural(state.hits, "hit");
  const parts = [];
  if (total > 0) {
    const done = Math.min(1, state.bytes / total);
    const filled = Math.round(done * BAR);
    parts.push(`${"█".repeat(filled)}${"░".repeat(BAR - filled)} ${String(Math.floor(done * 100)).padStart(3)} %`);
    parts.push(`${formatBytes(state.bytes)} of ${formatBytes(total)}`);
  } else parts.push(`${formatBytes(state.bytes)} read`);
  if (elapsedMs >= 500) parts.push(`${formatBytes(rate)}/s`);
  parts.push(hits);
  // The first seconds' rate says little of the rest.
  if (total > state.bytes && rate > 0 && elapsedMs >= 1500)
    parts.push(`${formatDuration(((total - state.bytes) / rate) * 1000)} left`);
  if (state.sources) parts.push(`${formatCount(state.sources.done)}/${formatCount(state.sources.total)} sources`);
  // The least important parts give way on a narrow terminal.
  while (parts.length > 1 && parts.join("  ").length >= columns)
    parts.splice(parts.length > 2 ? parts.length - 1 : 0, 1);
  return parts.join("  ").slice(0, Math.max(0, columns - 1));
}
