/** Names, URLs, mails and fingerprints: their place in real lines, and what is claimed of them. */
import { describe, expect, it } from "vitest";

import type { IndicatorType } from "../src/model/indicator.js";
import type { Judgement } from "../src/model/sighting.js";
import { findingId, type TriageIndicator } from "../src/triage/triage.js";
import { OwnNetworks } from "../src/triage/own.js";
import { judgeLines, type Setting } from "./typed-lines.js";

function indicator(type: IndicatorType, value: string, more: Partial<TriageIndicator> = {}): TriageIndicator {
  return { type, value, role: "unknown", labels: [], ...more };
}
const EVIL = indicator("domain-name", "evil.com");
const GATE = indicator("url", "http://evil.com/gate.php");
const SENDER = indicator("email-addr", "bad@evil.com");

function judge(line: string, by = EVIL, setting: Setting = {}): Judgement {
  const judged = judgeLines([line], by, setting);
  expect(judged, line).toHaveLength(1);
  return judged[0]!;
}
/** `role/verdict`. */
const said = (line: string, by = EVIL, setting: Setting = {}): string => {
  const { role, verdict } = judge(line, by, setting);
  return `${role}/${verdict}`;
};
const zeek = (kind: string, fields: object): string =>
  JSON.stringify({ _path: kind, ts: 1614830769.1, uid: "C1", ...fields });
const ends = (from: string, to: string, port: number): object => ({
  "id.orig_h": from,
  "id.orig_p": 51234,
  "id.resp_h": to,
  "id.resp_p": port,
});
const suricata = (type: string, fields: object): string =>
  JSON.stringify({ timestamp: "2021-03-04T05:06:20.378379+0000", flow_id: 12, event_type: type, ...fields });
const packet = (from: string, to: string, port: number): object => ({
  src_ip: from,
  src_port: 51234,
  dest_ip: to,
  dest_port: port,
  proto: "TCP",
});

