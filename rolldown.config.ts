/**
 * The program in few files: reading sixty modules takes longer than searching a small log. Made from tsc's output. CommonJS, of which
 * compiled code can be kept (`src/cli/code-cache.ts`), and two entries that load it.
 */
import { defineConfig } from "rolldown";

const output = {
  dir: "dist/lookback",
  // Names are kept: a stack must say where it was.
  minify: { compress: false, mangle: false, codegen: true },
} as const;

export default defineConfig([
  {
    input: { program: "dist/src/cli/main.js", thread: "dist/src/cli/hunt-worker.js" },
    platform: "node",
    // Loaded when a named time zone is asked for, or an intel file of their kind is read, which most starts do not.
    external: ["luxon", "jsonc-parser", "unpdf", "undici"],
    output: {
      ...output,
      format: "cjs",
      cleanDir: true,
      entryFileNames: "[name].cjs",
      chunkFileNames: "[name]-[hash].cjs",
    },
    logLevel: "warn",
  },
  {
    input: {
      main: "dist/src/cli/start.js",
      "hunt-worker": "dist/src/cli/start-worker.js",
      "decode-worker": "dist/src/cli/decode-worker.js",
    },
    platform: "node",
    output: { ...output, format: "esm" },
    logLevel: "warn",
  },
]);
