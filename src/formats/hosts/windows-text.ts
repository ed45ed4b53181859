/**
 * Windows events rendered as text in one line: Snare, NXLog and others over syslog, Splunk's WinEventLog, OSSEC, WinCollect. The event is
 * known by the id that the sender wrote, or by its first sentence.
 */
import type { EnvelopeFields, Format, FormatResult, LineContext, ParsedTime } from "../format.js";
import { findTime } from "../fallback/find-time.js";
import { quotesAnother } from "../shape.js";
import { windowsResult } from "./windows-event.js";
import { messageData } from "./windows-labels.js";
import type { WindowsEvent } from "./windows-fields.js";

/** First sentences, by which an event is known where no id stands. */
const SENTENCES: readonly (readonly [string, number])[] = [
  ["An account was successfully logged on", 4624],
  ["An account failed to log on", 4625],
  ["An account was logged off", 4634],
  ["A logon was attempted using explicit credentials", 4648],
  ["A Kerberos authentication ticket (TGT) was requested", 4768],
  ["A Kerberos service ticket was requested", 4769],
  ["A Kerberos service ticket was renewed", 4770],
  ["Kerberos pre-authentication failed", 4771],
  ["The computer attempted to validate the credentials", 4776],
  ["The domain controller attempted to validate the credentials", 4776],
  ["A session was reconnected to a Window Station", 4778],
  ["A session was disconnected from a Window Station", 4779],
  ["A user was denied the access to Remote Desktop", 4825],
  ["A network share object was accessed", 5140],
  ["A network share object was checked", 5145],
  ["The Windows Filtering Platform has blocked a packet", 5152],
  ["The Windows Filtering Platform blocked a packet", 5152],
  ["The Windows Filtering Platform has permitted a connection", 5156],
  ["The Windows Filtering Platform has allowed a connection", 5156],
  ["The Windows Filtering Platform has blocked a connection", 5157],
  ["A new process has been created", 4688],
  ["Remote Desktop Services: Session logon succeeded", 21],
  ["Remote Desktop Services: Session has been disconnected", 24],
  ["Remote Desktop Services: Session reconnection succeeded", 25],
  ["Remote Desktop Services: User authentication succeeded", 1149],
];

const SNARE =
  /MSWinEventLog(?:\t|\s{2,8}|,|;|\|)\d{0,2}(?:\t|\s{1,8}|,|;|\|)(?<channel>[\w /.-]{1,120}?)(?:\t|\s{2,8}|,|;|\|)\d{0,10}(?:\t|\s{1,8}|,|;|\|)(?<time>[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})(?:\t|\s{1,8}|,|;|\|)(?<id>\d{1,5})(?:\t|\s{1,8}|,|;|\|)(?<provider>[\w /.-]{1,120}?)(?:\t|\s{2,8}|,|;|\|)/;
const OSSEC =
  /^(?:.{0,80}?WinEvtLog: )?(?<channel>[^:]{1,120}): (?<keywords>[A-Z_]{2,24})\((?<id>\d{1,5})\): (?<provider>[^:]{1,120}): [^:]{0,255}: [^:]{0,255}: (?<computer>[\w.-]{1,255}): /;
/** `Microsoft-Windows-Security-Auditing: 4624: …`, `Security-Auditing: 4625: AUDIT_FAILURE …` (evtsys). */
const NUMBERED =
  /^(?:(?<provider>[A-Za-z][\w -]{2,100}?)(?:\[\d{1,10}\])?: )?(?<id>\d{1,5}): (?:(?<keywords>AUDIT_(?:SUCCESS|FAILURE)|Audit (?:Success|Failure)|[A-Z]\w{1,20}):? )?/;
const PAIRS = /(?:^|[\s,;|])(?:EventCode|EventIDCode|EventID|event_id|EventId)[=:] ?"?(?<id>\d{1,5})\b/;
const field = (text: string, names: string): string | undefined =>
  new RegExp(`(?:^|[\\s,;|])(?:${names})=\\s{0,2}"?([^\\t\\r\\n,;|"]{1,200}?)(?="|[\\t\\r\\n,;|]| \\w{1,32}=|$)`)
    .exec(text)?.[1]
    ?.trim();
const LONGEST_HEAD = 1024;
const PROVIDER =
  /^(?:Microsoft-Windows-[\w-]{2,100}|Microsoft_Windows_[\w-]{2,80}|Security-Auditing|Security|MSWinEventLog|WinEvtLog)$/;