describe("a name that own traffic went to", () => {
  const squid = (result: string, url: string, hop: string, method = "GET"): string =>
    `1614852959.123    200 10.0.0.5 ${result} 3940 ${method} ${url} - ${hop} text/html`;

  it("is a callout in a proxy's log when the server answered", () => {
    const line = squid("TCP_TUNNEL/200", "evil.com:443", "HIER_DIRECT/203.0.113.7", "CONNECT");
    expect(judge(line)).toMatchObject({ role: "destination", verdict: "callout", asset: "10.0.0.5" });
    expect(judge(line).reasons[0]).toBe("destination.domain is the indicator");
  });

  it("is a callout-attempt when the proxy refused the CONNECT, or nobody answered", () => {
    expect(said(squid("TCP_DENIED/403", "evil.com:443", "HIER_NONE/-", "CONNECT"))).toBe("destination/callout-attempt");
    expect(said(squid("TCP_MISS/503", "http://evil.com/", "HIER_DIRECT/203.0.113.7"))).toBe(
      "destination/callout-attempt",
    );
  });

  it("may be a subdomain, in any case, with a final dot", () => {
    for (const host of ["a.b.evil.com", "WWW.Evil.COM", "evil.com."])
      expect(said(squid("TCP_MISS/200", `http://${host}/x`, "HIER_DIRECT/203.0.113.7")), host).toBe(
        "destination/callout",
      );
  });

  it("is found in the request when the referrer names it first", () => {
    const line = suricata("http", {
      http: {
        http_refer: "http://www.evil.com/",
        hostname: "cdn.evil.com",
        url: "/x",
        http_method: "GET",
        status: 200,
      },
      ...packet("10.0.0.5", "203.0.113.7", 80),
    });
    expect(said(line)).toBe("destination/callout");
  });

  it.each([
    [
      "zeek ssl",
      zeek("ssl", {
        ...ends("10.0.0.5", "203.0.113.7", 443),
        server_name: "evil.com",
        established: true,
        cipher: "x",
        resumed: false,
      }),
      "callout",
    ],
    [
      "zeek ssl, handshake refused",
      zeek("ssl", {
        ...ends("10.0.0.5", "203.0.113.7", 443),
        server_name: "evil.com",
        established: false,
        resumed: false,
      }),
      "callout-attempt",
    ],
    [
      "zeek http",
      zeek("http", {
        ...ends("10.0.0.5", "203.0.113.7", 80),
        host: "evil.com:8080",
        uri: "/x",
        method: "GET",
        status_code: 200,
        trans_depth: 1,
      }),
      "callout",
    ],
    [
      "suricata tls",
      suricata("tls", { ...packet("10.0.0.5", "203.0.113.7", 443), tls: { sni: "evil.com", version: "TLS 1.3" } }),
      "callout",
    ],
    [
      "a JSON log of no known format",
      '{"time":"2021-03-04T05:06:07Z","src_ip":"10.0.0.5","dst_ip":"203.0.113.7","sni":"evil.com","action":"blocked"}',
      "callout-attempt",
    ],
  ])("is the destination in %s", (_, line, verdict) => {
    expect(said(line)).toBe(`destination/${verdict}`);
  });

  it("is the destination in a BlueCoat log and on a FortiGate", () => {
    const headers = [
      "#Software: SGOS 6.7",
      "#Fields: date time c-ip cs-method cs-host cs-uri-path sc-status s-action r-ip",
    ];
    const proxied = (status: string, action: string): string =>
      `2021-03-04 05:06:07 10.0.0.5 GET evil.com /gate.php ${status} ${action} 203.0.113.7`;
    expect(said(proxied("200", "TCP_MISS"), EVIL, { headers })).toBe("destination/callout");
    expect(said(proxied("403", "TCP_DENIED"), EVIL, { headers })).toBe("destination/callout-attempt");
    const forti =
      'date=2021-03-04 time=10:15:59 devname="fw" logid="0317013312" type="utm" subtype="webfilter" srcip=10.0.0.5 srcport=51234 ' +
      'dstip=203.0.113.7 dstport=443 proto=6 service="HTTPS" hostname="evil.com" action="blocked" url="/gate.php"';
    expect(said(forti)).toBe("destination/callout-attempt");
  });

  it("is no more than an attempt when the far end is own as well: a proxy or a sinkhole", () => {
    const line = zeek("http", {
      ...ends("10.0.0.5", "10.0.0.99", 80),
      host: "evil.com",
      uri: "/",
      method: "GET",
      status_code: 200,
      trans_depth: 1,
    });
    expect(judge(line)).toMatchObject({ role: "destination", verdict: "callout-attempt", asset: "10.0.0.5" });
    expect(judge(line).reasons.join()).toContain("10.0.0.99 is own");
  });

  it("is no more than an attempt when neither end is own", () => {
    const line = zeek("http", {
      ...ends("192.0.2.5", "203.0.113.7", 80),
      host: "evil.com",
      uri: "/",
      method: "GET",
      status_code: 200,
      trans_depth: 1,
    });
    expect(judge(line)).toMatchObject({ role: "destination", verdict: "callout-attempt" });
    const own = new OwnNetworks(["192.0.2.0/24"], true);
    expect(judge(line, EVIL, { own })).toMatchObject({ verdict: "callout", asset: "192.0.2.5" });
  });
});

describe("a record that may run from the server to the client", () => {
  const alert = (from: [string, number], to: [string, number], fields: object = {}): string =>
    suricata("alert", {
      src_ip: from[0],
      src_port: from[1],
      dest_ip: to[0],
      dest_port: to[1],
      proto: "TCP",
      alert: { action: "allowed", signature: "x" },
      tls: { sni: "evil.com" },
      app_proto: "tls",
      ...fields,
    });

  it("is an attempt by the own client, told by the ports", () => {
    const judged = judge(alert(["203.0.113.7", 443], ["10.0.0.5", 51234]));
    expect(judged).toMatchObject({ role: "destination", verdict: "callout-attempt", asset: "10.0.0.5" });
    expect(said(alert(["198.51.100.9", 51234], ["10.0.0.80", 443]))).toBe("mention/mention");
  });

  it("is an attempt when nothing tells which end asked", () => {
    const judged = judge(alert(["203.0.113.7", 50001], ["10.0.0.5", 50002]));
    expect(judged).toMatchObject({ role: "destination", verdict: "callout-attempt", asset: "10.0.0.5" });
  });

  it("is a callout when the record says that the server sent it, and traffic went both ways", () => {
    const flow = { pkts_toserver: 9, pkts_toclient: 9 };
    const judged = judge(alert(["203.0.113.7", 443], ["10.0.0.5", 51234], { direction: "to_client", flow }));
    expect(judged).toMatchObject({ role: "destination", verdict: "callout", asset: "10.0.0.5" });
  });
});

