/** The report in a real browser, Debian's chromium: what it shows, to whom, and that it is left alone by what logs say. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { extractText, getDocumentProxy } from "unpdf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { openBrowser } from "../scripts/browser.js";
import { LEVELS, VERDICTS } from "../src/model/sighting.js";
import { renderHtml } from "../src/report/html.js";
import { CONTRASTS } from "./browser-contrast.js";
import { emptyReport, makeFinding, sampleReport } from "./report-sample.js";

const ESC = String.fromCharCode(27);
const RELAY = "95.143.219.230";
const folder = mkdtempSync(join(tmpdir(), "lookback-browser-"));
let browser: Browser;
/** Names of the pages in `folder`. */
const SAMPLE = "sample.html";
const EMPTY = "empty.html";
const HOSTILE = "hostile/out/report.html";

const sample = (() => {
  const report = sampleReport();
  const own = makeFinding(
    {
      verdict: "own-asset",
      name: "198.51.100.9",
      asset: "198.51.100.9",
      count: 1,
      from: "2021-05-05",
      to: "2021-05-05",
      reasons: ["it lies in 198.51.100.0/26"],
      lines: [["p", 1, "the line of the own asset"]],
    },
    90,
  );
  return { ...report, findings: [...report.findings, own] };
})();

beforeAll(async () => {
  browser = await openBrowser();
  writeFileSync(join(folder, SAMPLE), await renderHtml(sample));
  writeFileSync(join(folder, EMPTY), await renderHtml(emptyReport()));
  huntHostileLogs(join(folder, "hostile"));
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

const MARKUP = "<script>window.broken=1</script><img src=x onerror=window.broken=2><svg/onload=window.broken=3>";
const SEQUENCES = `${ESC}[31mred${ESC}]8;;https://evil.example/${ESC}\\link`;
const REORDER = "\u202e\u2066\u200fgnp.exe";

/** A real hunt over what an adversary writes into logs: markup, control sequences, marks that turn the text around, 100 KB in a line. */
function huntHostileLogs(at: string): void {
  mkdirSync(join(at, "logs"), { recursive: true });
  writeFileSync(join(at, "list.csv"), `ip,label\n${RELAY},"</td><b>label</b>"\n105.154.12.165,x\n`);
  const request = (address: string, path: string, agent: string): string =>
    `${address} - - [04/Mar/2021:05:06:07 +0000] "GET ${path} HTTP/1.1" 200 512 "-" "${agent}"\n`;
  writeFileSync(
    join(at, "logs", "access.log"),
    request(RELAY, `/${MARKUP}`, MARKUP) + request(RELAY, "/x", SEQUENCES + REORDER),
  );
  writeFileSync(
    join(at, "logs", "<img src=x onerror=window.broken=4>.log"),
    request("105.154.12.165", "/", `${"A".repeat(100_000)}${MARKUP}`),
  );
  writeFileSync(join(at, "logs", "long.log"), `${"<i>".repeat(33_000)} ${RELAY} ${MARKUP} ${"<i>".repeat(33_000)}\n`);
  const done = spawnSync(
    process.execPath,
    [resolve("bin/lookback"), "hunt", "-q", "-i", "list.csv", "-o", "out", "logs"],
    { cwd: at, encoding: "utf8" },
  );
  expect([done.status, done.stderr]).toEqual([0, ""]);
}

interface Opened {
  page: Page;
  /** What was asked for besides the file, and what the console said. */
  heard: string[];
}

async function open(name: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const url = pathToFileURL(join(folder, name)).href;
  const context = await browser.newContext({ viewport: { width: 1180, height: 900 }, ...options });
  const heard: string[] = [];
  await context.route("**/*", (route) => {
    if (route.request().url() === url) return route.continue();
    heard.push(`request ${route.request().url()}`);
    return route.abort();
  });
  const page = await context.newPage();
  page.on("request", (request) => request.url() === url || heard.push(`request ${request.url()}`));
  page.on("console", (message) => heard.push(`console ${message.text()}`));
  page.on("pageerror", (error) => heard.push(`error ${error.message}`));
  page.on("dialog", (dialog) => heard.push(`dialog ${dialog.message()}`));
  await page.goto(url);
  return { page, heard };
}

const shownIds = (page: Page): Promise<string[]> =>
  page.evaluate(
    "[...document.querySelectorAll('tbody.finding')].filter((r) => r.checkVisibility()).map((r) => r.id.slice(2))",
  );
const idsOf = (keep: (f: (typeof sample.findings)[number]) => boolean): string[] =>
  sample.findings
    .filter(keep)
    .map(({ id }) => id)
    .sort();
const status = (page: Page): Promise<string | null> => page.locator("[role=status]").textContent();
/** Blanks and line ends fall where a page ends a line. */
const dense = (text: string): string => text.replaceAll(/\s/g, "");

async function printed(page: Page): Promise<string> {
  const pdf = await getDocumentProxy(new Uint8Array(await page.pdf({ format: "A4" })));
  return dense((await extractText(pdf, { mergePages: true })).text);
}

describe("the filters", () => {
  it("narrow the list by verdict, level and words, and say what is shown", async () => {
    const { page, heard } = await open(SAMPLE);
    expect(await shownIds(page)).toHaveLength(sample.findings.length);
    expect(await status(page)).toBe("");
    await page.getByRole("checkbox", { name: /^callout \d/ }).check();
    expect((await shownIds(page)).sort()).toEqual(idsOf((f) => f.verdict === "callout"));
    expect(await status(page)).toBe(`2 of ${sample.findings.length} findings shown: verdict callout.`);
    await page.getByRole("checkbox", { name: /^probe \d/ }).check();
    expect((await shownIds(page)).sort()).toEqual(idsOf((f) => ["callout", "probe"].includes(f.verdict)));
    await page.getByRole("checkbox", { name: /^critical/ }).check();
    expect((await shownIds(page)).sort()).toEqual(idsOf((f) => f.verdict === "callout"));
    await page.getByRole("searchbox", { name: "Indicator, own machine, label or log text" }).fill("PRINT-07 apt31");
    expect((await shownIds(page)).sort()).toEqual(
      idsOf((f) => f.verdict === "callout" && f.asset.startsWith("print-07")),
    );
    expect(await status(page)).toBe(
      `1 of ${sample.findings.length} findings shown: text “print-07 apt31”; verdict callout, probe; level critical.`,
    );
    await page.getByRole("button", { name: "Show all" }).click();
    expect(await status(page)).toBe("");
    expect(await shownIds(page)).toHaveLength(sample.findings.length);
    expect(heard).toEqual([]);
  });

  it("have a box for every verdict and level that occurs, each with its number", async () => {
    const { page } = await open(SAMPLE);
    for (const [name, values, of] of [
      ["Verdict", VERDICTS, "verdict"],
      ["Level", LEVELS, "level"],
    ] as const) {
      const group = page.getByRole("group", { name, exact: true });
      const labels = await group.locator("label").allInnerTexts();
      expect(labels.map((label) => label.trim())).toEqual(
        values.map((value) => `${value} ${sample.findings.filter((f) => f[of] === value).length}`),
      );
    }
  });

  it("work from the keyboard alone", async () => {
    const { page } = await open(SAMPLE);
    const focused = (): Promise<string> =>
      page.evaluate("document.activeElement.id || document.activeElement.value || document.activeElement.textContent");
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Skip to the answer");
    await page.keyboard.press("Enter");
    expect(await focused()).toBe("main");
    const tabTo = async (name: string): Promise<void> => {
      for (let i = 0; i < 60 && (await focused()) !== name; i++) await page.keyboard.press("Tab");
      expect(await focused()).toBe(name);
      expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).not.toBe("none");
    };
    await tabTo("filter-text");
    await page.keyboard.type("203.0.113.77");
    expect((await shownIds(page)).sort()).toEqual(idsOf((f) => f.indicator.name === "203.0.113.77"));
    await tabTo("show-all");
    await page.keyboard.press("Enter");
    expect(await status(page)).toBe("");
    await tabTo("contact");
    await page.keyboard.press("Space");
    expect((await shownIds(page)).sort()).toEqual(idsOf((f) => f.verdict === "contact"));
    await page.locator("#open-all").focus();
    await page.keyboard.press("Space");
    expect(await page.locator("tbody.finding details[open]").count()).toBe(2);
  });

  it("say that findings outside the page were not looked at", async () => {
    const [one] = sample.findings;
    const findings = Array.from({ length: 1200 }, (_, i) => ({ ...one!, id: `id${i}`, asset: `host-${i}` }));
    writeFileSync(join(folder, "many.html"), await renderHtml({ ...sample, findings }));
    const { page } = await open("many.html");
    await page.locator("#filter-text").fill("host-1199");
    expect(await shownIds(page)).toEqual(["id1199"]);
    await page.locator("#filter-text").fill("host-500");
    expect(await status(page)).toMatch(
      /of 1,000 findings shown: text “host-500”\. 200 more are in findings\.jsonl only, and were not looked at\.$/,
    );
  });

  it("give way to a link from the picture's words to a finding that they hide", async () => {
    const { page } = await open(SAMPLE);
    await page.getByRole("checkbox", { name: /^mention/ }).check();
    await page.getByText("The same in words").click();
    const link = page.locator(".words a").first();
    const id = (await link.getAttribute("href"))!.slice(3);
    expect(await shownIds(page)).not.toContain(id);
    await link.click();
    await expect.poll(() => shownIds(page)).toContain(id);
    expect(await shownIds(page)).toHaveLength(sample.findings.length);
    expect(await page.locator(`#f-${id} details`).getAttribute("open")).toBe("");
  });

  it("take a link that leads nowhere for none", async () => {
    const { page, heard } = await open(SAMPLE);
    await page.evaluate("location.hash = '#%'");
    await page.reload();
    expect(await page.locator("form").isVisible()).toBe(true);
    expect(await page.locator("details[open]").count()).toBe(0);
    expect(heard.filter((one) => !one.startsWith("request file:"))).toEqual([]);
  });

  it("are absent without scripts, where everything is shown", async () => {
    const { page, heard } = await open(SAMPLE, { javaScriptEnabled: false });
    expect(await page.locator("form").isVisible()).toBe(false);
    expect(await page.locator("tbody.finding").count()).toBe(sample.findings.length);
    for (const row of await page.locator("tbody.finding").all()) expect(await row.isVisible()).toBe(true);
    const evidence = page.locator("tbody.finding pre").first();
    expect(await evidence.isVisible()).toBe(false);
    await page.locator("tbody.finding summary").first().click();
    expect(await evidence.isVisible()).toBe(true);
    const pdf = await printed(page);
    for (const f of sample.findings) for (const e of f.evidence) expect(pdf).toContain(dense(e.original));
    expect(heard).toEqual([]);
  });
});

describe("what an adversary wrote into the logs", () => {
  it("stays text, loads nothing and runs nothing", async () => {
    const { page, heard } = await open(HOSTILE);
    await page.locator("#open-all").click();
    expect(await shownIds(page)).toHaveLength(3);
    const text = await page.evaluate<string>("document.body.innerText");
    expect(text).toContain(MARKUP);
    expect(text).toContain("\\u{1b}[31mred\\u{1b}]8;;https://evil.example/\\u{1b}\\link");
    expect(text).toContain("\\u{202e}\\u{2066}\\u{200f}gnp.exe");
    expect(text).toContain("<img src=x onerror=window.broken=4>.log");
    expect(text).toContain("</td><b>label</b>");
    expect(await page.evaluate("window.broken")).toBeUndefined();
    // Marks that reorder stand nowhere, titles and attributes included.
    expect((await page.content()).replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    expect(
      await page.evaluate(
        "[...document.querySelectorAll('script, img, i:not(.legend i), b:not(.ladder b), iframe, object, link, [onload], [onerror]')].map((e) => e.localName)",
      ),
    ).toEqual(["script"]);
    expect(heard).toEqual([]);
  });

  it("of 100 KB neither stretches the page nor hides what was found", async () => {
    for (const width of [1180, 360]) {
      const { page } = await open(HOSTILE, { viewport: { width, height: 800 } });
      await page.locator("#open-all").click();
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
      const lines = await page.locator("pre").allInnerTexts();
      expect(lines.some((line) => line.includes("A".repeat(1000)) && line.includes("105.154.12.165"))).toBe(true);
      expect(lines.some((line) => line.includes("<i><i>") && line.includes(RELAY))).toBe(true);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(5000);
    }
  });

  it("is printed as text too", async () => {
    const { page, heard } = await open(HOSTILE);
    expect(await printed(page)).toContain(dense(MARKUP));
    expect(heard).toEqual([]);
  });
});

describe("the page", () => {
  it.each([
    ["light", "screen"],
    ["dark", "screen"],
    ["dark", "print"],
  ] as const)(
    "can be read: texts have a contrast of 4.5, the picture's lines one of 3 (%s, %s)",
    async (colorScheme, media) => {
      const measured: [string, number][] = [];
      for (const name of [SAMPLE, EMPTY]) {
        const { page } = await open(name, { colorScheme });
        await page.emulateMedia({ media, colorScheme });
        await page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true })");
        measured.push(...(await page.evaluate<[string, number][]>(CONTRASTS)));
      }
      const names = measured.map(([name]) => name);
      for (const verdict of VERDICTS) expect(names).toContain(`path.v-${verdict}`);
      for (const level of LEVELS) expect(names).toContain(`span.chip tone-${level}`);
      expect(names).toEqual(expect.arrayContaining(["text.t-text f", "span.level", "h1.card answer tone-good"]));
      expect(measured.filter(([name, ratio]) => ratio < (name.startsWith("path") ? 3 : 4.5))).toEqual([]);
    },
  );

  it("prints all that it shows, opened, and closes it again", async () => {
    const { page, heard } = await open(SAMPLE);
    const pdf = await printed(page);
    for (const { indicator, asset, evidence } of sample.findings)
      for (const text of [indicator.name, asset, ...evidence.map((e) => e.original)])
        expect(pdf).toContain(dense(text));
    expect(pdf).toContain(dense(sample.intel.hash));
    expect(pdf).not.toContain(dense("Show all"));
    expect(await page.locator("details[open]").count()).toBe(0);
    expect(heard).toEqual([]);
  });

  it("fits the paper, and a phone", async () => {
    for (const [media, width] of [
      ["print", 718],
      ["screen", 360],
    ] as const)
      for (const name of [SAMPLE, HOSTILE]) {
        const { page } = await open(name, { viewport: { width, height: 1000 } });
        await page.emulateMedia({ media });
        await page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true })");
        // Wide tables scroll by themselves on a screen, and have no bars on paper.
        const wide = await page.evaluate(
          `[...document.querySelectorAll("${media === "print" ? "body *" : "main > *"}")]
            .filter((e) => e.checkVisibility() && !e.closest("svg, .hidden, .skip") && e.getBoundingClientRect().right > ${width + 1})
            .map((e) => e.localName + "." + e.className)`,
        );
        expect(wide, `${media} ${name}`).toEqual([]);
      }
  });

  it("prints what a filter leaves, and that it is not all", async () => {
    const { page } = await open(SAMPLE);
    await page.getByRole("checkbox", { name: /^mention/ }).check();
    const pdf = await printed(page);
    expect(pdf).toContain(dense(`2 of ${sample.findings.length} findings shown: verdict mention.`));
    for (const f of sample.findings)
      for (const e of f.evidence) expect(pdf.includes(dense(e.original)), f.verdict).toBe(f.verdict === "mention");
  });

  it("names its pictures and groups for those who do not see them", async () => {
    const { page } = await open(SAMPLE);
    const names = await page.evaluate(
      "[...document.querySelectorAll('svg')].map((e) => [e.getAttribute('role'), e.getAttribute('aria-label')].join(': '))",
    );
    expect(names).toEqual([
      expect.stringMatching(/^img: Sightings by day, /),
      expect.stringMatching(/^img: Who touched whom: \d+ findings between /),
      expect.stringMatching(/^img: Days with lines, /),
    ]);
    expect(await page.getByRole("navigation", { name: "On this page" }).getByRole("link").allInnerTexts()).toEqual([
      "When",
      "Who touched whom",
      "Findings",
      "Could it be chance?",
      "What there was to search",
      "What was read",
      "How to read this, and how it was made",
    ]);
    const broken = await page.evaluate(
      "[...document.querySelectorAll('a[href]')].map((a) => a.getAttribute('href')).filter((h) => !h.startsWith('#') || !document.getElementById(h.slice(1)))",
    );
    expect(broken).toEqual([]);
    const unlabelled = await page.evaluate(
      "[...document.querySelectorAll('input, table')].filter((e) => e.localName === 'table' ? !e.caption : e.labels.length === 0).map((e) => e.outerHTML)",
    );
    expect(unlabelled).toEqual([]);
  });
});
