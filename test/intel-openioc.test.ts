/** OpenIOC 1.0 and 1.1, and XML that means harm. */
import { describe, expect, test } from "vitest";
import { loadIntel } from "../src/intel/index.js";
import { file, FIXTURES, indicator, messages, readers, rejected, said, values } from "./intel-reader-support.js";

const IOC = `${FIXTURES}/openioc`;

/** A definition with these terms under an OR. */
const definition = (terms: string): string =>
  `<ioc xmlns="http://schemas.mandiant.com/2010/ioc" id="x"><definition><Indicator operator="OR">${terms}</Indicator></definition></ioc>`;
const term = (search: string, value: string, condition = "is"): string =>
  `<IndicatorItem id="t" condition="${condition}"><Context search="${search}"/><Content>${value}</Content></IndicatorItem>`;

const AND =
  '(PortItem/remoteIP is "192.0.2.6" AND (Network/UserAgent is "Mozilla/4.0 (compatible; relay <1>)" OR UrlHistoryItem/URL contains "http://192.0.2.8/a?b=1&c=2"))';

describe("OpenIOC 1.0", () => {
  test("every term that can be hunted is, and the others are listed with their path", async () => {
    const set = await loadIntel([`${IOC}/one.ioc`]);
    expect(readers(set)).toEqual(["openioc"]);
    expect(values(set)).toEqual([
      "ipv4-addr 192.0.2.3",
      "ipv4-addr 192.0.2.6",
      "domain-name evil.example",
      "url http://192.0.2.8/a?b=1&c=2",
      "file 098f6bcd4621d373cade4e832627b4f6",
      "user-agent Mozilla/4.0 (compatible; relay <1>)",
    ]);
    expect(rejected(set)).toEqual([
      '28 t-4 "acmCleanup.exe": FileItem/FileName: not hunted',
      '32 t-5 "192.0.2.5": PortItem/remoteIP: negated, it says what must not be there',
    ]);
  });

  test("terms under an AND carry the whole expression, those under an OR do not", async () => {
    const set = await loadIntel([`${IOC}/one.ioc`]);
    expect(said(set, "192.0.2.6").pattern).toBe(AND);
    expect(said(set, "http://192.0.2.8/a?b=1&c=2").pattern).toBe(AND);
    expect(said(set, "192.0.2.3").pattern).toBeUndefined();
  });

  test("keeps title, links, dates, place and remark", async () => {
    const set = await loadIntel([`${IOC}/one.ioc`]);
    expect(said(set, "evil.example")).toEqual({
      line: 19,
      object: "t-2",
      original: "evil.example",
      revision: "2011-10-28T19:28:20",
      feed: "Relay implant",
      statedType: "Network/DNS",
      published: "2010-12-13T12:49:53",
      labels: ["APT31", "Pakdoor"],
      related: { "intrusion-set": ["APT31"], malware: ["Pakdoor"] },
      comment: "first stage",
      notes: ['the condition is "contains": hunted as a whole value'],
    });
    expect(said(set, "192.0.2.3").comment).toBe("An implant & its servers");
  });
});

describe("OpenIOC 1.1", () => {
  test("negation, conditions and parameters", async () => {
    const set = await loadIntel([`${IOC}/one-one.ioc`]);
    expect(values(set)).toEqual(["domain-name cdn.evil.example", "email-addr billing@evil.example"]);
    expect(indicator(set, "billing@evil.example").confidence).toBe(80);
    expect(said(set, "billing@evil.example")).toMatchObject({ comment: "the sender", labels: ["APT"], line: 14 });
    expect(said(set, "cdn.evil.example").pattern).toBe(
      '(Email/From is "Billing@Evil.Example" AND Network/DNS ends-with ".cdn.evil.example" AND Network/URI matches "/[a-z]{8}\\\\.php$" AND NOT Network/DNS is "good.example" AND Network/UserAgent contains "relay")',
    );
    expect(rejected(set)).toEqual([
      '22 s-3 "/[a-z]{8}\\.php$": Network/URI: the condition "matches" is not hunted',
      '26 s-4 "good.example": Network/DNS: negated, it says what must not be there',
      '30 s-5 "relay": Network/UserAgent: a part of a user-agent, and only whole ones are hunted',
    ]);
  });
});