describe("a flow between names", () => {
  const flow = (from: [string, number], to: [string, number], second: number): string =>
    JSON.stringify({
      time: `2021-03-04T05:06:0${second}Z`,
      [from[0] === "evil.com" ? "src_host" : "src_ip"]: from[0],
      src_port: from[1],
      [to[0] === "evil.com" ? "dst_host" : "dst_ip"]: to[0],
      dst_port: to[1],
      proto: "tcp",
      bytes: 100,
    });

  it("is paired with its reverse, and a reply is no callout", () => {
    const verdicts = (...lines: string[]): string[] => judgeLines(lines, EVIL).map((j) => j.verdict);
    expect(verdicts(flow(["10.0.0.5", 443], ["evil.com", 51234], 7))).toEqual(["contact"]);
    const inbound = [flow(["evil.com", 51234], ["10.0.0.5", 443], 7), flow(["10.0.0.5", 443], ["evil.com", 51234], 8)];
    expect(verdicts(...inbound)).toEqual(["contact", "contact"]);
    const outbound = [flow(["10.0.0.5", 51234], ["evil.com", 443], 7), flow(["evil.com", 443], ["10.0.0.5", 51234], 8)];
    expect(verdicts(...outbound)).toEqual(["callout", "callout"]);
    expect(verdicts(outbound[0]!)).toEqual(["callout-attempt"]);
  });
});

describe("a name that somebody merely wrote", () => {
  const combined = (target: string, referrer: string, agent = "Mozilla/5.0", front = ""): string =>
    `${front}198.51.100.9 - - [04/Mar/2021:10:15:59 +0000] "GET ${target} HTTP/1.1" 200 123 "${referrer}" "${agent}"`;

  it("is a mention in a referrer, a query string and a user-agent", () => {
    for (const [line, field] of [
      [combined("/a", "http://evil.com/"), "http.request.referrer"],
      [combined("/a?u=http://evil.com/x", "-"), "url.original"],
      [combined("/a", "-", "bot (+http://evil.com)"), "user_agent.original"],
    ] as const) {
      expect(judge(line)).toMatchObject({ role: "mention", verdict: "mention", level: "info" });
      expect(judge(line).reasons[0]).toBe(`the indicator stands in ${field}, but is no end of the traffic`);
    }
  });

  it("is a mention as the Host header in a server's own log, Apache's and IIS'", () => {
    expect(said(combined("/a", "-", "Mozilla/5.0", "evil.com:443 "))).toBe("mention/mention");
    // From an own address, too: it may be the balancer's.
    const balanced = combined("/a", "-", "Mozilla/5.0", "evil.com:443 ").replace("198.51.100.9", "10.0.0.1");
    expect(said(balanced)).toBe("mention/mention");
    const headers = [
      "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs-host sc-status",
    ];
    const line = "2021-03-04 05:06:07 10.0.0.80 GET /a - 80 - 198.51.100.9 Mozilla/5.0 evil.com 200";
    expect(said(line, EVIL, { headers })).toBe("mention/mention");
  });

  it("is a mention when a stranger asks an own server for it, seen by a sensor", () => {
    const line = zeek("http", {
      ...ends("198.51.100.9", "10.0.0.80", 80),
      host: "evil.com",
      uri: "/",
      method: "GET",
      status_code: 200,
      trans_depth: 1,
    });
    expect(said(line)).toBe("mention/mention");
    const hello = suricata("tls", { ...packet("198.51.100.9", "10.0.0.80", 443), tls: { sni: "evil.com" } });
    expect(judge(hello)).toMatchObject({ verdict: "mention", asset: "10.0.0.80" });
  });

  it("is a mention as a Host header in a JSON log that names no server", () => {
    const log = (fields: object): string =>
      JSON.stringify({ time: "2021-03-04T05:06:07Z", ClientHost: "10.0.0.5", RequestHost: "evil.com", ...fields });
    expect(said(log({ DownstreamStatus: 200 }))).toBe("mention/mention");
    expect(said(log({ status: 200, dst_ip: "203.0.113.7" }))).toBe("destination/callout");
  });

  it("is a mention in a URL that was not the one asked for", () => {
    const log = (key: string): string =>
      `time=2021-03-04T05:06:07Z client_ip=10.0.0.5 ${key}=https://evil.com/x status=200`;
    for (const key of ["redirect_uri", "base_url", "image.url", "callback_url"])
      expect(said(log(key)), key).toBe("mention/mention");
    for (const key of ["url", "request_url", "http.url"])
      expect(said(log(key)), key).toBe("destination/callout-attempt");
  });

  it("is no more than an attempt in a JSON access log that may be the server's own", () => {
    const log = (client: string): string =>
      JSON.stringify({
        time: "2021-03-04T05:06:07Z",
        client_ip: client,
        url_domain: "evil.com",
        method: "GET",
        status: 200,
      });
    expect(said(log("10.0.0.5"))).toBe("destination/callout-attempt");
    expect(said(log("198.51.100.9"))).toBe("mention/mention");
    const balanced = log("10.0.0.1").replace("{", '{"x_forwarded_for":"198.51.100.9",');
    expect(said(balanced)).toBe("mention/mention");
  });

  it("judges a source that goes by the name as an address would be judged", () => {
    const helo = zeek("smtp", {
      ...ends("203.0.113.7", "10.0.0.25", 25),
      helo: "mx.evil.com",
      last_reply: "554 no",
      trans_depth: 1,
    });
    expect(judge(helo)).toMatchObject({ role: "source", verdict: "probe", asset: "10.0.0.25" });
    const postfix = "Mar  4 10:00:00 mx postfix/smtpd[123]: connect from mail.evil.com[203.0.113.7]";
    expect(judge(postfix)).toMatchObject({ role: "source", verdict: "probe", asset: "mx" });
    const ours = zeek("smtp", {
      ...ends("10.0.0.25", "203.0.113.7", 25),
      helo: "mx.evil.com",
      last_reply: "250 ok",
      trans_depth: 1,
    });
    expect(said(ours)).toBe("mention/mention");
  });
});

