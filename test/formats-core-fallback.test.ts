import { describe, expect, it } from "vitest";
import { findAddresses } from "../src/formats/fallback/addresses.js";
import { findTime } from "../src/formats/fallback/find-time.js";
import { meaningOf } from "../src/formats/fallback/keys.js";
import { iso, parse } from "./formats-core-support.js";

const FAR = "203.0.113.7";

describe("roles by the names of fields", () => {
  it.each([
    ["src_ip", "source.ip"],
    ["srcip", "source.ip"],
    ["source.ip", "source.ip"],
    ["sourceIPAddress", "source.ip"],
    ["SourceAddress", "source.ip"],
    ["client_ip", "source.ip"],
    ["request.clientIp", "source.ip"],
    ["callerIpAddress", "source.ip"],
    ["c-ip", "source.ip"],
    ["id.orig_h", "source.ip"],
    ["initiatorAddr", "source.ip"],
    ["remote_addr", "remote.ip"],
    ["RemoteAddr", "remote.ip"],
    ["downstream_remote_address", "remote.ip"],
    ["rhost", "remote.ip"],
    ["s-ip", "destination.ip"],
    ["daddr", "destination.ip"],
    ["dest_ip", "destination.ip"],
    ["target_ip", "destination.ip"],
    ["upstream_addr", "destination.ip"],
    ["id.resp_h", "destination.ip"],
    ["nat_src_ip", "source.nat.ip"],
    ["translatedDestinationAddress", "destination.nat.ip"],
    ["source.nat.ip", "source.nat.ip"],
    ["X-Forwarded-For", "forwarded"],
    ["headers.X-Real-Ip", "forwarded"],
    ["dns.answers.data", "answer"],
    ["answers.rdata", "answer"],
    ["ip", "bare.ip"],
    ["destination.geo.ip", undefined],
    ["related.ip", undefined],
    ["device_ip", "observer.ip"],
    ["spt", "source.port"],
    ["dstPort", "destination.port"],
  ])("reads %s as %s", (key, kind) => {
    expect(meaningOf(key)?.kind).toBe(kind);
  });

  it.each([
    ["flat JSON", `{"time":"2021-03-04T05:06:07Z","client_ip":"${FAR}","status":403}`, "refused", "source"],
    [
      "nested JSON",
      `{"ts":1614834367.5,"request":{"remote_ip":"${FAR}","method":"GET"},"status":200}`,
      "established",
      "source",
    ],
    [
      "JSON after a prefix",
      `[2021-03-04 05:06:07] audit.INFO: {"type":"LOGIN_FAILED","ip":"${FAR}"} []`,
      "refused",
      "source",
    ],
    [
      "JSON in a string",
      JSON.stringify({ log: JSON.stringify({ msg: `login failed from ${FAR}` }), time: "2021-03-04T05:06:07Z" }),
      "refused",
      "source",
    ],
    [
      "cut JSON",
      `{"time":"2021-03-04T05:06:07Z","client_ip":"${FAR}","action":"denied","user_agent":"Mozil`,
      "blocked",
      "source",
    ],
    [
      "quoted pairs",
      `time="2021-03-04T05:06:07Z" level=error msg="login failed" remote_ip=${FAR}`,
      "refused",
      "source",
    ],
    [
      "pairs parted by semicolons",
      `2021-03-04 05:06:07 action:"drop"; src:"${FAR}"; dst:"10.0.0.1"`,
      "blocked",
      "source",
    ],
    [
      "pairs with colons",
      `2021-03-04 05:06:07 [error] connection limit, client: ${FAR}, server: example.org, action: blocked`,
      "blocked",
      "source",
    ],
    [
      "XML of a Windows event",
      `<Event><System><TimeCreated SystemTime="2021-03-04T05:06:07Z"/></System><EventData><Data Name="IpAddress">${FAR}</Data><Data Name="Status">failed</Data></EventData></Event>`,
      "refused",
      "source",
    ],
  ])("places the client in %s", (_, line, outcome, initiator) => {
    const parsed = parse(line);
    expect(parsed.event.source?.ip).toBe(FAR);
    expect(parsed.outcome).toBe(outcome);
    expect(parsed.initiator).toBe(initiator);
    expect(parsed.understood).toBe("fallback");
    expect(iso(parsed)).toMatch(/^2021-03-04T05:06:07/);
  });

  it("splits an address from its port, in every notation", () => {
    for (const value of [
      `${FAR}:443`,
      `${FAR}#443`,
      `${FAR}/443`,
      `IPV4/UDP/${FAR}/443`,
      `tcp://${FAR}:443`,
      `host/${FAR}:443`,
    ])
      expect(parse(JSON.stringify({ client: value })).event.source).toEqual({ ip: FAR, port: 443 });
    expect(parse('{"client":"[2001:db8::7]:443"}').event.source).toEqual({ ip: "2001:db8::7", port: 443 });
  });

  it("reads the columns that a header names", () => {
    const firstLine = "timestamp,src_ip,src_port,dst_ip,dst_port,action";
    const parsed = parse(`2021-03-04 05:06:07,10.0.0.5,50000,${FAR},443,deny`, { firstLine });
    expect(parsed.format).toBe("delimited");
    expect(parsed.event.source).toEqual({ ip: "10.0.0.5", port: 50000 });
    expect(parsed.event.destination).toEqual({ ip: FAR, port: 443 });
    expect(parsed.outcome).toBe("blocked");
  });

  it("keeps forwarded clients, DNS answers and translated addresses in their own places", () => {
    const forwarded = parse(
      `{"remote_addr":"10.0.0.9","headers":{"X-Forwarded-For":["${FAR}, 198.51.100.2"]},"status":200}`,
    );
    expect(forwarded.event.source?.ip).toBe("10.0.0.9");
    expect(forwarded.event.network?.forwarded_ip).toEqual([FAR, "198.51.100.2"]);
    const dns = parse(`{"query_name":"evil.example","answers":[{"rdata":"${FAR}"}],"srcaddr":"10.0.0.5"}`);
    expect(dns.event.dns).toEqual({ question: { name: "evil.example" }, resolved_ip: [FAR] });
    expect(dns.event.source?.ip).toBe("10.0.0.5");
  });

  it("does not believe pairs in a URL that a visitor sent", () => {
    const parsed = parse(`2021-03-04 05:06:07 10.0.0.5 "GET /?src_ip=${FAR}&client=${FAR} HTTP/1.1" 200 5`);
    expect(parsed.event.source?.ip).toBe("10.0.0.5");
    expect(parsed.event.destination?.ip).toBeUndefined();
  });

  it("does not believe pairs that a visitor put into a user agent", () => {
    const parsed = parse(
      `2021-03-04 05:06:07 ${FAR} x "GET / HTTP/1.1" 200 5 "-" "src=10.9.9.9 client=10.9.9.9 rhost=10.9.9.9"`,
    );
    expect(parsed.event.source?.ip).toBe(FAR);
    expect(JSON.stringify(parsed.event)).not.toContain("10.9.9.9");
  });

  it("does not read a device's address as a client's", () => {
    const { event } = parse(
      `2021-03-04 05:06:07 Authentication failed, Device IP Address=10.0.0.9, NAS-IP-Address=10.0.0.8, Calling-Station-ID=${FAR}`,
    );
    expect(event.source?.ip).toBe(FAR);
    expect(event.destination?.ip).toBeUndefined();
  });

  it("gives an address that no name places no role", () => {
    const { event } = parse(`{"time":"2021-03-04T05:06:07Z","dns_server_note":"${FAR}","gateway":"${FAR}"}`);
    expect(event.source?.ip ?? event.destination?.ip).toBeUndefined();
  });
});

