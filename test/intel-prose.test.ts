/** Prose advisories: what is an indicator in running text, and what is not. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { describeSet, loadIntel } from "../src/intel/index.js";
import type { IndicatorSet } from "../src/model/indicator.js";

import { pdfOf, toHtml, toPdf } from "./prose-render.js";

const root = mkdtempSync(join(tmpdir(), "lookback-prose-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let counter = 0;
function file(content: string | Uint8Array, name = "advisory.dat"): string {
  const dir = join(root, String(counter++));
  mkdirSync(dir);
  writeFileSync(join(dir, name), content);
  return join(dir, name);
}

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

/** What a short advisory gives, as `type value`. */
async function given(text: string, name = "advisory.txt"): Promise<string[]> {
  const set = await loadIntel([{ path: file(text, name), format: "prose" }]);
  return set.indicators.map(({ type, value }) => `${type} ${value}`);
}

describe("defanging in running text", () => {
  test.each([
    ["hxxp://evil.example/a", "url http://evil.example/a"],
    ["hxxps://evil[.]example/a", "url https://evil.example/a"],
    ["hXXp://evil[.]example/a", "url http://evil.example/a"],
    ["h**p://evil[.]example/a", "url http://evil.example/a"],
    ["h__ps://evil[.]example/a", "url https://evil.example/a"],
    ["htxp://evil[.]example/a", "url http://evil.example/a"],
    ["meow://evil.example/a", "url http://evil.example/a"],
    ["fxp://evil[.]example/a", "url ftp://evil.example/a"],
    ["hxxp[:]//evil[.]example/a", "url http://evil.example/a"],
    ["hxxps[://]evil[.]example/a", "url https://evil.example/a"],
    ["http[:]//evil.example/a", "url http://evil.example/a"],
    ["https(:)//evil.example/a", "url https://evil.example/a"],
    ["hxxp:[//]evil[.]example/a", "url http://evil.example/a"],
    ["hxxp:\\\\evil[.]example/a", "url http://evil.example/a"],
    ["hxxp :// evil [.] example/a", "url http://evil.example/a"],
    ["hxxp://evil[.]example[/]a[/]b", "url http://evil.example/a/b"],
    ["hxxp://192.0.2[.]7:8080/a", "url http://192.0.2.7:8080/a"],
    ["evil[.]example", "domain-name evil.example"],
    ["evil(.)example", "domain-name evil.example"],
    ["evil{.}example", "domain-name evil.example"],
    ["evil[dot]example", "domain-name evil.example"],
    ["evil(dot)example", "domain-name evil.example"],
    ["evil{dot}example", "domain-name evil.example"],
    ["evil [dot] example", "domain-name evil.example"],
    ["evil[punkt]example", "domain-name evil.example"],
    ["evil[point]example", "domain-name evil.example"],
    ["evil dot example", "domain-name evil.example"],
    ["evil [.] example", "domain-name evil.example"],
    ["evil[.example", "domain-name evil.example"],
    ["evil.]example", "domain-name evil.example"],
    ["evil\\.example", "domain-name evil.example"],
    ["evil . example", "domain-name evil.example"],
    ["evil．example", "domain-name evil.example"],
    ["evil。example", "domain-name evil.example"],
    ["ｅｖｉｌ．ｅｘａｍｐｌｅ", "domain-name evil.example"],
    ["evil【.】example", "domain-name evil.example"],
    ["evil\u200b[.]\u200bexample", "domain-name evil.example"],
    ["EVIL[.]Example", "domain-name evil.example"],
    ["evil[.]example:8443", "domain-name evil.example"],
    ["evil[.]example/path?a=(b)", "url http://evil.example/path?a=(b)"],
    ["bücher[.]example", "domain-name xn--bcher-kva.example"],
    ["192[.]0[.]2[.]7", "ipv4-addr 192.0.2.7"],
    ["192.0.2[.]7", "ipv4-addr 192.0.2.7"],
    ["192(.)0(.)2(.)7", "ipv4-addr 192.0.2.7"],
    ["192 . 0 . 2 . 7", "ipv4-addr 192.0.2.7"],
    ["192. 0. 2. 7", "ipv4-addr 192.0.2.7"],
    ["192 dot 0 dot 2 dot 7", "ipv4-addr 192.0.2.7"],
    ["192[.]0[.]2[.]0/24", "ipv4-addr 192.0.2.0/24"],
    ["192[.]0[.]2[.]7[:]443", "ipv4-addr 192.0.2.7"],
    ["2001[:]db8[:][:]7", "ipv6-addr 2001:db8::7"],
    ["2001:db8[::]7", "ipv6-addr 2001:db8::7"],
    ["a.b[@]evil.example", "email-addr a.b@evil.example"],
    ["a.b[at]evil[.]example", "email-addr a.b@evil.example"],
    ["a.b(at)evil(dot)example", "email-addr a.b@evil.example"],
    ["a.b [at] evil [dot] example", "email-addr a.b@evil.example"],
  ])("%s", async (written, expectedValue) => {
    expect(await given(`The implant called ${written} twice in May.`)).toEqual([expectedValue]);
    expect(await given(`It was seen (${written}), and nothing else.`)).toEqual([expectedValue]);
    expect(await given(`Then it called "${written}".`)).toEqual([expectedValue]);
  });
});