describe("DNS", () => {
  it.each([
    [
      "zeek",
      zeek("dns", {
        ...ends("10.0.0.5", "10.0.0.53", 53),
        proto: "udp",
        trans_id: 1,
        query: "www.evil.com",
        qtype_name: "A",
        rcode_name: "NXDOMAIN",
      }),
    ],
    [
      "suricata",
      suricata("dns", {
        ...packet("10.0.0.5", "10.0.0.53", 53),
        dns: { type: "query", rrname: "evil.com", rrtype: "A" },
      }),
    ],
    ["BIND", "24-Nov-2020 10:00:00.123 client @0x7f8 10.0.0.5#53211 (evil.com): query: evil.com IN A + (10.0.0.53)"],
    ["dnsmasq", "Mar  4 10:00:00 dns dnsmasq[123]: query[A] evil.com from 10.0.0.5"],
    ["Unbound", "Mar  4 10:00:00 dns unbound[123]: info: 10.0.0.5 evil.com. A IN"],
    [
      "Microsoft's debug log",
      "3/4/2021 10:15:59 AM 0E4C PACKET  00000236B5F27A10 UDP Rcv 10.0.0.5        0002   Q [0001   D   NOERROR] A      (4)evil(3)com(0)",
    ],
  ])("a question in %s is a resolution by the one who asked", (_, line) => {
    expect(judge(line)).toMatchObject({ role: "question", verdict: "resolution", asset: "10.0.0.5" });
  });

  it("a query that the server itself sent on names no client", () => {
    const line =
      "3/4/2021 10:15:59 AM 0E4C PACKET  00000236B5F27A10 UDP Snd 198.51.100.53        0002   Q [0001   D   NOERROR] A      (4)evil(3)com(0)";
    expect(judge(line)).toMatchObject({ verdict: "resolution", asset: "logs/a.log" });
  });

  it("an answer that names it is a resolution, a reverse look-up's is a mention", () => {
    const answer = (query: string, type: string): string =>
      zeek("dns", {
        ...ends("10.0.0.5", "10.0.0.53", 53),
        proto: "udp",
        trans_id: 1,
        query,
        qtype_name: type,
        rcode_name: "NOERROR",
        answers: ["x.evil.com", "203.0.113.7"],
      });
    expect(said(answer("good.example", "A"))).toBe("answer/resolution");
    expect(said(answer("7.113.0.203.in-addr.arpa", "PTR"))).toBe("mention/mention");
    const eve = suricata("dns", {
      ...packet("10.0.0.53", "10.0.0.5", 51234),
      src_port: 53,
      dns: { type: "answer", rrname: "good.example", rrtype: "MX", answers: [{ rrtype: "MX", rdata: "mx.evil.com" }] },
    });
    expect(judge(eve)).toMatchObject({ role: "answer", verdict: "resolution", asset: "10.0.0.5" });
  });

  it("a stranger's question to an own server is a mention", () => {
    const line = zeek("dns", {
      ...ends("198.51.100.9", "10.0.0.53", 53),
      proto: "udp",
      trans_id: 1,
      query: "evil.com",
      qtype_name: "A",
      rcode_name: "REFUSED",
    });
    expect(said(line)).toBe("mention/mention");
  });
});

