/**
 * Runs the bundled program, which is CommonJS, with V8's code cache: what `npm run build` had compiled need not be compiled again
 * at each start, in each thread (Node 20 has no `module.enableCompileCache`). A cache of another Node, or none, is passed over.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Script } from "node:vm";

/** Beside the file whose compiled code it holds. */
export const CACHE_SUFFIX = ".cache";

interface Loaded {
  exports: unknown;
}

/**
 * Loads a bundled file, and those that it requires.
 * @param path absolute
 * @param onCompiled told of each file
 * @returns what the file exports
 */
export function loadBundled(path: string, onCompiled?: (path: string, script: Script) => void): unknown {
  const require = createRequire(path);
  const modules = new Map<string, Loaded>();
  const load = (file: string): unknown => {
    const known = modules.get(file);
    if (known) return known.exports;
    const module: Loaded = { exports: {} };
    modules.set(file, module);
    const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, "utf8")}\n})`;
    const cachedData = cacheOf(file);
    const script = new Script(source, {
      filename: file,
      ...(cachedData === undefined ? {} : { cachedData }),
    });
    onCompiled?.(file, script);
    const folder = dirname(file);
    const requires = (name: string): unknown => (name.startsWith("./") ? load(join(folder, name)) : require(name));
    const run = script.runInThisContext() as (...args: unknown[]) => void;
    run.call(module.exports, module.exports, requires, module, file, folder);
    return module.exports;
  };
  return load(path);
}

function cacheOf(file: string): Buffer | undefined {
  try {
    return readFileSync(file + CACHE_SUFFIX);
  } catch {
    return undefined;
  }
}