describe("what is no indicator", () => {
  test.each([
    ["The dot com era began, and the early dot com boom ended."],
    ["Install version 7.2.0.1, 7.2.0.2 and build 10.0.14.2 first."],
    ["Upgrade to v4.1.0.7 (released 24.11.2026) before 1 December."],
    ["Run update.exe, script.py, run.sh, README.md and archive.zip."],
    ["See section 4.1.2.3 and chapter 10.1.1.1 of the manual."],
    ["The class com.example.app.Main and System.Net.Http were hooked."],
    ["CVE-2026-1234 and CVE-2025-99999 were used at 10:15:30 on 2026-11-02."],
    ["The MAC address is 00:11:22:33:44:55, the namespace std::vector."],
    ["The digest 00000000000000000000000000000000 means none."],
    ["The user wrote to someone @ the office (at) noon."],
    ["Ratios of 1:2:3 and paths such as C:\\temp\\a.b were logged."],
  ])("%s", async (text) => {
    expect(await given(text)).toEqual([]);
  });

  test.each([
    "The C2 server 45.0.2.9 is up.",
    "It routes traffic through 5.0.2.99 only.",
    "The dropper -> 45.0.2.9 in the log.",
    "The address is <45.0.2.9> as seen.",
    "Before 5.0.113.9 it used another one.",
    "In section 4 the client 45.0.2.9 is named.",
    "The update server: 45.0.2.9.",
  ])("an address after words that also stand before versions is one: %s", async (text) => {
    expect(await given(text)).toHaveLength(1);
  });

  test("names that begin like a package are names in a list", async () => {
    const text =
      "The group used names of its own in May.\n\n## Domains\n\n- de.evil.example\n- com.bad.example\n- Evil.Example";
    expect(await given(text)).toEqual([
      "domain-name com.bad.example",
      "domain-name de.evil.example",
      "domain-name evil.example",
    ]);
  });

  test("undefanged names in a sentence are set aside and listed, each once", async () => {
    const path = file("Our partner site partner.example has more. Ask partner.example.\nNew: evil[.]example was used.");
    const set = await loadIntel([path]);
    expect(set.indicators.map(({ value }) => value)).toEqual(["evil.example"]);
    expect(set.rejections).toEqual([
      {
        file: path,
        line: 1,
        text: "partner.example",
        reason: "not defanged, and outside any list of indicators",
        setAside: true,
      },
    ]);
  });

  test("an undefanged name that a sentence calls hostile is one, where the document defangs nothing", async () => {
    const hostile = "The malware beacons to the command-and-control server panel.example every hour.";
    expect(await given(hostile)).toEqual(["domain-name panel.example"]);
    expect(await given(`${hostile}\n\nIt also used evil[.]example in May.`)).toEqual(["domain-name evil.example"]);
    expect(await given("Details of the malware are published at https://vendor.example/x today.")).toEqual([]);
  });

  test.each([
    "Legitimate sites such as evil[.]example were taken over by the group.",
    "The site evil[.]example is a legitimate one that was taken over.",
    "Victims of the group called evil[.]example every day.",
    "## Legitimate services\n\nThe group used evil[.]example for its orders.",
  ])("a legitimate site that was taken over is an indicator: %s", async (text) => {
    expect(await given(text)).toEqual(["domain-name evil.example"]);
  });

  test.each([
    "The address evil[.]example is benign.",
    "Known false positives are evil[.]example and its names.",
    "## False positives\n\n- evil[.]example",
    "Ne pas bloquer evil[.]example car il est au client.",
  ])("what the advisory calls benign is set aside: %s", async (text) => {
    const set = await loadIntel([{ path: file(text), format: "prose" }]);
    expect(set.indicators).toEqual([]);
    expect(set.rejections).toMatchObject([{ reason: "the advisory calls it benign", setAside: true }]);
  });

  test("a movement from one address to another is no range", async () => {
    expect(await given("The relay moved from 192.0.2.1 to 192.0.2.9 in May.")).toEqual([
      "ipv4-addr 192.0.2.1",
      "ipv4-addr 192.0.2.9",
    ]);
    expect(await given("Traffic came from the range 192.0.2.0 to 192.0.2.7 in May.")).toEqual([
      "ipv4-addr 192.0.2.0/29",
    ]);
  });
});