describe("mail", () => {
  const smtp = (from: string, to: string, fields: object): string =>
    zeek("smtp", { ...ends(from, to, 25), helo: "x.example", trans_depth: 1, ...fields });

  it("taken from the sender, or anyone at the domain, is a contact; refused, a probe", () => {
    const taken = smtp("203.0.113.7", "10.0.0.25", {
      mailfrom: "<Bad@evil.com>",
      rcptto: ["u@own.example"],
      last_reply: "250 ok",
    });
    for (const by of [SENDER, EVIL])
      expect(judge(taken, by)).toMatchObject({ role: "source", verdict: "contact", asset: "u@own.example" });
    expect(said(smtp("203.0.113.7", "10.0.0.25", { mailfrom: "bad@evil.com", last_reply: "554 no" }), SENDER)).toBe(
      "source/probe",
    );
    const eve = suricata("smtp", {
      ...packet("203.0.113.7", "10.0.0.25", 25),
      smtp: { mail_from: "<bad@evil.com>", rcpt_to: ["<u@own.example>"] },
    });
    expect(said(eve, SENDER)).toBe("source/contact");
  });

  it("in Postfix' and Exim's own logs", () => {
    const reject =
      "Mar  4 10:00:00 mx postfix/smtpd[123]: NOQUEUE: reject: RCPT from unknown[203.0.113.7]: 554 5.7.1 Service unavailable; from=<bad@evil.com> to=<u@own.example> proto=ESMTP helo=<x>";
    expect(judge(reject, SENDER)).toMatchObject({ role: "source", verdict: "probe", asset: "u@own.example" });
    expect(judge(reject, SENDER).reasons).toEqual([
      "email.from.address is the indicator",
      "mail of this sender was offered",
      "reject: refused",
    ]);
    const queued =
      "Mar  4 10:00:00 mx postfix/qmgr[123]: 4Bx1lC2Vz1z9sT: from=<bad@evil.com>, size=1234, nrcpt=1 (queue active)";
    expect(judge(queued, SENDER)).toMatchObject({ role: "source", verdict: "contact", asset: "mx" });
    const exim = "2021-03-04 10:00:00 1lHkXX-0001 <= bad@evil.com H=x.example [203.0.113.7] P=esmtp S=1234";
    expect(said(exim, SENDER)).toBe("source/contact");
  });

  it("to the indicator is an attempt once it left, a mention before", () => {
    const delivery = (relay: string, status: string): string =>
      `Mar  4 10:00:00 mx postfix/smtp[123]: 4Bx1lC2Vz1z9sT: to=<bad@evil.com>, relay=${relay}:25, delay=1, dsn=2.0.0, status=${status}`;
    expect(said(delivery("mail.good.example[203.0.113.7]", "sent (250 OK)"), SENDER)).toBe(
      "destination/callout-attempt",
    );
    expect(said(delivery("relay.own.example[10.0.0.2]", "sent (250 OK)"), SENDER)).toBe("mention/mention");
    expect(said(delivery("mail.good.example[203.0.113.7]", "bounced (host said: 550 no)"), SENDER)).toBe(
      "mention/mention",
    );
    const left = smtp("10.0.0.25", "203.0.113.7", {
      mailfrom: "u@own.example",
      rcptto: ["bad@evil.com"],
      last_reply: "250 ok",
    });
    expect(judge(left, SENDER)).toMatchObject({ verdict: "callout-attempt", asset: "u@own.example" });
    const offered = smtp("198.51.100.9", "10.0.0.25", {
      mailfrom: "x@spam.example",
      rcptto: ["bad@evil.com"],
      last_reply: "250 ok",
    });
    expect(said(offered, SENDER)).toBe("mention/mention");
  });

  it("that an own machine sends on under this sender is a mention", () => {
    const sent = smtp("10.0.0.25", "203.0.113.7", {
      mailfrom: "bad@evil.com",
      rcptto: ["x@good.example"],
      last_reply: "250 ok",
    });
    expect(said(sent, SENDER)).toBe("mention/mention");
  });

  it("that speaks of the address is a mention", () => {
    expect(said("Mar  4 10:00:00 app: user bad@evil.com asked for help", SENDER)).toBe("mention/mention");
  });
});