describe("who began", () => {
  it.each([
    ["two ends and nothing more", `{"src_ip":"10.0.0.5","dst_ip":"${FAR}"}`, "unknown"],
    ["ends of a decision", `{"src_ip":"10.0.0.5","dst_ip":"${FAR}","action":"deny"}`, "source"],
    ["a decision whose ports are those of a reply", `src=10.0.0.5:443 dst=${FAR}:50000 action=deny`, "unknown"],
    ["an alert", `alert src=${FAR}:80 dst=10.0.0.5:53022 signature=1:2:3`, "unknown"],
    ["named client and server", `{"client_ip":"${FAR}","server_ip":"10.0.0.5"}`, "source"],
    [
      "a socket's ends",
      `{"remote_address":"${FAR}","remote_port":50000,"local_address":"10.0.0.5","local_port":50001}`,
      "unknown",
    ],
    ["a Go socket error", `read tcp 10.0.0.1:2121->${FAR}:7843: use of closed network connection`, "unknown"],
    ["a lone SYN", `proto TCP (SYN), ${FAR}:4000->10.0.0.1:22, len 60`, "source"],
    ["a SYN-ACK", `proto TCP (SYN,ACK), ${FAR}:443->10.0.0.1:5000, len 60`, "destination"],
  ])("is decided for %s", (_, line, initiator) => {
    expect(parse(line).initiator).toBe(initiator);
  });

  it("is not turned round for an agent that says outbound", () => {
    const parsed = parse(
      `{"action":"connect","remote_address":"${FAR}","remote_port":443,"local_address":"10.0.0.5","local_port":50000}`,
    );
    expect(parsed.event.destination).toEqual({ ip: FAR, port: 443 });
    expect(parsed.event.source).toEqual({ ip: "10.0.0.5", port: 50000 });
    expect(parsed.initiator).toBe("source");
  });

  it("a filter's permission alone is not traffic both ways", () => {
    const base = { src_ip: "10.0.0.5", dst_ip: FAR, action: "allow" };
    expect(parse(JSON.stringify(base)).outcome).toBe("unknown");
    expect(parse(JSON.stringify({ ...base, src_bytes: 100, dst_bytes: 0 })).outcome).toBe("unanswered");
    expect(parse(JSON.stringify({ ...base, src_bytes: 100, dst_bytes: 500 })).outcome).toBe("established");
    // No more than a reset has.
    expect(parse(JSON.stringify({ ...base, src_bytes: 60, dst_bytes: 40 })).outcome).toBe("unknown");
  });
});

