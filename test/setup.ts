/**
 * What the tests run and what they run it with, once, before any test: the kernel and the program (LOOKBACK_BUILT=1: `dist/` and `build/`
 * are up to date), and the browser that looks at the report.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";

import { CHROMIUM } from "../scripts/browser.js";

export default function setup(): void {
  provideChromium();
  if (process.env["LOOKBACK_BUILT"] === "1") return;
  execFileSync("npm", ["run", "--silent", "build"], { stdio: ["ignore", "inherit", "inherit"] });
}

/** Debian's, since the npm packages that carry a browser fetch it at install. Throws where it is not there and cannot be put there. */
function provideChromium(): void {
  if (existsSync(CHROMIUM)) return;
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    for (const args of [["update"], ["install", "--yes", "--no-install-recommends", "chromium", "fonts-dejavu-core"]])
      execFileSync("apt-get", args, { stdio: ["ignore", "inherit", "inherit"], env });
  }
  if (!existsSync(CHROMIUM))
    throw new Error(
      `the tests look at the report in a browser, and there is none at ${CHROMIUM}: apt-get install chromium, as root`,
    );
}
