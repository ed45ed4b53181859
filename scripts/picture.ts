/** `npm run picture`: takes the README's picture of the demo's report with Debian's chromium. */
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { chromium } from "playwright-core";

const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

mkdirSync("docs", { recursive: true });
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: QUIET });
try {
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await browser.newPage({ viewport: { width: 1180, height: 1560 }, colorScheme });
    await page.goto(pathToFileURL(resolve("demo-report/report.html")).href);
    await page.locator("details").first().locator("summary").click();
    await page.evaluate("window.scrollTo(0, 0)");
    await page.screenshot({ path: `docs/report-${colorScheme}.png` });
  }
} finally {
  await browser.close();
}
