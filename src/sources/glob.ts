/** Expands a glob. tinyglobby matches; what it sees of the file system is decided here, so that nothing is passed over silently. */
import { readdirSync, statSync, type Dirent } from "node:fs";
import { relative } from "node:path";
import { globSync, type FileSystemAdapter } from "tinyglobby";
import type { SourceError } from "../model/coverage.js";
import type { WalkProblem } from "./source.js";
import { errnoOf, systemError } from "./system-error.js";

/** Paths that match, files and folders, in no order; and folders that could not be looked into. */
export function expandGlob(pattern: string): { paths: string[]; problems: WalkProblem[] } {
  const problems: WalkProblem[] = [];
  const absolute = pattern.startsWith("/");
  const report = (path: string, error: SourceError): void => {
    // tinyglobby looks from the working folder, whatever the pattern is relative to.
    const shown = absolute ? path : relative(process.cwd(), path);
    problems.push({ path: withoutSlash(shown === "" ? "." : shown), error });
  };
  let matches: string[] = [];
  try {
    matches = globSync(pattern, {
      dot: true,
      onlyFiles: false,
      expandDirectories: false,
      absolute,
      fs: followingFs(pattern.includes("**"), report),
    });
  } catch (error) {
    problems.push({ path: pattern, error: systemError(error) });
  }
  return { paths: [...new Set(matches.map(withoutSlash))], problems };
}

function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

/**
 * A readdir that shows links as what they lead to, everything that is no folder as a file (the walk then says what it
 * is), and reports folders that cannot be read. tinyglobby by itself drops all of these. Without `**` the pattern bounds
 * the depth; with it, a folder is shown once, so that loops of links end.
 */
function followingFs(once: boolean, report: (path: string, error: SourceError) => void): FileSystemAdapter {
  const shown = new Map<string, string>();
  return {
    readdirSync: new Proxy(readdirSync, {
      apply(target, self, args: unknown[]): unknown {
        const path = String(args[0]);
        let entries: unknown;
        try {
          entries = Reflect.apply(target, self, args);
        } catch (error) {
          const errno = errnoOf(error);
          if (errno !== "ENOENT" && errno !== "ENOTDIR") report(path, systemError(error));
          return [];
        }
        const before = once ? shownBefore(path, shown) : undefined;
        if (before !== undefined) {
          report(path, { code: "symlink-loop", message: `already walked as ${withoutSlash(before)}` });
          return [];
        }
        if (!Array.isArray(entries)) return entries;
        return entries
          .map((entry: Dirent) => resolved(path, entry))
          .sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
      },
    }),
  };
}

function shownBefore(path: string, shown: Map<string, string>): string | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    const key = `${dev}:${ino}`;
    const before = shown.get(key);
    if (before === undefined) shown.set(key, path);
    return before;
  } catch {
    return undefined;
  }
}

/** What tinyglobby asks of a directory entry. */
function resolved(
  folder: string,
  entry: Dirent,
): { name: string } & Record<"isFile" | "isDirectory" | "isSymbolicLink", () => boolean> {
  let directory = entry.isDirectory();
  if (entry.isSymbolicLink()) {
    try {
      directory = statSync(`${folder}/${entry.name}`).isDirectory();
    } catch {
      directory = false;
    }
  }
  return { name: entry.name, isFile: () => !directory, isDirectory: () => directory, isSymbolicLink: () => false };
}
