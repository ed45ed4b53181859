/** Prose advisories made to break the readers: bounded time, a clear error, and nothing thrown. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { loadIntel } from "../src/intel/index.js";
import type { IndicatorSet } from "../src/model/indicator.js";
import { pdfFile, pdfOf, toPdf } from "./prose-render.js";

const root = mkdtempSync(join(tmpdir(), "lookback-prose-hostile-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let counter = 0;
async function load(content: string | Uint8Array, format?: string): Promise<IndicatorSet> {
  const dir = join(root, String(counter++));
  mkdirSync(dir);
  writeFileSync(join(dir, "advisory.dat"), content);
  return loadIntel([{ path: join(dir, "advisory.dat"), ...(format === undefined ? {} : { format }) }]);
}

const MEGABYTE = 1024 * 1024;
const repeat = (text: string, length = MEGABYTE): string => text.repeat(Math.ceil(length / text.length));
/** Generous: machines that run tests are slow and shared. Quadratic work would take hours. */
const SECONDS = 20_000;

describe("text", () => {
  test.each([
    ["opening brackets", repeat("[")],
    ["closing brackets", repeat("]")],
    ["empty brackets", repeat("[]")],
    ["nested brackets", "[".repeat(MEGABYTE / 2) + "]".repeat(MEGABYTE / 2)],
    ["parentheses", repeat("(")],
    ["dots in brackets", repeat("[.]")],
    ["one name of many labels", repeat("a[.]")],
    ["one name of many plain labels", repeat("a.")],
    ["schemes", repeat("hxxp://")],
    ["schemes apart by spaces", repeat("hxxp :// ")],
    ["one long URL", `hxxp://${repeat("a/")}`],
    ["a URL of parentheses", `hxxp://evil[.]example/${repeat("(")}`],
    ["a URL of closing parentheses", `hxxp://evil[.]example/${repeat(")")}`],
    ["digits and dots", repeat("1.")],
    ["addresses without gaps", repeat("192.0.2.1.")],
    ["digits", repeat("1")],
    ["hexadecimal", repeat("a1")],
    ["colons", repeat(":")],
    ["at signs", repeat("a@")],
    ["spaces", `x${repeat(" ")}x`],
    ["spaced dots", repeat(" . ")],
    ["the word dot", repeat("a dot ")],
    ["user-agents", repeat("user-agent: ")],
    ["quotes after user-agents", repeat('user-agent: "')],
    ["quote marks", repeat("> ")],
    ["pipes", repeat("| ")],
    ["lines of pipes", repeat("|a|b|\n|---|---|\n")],
    ["hash signs", repeat("#")],
    ["fences", repeat("```\n")],
    ["line ends", repeat("\n")],
    ["cut lines", repeat("hxxp://evil[.]\nexample/a-\nb\n")],
    ["cut digests", repeat("a1b2c3d4e5f6a7b8\n")],
    ["links", repeat("[a](b)")],
    ["half links", repeat("[a](")],
    ["backslashes", repeat("\\")],
    ["private-use characters", repeat("\ue000\ue001\ue002\ue003\ue004")],
    ["full-width dots", repeat("ａ．")],
    ["sentences", repeat("The relay of the group is 192.0.2.1 and it is old. ")],
    ["headings", repeat("# A\n")],
    ["versions", repeat("version 1.2.3.4, ")],
    ["a list of numbers", repeat("1.2.3.4, 5.6.7.8 and ")],
  ])(
    "a megabyte of %s",
    async (_, content) => {
      const before = performance.now();
      const set = await load(content, "prose");
      expect(performance.now() - before).toBeLessThan(SECONDS);
      expect(set.files).toHaveLength(1);
    },
    2 * SECONDS,
  );

  test("a line of 200,000 characters gives what stands in it", async () => {
    const line = `The group ${"used many relays of the region and ".repeat(5700)}evil[.]example was the last.`;
    expect(line.length).toBeGreaterThan(199_000);
    const set = await load(line);
    expect(set.files[0]!.reader).toBe("prose");
    expect(set.indicators.map(({ value }) => value)).toEqual(["evil.example"]);
    expect(set.indicators[0]!.assertions[0]!.context!.length).toBeLessThanOrEqual(300);
  });

  test("a block larger than a megabyte gives what stands at its end", async () => {
    const set = await load(
      `${repeat("The relays are of the group, and they are in homes. ", 3 * MEGABYTE)}Also evil[.]example.`,
    );
    expect(set.indicators.map(({ value }) => value)).toEqual(["evil.example"]);
  });

  test("set-aside names are listed up to a bound, and the rest is counted", async () => {
    const names = Array.from({ length: 2000 }, (_, i) => `Our page of the day is site${i}.example now.`).join("\n");
    const set = await load(`${names}\nThe relay is evil[.]example.`);
    expect(set.rejections).toHaveLength(501);
    expect(set.rejections.at(-1)).toMatchObject({ reason: "1500 more values that are no indicators, not listed" });
  });

  test("no text makes a reader throw", async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ..."hxxp:// [.] (dot) \n \v \f | # > - ` ``` [^1]: [a](b) 192.0.2.1 evil.example @ [at] :: <p> </td> <table> <tr> <td> &amp; user-agent: \ue000 \u00ad a1b2c3d4e5f60718".split(
          " ",
        ),
        " ",
        "\n",
        "\t",
      ),
      fc.string({ unit: "grapheme", maxLength: 6 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 60 }), fc.constantFrom("prose", "html"), async (pieces, format) => {
        const set = await load(pieces.join(""), format);
        expect(set.errors.map(({ code }) => code)).not.toContain("intel-unreadable");
      }),
      { numRuns: 300 },
    );
  }, 60_000);
});

