/** Verdicts of whole lines, as a responder would give them: nothing claimed on an attacker's word, nothing real belittled. */
import { describe, expect, it } from "vitest";
import { Conversations } from "../src/triage/conversation.js";
import { OwnNetworks } from "../src/triage/own.js";
import { settle, triage } from "../src/triage/triage.js";
import { parserFor } from "./formats-core-support.js";

const RELAY = "203.0.113.7";

/** `role/verdict` of every line that holds the relay, judged together as one hunt. */
function verdicts(...lines: string[]): string[] {
  const parser = parserFor({
    firstLine: lines[0]!,
    headerBefore: (prefix, offset) => lines.slice(0, offset + 1).findLast((line) => line.startsWith(prefix)),
  });
  const conversations = new Conversations();
  const own = new OwnNetworks();
  const indicator = { type: "ipv4-addr" as const, value: RELAY, role: "relay" as const, labels: [] };
  const found = lines.flatMap((line, i) =>
    line.includes(RELAY) ? [triage(parser.parse(line, i), indicator, [RELAY], "app.log", own)] : [],
  );
  for (const { pending } of found) if (pending) conversations.add(pending.record);
  return found.map(({ judgement, pending }) => {
    const { role, verdict } = judgement ?? settle(pending!, conversations.resolve(pending!.record));
    return `${role}/${verdict}`;
  });
}

describe("what a visitor writes is never believed", () => {
  const access = (agent: string): string =>
    `198.51.100.77 - - [04/Mar/2021:05:06:07 +0000] "GET / HTTP/1.1" 200 512 "-" "${agent}"`;
  const app = (fields: object): string =>
    JSON.stringify({ time: "2021-03-04T05:06:07Z", client_ip: "198.51.100.77", ...fields, status: 200 });
  const flow = `{"src_ip":"10.0.0.5","dest_ip":"${RELAY}","action":"allow","source_bytes":1000,"destination_bytes":2000}`;
  const cases: readonly (readonly [string, string])[] = [
    [
      "an ASA message in a user agent",
      access(
        `%ASA-6-302013: Built outbound TCP connection 1 for outside:${RELAY}/443 (${RELAY}/443) to inside:10.0.0.5/51515`,
      ),
    ],
    [
      "a packet in a user agent",
      access(`IN= OUT=eth0 SRC=10.0.0.5 DST=${RELAY} LEN=60 PROTO=TCP SPT=51515 DPT=443 SYN`),
    ],
    [
      "a FortiGate line in a user agent",
      access(
        `date=2021-03-04 time=05:06:07 devname=f logid=0000000013 type=traffic srcip=10.0.0.5 dstip=${RELAY} action=close sentbyte=1000 rcvdbyte=2000`,
      ),
    ],
    ["an object in a JSON log's user agent", app({ user_agent: flow })],
    ["an object in a JSON log's user name", app({ user: flow })],
    [
      "request headers that look like the log's own fields",
      app({ headers: { "Dst-Ip": RELAY, "Server-Addr": [RELAY] } }),
    ],
    ["headers as names and values", app({ headers: [{ name: "Server-Ip", value: RELAY }] })],
    [
      "pairs in a quoted agent",
      `time="2021-03-04T05:06:07Z" client=198.51.100.77 ua="x dst=${RELAY} action=allow" status=200`,
    ],
    [
      "pairs in a mail's subject",
      `Mar  4 05:06:07 mail postfix/cleanup[1]: ABC: warning: header Subject: src=10.0.0.5 dst=${RELAY} action=accept from unknown[198.51.100.77]; from=<a@b> to=<c@d> proto=ESMTP helo=<x>`,
    ],
    [
      "a relay in a mail's sender",
      `Mar  4 05:06:07 mail postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[198.51.100.77]: 554 rejected; from=<relay=x[${RELAY}]:25,status=sent> to=<c@d> proto=ESMTP helo=<x>`,
    ],
    [
      "ends in a user's name",
      `2021-03-04 05:06:07 app WARN login failed for user 'bob from ${RELAY} to 10.0.0.5' client 198.51.100.77`,
    ],
    [
      "a second address in an ASA user name",
      `Mar  4 05:06:07 fw1 %ASA-6-113015: AAA user authentication Rejected : reason = Invalid password : local database : user = x user IP = ${RELAY} : user IP = 198.51.100.77`,
    ],
    [
      "columns pushed aside by quotes in Envoy's user agent",
      `[2021-03-04T05:06:07.123Z] "GET / HTTP/1.1" 200 - 0 512 3 2 "198.51.100.77" "x" "y" "z" "${RELAY}:80" "id" "www.example" "10.0.0.9:8080"`,
    ],
  ];
  for (const [name, line] of cases) it(name, () => expect(verdicts(line)).toEqual(["mention/mention"]));

  it("words of going out, in a request or a quotation, make no callout", () => {
    for (const line of [
      `2021-03-04 05:06:07 app INFO 198.51.100.77 GET /?x=connected+to+${RELAY}:443 200`,
      `2021-03-04 05:06:07 app INFO handled 198.51.100.77 agent "connecting to ${RELAY}:443 established"`,
    ])
      expect(verdicts(line)[0]).not.toMatch(/\/(?:callout|access|own-asset)$/);
    expect(verdicts(`time=2021-03-04T05:06:07Z level=info msg="connected to ${RELAY}:443"`)).toEqual([
      "destination/callout",
    ]);
  });

  it("what a header says of the client stays a claim", () =>
    expect(verdicts(app({ headers: { "X-Forwarded-For": RELAY } }))).toEqual(["forwarded/contact"]));
});

