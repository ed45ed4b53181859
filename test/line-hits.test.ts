/** From the hits of a line to its indicators. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { indicatorsOf, type LineHit } from "../src/hunt/line-hits.js";
import { confirms } from "../src/matcher/confirm.js";
import type { IndicatorType } from "../src/model/indicator.js";
import type { ParsedLine } from "../src/model/event.js";
import { OwnNetworks } from "../src/triage/own.js";
import { triage, type TriageIndicator } from "../src/triage/triage.js";

function indicator(type: IndicatorType, value: string): TriageIndicator {
  return { type, value, role: "unknown", labels: [] };
}
function hits(line: string, ...tokens: string[]): LineHit[] {
  return tokens
    .map((token, slot) => ({ slot, offset: Buffer.from(line).indexOf(token), length: Buffer.byteLength(token) }))
    .toSorted((a, b) => a.offset - b.offset);
}
const found = (line: string, slots: readonly (readonly TriageIndicator[])[], seen?: Set<string>, ...tokens: string[]) =>
  [...indicatorsOf(Buffer.from(line), hits(line, ...tokens), { at: (slot) => slots[slot]! }, seen)].map(
    ({ indicator: { type, value }, tokens: all }) => [type, value, ...all],
  );

describe("the indicators of a line", () => {
  it("come once each, with every token of theirs, canonical by type", () => {
    const evil = indicator("domain-name", "evil.com");
    const mail = indicator("email-addr", "bad@evil.com");
    const line = "WWW.Evil.COM. bad@EVIL.com (3)cdn(4)evil(3)com(0)";
    const slots = [[evil], [evil], [mail], [evil]];
    expect(
      found(line, slots, undefined, "WWW.Evil.COM.", "EVIL.com", "bad@EVIL.com", "(3)cdn(4)evil(3)com(0)"),
    ).toEqual([
      ["domain-name", "evil.com", "www.evil.com", "evil.com", "cdn.evil.com"],
      ["email-addr", "bad@evil.com", "bad@evil.com"],
    ]);
  });

  it("leave out what an earlier piece of the same line had", () => {
    const evil = indicator("domain-name", "evil.com");
    const seen = new Set<string>();
    expect(found("x evil.com", [[evil]], seen, "evil.com")).toHaveLength(1);
    expect(found("y evil.com", [[evil]], seen, "evil.com")).toHaveLength(0);
  });

  it("find among thousands of URLs of a host what each would find alone, in their order", () => {
    const part = fc.constantFrom("a", "b", "%61", "+", "%20", "\\/", "/", "longer", "é", "?x=1", ".exe");
    const text = fc.array(part, { minLength: 1, maxLength: 8 }).map((parts) => `/${parts.join("")}`);
    const value = fc
      .array(fc.constantFrom("a", "b", "longer", "é", "/", " ", ".exe", "?x=1"), { minLength: 1, maxLength: 8 })
      .map((parts) => new URL(`http://evil.com/${parts.join("")}`).href);
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 20, maxLength: 40 }),
        fc.array(text, { maxLength: 4 }),
        fc.boolean(),
        (values, texts, direct) => {
          const urls = [...new Set(values)].map((url) => indicator("url", url));
          const all = [
            ...urls,
            ...Array.from({ length: 20 }, (_, i) => indicator("url", `http://evil.com/zzzzzzzzz${i}`)),
          ];
          const line = `x evil.com${direct ? (texts[0] ?? "") : ""} ${texts.join(" ")}`;
          const bytes = Buffer.from(line);
          const offset = bytes.indexOf("evil.com");
          expect(found(line, [all], undefined, "evil.com").map(([, url]) => url)).toEqual(
            all.filter((url) => confirms(url, bytes, offset, 8)).map((url) => url.value),
          );
        },
      ),
    );
  });
});

describe("several tokens of one indicator", () => {
  const line: ParsedLine = {
    event: { source: { ip: "10.0.0.5" }, destination: { ip: "203.0.113.9" }, url: { domain: "a.evil.com" } },
    format: "test",
    outcome: "established",
    initiator: "source",
    understood: "format",
  };

  it("are judged by the strongest place of any of them", () => {
    const network = triage(
      line,
      indicator("ipv4-addr", "203.0.113.0/24"),
      ["203.0.113.7", "203.0.113.9"],
      "a.log",
      new OwnNetworks(),
    );
    expect(network).toMatchObject({ observed: "203.0.113.9", judgement: { role: "destination", verdict: "callout" } });
    const name = triage(
      line,
      indicator("domain-name", "evil.com"),
      ["evil.com", "a.evil.com"],
      "a.log",
      new OwnNetworks(),
    );
    expect(name).toMatchObject({ observed: "a.evil.com", judgement: { role: "destination", verdict: "callout" } });
  });

  it("keep the first when none has a place", () => {
    const none = triage(
      line,
      indicator("domain-name", "evil.org"),
      ["b.evil.org", "evil.org"],
      "a.log",
      new OwnNetworks(),
    );
    expect(none).toMatchObject({ observed: "b.evil.org", judgement: { verdict: "mention" } });
  });
});
