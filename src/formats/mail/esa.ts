/** Cisco Secure Email (ESA, IronPort) text mail logs: ICID is a connection that came, DCID one that the gateway made. */
import { ADDRESS } from "../firewalls/patterns.js";
import type { Sentence } from "../messages.js";
import { speakerFormat } from "../speaker.js";

const re = (source: string): RegExp =>
  new RegExp(source.replaceAll("ADDR", `\\[?(?<ip>${ADDRESS})\\]?`).replaceAll("NEAR", `\\[?(?<near>${ADDRESS})\\]?`));

const SENTENCES: readonly Sentence[] = [
  {
    says: re(
      "^New SMTP ICID \\d{1,12} interface .{1,80}? \\(NEAR\\) address ADDR reverse dns host (?<name>\\S{1,253}) verified ",
    ),
    outcome: "unknown",
    reason: "a client connected",
    action: "connect",
  },
  {
    says: re("^New SMTP DCID \\d{1,12} interface NEAR address ADDR port (?<port>\\d{1,5})"),
    outcome: "established",
    reason: "the gateway connected",
    action: "connect",
    away: true,
  },
  {
    says: re(
      "^(?:Connection Error|Delivery connection failed|DCID \\d{1,12} connection failed).{0,300}? [iI][pP]:? ?ADDR(?: port:? ?(?<port>\\d{1,5}))?.{0,300}?refused",
    ),
    outcome: "refused",
    reason: "connection refused",
    away: true,
  },
  {
    says: re(
      "^(?:Connection Error|Delivery connection failed|DCID \\d{1,12} connection failed).{0,300}? [iI][pP]:? ?ADDR(?: port:? ?(?<port>\\d{1,5}))?",
    ),
    outcome: "unanswered",
    reason: "no connection came about",
    away: true,
  },
  {
    says: re("^ICID \\d{1,12} (?:REJECT|TCPREFUSE) SG .{0,200}? (?:match|address) ADDR(?=[ /]|$)"),
    outcome: "blocked",
    reason: "REJECT by sender group",
  },
  {
    says: re("^ICID \\d{1,12} (?:ACCEPT|RELAY|CONTINUE) SG .{0,200}? match ADDR(?:/\\d{1,3})?(?= |$)"),
    outcome: "unknown",
    reason: "accepted by sender group",
  },
  {
    says: re("^ICID \\d{1,12} (?:Address: )?ADDR(?: .{0,80}?)? (?:rejected|throttled|limit|over)"),
    outcome: "refused",
    reason: "the gateway refused it",
  },
  {
    says: re("^(?:Failed|Unsuccessful|SMTP authentication failed).{0,200}? (?:from|IP:?) ADDR"),
    outcome: "refused",
    reason: "authentication failed",
  },
  {
    says: /^(?:Start )?MID \d{1,12} ICID \d{1,12} From: <(?<from>[^<>]{0,320})>/,
    outcome: "unknown",
    reason: "a message's sender",
    initiator: "unknown",
  },
  {
    says: /^(?:Start )?MID \d{1,12} ICID \d{1,12} RID \d{1,6} To: <(?<to>[^<>]{0,320})>/,
    outcome: "unknown",
    reason: "a message's recipient",
    initiator: "unknown",
  },
  {
    says: re(
      "^(?:The user|User) (?<user>\\S{1,128}) (?:successfully logged on|has been authenticated|logged in).{0,40}? from (?:IP address )?ADDR",
    ),
    outcome: "authenticated",
    reason: "logged on to the gateway",
    action: "login",
  },
  {
    says: re(
      "^(?:An authentication attempt by the user|User|user:?) (?<user>.{1,128}?) from (?:the IP address )?ADDR.{0,60}(?:failed|invalid)",
    ),
    outcome: "refused",
    reason: "login failed",
    action: "login",
  },
  {
    says: re("^(?:Access to|Login for|Session|req:)?.{0,40}?user:(?<user>\\S{1,128}) .{0,120}?from ADDR"),
    outcome: "unknown",
    reason: "a session on the gateway",
  },
];

export const esa = speakerFormat({
  id: "cisco.esa",
  title: "Cisco Secure Email Gateway (ESA) text mail logs",
  reference:
    "https://www.cisco.com/c/en/us/td/docs/security/esa/esa15-5/user_guide/b_ESA_Admin_Guide_15-5/b_ESA_Admin_Guide_12_1_chapter_0100111.html",
  programs: /^(?:mail_logs|text_mail|esa|ironport|cisco_esa|authentication|gui_logs|cli_logs)[\w.-]{0,40}$/i,
  head: /^(?:(?<time>[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}) )?(?:Info|Warning|Critical|Debug): (?=New SMTP|ICID|MID|DCID|Start MID|Connection Error|Delivery|Failed|Message|SDS|The user|User|An authentication|LDAP|Dropping|Bounced|Delayed|SMTP)/,
  process: "mail_logs",
  sentences: SENTENCES,
});
