/** vpn/: the SSH bastion's auth.log (RFC 3164: no year, the host keeps UTC) and the gateway's SSL-VPN events. */
import { anyTimes, DAY, END, FROM, HOUR, MINUTE, MONTH_STARTS, officeTimes, syslogTime } from "./clock.js";
import { type Context, randomFor } from "./context.js";
import { FGT_PARIS, vpnEvent } from "./fortigate-lines.js";
import { USERS } from "./organisation.js";
import type { Random } from "./random.js";
import type { Plant } from "./truth.js";
import type { Entry } from "./writer.js";

const AUTH_LINES_A_MONTH = 2300;
const VPN_LINES_A_MONTH = 700;
const GUESSED = ["admin", "oracle", "test", "ubuntu", "postgres", "git", "pi", "deploy"];

export const sshd = (at: number, host: string, pid: number, message: string): string =>
  `${syslogTime(at)} ${host} sshd[${pid}]: ${message}`;

function authBackground(context: Context, random: Random, at: number): string {
  const pid = random.int(900, 32_000);
  const stranger = random.pick(context.world.strangers);
  const port = random.ephemeral();
  const kind = random.next();
  const say = (message: string): string => sshd(at, "bastion", pid, message);
  if (kind < 0.25) return say(`Failed password for root from ${stranger} port ${port} ssh2`);
  if (kind < 0.45) return say(`Invalid user ${random.pick(GUESSED)} from ${stranger} port ${port}`);
  if (kind < 0.6)
    return say(`Failed password for invalid user ${random.pick(GUESSED)} from ${stranger} port ${port} ssh2`);
  if (kind < 0.72) return say(`Connection closed by ${stranger} port ${port} [preauth]`);
  if (kind < 0.8)
    return say(
      `Accepted publickey for ${random.pick(USERS)} from 10.20.${random.int(30, 35)}.${random.int(10, 200)} port ${port} ssh2: RSA SHA256:${random.word(43)}`,
    );
  if (kind < 0.86) return say(`pam_unix(sshd:session): session opened for user ${random.pick(USERS)} by (uid=0)`);
  if (kind < 0.92)
    return `${syslogTime(at)} bastion CRON[${pid}]: pam_unix(cron:session): session closed for user root`;
  return say(
    `reverse mapping checking getaddrinfo for host-${stranger.replaceAll(".", "-")}.example.net [${stranger}] failed - POSSIBLE BREAK-IN ATTEMPT!`,
  );
}

function authPlanted(context: Context, random: Random): Entry[] {
  const { cast } = context;
  const out: Entry[] = [];
  const put = (at: number, message: string, plant: Plant): void =>
    void out.push({ at, text: sshd(at, "bastion", random.int(900, 32_000), message), plants: [plant] });
  const probe = (indicator: string, note: string): Plant => ({
    case: "ssh-probe",
    indicator,
    role: "source",
    outcome: "refused",
    verdict: "probe",
    note,
  });
  for (const relay of cast.probers.slice(0, 45)) {
    const at = anyTimes(random, FROM + HOUR, END - HOUR, 1)[0]!;
    const port = random.ephemeral();
    const user = random.pick(GUESSED);
    put(at, `Invalid user ${user} from ${relay} port ${port}`, probe(relay, "no such user"));
    put(
      at + 1000,
      `Failed password for invalid user ${user} from ${relay} port ${port} ssh2`,
      probe(relay, "wrong password"),
    );
    if (random.chance(0.3))
      put(
        at + 500,
        `pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=${relay} `,
        probe(relay, "PAM says the login failed; the line ends in a blank"),
      );
  }
  const entered = Date.UTC(2021, 4, 6, 2, 59, 58);
  for (let i = 0; i < 4; i++)
    put(
      entered - (5 - i) * MINUTE,
      `Failed password for j.martin from ${cast.sshThief} port ${random.ephemeral()} ssh2`,
      probe(cast.sshThief, "wrong password, minutes before the right one"),
    );
  put(entered, `Accepted password for j.martin from ${cast.sshThief} port ${random.ephemeral()} ssh2`, {
    case: "ssh-access",
    indicator: cast.sshThief,
    role: "source",
    outcome: "authenticated",
    verdict: "access",
    note: "Accepted password",
  });
  // Before the window: the line has no year, the file was last written on 1 February 2021.
  const early = Date.UTC(2020, 11, 30, 23, 11, 42);
  put(early, `Failed password for root from ${cast.probers[3]!} port 40022 ssh2`, {
    ...probe(
      cast.probers[3]!,
      "30 December without a year, in a file last written on 1 February 2021: the year is 2020",
    ),
    case: "before-window",
  });
  const misses: [string, string][] = [
    ["105.154.12.165.dyn.example.net", "105.154.12.165 as the first labels of a host name"],
    ["host-95-143-219-230.example.net", "95.143.219.230 with dashes"],
    ["static.195.91.209.21.5.example.org", "195.91.209.21 inside a longer dotted run"],
  ];
  misses.forEach(([name, miss], i) => {
    const at = Date.UTC(2021, 1 + i, 17, 3, 4, 5);
    const text = `reverse mapping checking getaddrinfo for ${name} [${context.world.strangers[20 + i]!}] failed - POSSIBLE BREAK-IN ATTEMPT!`;
    out.push({ at, text: sshd(at, "bastion", 4411, text), miss });
  });
  return out;
}

