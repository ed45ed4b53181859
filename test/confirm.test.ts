/** A URL is found by its host; what else the line must hold. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { confirms, confirmsField, confirmsHere, hostAt } from "../src/matcher/confirm.js";
import { canonicalHost, canonicalMail, hostOfField, mailsIn } from "../src/model/host.js";
import type { IndicatorType } from "../src/model/indicator.js";
import { pathFields } from "../src/model/url.js";

/** At the first `evil.example` (or another host) of the line. */
function held(url: string, line: string, host = "evil.example", type: IndicatorType = "url"): boolean {
  const bytes = Buffer.from(line, "utf8");
  const offset = bytes.indexOf(host);
  expect(offset, line).toBeGreaterThanOrEqual(0);
  return confirms({ type, value: url }, bytes, offset, host.length);
}

const GATE = "http://evil.example/gate.php";

describe("a URL is borne out by a line", () => {
  it.each([
    ["directly after the host", "GET http://evil.example/gate.php HTTP/1.1"],
    ["at the line's end", "GET http://evil.example/gate.php"],
    ["with a query that the indicator has not", "GET http://evil.example/gate.php?id=1 HTTP/1.1"],
    ["with a fragment", "opened http://evil.example/gate.php#top now"],
    ["over https, since adversaries serve both", "GET https://evil.example/gate.php"],
    ["with its default port written", "GET http://evil.example:80/gate.php"],
    ["with https' port", "evil.example:443/gate.php"],
    ["with a user", "GET http://me@evil.example/gate.php"],
    ["with a trailing slash", "GET http://evil.example/gate.php/ HTTP/1.1"],
    ["in JSON that escapes slashes", '{"url":"http:\\/\\/evil.example\\/gate.php","x":1}'],
    ["in JSON that escapes the ampersand after it", '{"q":"u=http://evil.example/gate.php\\u0026x=1"}'],
    ["percent-encoded where it need not be", "GET http://evil.example/g%61te%2ephp"],
    ["encoded in another's query", "GET /r?u=http%3A%2F%2Fevil.example%2Fgate.php%3Fid%3D1&x=2"],
    ["as a field of its own", "10.0.0.5 evil.example GET /gate.php 200"],
    ["as a field before the host", "10.0.0.5 GET /gate.php - evil.example 200"],
    ["as a field with its own query", "10.0.0.5 GET /gate.php?a=1 evil.example"],
    ["as a quoted field", '{"host":"evil.example","uri":"/gate.php"}'],
    ["as an escaped quoted field", '{"host":"evil.example","uri":"\\/gate.php"}'],
    ["as a value", "host=evil.example url=/gate.php action=pass"],
    ["as a column", "evil.example,/gate.php,200"],
    ["as a column after a tab escape", "evil.example\\t/gate.php\\t200"],
    ["after Cisco's colon", "10.0.0.5 Accessed URL evil.example:/gate.php"],
    ["at a sentence's end", "Fetched http://evil.example/gate.php."],
    ["before Go's colon", 'Get "http://evil.example/gate.php": timeout, or http://evil.example/gate.php: timeout'],
    ["with its query stripped by Squid", "GET http://evil.example/gate.php? - HIER_DIRECT/192.0.2.1"],
  ])("%s", (_, line) => {
    expect(held(GATE, line)).toBe(true);
  });

  it.each([
    ["a longer file name", "GET http://evil.example/gate.php5"],
    ["a longer path", "GET http://evil.example/gate.php/x"],
    ["a deeper path", "GET http://evil.example/x/gate.php"],
    ["the path of another host", "GET http://good.example/gate.php Host evil.example"],
    ["its host with a path of its own, and the path as another's", "http://evil.example/ /gate.php"],
    ["a tunnel, which tells no path", "CONNECT evil.example:443 200"],
    ["another port", "GET http://evil.example:8080/gate.php"],
    ["another case: paths have it", "GET http://evil.example/Gate.php"],
    ["an encoded question mark, which belongs to the path", "GET http://evil.example/gate.php%3Fx"],
    ["a mail address at the host", "from=<gate@evil.example> helo /gate.php"],
    ["a prefix only", "GET http://evil.example/gate"],
    ["the host alone", "query: evil.example IN A"],
  ])("not by %s", (_, line) => {
    expect(held(GATE, line)).toBe(false);
  });

  it("asks for the query when the indicator has one", () => {
    const url = "http://evil.example/gate.php?id=7";
    expect(held(url, "GET http://evil.example/gate.php?id=7 HTTP/1.1")).toBe(true);
    expect(held(url, "GET http://evil.example/gate.php?id=7&x=1 HTTP/1.1")).toBe(true);
    expect(held(url, "GET http://evil.example/gate.php?id=%37")).toBe(true);
    expect(held(url, "GET http://evil.example/gate.php?id=77")).toBe(false);
    expect(held(url, "GET http://evil.example/gate.php?x=1&id=7")).toBe(false);
    expect(held(url, "GET http://evil.example/gate.php")).toBe(false);
    // IIS and proxies write it in a column of its own.
    expect(held(url, "GET /gate.php id=7 443 - 10.0.0.5 evil.example")).toBe(true);
    expect(held(url, "GET /gate.php ?id=7 443 - 10.0.0.5 evil.example")).toBe(true);
    expect(held(url, "GET /gate.php id=77 443 - 10.0.0.5 evil.example")).toBe(false);
    expect(held(url, '{"host":"evil.example","path":"/gate.php","query":"id=7"}')).toBe(true);
  });

  it("knows a query at the root", () => {
    const url = "http://evil.example/?id=7";
    expect(held(url, "GET http://evil.example/?id=7")).toBe(true);
    expect(held(url, "GET http://evil.example?id=7")).toBe(true);
    expect(held(url, "GET http://evil.example/")).toBe(false);
    expect(held(url, "GET http://evil.example/x?id=7")).toBe(false);
    expect(held(url, "evil.example / id=7")).toBe(true);
  });

  it("takes a URL that names a host and no more for that host", () => {
    expect(held("http://evil.example/", "query: evil.example IN A")).toBe(true);
  });

  it("holds a stated port against the line's, where the line has one", () => {
    const url = "http://evil.example:8080/gate.php";
    expect(held(url, "GET http://evil.example:8080/gate.php")).toBe(true);
    expect(held(url, "GET http://evil.example/gate.php")).toBe(false);
    expect(held(url, "evil.example 8080 /gate.php")).toBe(true);
  });

  it("knows hosts that are addresses, and what IIS and nginx make of a path", () => {
    expect(held("http://[2001:db8::7]/a", "GET http://[2001:db8::7]:80/a", "2001:db8::7")).toBe(true);
    expect(held("http://203.0.113.7/a%20b", "203.0.113.7 GET /a+b 200", "203.0.113.7")).toBe(true);
    expect(held("http://evil.example/caf%C3%A9", "GET http://evil.example/café")).toBe(true);
    expect(held("http://evil.example/caf%C3%A9", 'evil.example "GET /caf\\xc3\\xa9 HTTP/1.1"')).toBe(true);
    expect(held("http://evil.example/caf%C3%A9", '{"host":"evil.example","uri":"/caf\\u00e9"}')).toBe(true);
  });

  it("bears out every other type", () => {
    expect(held("evil.example", "query: evil.example IN A", "evil.example", "domain-name")).toBe(true);
  });
});

