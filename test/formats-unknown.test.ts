/**
 * Logs that no format knows: every format's documented lines are read with that format switched off, and what the rest makes of them
 * is held against what the format itself says. Formats that name their ends by position only cannot be met; the floors rise.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Format } from "../src/formats/format.js";
import { LineParser } from "../src/formats/line-parser.js";
import { FORMATS } from "../src/formats/registry.js";
import type { ParsedLine } from "../src/model/event.js";
import { Conversations } from "../src/triage/conversation.js";
import { DEFAULT_OWN, OwnNetworks } from "../src/triage/own.js";
import { settle, triage } from "../src/triage/triage.js";
import { iso, parse } from "./formats-core-support.js";

const FIXTURES = "test/fixtures/formats";

function readAll(path: string, lines: readonly string[]): (ParsedLine | undefined)[] {
  const parser = new LineParser(
    {
      path,
      firstLine: lines[0] ?? "",
      headerBefore: (prefix, offset) => lines.slice(0, offset + 1).findLast((line) => line.startsWith(prefix)),
      mtimeMs: Date.UTC(2021, 11, 31),
    },
    {},
  );
  return lines.map((line, i) => (line === "" ? undefined : parser.parse(line, i)));
}

/** The places of a line's addresses: `203.0.113.7` → source, forwarded. */
function places({ event }: ParsedLine): Map<string, Set<string>> {
  const out = new Map<string, Set<string>>();
  const put = (ip: string | undefined, place: string): void => {
    if (ip !== undefined) out.set(ip, (out.get(ip) ?? new Set()).add(place));
  };
  put(event.source?.ip, "source");
  put(event.destination?.ip, "destination");
  put(event.source?.nat?.ip, "translated");
  put(event.destination?.nat?.ip, "translated");
  for (const ip of event.network?.forwarded_ip ?? []) put(ip, "forwarded");
  for (const ip of event.dns?.resolved_ip ?? []) put(ip, "answer");
  return out;
}

const OWN = new OwnNetworks([...DEFAULT_OWN, "192.0.2.0/24", "198.51.100.0/24"], true);
const FAR_ADDRESSES = /203\.0\.113\.\d+|2001:db8(?::bad)?::7\b/g;
const isCallout = (verdict: string): boolean => verdict.startsWith("callout");

/** What the line alone says of the address. */
function verdictOf(parsed: ParsedLine, ip: string): string {
  const type = ip.includes(":") ? "ipv6-addr" : "ipv4-addr";
  const judged = triage(parsed, { type, value: ip, role: "unknown", labels: [] }, [ip], "x.log", OWN);
  if (judged.judgement) return judged.judgement.verdict;
  const conversations = new Conversations();
  conversations.add(judged.pending.record);
  return settle(judged.pending, conversations.resolve(judged.pending.record)).verdict;
}

const verdicts = { judged: 0, falseCallouts: 0, callouts: 0, lostCallouts: 0 };

function compareVerdicts(known: ParsedLine, guessed: ParsedLine, line: string): void {
  for (const ip of new Set(line.match(FAR_ADDRESSES))) {
    const [truth, found] = [verdictOf(known, ip), verdictOf(guessed, ip)];
    verdicts.judged++;
    if (isCallout(found) && !isCallout(truth)) verdicts.falseCallouts++;
    if (isCallout(truth)) verdicts.callouts++;
    if (isCallout(truth) && !isCallout(found)) verdicts.lostCallouts++;
  }
}

const score = { places: 0, right: 0, other: 0, times: 0, timesRight: 0 };

function compare(known: ParsedLine, guessed: ParsedLine): void {
  const [truth, found] = [places(known), places(guessed)];
  for (const [ip, of] of truth) {
    score.places++;
    const has = found.get(ip);
    if (has && [...of].some((place) => has.has(place))) score.right++;
    else if (has) score.other++;
  }
  for (const ip of found.keys())
    if (!truth.has(ip)) {
      score.places++;
      score.other++;
    }
  if (known.event.timestamp === undefined) return;
  score.times++;
  if (known.event.timestamp === guessed.event.timestamp) score.timesRight++;
}

function without(format: Format, path: string): void {
  const lines = readFileSync(path, "utf8").replace(/\n$/, "").split("\n");
  const known = readAll(path, lines);
  const off = vi.spyOn(format, "parse").mockReturnValue(undefined);
  const guessed = readAll(path, lines);
  off.mockRestore();
  for (const [i, line] of known.entries())
    if (line?.understood === "format" && line.format.split(">").includes(format.id)) {
      compare(line, guessed[i]!);
      compareVerdicts(line, guessed[i]!, lines[i]!);
    }
}