describe("roles by the words around an address", () => {
  it.each([
    [`Failed login for bob from ${FAR} port 5022`, "source"],
    [`Invalid password for 'bob'@'${FAR}'`, "source"],
    [`connection from host.example [${FAR}]:5022`, "source"],
    [`connect from unknown[${FAR}]`, "source"],
    [`[client ${FAR}] denied`, "source"],
    [`pam: authentication failure; rhost=${FAR} user=root`, "source"],
    [`${FAR} failed to log in`, "source"],
    [`Ban ${FAR}`, "source"],
    [`client @0x7f65100ee4d8 ${FAR}#3076 (example.com): query denied`, "source"],
    [`failed to connect to ${FAR}:443: timed out`, "destination"],
    [`dial tcp ${FAR}:443: connection refused`, "destination"],
    [`Connected to evil.example (${FAR}) port 443`, "destination"],
    [`connecting to remote node /${FAR}:9300`, "destination"],
    [`forwarded evil.example to ${FAR}`, "destination"],
    [`to=<a@b.example>, relay=mx.example[${FAR}]:25, status=sent`, "destination"],
    [`download from http://${FAR}/x.sh`, "destination"],
  ])("places the address in: %s", (text, side) => {
    const parsed = parse(`2021-03-04T05:06:07Z ${text}`);
    expect(parsed.event[side as "source" | "destination"]?.ip).toBe(FAR);
    expect(parsed.event[side === "source" ? "destination" : "source"]?.ip).toBeUndefined();
    expect(parsed.observerIsAsset).toBe(true);
    expect(parsed.initiator).toBe("source");
  });

  it.each([
    `10.0.0.5:50000 -> ${FAR}:443`,
    `10.0.0.5.50000 > ${FAR}.443: Flags [S]`,
    `session 10.0.0.5/50000->${FAR}/443`,
    `from 10.0.0.5 port 50000 to ${FAR} port 443`,
    `Source 10.0.0.5:50000 - Destination ${FAR}:443`,
    `10.0.0.5 50000 ${FAR} 443 HTTP`,
  ])("places both ends in: %s", (text) => {
    const { event } = parse(`2021-03-04T05:06:07Z ${text}`);
    expect(event.source).toMatchObject({ ip: "10.0.0.5" });
    expect(event.destination).toMatchObject({ ip: FAR });
  });

  it.each([
    `Resolved evil.example to ${FAR}`,
    `listening on ${FAR}:80`,
    `Connection reset by peer ${FAR}:443`,
    `request referred by http://${FAR}/page`,
    `routes added: ${FAR}, 198.51.100.2, 198.51.100.3`,
  ])("gives no end to: %s", (text) => {
    const { event } = parse(`2021-03-04T05:06:07Z ${text}`);
    expect(event.source?.ip ?? event.destination?.ip).toBeUndefined();
  });

  it.each([
    ["Accepted password for bob from", "authenticated"],
    ["user bob successfully logged in from", "authenticated"],
    ["Unsuccessful login of bob from", "refused"],
    ["login failed from", "refused"],
    ["request timed out from", "unanswered"],
    ["packet dropped from", "blocked"],
    ["hello from", "unknown"],
    ["level=error note from", "unknown"],
  ])("reads the outcome of: %s", (text, outcome) => {
    expect(parse(`2021-03-04T05:06:07Z ${text} ${FAR}`).outcome).toBe(outcome);
  });
});

