/** `npm run picture`: takes the README's pictures of the demo's report with Debian's chromium: light, dark, and as printed. */
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { openBrowser } from "./browser.js";

const REPORT = pathToFileURL(resolve("demo-report/report.html")).href;
/** A4 less margins of 12 mm, in CSS pixels: what the first printed page holds. */
const PAPER = { width: 703, height: 1032 };

mkdirSync("docs", { recursive: true });
const browser = await openBrowser();
try {
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await browser.newPage({ viewport: { width: 1180, height: 2380 }, colorScheme });
    await page.goto(REPORT);
    await page.screenshot({ path: `docs/report-${colorScheme}.png` });
  }
  const page = await browser.newPage({ viewport: PAPER });
  await page.goto(REPORT);
  await page.emulateMedia({ media: "print" });
  await page.screenshot({ path: "docs/report-print.png" });
} finally {
  await browser.close();
}
