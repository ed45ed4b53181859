/** Firewall formats against lines that are not theirs, lines bent by an adversary, and text that a remote side chose. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { counted, isBlocked } from "../src/formats/firewalls/verdict.js";
import { readAddress } from "../src/formats/firewalls/keyed.js";
import { ENVELOPES } from "../src/formats/registry.js";
import { firewallFormats } from "../src/formats/firewalls/index.js";
import { parseObject } from "../src/formats/json-fields.js";
import { iso, parse } from "./formats-core-support.js";
import { networkFormats } from "./format-groups.js";
import { contextOf } from "./formats-network-context.js";

const FIXTURES = "test/fixtures/formats";
const formats = firewallFormats.filter((format) => !networkFormats.includes(format));
const ids = new Set(formats.map(({ id }) => id));
/** An envelope's fixtures hold lines of any format. */
const envelopes = new Set(ENVELOPES.map(({ id }) => id));
const files = readdirSync(FIXTURES)
  .filter((id) => !envelopes.has(id))
  .flatMap((id) =>
    readdirSync(join(FIXTURES, id))
      .filter((name) => name.endsWith(".log"))
      .map((name) => ({
        id,
        lines: readFileSync(join(FIXTURES, id, name), "utf8")
          .split("\n")
          .filter(Boolean),
      })),
  );
const own = files.filter(({ id }) => ids.has(id));