describe("lines of a format that is not known", () => {
  afterEach(() => vi.restoreAllMocks());

  it("keep their roles and times, for the most part, by the words and names in them", () => {
    for (const format of FORMATS) {
      const folder = join(FIXTURES, format.id);
      if (!existsSync(folder)) continue;
      for (const name of readdirSync(folder).filter((file) => /^input.*\.log$/.test(file)))
        without(format, join(folder, name));
    }
    const share = (part: number, whole: number): number => Math.floor((10_000 * part) / whole) / 100;
    const right = share(score.right, score.places);
    const other = share(score.other, score.places);
    const times = share(score.timesRight, score.times);
    console.log(`without their format: roles ${right} % right, ${other} % other, times ${times} % right`);
    const { judged, falseCallouts, callouts, lostCallouts } = verdicts;
    console.log(`${judged} verdicts: ${falseCallouts} false callouts, ${lostCallouts} of ${callouts} callouts lost`);
    expect(judged).toBeGreaterThan(1500);
    expect(falseCallouts).toBeLessThanOrEqual(FALSE_CALLOUTS);
    expect(lostCallouts).toBeLessThanOrEqual(LOST_CALLOUTS);
    expect(score.places).toBeGreaterThan(3000);
    expect(right).toBeGreaterThanOrEqual(RIGHT);
    expect(other).toBeLessThanOrEqual(OTHER);
    expect(times).toBeGreaterThanOrEqual(TIMES);
  });
});

/** Of 100, so far; replies that formats turn round and names that imitate a log are among the rest. */
const RIGHT = 78.4;
const OTHER = 5.5;
const TIMES = 92;
/** Of 1,800 verdicts and 380 callouts and attempts. */
const FALSE_CALLOUTS = 14;
const LOST_CALLOUTS = 82;

const FAR = "203.0.113.7";

