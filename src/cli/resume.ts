/** `hunt --resume DIR`: the command line of a hunt that was broken off, and when it began. */
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join, relative, resolve } from "node:path";

import { LookbackError } from "../model/errors.js";
import { flag, type FlagName } from "./flags.js";
import { runCommandLine, type FlagValues } from "./parser.js";
import { usage } from "./usage.js";
import { VERSION } from "./version.js";

/** What may be said anew: none of it changes what the hunt comes to. */
const ANEW: readonly FlagName[] = ["resume", "workers", "quiet", "json", "failOn"];

/** What the manifest of a hunt says while it runs. */
export interface Underway {
  arguments: string[];
  working_folder: string;
  started: string;
  /** Whose process runs it. */
  process?: { pid: number; host: string };
  resumed?: unknown[];
}

export interface ResumedHunt {
  operands: string[];
  flags: FlagValues;
  underway: Underway;
}

export function thisProcess(): NonNullable<Underway["process"]> {
  return { pid: process.pid, host: hostname() };
}

/**
 * Goes to the folder that the hunt ran in, since its paths are relative to that.
 * @returns undefined when the hunt in DIR had come to its end
 * Throws LookbackError `usage` or `resume-refused`.
 */
export async function resumedHunt(operands: readonly string[], given: FlagValues): Promise<ResumedHunt | undefined> {
  const more = (Object.keys(given) as FlagName[]).filter((name) => !ANEW.includes(name));
  if (operands.length > 0 || more.length > 0)
    throw usage(
      `--resume goes on with the hunt as it was given; besides it only ${ANEW.slice(1)
        .map((name) => `--${flag(name).long}`)
        .join(", ")} may be said`,
    );
  const folder = given.resume as string;
  const underway = readUnderway(join(folder, "manifest.json"));
  if (underway === undefined) return undefined;
  const { process: runner } = underway;
  if (runner && runner.host === hostname() && runner.pid !== process.pid && isAlive(runner.pid))
    throw new LookbackError("resume-refused", `the hunt in ${folder} is still running, as process ${runner.pid}`);

  const path = resolve(folder);
  try {
    process.chdir(underway.working_folder);
  } catch {
    throw new LookbackError("resume-refused", `the folder that the hunt ran in is gone: ${underway.working_folder}`);
  }
  let parsed: Pick<ResumedHunt, "operands" | "flags"> | undefined;
  await runCommandLine(underway.arguments, VERSION, {
    hunt: (logs, flags) => {
      parsed = { operands: logs, flags };
      return Promise.resolve(0);
    },
  });
  if (!parsed) throw new LookbackError("resume-refused", `${folder} holds no hunt's command line`);
  const { output } = parsed.flags;
  const flags = { ...parsed.flags, ...given };
  // Where the folder was moved, it is still the output.
  if (typeof output !== "string" || resolve(output) !== path) flags.output = relative("", path) || ".";
  return { operands: parsed.operands, flags, underway };
}

function readUnderway(path: string): Underway | undefined {
  let manifest: Partial<Record<keyof Underway | "interrupted", unknown>>;
  try {
    manifest = JSON.parse(readFileSync(path, "utf8")) as typeof manifest;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new LookbackError("resume-refused", `there is no hunt to go on with: ${path}: ${why}`);
  }
  const { arguments: words, working_folder: folder, started, process: runner, resumed, interrupted } = manifest;
  if (interrupted !== true) return undefined;
  if (!Array.isArray(words) || !words.every((word) => typeof word === "string") || typeof folder !== "string")
    throw new LookbackError("resume-refused", `${path} does not say how the hunt was started`);
  const { pid, host } = (runner ?? {}) as Partial<NonNullable<Underway["process"]>>;
  return {
    arguments: words,
    working_folder: folder,
    started: typeof started === "string" ? started : new Date(0).toISOString(),
    ...(typeof pid === "number" && typeof host === "string" ? { process: { pid, host } } : {}),
    ...(Array.isArray(resumed) ? { resumed } : {}),
  };
}

function isAlive(pid: number): boolean {
  try {
    // Signal 0 only asks.
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
