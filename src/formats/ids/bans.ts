/** Programs that watch a machine and shut visitors out: fail2ban, psad, PortSentry, sshguard, lfd, CrowdSec. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { findTime, timeOfValue } from "../fallback/find-time.js";
import { object, string, type Json } from "../json-fields.js";
import { tell, type Sentence } from "../messages.js";
import { endpoint } from "../values.js";
import { shaped, timestamp } from "../shape.js";

const A = String.raw`\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{2,41}`;
/** A block of addresses (`/24`) is no visitor. */
const IP = String.raw`(?<ip>${A})(?:\/(?:32|128))?(?![\w/]|[.:]\w)`;
const re = (source: string): RegExp => new RegExp(source);

const FAIL2BAN: readonly Sentence[] = [
  {
    says: re(String.raw`^(?:\[[^\]]{1,64}\] )?(?:Restore |Increase )?Ban ${IP}`),
    outcome: "blocked",
    reason: "Ban",
    action: "ban",
  },
  {
    says: re(String.raw`^(?:\[[^\]]{1,64}\] )?${IP} already banned`),
    outcome: "blocked",
    reason: "already banned",
    action: "ban",
  },
  { says: re(String.raw`^(?:\[[^\]]{1,64}\] )?Unban ${IP}`), outcome: "unknown", reason: "Unban", action: "unban" },
  {
    says: re(String.raw`^(?:\[[^\]]{1,64}\] )?Found ${IP}`),
    outcome: "refused",
    reason: "Found: a failure was counted",
    action: "found",
  },
  { says: re(String.raw`^(?:\[[^\]]{1,64}\] )?Ignore ${IP}`), outcome: "unknown", reason: "Ignore", action: "ignore" },
];

/** mailcow's netfilter container bans in its own words. */
const NETFILTER: readonly Sentence[] = [
  { says: re(String.raw`^Banning ${IP} for \d{1,9} minutes`), outcome: "blocked", reason: "Banning", action: "ban" },
  { says: re(String.raw`^Unbanning ${IP}`), outcome: "unknown", reason: "Unbanning", action: "unban" },
  {
    says: re(String.raw`^Added host\/network ${IP} to denylist`),
    outcome: "blocked",
    reason: "on the deny list",
    action: "ban",
  },
  {
    says: re(String.raw`^(?:\d{1,3} more attempts in the next \d{1,9} seconds until ${IP} is banned)`),
    outcome: "refused",
    reason: "a failure was counted",
    action: "found",
  },
];

export const mailcowNetfilter: Format = {
  id: "mailcow.netfilter",
  title: "mailcow's netfilter (fail2ban) container",
  reference: "https://docs.mailcow.email/manual-guides/u_e-fail2ban/",
  marks: ["Banning ", "Added host/network ", " more attempts in the next "],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const m =
      /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (?:CRIT|WARN|INFO): (?=Bann|Unbann|Added host|\d{1,3} more attempts)/.exec(
        line,
      );
    if (!m) return undefined;
    return tell(line.slice(m[0].length), NETFILTER, {
      process: "netfilter",
      timestamp: timestamp(findTime(m[1]!)?.time, context, envelope),
    });
  },
};

export const fail2ban: Format = {
  id: "fail2ban.log",
  title: "fail2ban",
  reference: "https://github.com/fail2ban/fail2ban/wiki/How-fail2ban-works",
  marks: ["fail2ban"],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const program = envelope?.program;
    const named = program !== undefined && program.startsWith("fail2ban");
    if (program !== undefined && !named) return undefined;
    const m =
      /^(?:(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) )?(?:fail2ban\.\w{2,16} {0,16}\[\d{1,10}\]: )?(?:[A-Z]{4,8} {1,4})?/.exec(
        line,
      );
    if (!m || (!named && !/fail2ban\.\w/.test(m[0]))) return undefined;
    const message = line.slice(m[0].length);
    return tell(message, FAIL2BAN, {
      process: "fail2ban",
      timestamp: timestamp(m[1] === undefined ? undefined : findTime(m[1])?.time, context, envelope),
    });
  },
};

