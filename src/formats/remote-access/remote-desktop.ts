/** Remote control: AnyDesk, TeamViewer, Guacamole, xrdp, VNC servers, Tailscale. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { findTime } from "../fallback/find-time.js";
import { tell, type Sentence } from "../messages.js";
import { addressAndPort } from "../values.js";
import { timestamp } from "../shape.js";

const A = String.raw`(?:::ffff:)?\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{2,41}`;
const re = (source: string): RegExp => new RegExp(source);

/** One text format: what its lines begin with, and its sentences. */
interface Spoken {
  id: string;
  title: string;
  reference: string;
  process: string;
  /** Syslog's program names; lines of another program are not looked at. */
  program?: RegExp;
  /** The beginning of its own file's lines; what follows is the message. The time is looked for in it. */
  head: RegExp;
  sentences: readonly Sentence[];
  /** As `Format.marks`. */
  marks?: readonly string[];
  /** Dates with slashes are day first. */
  dayFirst?: true;
}

const ANYDESK: Spoken = {
  id: "anydesk.trace",
  title: "AnyDesk trace files",
  reference: "https://support.anydesk.com/docs/trace-files",
  process: "anydesk",
  head: /^ {0,3}(?:info|warning|error|debug) (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) {1,12}(?:lsvc|gsvc|back|front|ctrl|lctrl|fsvc|clip|app)? {0,12}[\d ]{1,40} {1,32}(?=[\w.]{3,40} - )/,
  marks: ["info ", "warning ", "error ", "debug "],
  sentences: [
    {
      says: re(String.raw`^anynet\.any_socket - Logged in from (?<ip>${A}):(?<port>\d{1,5})(?: on relay|\.|$)`),
      outcome: "established",
      reason: "the remote end is logged in",
      action: "remote session",
    },
    {
      says: re(
        String.raw`^anynet\.\w{3,32} - (?:Connecting to|Trying|Connected to|Using (?:relay|server)|Making a new connection to).{0,80}?(?<ip>${A}):(?<port>\d{1,5})`,
      ),
      outcome: "unknown",
      reason: "this end connects",
      away: true,
    },
    {
      says: re(String.raw`^anynet\.punch_connector - .{0,80}?(?<ip>${A}):(?<port>\d{1,5})`),
      outcome: "unknown",
      reason: "a direct connection is tried",
      initiator: "unknown",
      initiatorReason: "both ends try at once",
    },
    {
      says: re(String.raw`^\w{3,16}\.[\w.]{3,40} - .{0,160}?(?:from|peer) (?<ip>${A}):(?<port>\d{1,5})`),
      outcome: "unknown",
      reason: "a message about the peer",
      initiator: "unknown",
    },
  ],
};

const TEAMVIEWER: Spoken = {
  id: "teamviewer.log",
  title: "TeamViewer log file",
  reference:
    "https://www.teamviewer.com/en/global/support/knowledge-base/teamviewer-classic/troubleshooting/log-file-reading-connection-logs/",
  process: "teamviewer",
  head: /^(\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{3}) {1,4}\d{1,6} {1,6}[\dA-F-]{1,16} [A-Z]\d[+*!]? {0,4}/,
  sentences: [
    {
      says: re(String.raw`^UDP(?:v[46])?: punch received a=(?:\[?(?<ip>${A})\]?):(?<port>\d{1,5})`),
      outcome: "established",
      reason: "a punched packet came",
      initiator: "unknown",
      initiatorReason: "both ends punch at once",
    },
    {
      says: re(
        String.raw`(?:ConnectEndpoint|Connecting to|connect(?:ed)? to|endpoint)\W{0,4}\[?(?<ip>${A})\]?:(?<port>\d{1,5})`,
      ),
      outcome: "unknown",
      reason: "this end connects",
      away: true,
    },
    {
      says: re(String.raw`\ba=\[?(?<ip>${A})\]?:(?<port>\d{1,5})`),
      outcome: "unknown",
      reason: "a message about the peer",
      initiator: "unknown",
      initiatorReason: "both ends punch at once",
    },
  ],
};

