/** Builds what the tests run: the kernel and the program, once, before any test. LOOKBACK_BUILT=1: `dist/` and `build/` are up to date. */
import { execFileSync } from "node:child_process";

export default function setup(): void {
  if (process.env["LOOKBACK_BUILT"] === "1") return;
  execFileSync("npm", ["run", "--silent", "build"], { stdio: ["ignore", "inherit", "inherit"] });
}