describe("times in free text", () => {
  it.each([
    ["2021/03/04 05:06:07 x", "2021-03-04T05:06:07.000Z"],
    ["[2021-03-04 05:06:07,123] x", "2021-03-04T05:06:07.123Z"],
    ["x [04/Mar/2021:05:06:07 +0100] y", "2021-03-04T04:06:07.000Z"],
    ["[Thu Mar 04 05:06:07.123456 2021] x", "2021-03-04T05:06:07.123Z"],
    ["Thu Mar  4 05:06:07 CET 2021 x", "2021-03-04T04:06:07.000Z"],
    ["04-Mar-2021 05:06:07.123 x", "2021-03-04T05:06:07.123Z"],
    ["Thu, 4 Mar 2021 05:06:07 +0100 x", "2021-03-04T04:06:07.000Z"],
    ["Mar 04, 2021 5:06:07 PM x", "2021-03-04T17:06:07.000Z"],
    ["04.03.2021 05:06:07 x", "2021-03-04T05:06:07.000Z"],
    ["25/03/2021 05:06:07 x", "2021-03-25T05:06:07.000Z"],
    ["03/25/2021, 5:06:07 PM x", "2021-03-25T17:06:07.000Z"],
    ["210304 05:06:07 [Warning] x", "2021-03-04T05:06:07.000Z"],
    ["20210304T050607Z x", "2021-03-04T05:06:07.000Z"],
    ["1614834367.123 x", "2021-03-04T05:06:07.123Z"],
    ["type=X msg=audit(1614834367.123:45): x", "2021-03-04T05:06:07.123Z"],
  ])("reads %s", (line, expected) => {
    expect(iso(parse(`${line} from ${FAR}`))).toBe(expected);
  });

  it("does not guess between day and month, nor date an impossible day", () => {
    expect(findTime("03/04/2021 05:06:07 x")?.time).toMatchObject({ dayMonth: "undecided" });
    expect(findTime("2021-02-30 05:06:07 x")).toBeUndefined();
    expect(findTime("version 1614834367 of x")).toBeUndefined();
  });
});

describe("addresses in text", () => {
  it("are whole tokens with their ports", () => {
    expect(findAddresses("a 5.143.219.230:80, [2001:db8::1]:443 ::ffff:1.2.3.4 1.2.3.4(22)")).toMatchObject([
      { ip: "5.143.219.230", port: 80 },
      { ip: "2001:db8::1", port: 443 },
      { ip: "1.2.3.4" },
      { ip: "1.2.3.4", port: 22 },
    ]);
    expect(findAddresses("v1.2.3.4 1.2.3.4.5 1.2.3.456 05:06:07 00:11:22:33:44:55 std::cout 1.2.3.4abc")).toEqual([]);
  });
});