const GUACAMOLE: Spoken = {
  id: "apache.guacamole",
  title: "Apache Guacamole",
  reference: "https://guacamole.apache.org/doc/gug/configuring-guacamole.html",
  process: "guacamole",
  head: /^((?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d[.,]\d{3}Z?) \[[^\]]{1,80}\] (?:INFO|WARN|ERROR|DEBUG|TRACE) {1,3}(?:o\.a\.g\.|org\.apache\.guacamole\.)\S{1,120} - /,
  marks: [" o.a.g.", " org.apache.guacamole."],
  sentences: [
    {
      says: re(
        String.raw`^Authentication attempt from \[?(?<ip>${A})(?:, (?<rest>[0-9A-Fa-f.:, ]{2,400}))?\]? for user "(?<user>.{0,255})" failed\.`,
      ),
      outcome: "refused",
      reason: "failed login",
      action: "login",
    },
    {
      says: re(
        String.raw`^Authentication attempt from \[?(?<ip>${A})(?:, (?<rest>[0-9A-Fa-f.:, ]{2,400}))?\]? (?:has failed|blocked|failed|ignored|rejected)`,
      ),
      outcome: "refused",
      reason: "failed login",
      action: "login",
    },
    {
      says: re(
        String.raw`^(?:Blocking authentication attempt|Address).{0,24}? "?\[?(?<ip>${A})(?:, (?<rest>[0-9A-Fa-f.:, ]{2,400}))?\]?"?`,
      ),
      outcome: "blocked",
      reason: "too many failed logins",
      action: "login",
    },
    {
      says: re(
        String.raw`^User "(?<user>.{0,255})" successfully authenticated from \[?(?<ip>${A})(?:, (?<rest>[0-9A-Fa-f.:, ]{2,400}))?\]?\.$`,
      ),
      outcome: "authenticated",
      reason: "logged in",
      action: "login",
    },
  ],
};

const XRDP: Spoken = {
  id: "xrdp.log",
  title: "xrdp and its session manager",
  reference: "https://github.com/neutrinolabs/xrdp/wiki",
  process: "xrdp",
  program: /^xrdp(?:-sesman)?$/,
  head: /^\[(\d{8}-\d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT[\d:.+-]{8,21})\] \[(?:INFO|ERROR|WARN|WARNING|DEBUG|CORE|TRACE) {0,3}\] (?:\[[^\]]{1,120}\] )?/,
  marks: ["xrdp", "] [INFO", "] [ERROR", "] [WARN", "] [DEBUG", "] [CORE", "] [TRACE"],
  sentences: [
    {
      says: re(
        String.raw`^AUTHFAIL: user=(?<user>.{0,255}) ip=(?<ip>${A})(?::(?<port>\d{1,5}))?(?: - socket: \d{1,8})? time=`,
      ),
      outcome: "refused",
      reason: "failed login",
      action: "login",
    },
    {
      says: re(
        String.raw`^\+\+ (?:created|reconnected) session.{0,40}: username (?<user>.{0,255}), (?:display :\d{1,5}\.0, session_pid \d{1,10}, )?ip (?<ip>${A})(?::(?<port>\d{1,5}))?`,
      ),
      outcome: "authenticated",
      reason: "a session was given",
      action: "login",
    },
    {
      says: re(
        String.raw`(?:connection (?:received|accepted) from|A connection received from:|received from|connected from|connection from) (?<ip>${A}) port (?<port>\d{1,5})`,
      ),
      outcome: "unknown",
      reason: "a connection was opened",
      action: "connection",
    },
    {
      says: re(
        String.raw`^Received system login request from \S{1,64} for user:? (?<user>.{0,255}?),? IP:? (?<ip>${A})(?::(?<port>\d{1,5}))?`,
      ),
      outcome: "unknown",
      reason: "a login is tried",
      action: "login",
    },
    {
      says: re(String.raw`\bip[ :=]{1,2}(?<ip>${A})(?::(?<port>\d{1,5}))?(?:\s|$)`),
      outcome: "unknown",
      reason: "a message about the client",
    },
  ],
};