describe("which files are prose", () => {
  const list = Array.from({ length: 40 }, (_, i) => `192.0.2.${i}`).join("\n");
  test.each([
    [
      "a list with comments",
      `# Blocklist of the relays that we have seen in the last month.\n# Use it as it is.\n${list}\n`,
      "text",
    ],
    ["a list with a remark above it", `This is the list of the relays that we have seen in May.\n${list}\n`, "text"],
    ["a list with a remark on each line", list.replace(/$/gm, " seen by the sensor in the lab of the team"), "text"],
    ["a list with comments on each line", list.replace(/$/gm, " # a relay of the group that is in the report"), "text"],
    ["a bulleted list of names", "- evil.example\n- bad.example\n- worse.example\n", "text"],
    ["a hosts file", "# the hosts that are to be blocked\n0.0.0.0 evil.example\n0.0.0.0 bad.example\n", "text"],
    ["a lone name", "evil.example\n", "text"],
    [
      "a table with descriptions first",
      `description,ip\n${list.replace(/^/gm, "This is one of the relays of the group in the report,")}\n`,
      "csv",
    ],
    [
      "a table without header, with descriptions",
      list.replace(/$/gm, ",This is one of the relays of the group, as seen in May"),
      "csv",
    ],
    ["a sentence", "The relay at 192.0.2.1 was used by the group in May.\n", "prose"],
    [
      "sentences without small words at each end",
      "In May, the group used the relay at 192.0.2.1, and then one at 192.0.2.2.\n",
      "prose",
    ],
    [
      "an advisory with a long list",
      `# Relays\n\nThe group uses relays that are in homes of people.\nThey are to be found in the list below.\nWe saw 198.51.100.9 in the first of the attacks.\n\n${list}\n`,
      "prose",
    ],
    [
      "a short post with more list than text",
      `The loader connects to **192.0.2.1:9001** and then to the second stage of it.\nIt is the one that was in use by the group.\n\n${list}\n`,
      "prose",
    ],
    ["mark-up", "<html><body><p>The relay is 192.0.2.1.</p></body></html>", "html"],
    ["a fragment of mark-up", "<div><p>The relay is 192.0.2.1.</p></div>", "html"],
  ])("%s", async (_, content, reader) => {
    const set = await loadIntel([file(content)]);
    expect(set.files[0]!.reader).toBe(reader);
    expect(set.indicators.length).toBeGreaterThan(0);
  });

  test("a list with a remark above it loses none of its values", async () => {
    const set = await loadIntel([file(`This is the list of the relays that we have seen in May.\n${list}\n`)]);
    expect(set.indicators).toHaveLength(40);
  });

  test("prose takes undefanged links that stand in a list of their own, unless the document defangs", async () => {
    const text = (link: string) =>
      `The group used these in May, as was seen by the team:\n\n${link}\nhttps://two.example/b\n`;
    expect(await given(text("https://one.example/a"))).toEqual([
      "url https://one.example/a",
      "url https://two.example/b",
    ]);
    expect(await given(text("hxxps://one[.]example/a"))).toEqual(["url https://one.example/a"]);
  });

  test("a log is no prose", async () => {
    const line = "Nov  2 10:00:00 host sshd[1]: Failed password for root of the host from 192.0.2.1 port 22 ssh2\n";
    const set = await loadIntel([file(line.repeat(5))]);
    expect(set.indicators).toEqual([]);
  });

  test("--intel-format decides, whatever the content", async () => {
    const text = "The relay at 192.0.2.1 was used by the group in May.\n";
    const prose = await loadIntel([{ path: file(text), format: "prose" }]);
    expect(prose.files[0]).toMatchObject({ reader: "prose", accepted: 1 });
    const plain = await loadIntel([{ path: file(text), format: "text" }]);
    expect(plain.files[0]).toMatchObject({ accepted: 0 });
    const html = await loadIntel([{ path: file("The relay is <b>192.0</b>.2.1."), format: "html" }]);
    expect(html.files[0]).toMatchObject({ reader: "html", accepted: 1 });
    const pdf = await loadIntel([{ path: file(text), format: "pdf" }]);
    expect(pdf.errors[0]!.message).toBe("no PDF: it does not begin with %PDF-");
    const wrong = await loadIntel([{ path: file(pdfOf([""])), format: "prose" }]);
    expect(wrong.errors[0]!.message).toBe("this is a PDF: --intel-format pdf reads it");
  });
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
