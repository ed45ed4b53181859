/** What the DNS, remote access and sensor formats decide, where a golden event does not show why. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatIpv6 } from "../src/model/ip.js";
import { reverseAddress } from "../src/formats/dns/dns-event.js";
import { decodeLabels } from "../src/formats/dns/windows-dns.js";
import { tcpFlags } from "../src/formats/ids/flow-record.js";
import { Conversations } from "../src/triage/conversation.js";
import { OwnNetworks } from "../src/triage/own.js";
import { settle, triage, type TriageIndicator } from "../src/triage/triage.js";
import { parse } from "./formats-core-support.js";

const RELAY = "203.0.113.7";
const INDICATOR: TriageIndicator = { type: "ipv4-addr", value: RELAY, role: "relay", labels: [] };

/** The verdicts of lines that were all read in one hunt. */
function verdicts(lines: readonly string[]): string[] {
  const own = new OwnNetworks(["192.0.2.0/24"]);
  const conversations = new Conversations();
  const judged = lines.map((line) => triage(parse(line), INDICATOR, [RELAY], "test.log", own));
  for (const { pending } of judged) if (pending) conversations.add(pending.record);
  return judged.map(
    ({ judgement, pending }) => (judgement ?? settle(pending!, conversations.resolve(pending!.record))).verdict,
  );
}

describe("name servers", () => {
  it("takes the relay that asks an own server for an inbound contact, and an answer that names it for a resolution", () => {
    expect(
      verdicts([
        `04-Mar-2021 05:06:07.123 client @0x7f ${RELAY}#51234 (www.example.com): query: www.example.com IN TXT +T (192.0.2.53)`,
        `04-Mar-2021 05:06:07.123 client @0x7f ${RELAY}#51234 (example.com): query (cache) 'example.com/ANY/IN' denied`,
        `Mar  4 05:06:07 gw dnsmasq[1]: reply c2.example.net is ${RELAY}`,
        `Mar  4 05:06:07 h named[1]: 04-Mar-2021 05:06:07.083 client 192.0.2.5#57398: UDP: query: c2.example.net IN A response: NOERROR +AED c2.example.net. 28800 IN A ${RELAY}`,
      ]),
    ).toEqual(["contact", "probe", "resolution", "resolution"]);
  });

  it("takes an upstream that was asked for the destination, and never claims an answer that the line does not show", () => {
    expect(
      verdicts([
        `Mar  4 05:06:07 gw dnsmasq[1]: forwarded www.example.com to ${RELAY}`,
        `[1614834371] unbound[1234:0] info: reply from <example.com.> ${RELAY}#53`,
        `3/4/2021 5:06:07 AM 0F34 PACKET  000001F6B0A1C2D0 UDP Snd ${RELAY}    3c4d   Q [0001   D   NOERROR] A      (3)www(7)example(3)com(0)`,
        `3/4/2021 5:06:07 AM 0F34 PACKET  000001F6B0A1C2D0 UDP Snd ${RELAY}    3c4d R Q [8081   DR  NOERROR] A      (3)www(7)example(3)com(0)`,
      ]),
    ).toEqual(["callout-attempt", "callout", "callout-attempt", "contact"]);
  });

  it("reads the address that a reverse name stands for, whatever its version", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (value) => {
        const octets = [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
        const name = `${octets.toReversed().join(".")}.in-addr.arpa`;
        expect(reverseAddress(name)).toBe(octets.join("."));
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 0xffff }), { minLength: 8, maxLength: 8 }), (groups) => {
        const nibbles = groups.map((g) => g.toString(16).padStart(4, "0")).join("");
        const name = `${[...nibbles].toReversed().join(".")}.ip6.arpa`;
        expect(reverseAddress(name)).toBe(formatIpv6(groups));
      }),
    );
    expect(reverseAddress("x.113.0.203.in-addr.arpa")).toBeUndefined();
    expect(reverseAddress("www.example.com")).toBeUndefined();
  });

  it("decodes Windows' labels, and leaves a plain name as it is", () => {
    expect(decodeLabels("(3)www(7)example(3)com(0)")).toBe("www.example.com");
    expect(decodeLabels("(0)")).toBe(".");
    expect(decodeLabels(".example.com")).toBe("example.com");
  });
});

describe("remote access", () => {
  it("does not call a gateway's answers to an initiator callouts", () => {
    expect(
      verdicts([
        `Mar  4 05:06:07 gw charon: 06[NET] <con1|62> sending packet: from 192.0.2.1[4500] to ${RELAY}[28821] (92 bytes)`,
        `Mar  4 05:06:08 gw charon: 06[NET] <vpn|1> received packet: from ${RELAY}[4500] to 192.0.2.5[40000] (92 bytes)`,
        `Mar  4 05:06:08 gw kernel: wireguard: wg0: Sending handshake response to peer 2 (${RELAY}:40000)`,
        `Mar  4 05:06:09 gw kernel: wireguard: wg0: Receiving handshake response from peer 3 (${RELAY}:51820)`,
      ]),
    ).toEqual(["contact", "callout", "access", "callout"]);
  });

  it("lets no user name plant an address", () => {
    const radius = parse(
      `Thu Mar  4 05:06:07 2021 : Auth: (1) Login incorrect: [x] (from client a port 1 cli ${RELAY})] (from client vpn-gw port 0 cli 198.51.100.1)`,
    );
    expect(radius.event.source?.ip).toBe("198.51.100.1");
    const guacamole = parse(
      `2021-03-04T05:06:09,123Z [exec-9] WARN  o.a.g.r.auth.AuthenticationService - Authentication attempt from 198.51.100.1 for user "x" from [${RELAY}] for user "y" failed.`,
    );
    expect(guacamole.event.source?.ip).toBe("198.51.100.1");
    const cowrie = parse(
      `2021-03-04T05:06:09+0000 [HoneyPotSSHTransport,12,198.51.100.1] login attempt [root/New connection: ${RELAY}:1 (1.2.3.4:22)] failed`,
    );
    expect(cowrie.event.source?.ip).toBe("198.51.100.1");
    expect(cowrie.outcome).toBe("refused");
  });

  it("reads what OPNsense's scripts say of a user's session", () => {
    const up = parse(
      `<29>1 2021-03-04T05:06:07+00:00 fw.example.com openvpn 81538 - - openvpn server 'ovpns1' user 'bob' address '${RELAY}:1194' - connected`,
    );
    expect(up.event.source).toEqual({ ip: RELAY, port: 1194 });
    expect(up.event.user?.name).toBe("bob");
    expect(up.outcome).toBe("authenticated");
  });
});

