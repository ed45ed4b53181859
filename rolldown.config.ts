/** The program in few files: reading sixty modules takes longer than searching a small log. Made from tsc's output. */
import { defineConfig } from "rolldown";

export default defineConfig({
  input: { main: "dist/src/cli/main.js", "hunt-worker": "dist/src/cli/hunt-worker.js" },
  platform: "node",
  // Loaded when a report is written, a named time zone is asked for, or an intel file of their kind is read, which most starts do not.
  external: [/^echarts/, "luxon", "jsonc-parser", "unpdf", "undici"],
  // Names are kept: a stack must say where it was.
  output: {
    dir: "dist/lookback",
    format: "esm",
    cleanDir: true,
    minify: { compress: false, mangle: false, codegen: true },
  },
  logLevel: "warn",
});