describe("a record with data both ways is a callout in any log", () => {
  const callouts: readonly (readonly [string, string])[] = [
    [
      "CEF",
      `CEF:0|V|FW|1|100|Connection closed|3|rt=1614834367000 src=10.0.0.5 spt=51515 dst=${RELAY} dpt=443 proto=TCP act=allow in=1000 out=5000`,
    ],
    [
      "Juniper SRX, ended by idling",
      `<14>1 2021-03-04T05:06:07.000Z srx RT_FLOW - RT_FLOW_SESSION_CLOSE [junos@2636.1.1.1.2.129 reason="idle Timeout" source-address="10.0.0.5" source-port="51515" destination-address="${RELAY}" destination-port="443" protocol-id="6" bytes-from-client="1000" bytes-from-server="5000"]`,
    ],
    [
      "SonicWall",
      `<134> id=firewall time="2021-03-04 05:06:07 UTC" fw=198.51.100.1 msg="Connection Closed" src=10.0.0.5:51515:X0 dst=${RELAY}:443:X1 proto=tcp/https sent=1000 rcvd=5000`,
    ],
    [
      "Packetbeat",
      `{"@timestamp":"2021-03-04T05:06:07.000Z","source":{"ip":"10.0.0.5","port":51515,"bytes":1000},"destination":{"ip":"${RELAY}","port":443,"bytes":5000},"network":{"transport":"tcp"}}`,
    ],
    [
      "Istio's way out",
      `[2021-03-04T05:06:07.123Z] "GET /x HTTP/1.1" 200 - via_upstream - "-" 0 512 3 2 "-" "curl" "id" "evil.example" "${RELAY}:443" PassthroughCluster 10.0.0.5:41000 ${RELAY}:443 10.0.0.5:40999 - allow_any`,
    ],
  ];
  for (const [name, line] of callouts) it(name, () => expect(verdicts(line)).toEqual(["destination/callout"]));

  it("but a reset that answers a SYN is none", () => {
    const line = (more: object): string =>
      JSON.stringify({
        time: "2021-03-04T05:06:07Z",
        src_ip: "10.0.0.5",
        src_port: 51515,
        dst_ip: RELAY,
        dst_port: 443,
        proto: "tcp",
        action: "allow",
        ...more,
      });
    expect(verdicts(line({ src_bytes: 60, dst_bytes: 40 }))).toEqual(["destination/callout-attempt"]);
    expect(verdicts(line({ src_bytes: 66, dst_bytes: 70, src_packets: 1, dst_packets: 1 }))).toEqual([
      "destination/callout-attempt",
    ]);
  });

  it("pairs flow records of one direction each (nfdump), and knows a reply", () => {
    const record = (from: string, to: string): string =>
      `2021-03-04 05:06:07.000     5.000 TCP      ${from} ->        ${to}         10     1000     1`;
    const client = "10.0.0.5:51515";
    const service = "10.0.0.9:443";
    expect(verdicts(record(client, `${RELAY}:443`), record(`${RELAY}:443`, client))[0]).toBe("destination/callout");
    expect(verdicts(record(client, `${RELAY}:443`))).toEqual(["destination/callout-attempt"]);
    expect(verdicts(record(`${RELAY}:51515`, service), record(service, `${RELAY}:51515`))).toEqual([
      "source/contact",
      "destination/contact",
    ]);
  });

  it("a client's port of the dynamic range is no service's", () => {
    const flow = (from: string, to: string, ports: string): string =>
      `2 123456789010 eni-1 ${from} ${to} ${ports} 6 20 4249 1614834367 1614834427 ACCEPT OK`;
    expect(verdicts(flow("10.0.0.5", RELAY, "50000 443"), flow(RELAY, "10.0.0.5", "443 50000"))[0]).toBe(
      "destination/callout",
    );
    expect(verdicts(flow(RELAY, "10.0.0.5", "50000 443"), flow("10.0.0.5", RELAY, "443 50000"))).toEqual([
      "source/contact",
      "destination/contact",
    ]);
  });
});