const segment = fc
  .array(fc.constantFrom("a", "B", "7", "-", "_", "~", ".", "+", "é", "%", " ", "/"), { minLength: 1, maxLength: 12 })
  .map((parts) =>
    parts
      .join("")
      .replace(/\/+/g, "/")
      .replace(/[/.]+$/, ""),
  )
  .filter((text) => text !== "" && !/(?:^|\/)\.{1,2}(?:\/|$)/.test(text) && !text.startsWith("/"));
const urls = segment.map(
  (path) => new URL(`http://evil.example/${path.split("/").map(encodeURIComponent).join("/")}`).href,
);

describe("whatever the path", () => {
  it("it is found as written, encoded to the last byte, and in JSON; and not with a letter more", () => {
    fc.assert(
      fc.property(urls, (url) => {
        const path = url.slice("http://evil.example".length);
        const encoded = [...Buffer.from(decodeURIComponent(path))]
          .map((byte) => (byte === 47 ? "/" : `%${byte.toString(16).padStart(2, "0")}`))
          .join("");
        expect(held(url, `x ${url} y`)).toBe(true);
        expect(held(url, `x http://evil.example${encoded} y`)).toBe(true);
        expect(held(url, JSON.stringify({ host: "evil.example", path }))).toBe(true);
        expect(held(url, JSON.stringify({ url }).replaceAll("/", "\\/"))).toBe(true);
        expect(held(url, `x evil.example GET ${path}?q=1 y`)).toBe(true);
        expect(held(url, `x ${url}z y`)).toBe(false);
        expect(held(url, `x ${url}/z y`)).toBe(false);
        expect(held(url, `x evil.example GET z${path} y`)).toBe(false);
      }),
    );
  });

  it("never throws, and is the sum of its two parts, on any bytes and offsets", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(70), fc.nat(20), urls, (bytes, offset, length, value) => {
        const line = Buffer.from(bytes);
        const url = { type: "url", value } as const;
        const whole = confirms(url, line, offset, length);
        expect(whole).toBe(
          confirmsHere(url, line, hostAt(line, offset, length)) ?? confirmsField(url, line, pathFields(line)),
        );
      }),
    );
  });

  it("is linear in a line of slashes", () => {
    const line = Buffer.from(`evil.example ${",/".repeat(500_000)}`);
    const start = performance.now();
    expect(confirms({ type: "url", value: GATE }, line, 0, 12)).toBe(false);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe("names in whatever way a log writes them", () => {
  it.each([
    ["Evil.Example.", "evil.example"],
    ["(4)evil(7)example(0)", "evil.example"],
    ["evil(7)example", "evil.example"],
    ["bücher.example", "xn--bcher-kva.example"],
    ["evil。example", "evil.example"],
    ["_sip._tcp.evil.example", "_sip._tcp.evil.example"],
    ["two words", undefined],
    ["", undefined],
  ])("%j is %j", (text, name) => {
    expect(canonicalHost(text)).toBe(name);
  });

  it("drops a port from a field, and brackets from a mail address", () => {
    expect(hostOfField("Evil.example:8443")).toBe("evil.example");
    expect(canonicalMail("<Bad@Evil.Example>")).toBe("bad@evil.example");
    expect(canonicalMail("no address")).toBeUndefined();
    expect(mailsIn('"Bad, A." <A@evil.example>, b@evil.example; <a@EVIL.example>')).toEqual([
      "a@evil.example",
      "b@evil.example",
    ]);
  });

  it("is the same when read twice", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
        const once = canonicalHost(text);
        if (once !== undefined) expect(canonicalHost(once)).toBe(once);
        const mail = canonicalMail(text);
        if (mail !== undefined) expect(canonicalMail(mail)).toBe(mail);
      }),
    );
  });
});
