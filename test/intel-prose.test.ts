/** Prose advisories: what is an indicator in running text, and what is not. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { describeSet, loadIntel } from "../src/intel/index.js";
import type { IndicatorSet } from "../src/model/indicator.js";

import { pdfOf, toHtml, toPdf } from "./prose-render.js";
import { file, given } from "./prose-support.js";

const FIXTURES = "test/fixtures/prose";

interface Expected {
  indicators: Record<string, string[]>;
  setAside: Record<string, string>;
  rejected: Record<string, string>;
}

function expected(name: string): Expected {
  return JSON.parse(readFileSync(join(FIXTURES, `${name}.json`), "utf8")) as Expected;
}

/** In the form of the expectations. */
function found(set: IndicatorSet): Expected {
  const indicators: Record<string, string[]> = {};
  for (const { type, value } of set.indicators) (indicators[type] ??= []).push(value);
  const left = (setAside: boolean): Record<string, string> =>
    Object.fromEntries(
      set.rejections.filter((r) => (r.setAside ?? false) === setAside).map(({ text, reason }) => [text, reason]),
    );
  return { indicators, setAside: left(true), rejected: left(false) };
}

function sorted({ indicators, setAside, rejected }: Expected): Expected {
  return {
    indicators: Object.fromEntries(Object.entries(indicators).map(([type, values]) => [type, [...values].sort()])),
    setAside,
    rejected,
  };
}

describe("fixtures in the manner of real advisories", () => {
  test.each([
    ["alert.md", "prose"],
    ["avis.txt", "prose"],
    ["warnung.txt", "prose"],
    ["blog.html", "html"],
  ])("%s gives exactly its indicators, and says what it leaves out", async (name, reader) => {
    const set = await loadIntel([join(FIXTURES, name)]);
    expect(set.errors).toEqual([]);
    expect(set.files[0]).toMatchObject({ reader });
    expect(sorted(found(set))).toEqual(sorted(expected(name.replace(/\.\w+$/, ""))));
  });

  const markdown = readFileSync(join(FIXTURES, "alert.md"), "utf8");
  const alert = expected("alert");

  test("alert.md as a web page gives the same", async () => {
    const set = await loadIntel([file(toHtml(markdown, "Relay operators"))]);
    expect(set.files[0]).toMatchObject({ reader: "html" });
    expect(sorted(found(set))).toEqual(sorted(alert));
  });

  const widths = [88, 80, 76, 70, 64, 60, 56, 52];
  test.each(widths.flatMap((width) => [[width, false] as const, [width, true] as const]))(
    "alert.md as a PDF of %i characters a line, cut anywhere: %s, gives the same",
    async (width, anywhere) => {
      const set = await loadIntel([file(toPdf(markdown, width, anywhere))]);
      expect(set.errors).toEqual([]);
      expect(set.files[0]).toMatchObject({ reader: "pdf" });
      // The page's header names the publisher.
      const setAside = { ...alert.setAside, "www.agency.example": "the publisher's own" };
      expect(sorted(found(set))).toEqual(sorted({ ...alert, setAside }));
    },
  );
});

describe("where each value stands", () => {
  test("text: line, sentence, title, date and marking", async () => {
    const path = join(FIXTURES, "alert.md");
    const set = await loadIntel([path]);
    const lines = readFileSync(path, "utf8").split("\n");
    for (const { assertions } of set.indicators)
      for (const { line, context, feed, tlp, published } of assertions) {
        expect({ feed, tlp, published }).toEqual({
          feed: "AA26-305A: Relay operators exploit home routers to reach government networks",
          tlp: "TLP:CLEAR",
          published: "2026-11-01",
        });
        expect(context).not.toBe("");
        const first = context!
          .split(" ")
          .at(-1)!
          .replace(/[`*[\]]/g, "")
          .slice(0, 12);
        expect(lines[line - 1]!.replace(/[`*[\]]/g, "")).toContain(first);
      }
    const relay = set.indicators.find(({ value }) => value === "192.0.2.12")!;
    expect(relay.assertions[0]).toMatchObject({
      line: 11,
      original: "192.0.2.12",
      context:
        "The agencies observed the actor relaying traffic through 192.0.2.11 and 192.0.2.12 between March and October 2026.",
    });
  });

  test("web page: line in the source, row with its column names", async () => {
    const set = await loadIntel([join(FIXTURES, "blog.html")]);
    const find = (value: string) => set.indicators.find((indicator) => indicator.value === value)!.assertions[0]!;
    expect(find("cdn.greyheron2.example")).toMatchObject({
      line: 30,
      context: "Indicator: cdn.greyheron2.example | Type: Domain | First seen: 2026-09-02",
      feed: "Inside the GREYHERON toolkit",
      published: "2026-10-20T08:00:00Z",
    });
    expect(find("node2.greyheron.example")).toMatchObject({
      line: 19,
      context: "A second server, node2[.]greyheron[.]example, took over in October.",
    });
    expect(find("greyheron5.example")).toMatchObject({ line: 43, context: "Host: greyheron5.example" });
  });

  test("PDF: page, and the sentence though lines cut it", async () => {
    const set = await loadIntel([file(toPdf(readFileSync(join(FIXTURES, "alert.md"), "utf8"), 52, true))]);
    const find = (value: string) => set.indicators.find((indicator) => indicator.value === value)!.assertions[0]!;
    expect(find("192.0.2.12")).toMatchObject({
      line: 0,
      object: "page 1",
      context:
        "The agencies observed the actor relaying traffic through 192.0.2.11 and 192.0.2.12 between March and October 2026.",
      feed: "AA26-305A: Relay operators exploit home routers to reach government networks",
      tlp: "TLP:CLEAR",
    });
    expect(find("203.0.113.51").object).toBe("page 2");
    expect(find("static.relay2.example").context).toBe(
      "Type: Domain | Value: static.relay2.example | Comment: first seen 2026-03-02",
    );
  });

  test("intel show names type, value and the advisory", async () => {
    const rows = describeSet(await loadIntel([join(FIXTURES, "blog.html")]));
    expect(rows.find(({ value }) => value === "198.51.100.150")).toMatchObject({
      type: "ipv4-addr",
      feeds: ["Inside the GREYHERON toolkit"],
      assertions: 1,
    });
  });
});

