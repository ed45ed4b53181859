/** Prose advisories: the rules for single sentences and lists, and which files are prose at all. */
import { describe, expect, test } from "vitest";
import { loadIntel } from "../src/intel/index.js";
import { pdfOf } from "./prose-render.js";
import { file, given } from "./prose-support.js";

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

  test("a licence with links is left to the list's reader, which finds nothing in it", async () => {
    const text =
      "This licence is that of the team, and it is at https://www.apache.org/licenses/ for all to read.\nIt is free.\n";
    const set = await loadIntel([file(text)]);
    expect(set.files[0]).toMatchObject({ reader: "text", accepted: 0, setAside: 0 });
    const forced = await loadIntel([{ path: file(text), format: "prose" }]);
    expect(forced.errors).toMatchObject([{ code: "intel-unusable", message: "no indicator in this text" }]);
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