describe("a URL", () => {
  it("is a destination where it was asked for, whatever the log splits it into", () => {
    const line = suricata("http", {
      ...packet("10.0.0.5", "203.0.113.7", 80),
      http: { hostname: "evil.com", url: "/gate.php?id=1", http_method: "POST", status: 404 },
    });
    expect(judge(line, GATE)).toMatchObject({ role: "destination", verdict: "callout-attempt", outcome: "refused" });
    const squid =
      "1614852959.123 200 10.0.0.5 TCP_MISS/200 3940 GET http://evil.com/gate.php - HIER_DIRECT/203.0.113.7 text/html";
    expect(said(squid, GATE)).toBe("destination/callout");
    const address = indicator("url", "http://203.0.113.7/gate.php");
    expect(said(squid.replace("http://evil.com/", "http://203.0.113.7/"), address)).toBe("destination/callout");
  });

  it("is not found where its host was asked for something else, or for nothing known", () => {
    const other =
      "1614852959.123 200 10.0.0.5 TCP_MISS/200 3940 GET http://evil.com/other - HIER_DIRECT/203.0.113.7 text/html";
    expect(judgeLines([other], GATE)).toEqual([]);
    const tunnel = "1614852959.123 200 10.0.0.5 TCP_TUNNEL/200 3940 CONNECT evil.com:443 - HIER_DIRECT/203.0.113.7 -";
    expect(judgeLines([tunnel], GATE)).toEqual([]);
  });

  it("is a mention in a referrer, even when the same host was asked for another page", () => {
    const line = suricata("http", {
      ...packet("10.0.0.5", "203.0.113.7", 80),
      http: {
        hostname: "evil.com",
        url: "/next",
        http_refer: "http://evil.com/gate.php",
        http_method: "GET",
        status: 200,
      },
    });
    expect(said(line, GATE)).toBe("mention/mention");
  });

  it("is a mention when its address came to an own server and asked for the same path there", () => {
    const line = '203.0.113.7 - - [04/Mar/2021:10:15:59 +0000] "GET /gate.php HTTP/1.1" 404 12 "-" "x"';
    expect(said(line, indicator("url", "http://203.0.113.7/gate.php"))).toBe("mention/mention");
  });
});