describe("fields of a log that no format knows", () => {
  it.each([
    ["a zone field beside the time", "date=2021-03-04 time=05:06:07 tz=+0100", "2021-03-04T04:06:07.000Z"],
    ["a zone's abbreviation", 'time="2021-03-04 05:06:07" timezone="CET"', "2021-03-04T04:06:07.000Z"],
    ["a zone by its city", 'time="2021-07-04 05:06:07" timezone="Europe/Paris"', "2021-07-04T03:06:07.000Z"],
    [
      "a zone with a name behind it",
      'date=2021-03-04 time=05:06:07 timezone="(GMT+1:00)Paris"',
      "2021-03-04T04:06:07.000Z",
    ],
    [
      "a visitor's zone is not the record's",
      'time="2021-03-04 05:06:07" geo.timezone="Europe/Paris"',
      "2021-03-04T05:06:07.000Z",
    ],
    [
      "a column of digits after the seconds",
      `7,2021/03/04 05:06:07,012001000001,src=${FAR}`,
      "2021-03-04T05:06:07.000Z",
    ],
    [
      "a second date after a comma",
      `2021-03-04 05:06:07,2021-03-04 05:06:08,${FAR},10.0.0.5`,
      "2021-03-04T05:06:07.000Z",
    ],
    ["klog", `I0304 05:06:07.123456       1 server.go:58] accept host=${FAR} port=53598`, "2021-03-04T05:06:07.123Z"],
    [
      "the start of a flow",
      `x 10.0.0.5 ${FAR} 443 50000 6 5 600 1614834367 1614834397 ACCEPT OK`,
      "2021-03-04T05:06:07.000Z",
    ],
  ])("are dated by %s", (_, line, expected) => {
    expect(iso(parse(line))).toBe(expected);
  });

  it.each([
    `{"time":"2021-03-04T05:06:07Z","received_at":"2021-03-04T05:07:00Z","src_ip":"${FAR}"}`,
    `{"TimeReceived":"2021-03-04T05:07:00Z","TimeGenerated":"2021-03-04T05:06:07Z","src_ip":"${FAR}"}`,
    `{"time_flow_start_ns":1614834367000000000,"time_flow_end_ns":1614834377000000000,"src_ip":"${FAR}"}`,
    `{"endTime":1614834377,"startTime":1614834367,"src_ip":"${FAR}"}`,
  ])("are dated by when it happened: %s", (line) => {
    expect(iso(parse(line))).toBe("2021-03-04T05:06:07.000Z");
  });

  it.each([
    ["xlatesrc", "source"],
    ["modsrc", "source"],
    ["src_ip_nat", "source"],
    ["xlatedst", "destination"],
    ["dst_nat_ip", "destination"],
  ])("name a translated address: %s", (name, side) => {
    const { event } = parse(`2021-03-04T05:06:07Z src=10.0.0.5 dst=${FAR} ${name}=198.51.100.9`);
    expect(event.source?.ip).toBe("10.0.0.5");
    expect(event.destination?.ip).toBe(FAR);
    expect(event[side as "source" | "destination"]?.nat?.ip).toBe("198.51.100.9");
  });

  it("name the server `sip` beside the client's `cip`, and the source beside `dip`", () => {
    expect(parse(`{"cip":"10.0.0.5","sip":"${FAR}"}`).event).toMatchObject({
      source: { ip: "10.0.0.5" },
      destination: { ip: FAR },
    });
    expect(parse(`{"sip":"10.0.0.5","dip":"${FAR}"}`).event).toMatchObject({
      source: { ip: "10.0.0.5" },
      destination: { ip: FAR },
    });
  });

  it.each([
    `SrcIPAddr(1003)=10.0.0.5;SrcPort(1004)=51234;DstIPAddr(1007)=${FAR};DstPort(1008)=22`,
    `connsrcip=10.0.0.5 connsrcport=51234 conndestip=${FAR} conndestport=443`,
    `{"fd":"10.0.0.5:43210->${FAR}:443"}`,
    `{"conn":"10.0.0.5:43210->${FAR}:443"}`,
    `{"Laddr":{"IP":"10.0.0.5","Port":50067},"Raddr":{"IP":"${FAR}","Port":443}}`,
    `{"direction":"OUT","remote_ip":"${FAR}","remote_port":8443,"local_ip":"10.0.0.5","local_port":40000}`,
    `{"event":"connected","remote":"${FAR}:4444","local":"10.0.0.5:51234","process":"x.exe"}`,
    `{"dir":"Outbound","ip":"${FAR}","local_ip":"10.0.0.5"}`,
    `{"src_ip":"10.0.0.5","ip":"${FAR}","directionName":"outbound"}`,
    `{"remote_endpoint":"${FAR}:25","local_endpoint_ip":"10.0.0.5","context":"attempting to connect"}`,
    `Client_ip 10.0.0.5 - ServerIP ${FAR}`,
    `deny tcp inside/10.0.0.5(51234) -> outside/${FAR}(443)`,
    `permitted udp 10.0.0.5(51234) (Gi0/1 0053.0000.0001) -> ${FAR}(53)`,
    `10.0.0.5.40000     ->          ${FAR}.22`,
    `allow tcp 10.0.0.5 ${FAR}   51234    22`,
    `Dropping tcp session 10.0.0.5:51234 ${FAR}:22 on zone-pair`,
    `1 10.0.0.5 TCP_TUNNEL/200 98765 CONNECT ${FAR}:443 -`,
  ])("place both ends in: %s", (line) => {
    const { event } = parse(`2021-03-04T05:06:07Z ${line}`.replace(/^\S+ (?=\{)/, ""));
    expect(event.source?.ip).toBe("10.0.0.5");
    expect(event.destination?.ip).toBe(FAR);
  });

  it.each([
    `| 10.0.0.5 | ${FAR} | 443 | tcp | x`,
    `"10.0.0.5";"50000";"${FAR}";"443";"TCP"`,
    `1,TRAFFIC,end,10.0.0.5,${FAR},198.51.100.9,${FAR},out,0,tcp,allow`,
  ])("place two neighbours in a filter's columns, source first: %s", (line) => {
    const { event } = parse(`2021-03-04T05:06:07Z x ${line}`);
    expect(event.source?.ip).toBe("10.0.0.5");
    expect(event.destination?.ip).toBe(FAR);
  });

  it.each([
    ["three neighbours", `"pc1","10.0.0.5","198.51.100.9","${FAR}","ALLOW","x"`],
    ["a chain of proxies", `audit 10.0.0.5, ${FAR} DENY`],
    ["a network's length", `zone UDP FRA6 10.0.0.5 ${FAR}/24`],
    ["no word of traffic", `lease 10.0.0.5 ${FAR} renewed`],
  ])("leave addresses that stand side by side without a role: %s", (_, line) => {
    const { event } = parse(`2021-03-04T05:06:07Z x ${line}`);
    expect(event.destination?.ip).toBeUndefined();
  });

  it("read IPv6 addresses with a port that stands without brackets", () => {
    const { event } = parse("2021-03-04T05:06:07Z error [client 2001:db8::7:50229] refused");
    expect(event.source).toEqual({ ip: "2001:db8::7", port: 50229 });
    expect(parse("2021-03-04T05:06:07Z IP6 2001:db8::7.43436 > 2001:db8:1::4.443: Flags [P.]").event).toMatchObject({
      source: { ip: "2001:db8::7", port: 43436 },
      destination: { ip: "2001:db8:1::4", port: 443 },
    });
  });

  it.each([
    ["a message's id", `blocked INFECTED <a@example.org> -> <b@example.com>, Message-ID: <x@${FAR}>`],
    [
      "a command that somebody typed",
      `sudo: alice : 3 incorrect password attempts ; TTY=pts/0 ; USER=root ; COMMAND=/bin/nc ${FAR} 4444`,
    ],
    ["a network", `ratelimit target 203.0.113.0/24`],
    ["peers joined by a two-way arrow", `new phase 1: 198.51.100.4[500]<=>${FAR}[500]`],
  ])("give no role to %s", (_, line) => {
    const { event } = parse(`2021-03-04T05:06:07Z ${line}`);
    expect(event.source?.ip === FAR || event.destination?.ip === FAR).toBe(false);
  });

  it.each([
    ["registered service ports", `action=ACCEPT src=10.0.0.5 srcport=3389 dst=${FAR} dstport=51234`],
    ["a flow record", `flow_id=1 action=ACCEPT src=10.0.0.5 srcport=50000 dst=${FAR} dstport=443`],
    ["an intrusion alert", `alert signature="x" action=drop src=10.0.0.5 srcport=50000 dst=${FAR} dstport=443`],
    ["an echo reply", `pass out proto=icmp type=0 src=10.0.0.5 dst=${FAR} action=allow`],
    ["an ICMP error", `IN= OUT=eth0 SRC=10.0.0.5 DST=${FAR} PROTO=ICMP TYPE=3 CODE=3 ACCEPT`],
  ])("do not say that an own machine began it: %s", (_, line) => {
    expect(parse(`2021-03-04T05:06:07Z ${line}`).initiator).not.toBe("source");
  });

  it.each([
    `sending servfail to ${FAR}`,
    `sent reply to client ${FAR}:40000`,
    `Sending handshake response to peer 2 (${FAR}:40000)`,
  ])("take the one who is answered for the one who asked: %s", (line) => {
    const parsed = parse(`2021-03-04T05:06:07Z app: ${line}`);
    expect(parsed.event.source?.ip).toBe(FAR);
    expect(parsed.initiator).toBe("source");
  });

  it("leave a blocked TCP packet from a service's port a stray, not the answer to a callout", () => {
    const line = `action=drop proto=tcp src=${FAR} srcport=443 dst=10.0.0.5 dstport=51000`;
    expect(verdictOf(parse(`2021-03-04T05:06:07Z ${line}`), FAR)).toBe("probe-blocked");
    // Of UDP it may be a late answer.
    expect(verdictOf(parse(`2021-03-04T05:06:07Z ${line.replace("tcp", "udp")}`), FAR)).toBe("callout-attempt");
  });

  it.each([
    `1614834367.123 456 10.0.0.5 MISS/200 1234 GET http://${FAR}/x user1 -`,
    `1614834367.123 456 10.0.0.5 200 1234 GET http://${FAR}:8080/x user1 DIRECT/${FAR} text/html`,
    `1614834367.123 17 10.0.0.5 TCP_TUNNEL/200 98765 CONNECT ${FAR}:443 -`,
  ])("say where an inside client of a proxy went: %s", (line) => {
    const { event, initiator } = parse(line);
    expect(event.source?.ip).toBe("10.0.0.5");
    expect(event.destination?.ip).toBe(FAR);
    expect(initiator).not.toBe("destination");
  });

  it.each([
    ["an outside client", `198.51.100.9 x "GET http://${FAR}/ HTTP/1.1" 200 5`],
    [
      "a URL that a server made of the Host header",
      `{"remote":"10.0.0.1","url":"http://${FAR}/wp-login.php","method":"POST","status":200}`,
    ],
    ["a URL that was mailed, in fields,", `client=10.0.0.9 status=sent url=http://${FAR}/`],
    ["a URL in a user agent", `10.0.0.1 "GET / HTTP/1.1" 200 12 "-" "GET http://${FAR}/x"`],
    ["a URL in a referrer's field", `client=10.0.0.1 method=GET path=/ status=200 referer="http://${FAR}/ GET "`],
    ["a URL that a web server is asked for", `172.17.0.1 - - "GET http://${FAR}/ HTTP/1.1" 200 -`],
    [
      "a URL in an application's access log",
      `INFO 1 --- [exec-1] AccessLog : 10.0.0.1 GET http://${FAR}/azenv.php 404 3 ms`,
    ],
    ["a NAT address without a side", `{"src_ip":"10.0.0.5","translated_ip":"${FAR}","rule":"dnat to"}`],
    ["a sensor's neighbour", `T;192.0.2.4;${FAR};SSH;22;TCP;login attempt;root`],
    ["a WAF's neighbour", `x|192.0.2.1|${FAR}|CN|443|TCP|BLOCKED|SQLi`],
    ["a URL in a chat", `chat <bob> GET http://${FAR}/x from 10.0.0.1 status=200`],
    ["an origin beside an inside client", `{"originIp":"${FAR}","clientIp":"10.0.0.1","result":"success"}`],
    ["a name", `{"client_ip":"198.51.100.200","name":"10.0.0.5:1->${FAR}:443","event":"join","result":"success"}`],
    ["a pair of addresses beside a request", `10.0.0.1 ${FAR} "GET /tcp HTTP/1.1" 200 1234`],
    ["a list", `resolver ACCEPT nameservers 10.0.0.53 ${FAR}`],
    ["a referrer", `{"client_ip":"10.0.0.5","referrer":"http://${FAR}/x","status":200}`],
    ["a visitor's header behind an arrow", `10.0.0.5 POST /login X-FORWARDED-FOR -> ${FAR}`],
  ])("do not say that a machine went to what %s names", (_, line) => {
    expect(parse(`2021-03-04T05:06:07Z ${line}`.replace(/^\S+ (?=\{)/, "")).event.destination?.ip).toBeUndefined();
  });

  // Words of a visitor, a setting or a message that stands for itself must not turn an inbound line round.
  it.each([
    `remote_addr=${FAR} method=GET path=/outgoing-connection status=200`,
    `remote=${FAR} user_agent="Mozilla (outbound request)" status=200`,
    `login ok rhost=${FAR} user="outbound traffic"`,
    `{"remote_address":"${FAR}","service":"egress-network-api","status":200,"method":"POST"}`,
    `{"direction":"out","local_ip":"10.0.0.5","local_port":22,"remote_ip":"${FAR}","remote_port":51000,"state":"established"}`,
    `{"direction":"out","peer":"${FAR}:51000","msg":"ws frame","state":"established"}`,
    `remote=${FAR} dir=o status=200 method=GET path=/a`,
    `{"event":"ws_message","direction":"outbound","ip":"${FAR}","status":"sent"}`,
    `{"remote_ip":"${FAR}","event":"connected"}`,
    `Built inbound TCP connection 9 for outside:${FAR}/51222 (${FAR}/51222) to dmz:10.0.0.5/22 (192.0.2.4/22)`,
    `direction=out transport=udp local=10.0.0.4:5060 remote=${FAR}:5060 status=401`,
    `{"dir":"OUT","laddr":"10.0.0.4","lport":27015,"raddr":"${FAR}","rport":27005}`,
    `remote=${FAR}:51222 msg="outbound request queue full, dropping slow client"`,
    `{"description":"Blocked attempt to use server as open relay for outbound connection","remote_ip":"${FAR}"}`,
    `{"msg":"Device failed to connect","ip":"${FAR}","port":443}`,
    `[NTP] failed to connect: client ip=${FAR}:123`,
    `drop proto=icmp type=0 src=${FAR} dst=10.0.0.4`,
    `{"msg":"connection accepted","conn":"10.0.0.5:25565->${FAR}:40001"}`,
    `{"eventid":"x.session.connect","remote_ip":"${FAR}","remote_port":51222,"local_ip":"10.0.0.5","local_port":2222}`,
    `action=drop proto=udp src=${FAR} sport=5060 dst=10.0.0.4 dport=50600`,
    `The user's login from ${FAR} failed, account isn't known`,
    `session established proto=tcp src=${FAR} dst=10.0.0.5 dpt=443 policy="allow ICMP" type=3`,
    `{"msg":"player failed to connect: wrong password","ip":"${FAR}","port":443}`,
    `user 'dial' failed login ip=${FAR} port=80`,
    `{"peer":"${FAR}:179","msg":"BGP: incoming connection, unable to connect session, rejected"}`,
    `login failed for user Server_ip ${FAR}`,
    `invalid user trying ${FAR}`,
    `login failed for user x; COMMAND=y from ${FAR}`,
    `{"msg":"Failed password for invalid user a->b from ${FAR} port 4000"}`,
    `{"sip":"${FAR}","dip":"10.0.0.5","source":"10.0.0.1","action":"allow"}`,
    `{"remote_ip":"${FAR}","password":"10.0.0.5:1->${FAR}:443","event":"login","result":"failed"}`,
  ])("keep one who came where he stands: %s", (line) => {
    const parsed = parse(`2021-03-04T05:06:07Z app: ${line}`.replace(/^.*? app: (?=\{)/, ""));
    expect(parsed.event.source?.ip).toBe(FAR);
    expect(isCallout(verdictOf(parsed, FAR))).toBe(false);
  });

  it.each([
    ["numbers in a user's name", `Mar  4 05:06:07 h app: login failed for user 1100000001 1100000005 from ${FAR}`],
    ["a packed date in a user's name", `Mar  4 05:06:07 h app: login failed for user x:20190101000000 from ${FAR}`],
    ["ids side by side", `1,1,1212555012,1212555019,${FAR},2021-03-04 05:06:07`],
    ["byte counts", `2021-03-04T05:06:07Z src=10.0.0.5 dst=${FAR} sent=1204567890 received=1234567890`],
    ["when somebody came first", `2021-03-04T05:06:07Z player ip=${FAR} first="2019-01-01 00:00:00" login`],
    [
      "when an account was made",
      `{"received_at":"2021-03-04T05:06:07Z","created_at":"2015-01-01T00:00:00Z","ip":"${FAR}"}`,
    ],
    ["a user's zone", `2021-03-04 05:06:07 profile update ip=${FAR} timezone=Asia/Tokyo lang=ja`],
    [
      "a visitor's city",
      `{"timestamp":"2021-03-04 05:06:07","ip":"${FAR}","timezone":"America/New_York","event":"pageview"}`,
    ],
    ["an address in the next column", `2021-03-04T05:06:07,${FAR},x`],
    ["a device's zone", `{"time":"2021-03-04 05:06:07","device":{"timezone":"Asia/Tokyo"},"ip":"${FAR}"}`],
  ])("are not dated by %s", (_, line) => {
    expect(iso(parse(line, { mtimeMs: Date.UTC(2021, 3, 1) }))).toBe("2021-03-04T05:06:07.000Z");
  });

  it("keep a fraction of four digits before a zone", () => {
    expect(iso(parse(`2021-03-04T05:06:07,1234-05:00 from ${FAR}`))).toBe("2021-03-04T10:06:07.123Z");
  });

  // An own machine went out: not one of these may be lost.
  it.each([
    `INFO uploading report for job123 to ${FAR}:8443`,
    `query for evil.example to ${FAR} timed out`,
    `kex: connection for git to ${FAR}:22 established`,
    `ERROR heartbeat: no reply to ${FAR}:443, retrying`,
    `direction=in remote=${FAR}:443 local=10.0.0.4:51222`,
    `{"action":"connected","remote_ip":"${FAR}","remote_port":443,"process":"x.exe"}`,
    `{"event":"connecting","remote":"${FAR}:4444","process":"x.exe"}`,
    `Built outbound TCP connection 12 for outside:${FAR}/443 (${FAR}/443) to inside:10.0.0.5/51234 (192.0.2.1/51234)`,
  ])("keep one who was reached where he stands: %s", (line) => {
    const parsed = parse(`2021-03-04T05:06:07Z app: ${line}`.replace(/^.*? app: (?=\{)/, ""));
    expect(parsed.event.destination?.ip).toBe(FAR);
    expect(isCallout(verdictOf(parsed, FAR))).toBe(true);
  });

  it("say so when the words place two addresses at one end", () => {
    const { notes } = parse(`2021-03-04T05:06:07Z app: bad login of x from 192.0.2.1 port 22 from ${FAR} port 29160`);
    expect(notes).toEqual([`the words place two addresses at one end: 192.0.2.1 and ${FAR}`]);
  });

  it.each([
    ["SYN_SENT", "unanswered"],
    ["Session could not be established", "refused"],
  ])("read the outcome of: %s", (status, outcome) => {
    expect(parse(`{"status":"${status}","client_ip":"${FAR}"}`).outcome).toBe(outcome);
  });
});
