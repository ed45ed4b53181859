/** Pages of mail gateways: several records in one line, each with its own outcome. */
import { describe, expect, it } from "vitest";
import { LineParser } from "../src/formats/line-parser.js";
import type { ParsedLine } from "../src/model/event.js";

function parse(line: string, observed: readonly string[]): ParsedLine {
  const parser = new LineParser({ path: "mail.json", firstLine: line, headerBefore: () => undefined }, {});
  return parser.parse(line, 0, observed);
}

const message = (ip: string): object => ({ GUID: ip, senderIP: ip, threatsInfoMap: [], sender: "x@example.org" });
const TAP = JSON.stringify({
  messagesBlocked: [message("203.0.113.1")],
  messagesDelivered: [message("203.0.113.10"), message("203.0.113.11")],
  clicksPermitted: [],
  clicksBlocked: [],
});

describe("a page of a mail gateway", () => {
  it("is read as the record with the hit, by the name of its list", () => {
    const delivered = parse(TAP, ["203.0.113.10"]);
    expect(delivered.event.source?.ip).toBe("203.0.113.10");
    expect(delivered.outcome).toBe("established");
    expect(delivered.notes).toEqual(["the line holds 3 records, one with this"]);
  });

  it("takes no address for the beginning of a longer one", () => {
    const blocked = parse(TAP, ["203.0.113.1"]);
    expect(blocked.event.source?.ip).toBe("203.0.113.1");
    expect(blocked.outcome).toBe("refused");
  });

  it("says how many of its records were hit", () => {
    const both = parse(TAP, ["203.0.113.10", "203.0.113.1"]);
    expect(both.event.source?.ip).toBe("203.0.113.10");
    expect(both.notes).toEqual(["the line holds 3 records, 2 of them with this"]);
  });

  it("has no ends without a hit", () => {
    expect(parse(TAP, ["198.51.100.1"]).event.source).toBeUndefined();
  });

  it("reads a receipt with an empty url as a receipt", () => {
    const receipt = {
      accountId: "C0A0",
      aggregateId: "a",
      timestamp: 1614834370000,
      eventType: "receipt",
      action: "Acc",
      senderIp: "203.0.113.7",
      url: null,
    };
    const parsed = parse(JSON.stringify(receipt), ["203.0.113.7"]);
    expect(parsed.format).toBe("mimecast.json");
    expect(parsed.event.source?.ip).toBe("203.0.113.7");
    expect(parsed.outcome).toBe("established");
  });
});