const WATCHERS: readonly (readonly [program: RegExp, sentences: readonly Sentence[]])[] = [
  [
    /^psad$/,
    [
      {
        says: re(String.raw`^scan detected(?: \([^)]{1,80}\))?: (?<ip>${A}) -> (?<near>${A}) `),
        outcome: "unknown",
        reason: "a scan",
        action: "scan detected",
      },
      {
        says: re(String.raw`^(?:added|adding) .{1,32} auto-block against ${IP}`),
        outcome: "blocked",
        reason: "auto-block added",
        action: "block",
      },
      {
        says: re(String.raw`^removed .{1,32} auto-block against ${IP}`),
        outcome: "unknown",
        reason: "auto-block removed",
        action: "unblock",
      },
      {
        says: re(String.raw`^src: (?<ip>${A})(?: -> (?<near>${A}))? signature match`),
        outcome: "unknown",
        reason: "a signature matched",
        action: "signature match",
      },
    ],
  ],
  [
    /^portsentry$/,
    [
      {
        says: re(
          String.raw`^(?:attackalert: )?(?:Host|Possible stealth scan from unknown host)[: ]{1,2}(?:[^\s/]{1,255}\/)?${IP}(?:\/\S{1,255})? (?:has been blocked|is already blocked)`,
        ),
        outcome: "blocked",
        reason: "blocked by PortSentry",
        action: "block",
      },
      {
        says: re(
          String.raw`^attackalert: (?:TCP |UDP )?.{1,40} (?:scan )?from (?:unknown )?host: (?:[^\s/]{1,255}\/)?(?<ip>${A}) to (?:TCP|UDP) port: (?<nearPort>\d{1,5})`,
        ),
        outcome: "unknown",
        reason: "a scan",
        action: "scan detected",
      },
    ],
  ],
  [
    /^sshguard$/,
    [
      {
        says: re(String.raw`^Blocking "?${IP}"? for`),
        outcome: "blocked",
        reason: "blocked by sshguard",
        action: "block",
      },
      {
        says: re(
          String.raw`^(?:Attack from "?|Releasing "?)?${IP}"?(?: on service|: unblocking|: should already| after)`,
        ),
        outcome: "refused",
        reason: "an attack was counted",
        action: "attack",
      },
    ],
  ],
  [
    /^lfd$/,
    [
      {
        says: re(String.raw`^\*?(?:Port Scan|SYNFLOOD Blocking|UDP Flood|.{0,40}Blocking)\*? detected from ${IP}`),
        outcome: "blocked",
        reason: "blocked by lfd",
        action: "block",
      },
      {
        says: re(String.raw`^\(\w{1,24}\) .{0,80} from ${IP} .{0,300}\*Blocked in csf\*`),
        outcome: "blocked",
        reason: "blocked in csf",
        action: "block",
      },
      {
        says: re(String.raw`^\(\w{1,24}\) Failed .{0,80} from ${IP} `),
        outcome: "refused",
        reason: "failed logins",
        action: "login",
      },
    ],
  ],
];

export const watchers: Format = {
  id: "linux.ban-daemons",
  prose: true,
  title: "psad, PortSentry, sshguard, lfd",
  reference: "https://www.cipherdyne.org/psad/docs/index.html",
  // The last three stand in the sentences of lfd, whose name is too short.
  marks: ["psad", "portsentry", "sshguard", " detected from ", "*Blocked in csf*", ") Failed "],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const program = envelope?.program;
    if (program === undefined) return undefined;
    const watcher = WATCHERS.find(([name]) => name.test(program));
    return watcher && tell(line, watcher[1], { process: program, timestamp: timestamp(undefined, context, envelope) });
  },
};

const CROWDSEC: readonly Sentence[] = [
  {
    says: re(
      String.raw`^(?:\(\S{1,64}\) )?(?:alert : )?\S{1,128} by ip (?<ip>${A}) .{0,80}: \S{1,16} (?:ban|captcha|throttle) on [Ii]p (?:${A})`,
    ),
    outcome: "blocked",
    reason: "a decision against the address",
    action: "decision",
  },
  {
    says: re(String.raw`^(?:\(\S{1,80}\) )?.{0,160}(?:ban|captcha) on [Ii]p (?<ip>${A})`),
    outcome: "blocked",
    reason: "a decision against the address",
    action: "decision",
  },
  {
    says: re(String.raw`^Ip (?<ip>${A}) performed '[^']{1,128}'`),
    outcome: "unknown",
    reason: "a scenario was met",
    action: "alert",
  },
];

export const crowdsecText: Format = {
  id: "crowdsec.log",
  title: "CrowdSec's own log",
  reference: "https://docs.crowdsec.net/docs/configuration/crowdsec_configuration/",
  marks: [" on ip ", " performed '"],
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const m = /^time="([^"]{10,40})" level=\w{4,7} msg="((?:Ip |\(|\S{1,128} by ip ).{1,600}?)"(?: |$)/.exec(line);
    if (!m) return undefined;
    return tell(m[2]!, CROWDSEC, {
      process: "crowdsec",
      timestamp: timestamp(findTime(m[1]!)?.time, context, envelope),
    });
  },
};

export const crowdsecJson: Format = {
  id: "crowdsec.alerts",
  title: "CrowdSec alerts and decisions, JSON",
  reference: "https://docs.crowdsec.net/docs/cscli/cscli_alerts_list",
  json: true,
  parse(line: string, context: LineContext, envelope?: EnvelopeFields, record?: Json): FormatResult | undefined {
    if (!record || !line.includes('"scenario"') || !/"(?:scope|origin)"/.test(line)) return undefined;
    const source = object(record["source"]);
    const decision = string(record["type"]);
    const ip = string(source?.["ip"]) ?? string(source?.["value"]) ?? string(record["value"]);
    const end = endpoint({ ip });
    if (end?.ip === undefined) return undefined;
    const stamp = string(record["start_at"]) ?? string(record["created_at"]) ?? string(record["timestamp"]);
    const decided = decision !== undefined || line.includes('"decisions":[{');
    return shaped({
      event: {
        timestamp: timestamp(timeOfValue(stamp), context, envelope),
        source: end,
        event: { action: decision ?? "alert" },
        rule: { name: string(record["scenario"]) },
        observer: { name: string(record["machine_id"]), product: "CrowdSec" },
      },
      outcome: decided ? "blocked" : "unknown",
      outcomeReason: decided ? "a decision against the address" : "a scenario was met",
      initiator: "source",
      observerIsAsset: true,
    });
  },
};