describe("web pages", () => {
  test.each([
    ["div", "<div>"],
    ["b", "<b>"],
    ["table", "<table>"],
    ["cells", "<table><tr><td>"],
    ["lists", "<ul><li>"],
    ["blockquotes", "<blockquote>"],
  ])(
    "100,000 nested elements: %s",
    async (_, open) => {
      const before = performance.now();
      const set = await load(`<html><p>The relay is evil[.]example.</p>${open.repeat(100_000)}192.0.2.1`);
      expect(performance.now() - before).toBeLessThan(SECONDS);
      expect(set.indicators.map(({ value }) => value)).toEqual(["evil.example"]);
      expect(set.errors).toMatchObject([
        { code: "intel-unusable", message: "elements nested more than 2000 deep: read up to there" },
      ]);
    },
    2 * SECONDS,
  );

  test.each([
    ["unclosed tags", repeat("<")],
    ["one tag of attributes", `<html><p ${repeat("a=1 ")}>`],
    ["paragraphs", repeat("<p>")],
    ["closing tags", `<html>${repeat("</div>")}`],
    ["rows", `<table>${repeat("<tr><td>a")}`],
    ["cells", `<table><tr>${repeat("<td>a")}`],
    ["comments", repeat("<!--")],
    ["entities", `<p>${repeat("&amp;")}`],
    ["half entities", `<p>${repeat("&#")}`],
    ["scripts", repeat("<script>")],
    ["links", `<p>${repeat('<a href="hxxp://a">a</a>')}`],
    ["breaks", `<p>${repeat("<br>")}`],
    ["breaks in a cell", `<table><tr><td>${repeat("<br>a")}`],
    ["definitions", `<dl>${repeat("<dt>a<dd>b")}`],
  ])(
    "a megabyte of %s",
    async (_, content) => {
      const before = performance.now();
      const set = await load(content, "html");
      expect(performance.now() - before).toBeLessThan(SECONDS);
      expect(set.files).toHaveLength(1);
    },
    2 * SECONDS,
  );
});

describe("PDF", () => {
  const advisory = toPdf(
    "# Relays of the group\n\nThe relays are evil[.]example and 192.0.2.1.\n\nThey are old.",
    80,
    false,
  );
  const message = async (content: Uint8Array): Promise<string> => (await load(content)).errors[0]?.message ?? "";

  test("the unharmed file is read", async () => {
    expect((await load(advisory)).indicators.map(({ value }) => value)).toEqual(["192.0.2.1", "evil.example"]);
  });

  test("garbage after the header", async () => {
    const garbage = Buffer.from(`%PDF-1.7\n${repeat("\u0001\u00ffendobj<<", 100_000)}`, "latin1");
    expect(await message(garbage)).toMatch(/^no indicator could be understood: a damaged PDF: /);
  });

  test("nothing after the header", async () => {
    expect(await message(Buffer.from("%PDF-"))).toMatch(/a damaged PDF: /);
  });

  test("cut anywhere: what can be read, or an error, and no crash", async () => {
    for (let cut = 20; cut < advisory.length; cut += Math.ceil(advisory.length / 25)) {
      const set = await load(advisory.subarray(0, cut));
      expect(set.indicators.length > 0 || set.errors.length > 0).toBe(true);
      expect(set.errors.map(({ code }) => code)).not.toContain("intel-unreadable");
    }
  }, 60_000);

  test("a password", async () => {
    const key = "00".repeat(32);
    const encrypted = pdfOf(["BT /F1 9 Tf (evil[.]example) Tj ET"], `/Encrypt 6 0 R /ID [<${key}><${key}>] `, [
      `<< /Filter /Standard /V 1 /R 2 /O <${"11".repeat(32)}> /U <${"22".repeat(32)}> /P -4 >>`,
    ]);
    expect(await message(encrypted)).toContain("the PDF is encrypted: save it without its password");
  });

  test("pages without text", async () => {
    expect(await message(pdfOf(["0 0 100 100 re f", "0 0 9 9 re f"]))).toContain("no text in this PDF");
  });

  test("one page without text is said", async () => {
    const set = await load(pdfOf(["BT /F1 9 Tf 60 700 Td (The relay is evil[.]example.) Tj ET", "0 0 9 9 re f"]));
    expect(set.indicators).toHaveLength(1);
    expect(set.rejections).toMatchObject([{ object: "page 2", reason: "no text on this page: images are not read" }]);
  });

  test("more pages than are read", async () => {
    const page = "BT /F1 9 Tf 60 700 Td (The relay is evil[.]example.) Tj ET";
    const set = await load(pdfOf(Array.from({ length: 520 }, () => page)));
    expect(set.indicators).toHaveLength(1);
    expect(set.errors).toMatchObject([{ message: "more than 500 pages: read 500 of 520 pages" }]);
  }, 60_000);

  test("a page tree that leads to itself", async () => {
    const loop = pdfFile(["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 9 /Kids [2 0 R] >>"]);
    const set = await load(loop);
    expect(set.errors).toHaveLength(1);
  }, 60_000);

  test("text that unpacks to far more than any advisory", async () => {
    const packed = deflateSync(
      Buffer.from(`BT /F1 9 Tf ${"(evil[.]example evil[.]example) Tj 1 0 0 1 60 700 Tm ".repeat(700_000)} ET`),
    );
    const bomb = pdfFile([
      "<< /Type /Catalog /Pages 2 0 R >>",
      "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
      "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> >> >>",
      "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>",
      `<< /Length ${packed.length} /Filter /FlateDecode >>\nstream\n${packed.toString("latin1")}\nendstream`,
    ]);
    const before = performance.now();
    const set = await load(bomb);
    expect(performance.now() - before).toBeLessThan(60_000);
    expect(set.errors[0]!.message).toMatch(/read \d+ of 1 pages/);
  }, 120_000);
});