describe("no firewall format claims another's lines", () => {
  it.each(formats)("$id", (format) => {
    const claimed = files
      .filter(({ id }) => id !== format.id)
      .flatMap(({ id, lines }) =>
        lines
          .filter((line, i) => {
            const record = line.startsWith("{") ? parseObject(line) : undefined;
            if ((record !== undefined) !== (format.json === true)) return false;
            return format.parse(line, contextOf(lines, i), undefined, record) !== undefined;
          })
          .map((line) => `${id}: ${line}`),
      );
    expect(claimed).toEqual([]);
  });

  it("nor random text, nor near misses", () => {
    const misses = [
      "",
      " ",
      "203.0.113.7",
      "a,b,c,203.0.113.7,TRAFFIC,",
      "action=drop src=203.0.113.7 dst=10.0.0.5",
      "id=firewall src=203.0.113.7",
      "50%-off-5-SALE 203.0.113.7 -> 10.0.0.5",
      "src=203.0.113.7 dst=10.0.0.5 note=x",
      "203.0.113.7 > 10.0.0.5: hello",
      "flows of 203.0.113.7",
      "Allow 203.0.113.7",
    ];
    for (const format of formats)
      expect(misses.filter((line) => format.parse(line, contextOf([line], 0)) !== undefined)).toEqual([]);
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (line) => {
        for (const format of formats) expect(format.parse(line, contextOf([line], 0))).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  it("nor a web server's line whose visitor sends a firewall's line", () => {
    const sent = own.flatMap(({ lines }) => lines).filter((line) => !line.startsWith("{"));
    const claimed = sent
      .map(
        (line) =>
          `192.0.2.9 - - [04/Mar/2021:05:06:07 +0100] "GET / HTTP/1.1" 200 5 "-" "${line.replaceAll('"', "'")} ${line}"`,
      )
      .filter((line) => formats.some((format) => format.parse(line, contextOf([line], 0)) !== undefined));
    expect(claimed).toEqual([]);
  });
});

describe("hostile lines", () => {
  const line = fc
    .constantFrom(...own)
    .chain(({ lines }) => fc.record({ lines: fc.constant(lines), at: fc.nat({ max: lines.length - 1 }) }));

  it("never make a format throw, however a line was cut, doubled or bent", () => {
    const edit = fc.record({
      at: fc.nat({ max: 800 }),
      remove: fc.nat({ max: 60 }),
      insert: fc.string({ unit: "binary", maxLength: 12 }),
    });
    fc.assert(
      fc.property(line, fc.array(edit, { minLength: 1, maxLength: 5 }), ({ lines, at }, edits) => {
        let text = lines[at]!;
        for (const e of edits)
          text = text.slice(0, e.at % (text.length + 1)) + e.insert + text.slice((e.at % (text.length + 1)) + e.remove);
        const context = contextOf(lines, at);
        const record = parseObject(text);
        for (const format of formats)
          format.parse(text, context, { program: text.slice(0, 20), hostname: "h", structured: { x: text } }, record);
      }),
      { numRuns: 2000 },
    );
  });

  it("never make a JSON format throw when a value has another type", () => {
    const objects = own
      .filter(({ lines }) => lines[0]!.startsWith("{"))
      .flatMap(({ lines }) => lines.map((text) => JSON.parse(text) as Record<string, unknown>));
    fc.assert(
      fc.property(fc.constantFrom(...objects), fc.nat(), fc.jsonValue(), (record, pick, value) => {
        const keys = Object.keys(record);
        const bent = { ...record, [keys[pick % keys.length]!]: value };
        for (const format of formats) if (format.json) format.parse("", contextOf([""], 0), undefined, bent);
      }),
      { numRuns: 500 },
    );
  });

  it("cost no more than their length: 64 KiB of repetition in every place", () => {
    const fillers = [" ", "a", "(", "1", "1.", ":", "=", ",", '"', "->", " to ", "a=b ", '[a="', "|", ": ", ";", 'a:"'];
    const slow: string[] = [];
    for (const { lines } of own)
      for (let i = 0; i < lines.length; i += 3) {
        const text = lines[i]!;
        const context = contextOf(lines, i);
        for (const [n, filler] of fillers.entries()) {
          const cut = Math.floor((text.length * ((i + n * 3) % 10)) / 10);
          const bent = text.slice(0, cut) + filler.repeat(Math.floor(65_536 / filler.length)) + text.slice(cut);
          for (const format of formats) {
            if (format.json) continue;
            const start = performance.now();
            format.parse(bent, context);
            const ms = performance.now() - start;
            // A quadratic expression takes seconds at this size, a linear one milliseconds.
            if (ms > 500) slow.push(`${Math.round(ms)} ms: ${format.id}, ${JSON.stringify(filler)} at ${cut}`);
          }
        }
      }
    expect(slow).toEqual([]);
  });
});

describe("text that the remote side chose", () => {
  it.each([
    [
      "a RouterOS user name",
      "system,error,critical login failure for user x from 192.0.2.9 via ssh from 203.0.113.7 via api",
    ],
    [
      "a PAN-OS user name",
      "1,2021/03/04 05:06:07,1,SYSTEM,auth,1,2021/03/04 05:06:06,,auth-fail,,0,0,general,medium,failed authentication for user 'a'. From: 192.0.2.9.'.  Reason: Invalid username/password. From: 203.0.113.7.,1",
    ],
    [
      "a Stormshield URL",
      'id=firewall time="2021-03-04 05:06:07" fw="f" tz=+0100 startime="2021-03-04 05:06:06" src=203.0.113.7 srcport=1025 dst=10.0.0.5 dstport=80 op=GET result=200 arg="/?src=192.0.2.9" src=192.0.2.9 logtype="web"',
    ],
    [
      "a Sophos UTM user agent",
      '2021:03:04-05:06:07 utm httpproxy[1]: id="0001" severity="info" sys="SecureWeb" sub="http" name="http access" action="pass" method="GET" srcip="203.0.113.7" dstip="10.0.0.5" statuscode="200" url="http://a.example/" ua="x" srcip="192.0.2.9" dstip="192.0.2.8"',
    ],
    [
      "a file name in a PAN-OS threat log",
      '1,2021/03/04 05:06:07,1,THREAT,file,1,2021/03/04 05:06:06,203.0.113.7,10.0.0.5,0.0.0.0,0.0.0.0,r,,,ftp,v,a,b,c,d,e,2021/03/04 05:06:06,1,1,1025,21,0,0,0x0,tcp,alert,"a,192.0.2.9,192.0.2.8,2021-03-04T05:06:06.9+14:00",x(1)',
    ],
  ])("moves no end: %s", (_, line) => {
    const parsed = parse(line);
    expect(parsed.understood).toBe("format");
    expect(parsed.event.source?.ip).toBe("203.0.113.7");
    expect(parsed.event.destination?.ip ?? "10.0.0.5").toBe("10.0.0.5");
  });
});

describe("what counters say of a session that was let through", () => {
  it.each([
    [{ sent: 100, received: 0, transport: "tcp" }, "unanswered"],
    [{ sent: 0, received: 0, transport: "tcp" }, "unanswered"],
    [{ sent: 0, received: 100, transport: "udp" }, "unknown"],
    [{ sent: 100, received: 60, transport: "tcp" }, "unknown"],
    [{ sent: 100, received: 60, transport: "udp" }, "established"],
    [{ sent: 60, received: 40, sentPackets: 1, receivedPackets: 1, transport: "tcp" }, "refused"],
    [{ sent: 180, received: 60, sentPackets: 3, receivedPackets: 1, transport: "tcp" }, "unknown"],
    [{ sent: 500, received: 900, sentPackets: 5, receivedPackets: 4, transport: "tcp" }, "established"],
    [{ sent: 180, received: 120, sentPackets: 3, receivedPackets: 3, transport: "tcp" }, "unknown"],
    [{ sent: 500, transport: "tcp" }, "unknown"],
    [{ sentPackets: 2, receivedPackets: 2, transport: "udp" }, "established"],
  ])("%j is %s", (counters, outcome) => {
    expect(counted(counters, "action=allow").outcome).toBe(outcome);
  });

  it("needs a word that stops traffic to call it blocked", () => {
    expect(["deny", "Denied", "reset-both", "block-url", "Prevent", "REJECT"].filter(isBlocked)).toHaveLength(6);
    expect(
      ["allow", "accept", "pass", "detect", "alert", "Closed", "start", "blockade", undefined].filter(isBlocked),
    ).toEqual([]);
  });
});

describe("addresses as firewalls write them", () => {
  it.each([
    ["10.0.0.5:443:X0:host.example", { ip: "10.0.0.5", port: 443 }],
    ["10.0.0.5::X1", { ip: "10.0.0.5" }],
    ["[2001:db8::1]:443", { ip: "2001:db8::1", port: 443 }],
    ["2001:db8::1", { ip: "2001:db8::1" }],
    ["::ffff:203.0.113.7", { ip: "203.0.113.7" }],
    ["host.example", { domain: "host.example" }],
    ["no address (at all)", {}],
    ["1234.1.1.1:5", {}],
  ])("%s", (text, expected) => {
    expect(readAddress(text)).toEqual(expected);
  });
});

describe("lines inside other records", () => {
  const FILTERLOG =
    "7,,,100,em0,match,block,in,4,0x0,,64,1,0,DF,6,tcp,60,203.0.113.7,10.0.0.5,50000,22,0,S,1,,64240,,mss";
  it.each([
    [
      "a message without a blank",
      JSON.stringify({ "@timestamp": "2021-03-04T05:06:07Z", message: FILTERLOG }),
      "pf.filterlog",
    ],
    [
      "Docker's log",
      JSON.stringify({ log: `${FILTERLOG}\n`, stream: "stdout", time: "2021-03-04T05:06:07Z" }),
      "pf.filterlog",
    ],
    [
      "a file of WatchGuard's log server",
      '<134>2021-03-04 05:06:07 Deny 203.0.113.7 10.0.0.5 ssh/tcp 50000 22 0-External Firebox Denied 60 63 (x-00) proc_id="firewall" rc="101" msg_id="3000-0148"',
      "watchguard.fireware",
    ],
  ])("%s", (_, line, format) => {
    const parsed = parse(line);
    expect(parsed.format.split(">").at(-1)).toBe(format);
    expect(parsed.event.source).toMatchObject({ ip: "203.0.113.7", port: 50000 });
    expect(parsed.event.destination).toMatchObject({ ip: "10.0.0.5", port: 22 });
    expect(parsed.outcome).toBe("blocked");
    expect(iso(parsed)).toBe("2021-03-04T05:06:07.000Z");
  });
});

describe("times", () => {
  it.each([
    ["1614830767841000000", "2021-03-04T04:06:07.841Z"],
    // Written a second later than the event, or by another clock: the line's own date and time stand.
    ["1614830769057000000", "2021-03-04T04:06:07.000Z"],
  ])("of FortiGate keep the zone that the line names (eventtime %s)", (eventtime, expected) => {
    const parsed = parse(
      `date=2021-03-04 time=05:06:07 eventtime=${eventtime} tz="+0100" logid="0101039426" type="event" subtype="vpn" action="ssl-login-fail" remip=203.0.113.7`,
    );
    expect(iso(parsed)).toBe(expected);
    expect(parsed.timezone).toBe("+01:00 (in the line)");
  });

  it("of PAN-OS take their zone from the fine column only when it tells the same moment", () => {
    const columns = "1,2021/03/04 05:06:07,1,TRAFFIC,end,1,2021/03/04 05:06:06,10.0.0.5,203.0.113.7" + ",".repeat(30);
    expect(iso(parse(`${columns}2021-03-04T05:06:06.500+02:00`))).toBe("2021-03-04T03:06:06.500Z");
    expect(iso(parse(`${columns}2021-03-04T09:00:00.500+02:00`))).toBe("2021-03-04T05:06:06.000Z");
  });

  it.each([
    ["CET", "2021-03-04T04:06:07.000Z"],
    ["+0530", "2021-03-03T23:36:07.000Z"],
    ["IST", "2021-03-04T05:06:07.000Z"],
  ])("of Sophos Firewall are in %s when that names one zone", (zone, expected) => {
    const line = `device="SFW" date=2021-03-04 time=05:06:07 timezone="${zone}" device_name="XG" log_type="Firewall" log_component="Firewall Rule" log_subtype="Denied" src_ip=203.0.113.7 dst_ip=10.0.0.5`;
    expect(iso(parse(line))).toBe(expected);
  });
});