describe("flow records and packets", () => {
  it("does not call the reply to an inbound probe a callout, whoever exports it", () => {
    const flow = (from: string, to: string, flags: number): string =>
      `{"sampler_address":"192.0.2.1","time_flow_start_ns":1614834367123000000,"bytes":60,"packets":1,"src_addr":"${from.split(" ")[0]!}","dst_addr":"${to.split(" ")[0]!}","proto":"TCP","src_port":${from.split(" ")[1]!},"dst_port":${to.split(" ")[1]!},"tcp_flags":${flags}}`;
    expect(verdicts([flow(`${RELAY} 40000`, "192.0.2.5 22", 2), flow("192.0.2.5 22", `${RELAY} 40000`, 18)])).toEqual([
      "contact",
      "contact",
    ]);
    expect(
      verdicts([
        `2021-03-04 05:06:07.550554 IP 192.0.2.5.22 > ${RELAY}.43436: Flags [S.], seq 1, ack 2, win 1, length 0`,
        `2021-03-04 05:06:07.123     0.512 TCP        192.0.2.5:8080  ->      ${RELAY}:40001 .AP.SF   0       12     3456     1`,
      ]),
    ).toEqual(["contact", "contact"]);
  });

  it("calls a finished session that argus or Arkime saw begin here a callout", () => {
    expect(
      verdicts([
        `2021/03/04.05:06:08.123456  e  tcp  192.0.2.5.50000  ->  ${RELAY}.443  10  6000  FIN`,
        `{"firstPacket":1614834367123,"lastPacket":1614834379123,"ipProtocol":6,"node":"n","source":{"ip":"192.0.2.5","port":50000,"bytes":3456,"packets":10},"destination":{"ip":"${RELAY}","port":443,"bytes":9999,"packets":8},"tcpflags":{"syn":1,"syn-ack":1,"rst":0}}`,
      ]),
    ).toEqual(["callout", "callout"]);
  });

  it("reads flags as numbers, names and letters", () => {
    expect(["2", "0x12", "...AP.SF", " FS PA ", "SYN ACK", "....S.", "........", ""].map((f) => tcpFlags(f))).toEqual([
      2,
      18,
      27,
      27,
      18,
      2,
      undefined,
      undefined,
    ]);
  });

  it("gives no end to a line of vFlow that holds several records", () => {
    const read = parse(
      `{"AgentID":"192.0.2.1","Header":{"Version":10},"DataSets":[[{"I":8,"V":"${RELAY}"},{"I":12,"V":"192.0.2.5"}],[{"I":8,"V":"192.0.2.6"},{"I":12,"V":"192.0.2.7"}]]}`,
    );
    expect(read.event.source?.ip).toBeUndefined();
    expect(read.event.destination?.ip).toBeUndefined();
  });

  it("turns Snort 3's alert on an answer round to its client", () => {
    const read = parse(
      `{"timestamp":"21/03/14-05:06:08.123456","pkt_num":2,"proto":"TCP","dir":"S2C","src_ap":"${RELAY}:443","dst_ap":"192.0.2.5:50000","rule":"1:1:1","action":"allow"}`,
    );
    expect(read.event.destination).toEqual({ ip: RELAY, port: 443 });
    expect(new Date(read.event.timestamp!).toISOString()).toBe("2021-03-14T05:06:08.123Z");
  });
});

describe("containers", () => {
  it("knows a product's own beginning under a container's name", () => {
    const lines: readonly (readonly [string, string])[] = [
      [
        `web_1  | 2021-03-04T05:06:08,991Z [exec-9] WARN  o.a.g.r.auth.AuthenticationService - Authentication attempt from ${RELAY} for user "x" failed.`,
        "apache.guacamole",
      ],
      [
        `ns_1   | 04-Mar-2021 05:06:07.123 client @0x7f ${RELAY}#51234 (a.example): query: a.example IN A + (192.0.2.53)`,
        "isc.bind",
      ],
      [`dns_1  | [1614834367] unbound[1:0] info: ${RELAY} www.example.com. A IN`, "nlnetlabs.unbound"],
      [
        `pot_1  | 2021-03-04T05:06:08+0000 [HoneyPotSSHTransport,12,${RELAY}] login attempt [root/123] failed`,
        "cowrie.log",
      ],
    ];
    for (const [line, id] of lines) {
      const read = parse(line);
      expect(read.format.split(">").at(-1)).toBe(id);
      expect(read.event.source?.ip).toBe(RELAY);
    }
  });
});