const VNC: Spoken = {
  id: "vnc.server",
  title: "VNC servers: RealVNC, TigerVNC, x11vnc, UltraVNC",
  reference: "https://help.realvnc.com/hc/en-us/articles/360002253878-All-About-Logging",
  process: "vnc",
  // libvncserver's rfbDefaultLog: %d/%m/%Y.
  dayFirst: true,
  program: /^(?:Xvnc|vncserver\S{0,24}|x11vnc|winvnc|vino-server|Xtigervnc|x0vncserver)$/,
  head: /^(?:(\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d|[A-Z][a-z]{2} [A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d \d{4}) {1,4}| {0,2}(?=Connections: ))/,
  marks: [
    "Connections: ",
    "Connection received from ",
    "Client ",
    "Invalid attempt",
    "authentication failed",
    "password check failed",
  ],
  sentences: [
    {
      says: re(
        String.raw`^ {0,2}Connections: (?:authenticated): \[?(?<ip>${A})\]?::(?<port>\d{1,5})(?: \(\w{1,8}\))?(?:, as (?<user>\S{1,128}))?`,
      ),
      outcome: "authenticated",
      reason: "authenticated",
      action: "login",
    },
    {
      says: re(
        String.raw`^ {0,2}Connections: (?:rejected|blacklisted|denied): \[?(?<ip>${A})\]?(?:::(?<port>\d{1,5}))?`,
      ),
      outcome: "blocked",
      reason: "rejected",
    },
    {
      says: re(String.raw`^ {0,2}Connections: (?:accepted|connected): \[?(?<ip>${A})\]?::(?<port>\d{1,5})`),
      outcome: "established",
      reason: "the connection was accepted",
      action: "connection",
    },
    {
      says: re(
        String.raw`^ {0,2}Connections: (?:closed|disconnected): \[?(?<ip>${A})\]?::(?<port>\d{1,5}).{0,80}(?:[Aa]uthentication|too many|AuthFailure)`,
      ),
      outcome: "refused",
      reason: "closed at the login",
      action: "login",
    },
    {
      says: re(String.raw`^ {0,2}Connections: \w{3,16}: \[?(?<ip>${A})\]?::(?<port>\d{1,5})`),
      outcome: "established",
      reason: "a connection ended",
    },
    {
      says: re(String.raw`(?:Got connection from client|Connection received from|Client) (?<ip>${A})(?: |$)`),
      outcome: "established",
      reason: "a client connected",
      action: "connection",
    },
    {
      says: re(
        String.raw`(?:Invalid attempt|authentication failed|rfbAuthProcessClientMessage: authentication failed|password check failed).{0,40}(?:from|client) (?<ip>${A})`,
      ),
      outcome: "refused",
      reason: "failed login",
      action: "login",
    },
  ],
};

const TAILSCALE: Spoken = {
  id: "tailscale.tailscaled",
  title: "Tailscale's daemon",
  reference: "https://tailscale.com/kb/1011/log-mesh-traffic",
  process: "tailscaled",
  program: /^tailscaled$/,
  head: /^(?:(\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d) )?(?=magicsock: |open-conn-track: |ssh-)/,
  marks: ["magicsock: "],
  sentences: [
    {
      says: re(
        String.raw`^magicsock: disco: node \[\S{1,16}\] d:[0-9a-f]{1,20} now using \[?(?<ip>${A})\]?:(?<port>\d{1,5})`,
      ),
      outcome: "established",
      reason: "the path was confirmed both ways",
      initiator: "unknown",
      initiatorReason: "both ends probe at once",
    },
    {
      says: re(String.raw`^magicsock: .{0,160}?[ [](?<ip>${A})\]?:(?<port>\d{1,5})(?=[\s,)]|$)`),
      outcome: "unknown",
      reason: "a message about the peer",
      initiator: "unknown",
      initiatorReason: "both ends probe at once",
    },
  ],
};

function formatOf(spoken: Spoken): Format {
  return {
    id: spoken.id,
    title: spoken.title,
    reference: spoken.reference,
    ...(spoken.marks ? { marks: spoken.marks } : {}),
    parse(line: string, context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
      const program = envelope?.program;
      const named = program !== undefined && spoken.program?.test(program) === true;
      // A container's name may stand where a program's would: a beginning that is one product's alone is believed.
      if (program !== undefined && !named && spoken.program !== undefined) return undefined;
      const head = spoken.head.exec(line);
      if (!head && !named) return undefined;
      const written = spoken.dayFirst ? head?.[1]?.replace(/^(\d\d)\/(\d\d)\/(\d{4})/, "$3-$2-$1") : head?.[1];
      const stated = written === undefined ? undefined : findTime(written)?.time;
      const message = head ? line.slice(head[0].length) : line;
      const told = tell(message, spoken.sentences, {
        process: spoken.process,
        timestamp: timestamp(stated, context, envelope),
      });
      return told && passedOn(told, message);
    },
  };
}

/** Guacamole writes `[client, proxy, …]`: the header's addresses, then the connection's own. */
function passedOn(told: FormatResult, message: string): FormatResult {
  const rest =
    /^(?:Authentication attempt from|User ".{0,255}" successfully authenticated from) \[[0-9A-Fa-f.:]{2,45}, ([0-9A-Fa-f.:, ]{2,400})\]/.exec(
      message,
    )?.[1];
  const list = rest?.split(/, ?/).flatMap((part) => addressAndPort(part).ip ?? []);
  return list === undefined || list.length === 0
    ? told
    : { ...told, event: { ...told.event, network: { forwarded_ip: list } } };
}

export const remoteDesktopFormats: readonly Format[] = [ANYDESK, TEAMVIEWER, GUACAMOLE, XRDP, VNC, TAILSCALE].map(
  formatOf,
);