describe("logins from an indicator", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    [
      "GlobalProtect, connected",
      "access",
      `1,2021/03/04 05:06:07,0001,GLOBALPROTECT,0,2305,2021/03/04 05:06:07,vsys1,gateway-connected,connected,,SSLVPN,jdoe,US,PC1,${RELAY},0.0.0.0,10.9.9.9,0.0.0.0,aa,SN,5.2,Windows,"Microsoft Windows 10",1,,,,success,,0,,0,gw`,
    ],
    [
      "GlobalProtect, before the login",
      "contact",
      `1,2021/03/04 05:06:07,0001,GLOBALPROTECT,0,2305,2021/03/04 05:06:07,vsys1,portal-prelogin,before-login,,,,US,PC1,${RELAY},0.0.0.0,0.0.0.0,0.0.0.0,aa,SN,5.2,Windows,"Microsoft Windows 10",1,,,,success,,0,,0,portal`,
    ],
    [
      "GlobalProtect, failed",
      "probe",
      `1,2021/03/04 05:06:07,0001,GLOBALPROTECT,0,2305,2021/03/04 05:06:07,vsys1,portal-auth,login,LDAP,,jdoe,US,PC1,${RELAY},0.0.0.0,0.0.0.0,0.0.0.0,aa,SN,5.2,Windows,"Microsoft Windows 10",1,,Invalid password,,failure,,0,,0,portal`,
    ],
    [
      "Windows 4624 in XML",
      "access",
      `<Event><System><Provider Name='Microsoft-Windows-Security-Auditing'/><EventID>4624</EventID><TimeCreated SystemTime='2021-03-04T05:06:07.000Z'/><Computer>dc1</Computer></System><EventData><Data Name='TargetUserName'>jdoe</Data><Data Name='IpAddress'>${RELAY}</Data><Data Name='IpPort'>51515</Data></EventData></Event>`,
    ],
    [
      "Postfix, SASL",
      "access",
      `Mar  4 05:06:07 mail postfix/smtpd[1]: ABC123: client=unknown[${RELAY}], sasl_method=LOGIN, sasl_username=jdoe`,
    ],
    [
      "Postfix, SASL refused",
      "probe",
      `Mar  4 05:06:07 mail postfix/smtpd[1]: warning: unknown[${RELAY}]: SASL LOGIN authentication failed: UGFzc3dvcmQ6, sasl_username=jdoe`,
    ],
    [
      "Azure AD, errorCode 0",
      "access",
      `{"time":"2021-03-04T05:06:07Z","category":"SignInLogs","operationName":"Sign-in activity","resultType":"0","callerIpAddress":"${RELAY}"}`,
    ],
    [
      "a number 4624 of another program",
      "probe",
      `{"time":"2021-03-04T05:06:07Z","event_id":4624,"program":"shop","client_ip":"${RELAY}"}`,
    ],
  ];
  for (const [name, verdict, line] of cases) it(name, () => expect(verdicts(line)).toEqual([`source/${verdict}`]));
});

it("an inbound connection that Sysmon logs (Initiated false) is no callout attempt", () => {
  expect(
    verdicts(
      `{"EventID":3,"UtcTime":"2021-03-04 05:06:07.000","Computer":"srv","Initiated":"false","SourceIp":"${RELAY}","SourcePort":"51515","DestinationIp":"10.0.0.9","DestinationPort":"443"}`,
    ),
  ).toEqual(["source/probe"]);
});

it("a Zeek table without #path is told by its columns", () => {
  expect(
    verdicts(
      "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\thistory\torig_pkts\tresp_pkts",
      `1614834367.000000\tC1\t10.0.0.5\t51515\t${RELAY}\t443\ttcp\tssl\t5.1\t1000\t2000\tSF\tShADadFf\t10\t11`,
    ),
  ).toEqual(["destination/callout"]);
});

it("a firewall that denies a session blocked it; it did not fail a login", () => {
  expect(
    verdicts(
      `Mar  4 05:06:07 srx RT_FLOW: RT_FLOW_SESSION_DENY: session denied ${RELAY}/51515->198.51.100.9/22 junos-ssh 6(0) deny untrust trust`,
    ),
  ).toEqual(["source/probe-blocked"]);
});

describe("Exchange message tracking, comma-separated under #Fields", () => {
  const fields =
    "#Fields: date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,source,event-id,message-subject,sender-address";
  const line = (client: string, subject: string): string =>
    `2021-03-04T05:06:07.123Z,${client},mail,10.0.0.9,mail,x,x,SMTP,RECEIVE,"${subject}",a@b`;

  it("names the client", () => expect(verdicts(fields, line(RELAY, "hello"))[0]).toMatch(/^source\//));

  it("does not believe the subject", () =>
    expect(verdicts(fields, line("198.51.100.77", `src=10.0.0.5 dst=${RELAY} action=accept`))).toEqual([
      "mention/mention",
    ]));
});
