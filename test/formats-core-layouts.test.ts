/** Layouts without a header, from the vendors' field lists. */
import { describe, expect, it } from "vitest";
import { iso, parse } from "./formats-core-support.js";

const PANOS =
  "1,2021/03/04 05:06:07,0001,TRAFFIC,end,1,2021/03/04 05:06:06,10.0.0.5,203.0.113.7,198.51.100.9,203.0.113.7,rule,,,web,vsys1,in,out,e1,e2,l,2021/03/04 05:06:07,1,1,50000,443,6000,443,0x0,tcp,ACTION,300,SENT,RECEIVED,5";
const panos = (action: string, sent = "100", received = "200"): string =>
  PANOS.replace("ACTION", action).replace("SENT", sent).replace("RECEIVED", received);

describe("PAN-OS traffic logs", () => {
  it("name a session's ends, their translation and the time it was generated", () => {
    const parsed = parse(`<14>Mar  4 05:06:07 fw ${panos("allow")}`);
    expect(parsed.format).toBe("syslog-3164>paloalto.panos");
    expect(parsed.event.source).toMatchObject({ ip: "10.0.0.5", port: 50000, nat: { ip: "198.51.100.9", port: 6000 } });
    expect(parsed.event.destination).toMatchObject({ ip: "203.0.113.7", port: 443 });
    expect(parsed.initiator).toBe("source");
    expect(iso(parsed)).toBe("2021-03-04T05:06:06.000Z");
  });

  it.each([
    ["allow", "100", "200", "established"],
    ["allow", "100", "0", "unanswered"],
    ["deny", "100", "0", "blocked"],
    ["drop", "0", "0", "blocked"],
    ["reset-both", "100", "0", "refused"],
  ])("read action %s with %s bytes sent and %s received as such", (action, sent, received, outcome) => {
    expect(parse(panos(action, sent, received)).outcome).toBe(outcome);
  });
});

describe("pf filterlog", () => {
  const v4 = (action: string, direction: string, ends: string, flags: string): string =>
    `Mar  4 05:06:07 gate filterlog[1]: 5,,,1000,em0,match,${action},${direction},4,0x0,,64,1,0,DF,6,tcp,60,${ends},0,${flags},1,,64240,,mss`;

  it.each([
    ["a lone SYN", v4("pass", "in", "203.0.113.7,10.0.0.1,50000,22", "S"), "source", "unknown"],
    ["a blocked SYN", v4("block", "in", "203.0.113.7,10.0.0.1,50000,22", "S"), "source", "blocked"],
    ["a SYN-ACK", v4("pass", "out", "203.0.113.7,10.0.0.1,443,50000", "SA"), "destination", "unknown"],
    ["a later packet", v4("block", "in", "203.0.113.7,10.0.0.1,443,50000", "PA"), "unknown", "blocked"],
  ])("reads %s", (_, line, initiator, outcome) => {
    const parsed = parse(line);
    expect(parsed.event.source?.ip).toBe("203.0.113.7");
    expect(parsed.event.destination?.ip).toBe("10.0.0.1");
    expect(parsed).toMatchObject({ initiator, outcome, oneWay: true, format: "syslog-3164>pf.filterlog" });
  });

  it("reads IPv6", () => {
    const { event } = parse(
      "Mar  4 05:06:07 gate filterlog: 5,,,1000,em0,match,block,in,6,0x00,0x0,64,UDP,17,60,2001:db8::7,2001:db8::1,5000,53,40",
    );
    expect(event.source).toEqual({ ip: "2001:db8::7", port: 5000 });
    expect(event.destination).toEqual({ ip: "2001:db8::1", port: 53 });
  });
});