describe("terms", () => {
  test.each([
    ["DnsEntryItem/Host", "a.example", "domain-name a.example"],
    ["UrlHistoryItem/HostName", "a.example", "domain-name a.example"],
    ["Network/URI", "a.example/x", "url http://a.example/x"],
    ["ProcessItem/PortList/PortItem/remoteIP", "192.0.2.1", "ipv4-addr 192.0.2.1"],
    ["Email/ReceivedFromIP", "192.0.2.1", "ipv4-addr 192.0.2.1"],
    ["FileItem/Sha1sum", "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3", "file a94a8fe5ccb19ba61c4c0873d391e987982fbbd3"],
    ["ServiceItem/serviceDLLmd5sum", "098f6bcd4621d373cade4e832627b4f6", "file 098f6bcd4621d373cade4e832627b4f6"],
  ])("%s", async (search, value, expected) => {
    const set = await loadIntel([file(definition(term(search, value)))]);
    expect(values(set)).toEqual([expected]);
  });

  test("a part of an address or of a name is none", async () => {
    const terms = term("PortItem/remoteIP", "192.0.2.", "contains") + term("Network/DNS", "evil.exam", "contains");
    const set = await loadIntel([file(definition(terms))]);
    expect(values(set)).toEqual([]);
    expect(rejected(set)).toHaveLength(2);
  });

  test("with a namespace's prefix, and in lists of definitions", async () => {
    const one = definition(term("Network/DNS", "a.example"))
      .replaceAll(/<(\/?)/g, "<$1i:")
      .replace("xmlns=", "xmlns:i=");
    const two = definition(term("Network/DNS", "b.example"));
    const set = await loadIntel([file(`<?xml version="1.0"?>\n<iocs>${one}${two}</iocs>`)]);
    expect(values(set)).toEqual(["domain-name a.example", "domain-name b.example"]);
  });
});

describe("XML that means harm", () => {
  const LAUGHS = `<?xml version="1.0"?>
<!DOCTYPE lolz [
 <!ENTITY lol "lol">
${Array.from({ length: 9 }, (_, i) => ` <!ENTITY lol${i + 1} "${`&lol${i === 0 ? "" : i};`.repeat(10)}">`).join("\n")}
]>
${definition(term("Network/DNS", "&lol9;"))}`;

  test("a billion laughs is refused before it is parsed, and other feeds are read", async () => {
    const good = file("192.0.2.1\n");
    const started = Date.now();
    const set = await loadIntel([file(LAUGHS), good]);
    expect(Date.now() - started).toBeLessThan(1000);
    expect(values(set)).toEqual(["ipv4-addr 192.0.2.1"]);
    expect(messages(set)).toEqual([
      "no indicator could be understood: XML with a document type or entity declarations is refused",
    ]);
  });

  test("so are entities in a document of another kind, and a document type that names a file", async () => {
    const other = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "192.0.2.1">]><x>&a;</x>';
    const external = `<!DOCTYPE ioc SYSTEM "file:///etc/passwd">${definition(term("Network/DNS", "a.example"))}`;
    const set = await loadIntel([file(other), file(external)]);
    expect(values(set)).toEqual([]);
    expect(messages(set)).toEqual([
      "no indicator could be understood: XML with a document type or entity declarations is refused",
      "no indicator could be understood: XML with a document type or entity declarations is refused",
    ]);
  });

  test("a hundred thousand elements in one another", async () => {
    const deep = `<ioc>${"<Indicator operator='AND'>".repeat(100_000)}`;
    const set = await loadIntel([file(deep)]);
    expect(messages(set)).toEqual(["no indicator could be understood: XML nested deeper than 100 elements is refused"]);
  });

  test("hundreds of thousands of elements on one line are read in a moment", async () => {
    const started = process.cpuUsage();
    const set = await loadIntel([
      file(`<ioc>${"<a/>".repeat(300_000)}<Indicator>${term("Network/DNS", "a.example")}</Indicator></ioc>`),
    ]);
    expect(values(set)).toEqual(["domain-name a.example"]);
    expect(process.cpuUsage(started).user / 1e6).toBeLessThan(5);
  });

  test("what is not well-formed names its line", async () => {
    const set = await loadIntel([file("<ioc>\n<definition>\n</ioc>")]);
    expect(messages(set)).toEqual([
      "no indicator could be understood: not well-formed XML at line 3: Expected closing tag 'definition' (opened in line 2, col 1) instead of closing tag 'ioc'.",
    ]);
  });

  test("an unknown entity stays as it is written", async () => {
    const set = await loadIntel([file(definition(term("Network/UserAgent", "relay &nbsp;&#x41;&#0;&amp;lt; 1")))]);
    expect(values(set)).toEqual(["user-agent relay &nbsp;A&#0;&lt; 1"]);
  });
});