function vpnBackground(context: Context, random: Random, at: number): string {
  const kind = random.next();
  const remote = random.pick(context.world.strangers);
  const user = random.pick(USERS);
  if (kind < 0.4)
    return vpnEvent(random, at, FGT_PARIS, { event: "ssl-login-fail", remote, user: random.pick(GUESSED) });
  const tunnelIp = `192.168.50.${random.int(10, 250)}`;
  const event = kind < 0.7 ? "tunnel-up" : "tunnel-down";
  return vpnEvent(random, at, FGT_PARIS, { event, remote, user, tunnelIp, duration: random.int(60, 30_000) });
}

function vpnPlanted(context: Context, random: Random): Entry[] {
  const { cast } = context;
  const out: Entry[] = [];
  for (const relay of [...cast.probers.slice(20, 50), cast.vpnThief]) {
    const at = relay === cast.vpnThief ? Date.UTC(2021, 2, 22, 1, 30) : anyTimes(random, FROM, END, 1)[0]!;
    out.push({
      at,
      text: vpnEvent(random, at, FGT_PARIS, { event: "ssl-login-fail", remote: relay, user: random.pick(USERS) }),
      plants: [
        {
          case: relay === cast.vpnThief ? "vpn-access" : "vpn-probe",
          indicator: relay,
          role: "source",
          outcome: "refused",
          verdict: "probe",
          note: "SSL-VPN login failed",
        },
      ],
    });
  }
  // Three nights; the second spans the change to summer time (28 March 2021, 01:00 UTC).
  for (const up of [Date.UTC(2021, 2, 22, 1, 31), Date.UTC(2021, 2, 28, 0, 40), Date.UTC(2021, 3, 2, 0, 12)]) {
    const session = { remote: cast.vpnThief, user: "p.morel", tunnelIp: "192.168.50.77" };
    const plant = (note: string): Plant => ({
      case: "vpn-access",
      indicator: cast.vpnThief,
      role: "source",
      outcome: "authenticated",
      verdict: "access",
      note,
    });
    out.push({
      at: up,
      text: vpnEvent(random, up, FGT_PARIS, { ...session, event: "tunnel-up" }),
      plants: [plant("tunnel established for a named user")],
    });
    const down = up + 52 * MINUTE;
    out.push({
      at: down,
      text: vpnEvent(random, down, FGT_PARIS, { ...session, event: "tunnel-down", duration: 3120 }),
      plants: [{ ...plant("only a login has a tunnel to take down; bytes both ways"), outcomeAlso: ["established"] }],
    });
  }
  return out;
}

export function writeVpn(context: Context): void {
  const random = randomFor(context, "vpn/auth");
  const special = authPlanted(context, random);
  // The oldest piece begins in December 2020.
  for (let month = 0; month < 7; month++) {
    const from = month === 0 ? FROM - 3 * DAY : MONTH_STARTS[month]!;
    const to = MONTH_STARTS[month + 1]!;
    const entries: Entry[] = officeTimes(random, from, to, AUTH_LINES_A_MONTH).map((at) => ({
      at,
      text: authBackground(context, random, at),
    }));
    entries.push(...special.filter((entry) => entry.at >= from && entry.at < to));
    const age = 6 - month;
    const name = age === 0 ? "vpn/auth.log" : age === 1 ? "vpn/auth.log.1" : `vpn/auth.log.${age}.gz`;
    context.writer.add(name, entries, { mtime: to, gzip: age > 1 });
  }
  const events = randomFor(context, "vpn/events");
  const entries: Entry[] = officeTimes(events, FROM, END, VPN_LINES_A_MONTH * 7).map((at) => ({
    at,
    text: vpnBackground(context, events, at),
  }));
  entries.push(...vpnPlanted(context, events));
  context.writer.add("vpn/fortigate-sslvpn.log", entries, { mtime: END });
}
