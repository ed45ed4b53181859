/** `npm run picture`: takes the README's pictures of the demo's report with Debian's chromium: light, dark, and as printed. */
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { openBrowser } from "./browser.js";

const REPORT = pathToFileURL(resolve("demo-report/report.html")).href;
/** A4 in CSS pixels, and the margins that the browser leaves when it prints. */
const PAPER = { width: 794, height: 1123 };
const MARGINS = "body { padding: 38px 38px 0 }";

mkdirSync("docs", { recursive: true });
const browser = await openBrowser();
try {
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await browser.newPage({ viewport: { width: 1180, height: 2620 }, colorScheme });
    await page.goto(REPORT);
    await page.screenshot({ path: `docs/report-${colorScheme}.png` });
  }
  const page = await browser.newPage({ viewport: PAPER });
  await page.goto(REPORT);
  await page.emulateMedia({ media: "print" });
  await page.addStyleTag({ content: MARGINS });
  await page.screenshot({ path: "docs/report-print.png" });
} finally {
  await browser.close();
}