/** The names that `find` looks for, and the providers of `PROVIDER`. */
const MARKS = [
  "MSWinEventLog",
  "WinEvtLog",
  "EventCode",
  "EventID",
  "event_id",
  "-Auditing",
  "Microsoft-Windows-",
  "Microsoft_Windows_",
  "Security",
  ...SENTENCES.map(([says]) => says),
];

interface Found {
  id: number;
  provider: string;
  channel?: string | undefined;
  computer?: string | undefined;
  keywords?: string | undefined;
  time?: ParsedTime | undefined;
  from: number;
}

function named(m: RegExpExecArray, time: ParsedTime | undefined): Found {
  const { id, provider, channel, computer, keywords } = m.groups!;
  return { id: Number(id), provider: provider ?? "", channel, computer, keywords, time, from: m.index + m[0].length };
}

function find(line: string, program: string | undefined): Found | undefined {
  const head = line.slice(0, LONGEST_HEAD);
  if (head.includes("MSWinEventLog")) {
    const m = SNARE.exec(head);
    if (m)
      return {
        ...named(m, findTime(m.groups!["time"]!)?.time),
        keywords: /Failure Audit|Audit Failure/.test(line.slice(m.index, m.index + 900))
          ? "Audit Failure"
          : /Success Audit|Audit Success/.test(line.slice(m.index, m.index + 900))
            ? "Audit Success"
            : undefined,
      };
  }
  if (program === "WinEvtLog" || head.includes("WinEvtLog: ")) {
    const m = OSSEC.exec(head);
    if (m) return named(m, undefined);
  }
  const windows = program !== undefined && PROVIDER.test(program);
  const pairs = PAIRS.exec(head);
  if (pairs && /(?:LogName|SourceName|AgentLogFile|Channel|Source|EventType|log_name)=/.test(head))
    return {
      id: Number(pairs.groups!["id"]),
      provider: field(head, "SourceName|Source|ProviderName") ?? "",
      channel: field(head, "LogName|AgentLogFile|Channel|log_name"),
      computer: field(head, "ComputerName|Computer|Hostname"),
      keywords: field(head, "Keywords|EventType"),
      time: findTime(head.slice(0, pairs.index))?.time,
      from: 0,
    };
  const numbered = windows || /^[A-Za-z][\w-]{2,60}-Auditing/.test(head) ? NUMBERED.exec(head) : null;
  if (numbered) return { ...named(numbered, undefined), provider: numbered.groups!["provider"] ?? program ?? "" };
  return bySentence(line, head, program, windows);
}

/** Only where the sentence is the message's beginning, or the provider is named before it. */
function bySentence(line: string, head: string, program: string | undefined, windows: boolean): Found | undefined {
  for (const [says, id] of SENTENCES) {
    const at = head.indexOf(says);
    if (at < 0) continue;
    const before = head.slice(0, at);
    if (
      !windows &&
      !/^\s{0,4}(?:Microsoft-Windows-[\w-]{2,100}(?:\[\d{1,10}\])?:? )?$|Security-Auditing|TerminalServices/.test(
        before,
      )
    )
      return undefined;
    const provider =
      id < 2000
        ? "TerminalServices-" + (id === 1149 ? "RemoteConnectionManager" : "LocalSessionManager")
        : (program ?? "Microsoft-Windows-Security-Auditing");
    return { id, provider, from: at, keywords: line.includes("AUDIT_FAILURE") ? "Audit Failure" : undefined };
  }
  return undefined;
}

export const windowsText: Format = {
  id: "windows.text",
  title: "Windows events as text: Snare, NXLog syslog, Splunk WinEventLog, OSSEC, WinCollect",
  reference: "https://docs.nxlog.co/refman/current/xm/syslog.html",
  marks: MARKS,
  parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const found = find(line, envelope?.program);
    if (!found || quotesAnother(line.slice(0, found.from).slice(0, 200))) return undefined;
    const message = line.slice(found.from);
    const event: WindowsEvent = {
      id: found.id,
      provider:
        /^(?:Security|Microsoft Windows security auditing\.?)$/.test(found.provider) ||
        (found.provider === "" && found.channel === "Security")
          ? "Microsoft-Windows-Security-Auditing"
          : found.provider,
      channel: found.channel,
      computer: found.computer,
      keywords: found.keywords,
      time: found.time,
      data: messageData(found.id, message),
      message,
    };
    return windowsResult(event, context, envelope);
  },
};