describe("the shapes of documents", () => {
  const draw = (x: number, y: number, text: string, size = 9): string =>
    `BT /F1 ${size} Tf 1 0 0 1 ${x} ${y} Tm (${text.replace(/[\\()]/g, "\\$&")}) Tj ET`;

  test("PDF: two columns of running text are read one after the other", async () => {
    const left = [
      "The group used its relays to reach",
      "many offices of the region. It sent",
      "its orders from hxxp://orders.evil[.]",
      "example/in/a.php to all of them in",
      "May. Later it moved to a network of",
      "home routers, of which the first is",
      "at the address 192.0.2.1, and others",
      "are in the same street of the town.",
      "They are old and they are in homes.",
    ];
    const right = [
      "The last of them was found in June.",
      "It had the address 192.0.2.2 and was",
      "the one to which all of the others",
      "sent what they had found. It used a",
      "name of its own, which was the name",
      "last[.]evil[.]example in the summer",
      "and another one in the winter, when",
      "the group had been seen by all of us",
      "and was about to leave the country.",
    ];
    const page = left.flatMap((line, i) => [draw(50, 700 - i * 11, line), draw(310, 700 - i * 11, right[i]!)]);
    const set = await loadIntel([file(pdfOf([page.join("\n")]))]);
    expect(set.indicators.map(({ value }) => value)).toEqual([
      "192.0.2.1",
      "192.0.2.2",
      "last.evil.example",
      "http://orders.evil.example/in/a.php",
    ]);
    expect(set.indicators[1]!.assertions[0]!.context).toBe(
      "It had the address 192.0.2.2 and was the one to which all of the others sent what they had found.",
    );
  });

  test("PDF: glyphs drawn one by one, twice for bold, and with spaces around dots", async () => {
    const single = [..."evil[.]example"].map((c, i) => draw(60 + i * 5.4, 700, c));
    const bold = [draw(60, 680, "bold[.]example"), draw(60.3, 680, "bold[.]example")];
    const spaced = draw(60, 650, "It is 192 . 0 . 2 . 9 today.");
    const set = await loadIntel([file(pdfOf([[...single, ...bold, spaced].join("\n")]))]);
    expect(set.indicators.map((i) => i.value)).toEqual(["192.0.2.9", "bold.example", "evil.example"]);
  });

  test("text: framed tables, columns, quotes and mail", async () => {
    const text = `The relays of the group are in the table, as of today.

+--------+---------------------+
| Type   | Value               |
+--------+---------------------+
| Domain | one.example         |
+--------+---------------------+
| IP     | 192.0.2.1           |
+--------+---------------------+

Indicator          Kind
two.example        domain
three.example      domain

> > On Monday the team wrote that hxxp://four[.]example/a
> > was in use by the group.
`;
    expect(await given(text)).toEqual([
      "ipv4-addr 192.0.2.1",
      "domain-name one.example",
      "domain-name three.example",
      "domain-name two.example",
      "url http://four.example/a",
    ]);
  });

  test("Markdown: links count by their text, and by their address where that is defanged", async () => {
    const text = `The group is at [evil[.]example](https://vendor.example/a) and [here](hxxp://bad[.]example/b), see [this](https://c.example/).
Also \\[escaped\\] worse\\[.\\]example, *starred[.]example*, __under[.]example__, ~~struck[.]example~~ and <hxxp://angle[.]example/x>.`;
    expect(await given(text)).toEqual([
      "domain-name evil.example",
      "domain-name starred.example",
      "domain-name struck.example",
      "domain-name under.example",
      "domain-name worse.example",
      "url http://angle.example/x",
      "url http://bad.example/b",
    ]);
  });

  test("web page: layout tables, lists in cells, and pages without a title", async () => {
    const html = `<table><tr><td><h2>Malicious domains</h2><ul><li>one.example</li><li>two.example</li></ul></td></tr></table>
<table><tr><th>Address</th><th>Domains</th></tr><tr><td>192.0.2.1</td><td><ul><li>three.example</li><li>four.example</li></ul></td></tr></table>
<div class="site-footer">The relay was 192.0.2.2, and evil[.]example.</div><textarea>five[.]example</textarea>`;
    const set = await loadIntel([{ path: file(html), format: "html" }]);
    expect(set.indicators.map(({ value }) => value)).toEqual([
      "192.0.2.1",
      "192.0.2.2",
      "evil.example",
      "five.example",
      "four.example",
      "one.example",
      "three.example",
      "two.example",
    ]);
    expect(set.indicators[0]!.assertions[0]!.feed).toBe("Malicious domains");
  });

  test("a marking in a legend of all markings is not the document's", async () => {
    const legend = "TLP:RED is for the room, TLP:AMBER for the firm, TLP:GREEN for peers, TLP:CLEAR for all.";
    const load = (text: string) => loadIntel([{ path: file(text), format: "prose" }]);
    const text = "The relay of the group is evil[.]example.";
    expect((await load(`${legend}\n\n${text}`)).indicators[0]!.tlp).toBeUndefined();
    expect((await load(`TLP:AMBER+STRICT\n\n${text}`)).indicators[0]!.tlp).toBe("TLP:AMBER+STRICT");
  });
});