describe("fingerprints", () => {
  const JA3 = "e7d705a3286e19ea42f587b344ee6865";
  const tls = suricata("tls", {
    ...packet("10.0.0.5", "203.0.113.7", 443),
    tls: { sni: "good.example", ja3: { hash: JA3 }, ja3s: { hash: JA3 }, ja4: "t13d1516h2_8daaf6152771_02713d6af862" },
  });

  it("are mentions, with the end that bore them", () => {
    expect(judge(tls, indicator("ja3", JA3))).toMatchObject({ role: "mention", verdict: "mention", asset: "10.0.0.5" });
    expect(judge(tls, indicator("ja3", JA3)).reasons).toEqual([
      "tls.client.ja3 is the indicator",
      "the client 10.0.0.5 bore it; others bear it too, so it makes nobody an end of the traffic",
    ]);
    expect(judge(tls, indicator("ja4", "t13d1516h2_8daaf6152771_02713d6af862")).reasons[0]).toBe(
      "tls.client.ja4 is the indicator",
    );
    const server = judge(
      suricata("tls", { ...packet("10.0.0.5", "203.0.113.7", 443), tls: { ja3s: { hash: JA3 } } }),
      indicator("ja3s", JA3),
    );
    expect(server).toMatchObject({ verdict: "mention" });
    expect(server.reasons[1]).toContain("the server 203.0.113.7 bore it");
  });

  it("of files say between whom they were seen, in any case of letters", () => {
    const sha256 = "ab".repeat(32);
    const by = indicator("file", sha256, {});
    const carried = zeek("files", {
      ...ends("10.0.0.5", "203.0.113.7", 80),
      fuid: "F1",
      seen_bytes: 5,
      source: "HTTP",
      sha256,
    });
    expect(judge(carried, by)).toMatchObject({ verdict: "mention" });
    expect(judge(carried, by).reasons).toContain("the file was seen between 10.0.0.5 and 203.0.113.7");
    const sensor = `{"time":"2021-03-04T05:06:07Z","host":"pc1","file":{"hash":{"sha256":"${sha256.toUpperCase()}"}}}`;
    expect(judge(sensor, by).reasons).toEqual(["file.hash.sha256 is the indicator", "the file was seen at pc1"]);
    expect(judge(sensor, by).asset).toBe("pc1");
  });

  it("of user-agents name the client", () => {
    const line = '203.0.113.7 - - [04/Mar/2021:10:15:59 +0000] "GET / HTTP/1.1" 200 12 "-" "Evil Client/1.0"';
    const judged = judge(line, indicator("user-agent", "Evil Client/1.0"));
    expect(judged).toMatchObject({ role: "mention", verdict: "mention" });
    expect(judged.reasons[1]).toContain("the client 203.0.113.7 bore it");
  });
});

describe("what the list says of an indicator", () => {
  const squid =
    "1614852959.123 200 10.0.0.5 TCP_MISS/200 3940 GET http://evil.com/x - HIER_DIRECT/203.0.113.7 text/html";

  it("caps the level of a known-benign one, and leaves its verdict", () => {
    const judged = judge(squid, { ...EVIL, benign: ["List of known CDNs"] });
    expect(judged).toMatchObject({ verdict: "callout", level: "low" });
    expect(judged.reasons.at(-1)).toBe("known as benign (List of known CDNs): its level is low at most");
    const mention = judge("Mar  4 10:00:00 app: evil.com", { ...EVIL, benign: ["x"] });
    expect(mention).toMatchObject({ verdict: "mention", level: "info" });
    // A record that waits for its conversation, too.
    const by = indicator("ipv4-addr", "203.0.113.7", { benign: ["x"] });
    const flow = "2 123 eni-1 10.0.0.5 203.0.113.7 51234 443 6 5 500 1614834367 1614834377 ACCEPT OK";
    expect(judge(flow, by)).toMatchObject({ verdict: "callout-attempt", level: "low" });
  });

  it("says whether the port was one that came with the address, and hunts it whatever the port", () => {
    const by = (ports: number[]): TriageIndicator => indicator("ipv4-addr", "203.0.113.7", { ports });
    const line = zeek("conn", {
      ...ends("10.0.0.5", "203.0.113.7", 443),
      proto: "tcp",
      conn_state: "SF",
      orig_bytes: 5,
      resp_bytes: 5,
    });
    expect(judge(line, by([443])).reasons).toContain("destination.port 443 is among the indicator's ports");
    expect(judge(line, by([80, 8080])).reasons).toContain(
      "destination.port 443 is not among the indicator's ports (80, 8080)",
    );
    expect(judge(line, by([80]))).toMatchObject({ verdict: "callout" });
  });

  it("gives types whose values may collide findings of their own", () => {
    const value = "e7d705a3286e19ea42f587b344ee6865";
    const ids = (["file", "ja3", "ja3s"] as const).map((type) => findingId({ type, value }, "pc1", "mention"));
    expect(new Set(ids).size).toBe(3);
    expect(findingId({ type: "ipv4-addr", value: "203.0.113.7" }, "10.0.0.5", "callout")).toBe(
      findingId({ type: "ipv6-addr", value: "203.0.113.7" }, "10.0.0.5", "callout"),
    );
  });
});
