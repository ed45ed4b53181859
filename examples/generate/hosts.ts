/**
 * hosts/: what a coverage ledger must tell. A server in Lyon whose clock was wrong for two days after a power cut, and a serial
 * console's capture that names no time.
 */
import { DAY, END, FROM, HOUR, MINUTE, officeTimes, utcIso } from "./clock.js";
import { type Context, randomFor } from "./context.js";
import { USERS, workstation } from "./organisation.js";
import type { Entry } from "./writer.js";

const LINES = 6400;
/** The server starts again at noon with a clock that stands four days before, until NTP puts it right. */
export const POWER_CUT = Date.UTC(2021, 4, 12, 12);
export const CLOCK_BEHIND = 4 * DAY;
export const CLOCK_RIGHT = POWER_CUT + 2 * DAY;

const CONSOLE: readonly string[] = [
  "Booting 'GNU/Linux, with Linux 4.19.0-16-amd64'",
  "[    0.000000] Linux version 4.19.0-16-amd64 (gcc version 8.3.0)",
  "[    2.104511] EXT4-fs (sda1): mounted filesystem with ordered data mode",
  "lyon-srv2 login: root",
  "Password:",
  "Login incorrect",
  "[   61.330912] NMI watchdog: BUG: soft lockup on CPU 0",
];

export function writeHosts(context: Context): void {
  const random = randomFor(context, "hosts");
  const wrong = (at: number): boolean => at >= POWER_CUT && at < CLOCK_RIGHT;
  const entries: Entry[] = officeTimes(random, FROM, END, LINES).map((at) => {
    const stated = wrong(at) ? at - CLOCK_BEHIND : at;
    const user = random.pick(USERS);
    const pid = random.int(900, 32_000);
    const message = `Accepted publickey for ${user} from ${workstation(random)} port ${random.ephemeral()} ssh2: RSA SHA256:${random.word(43)}`;
    return { at, text: `<38>1 ${utcIso(stated)} lyon-srv2 sshd ${pid} - - ${message}` };
  });
  context.writer.add("hosts/lyon-srv2.log", entries, { mtime: END });
  const console: Entry[] = Array.from({ length: 120 }, (_, i) => ({
    at: FROM + HOUR + i * MINUTE,
    text: CONSOLE[i % CONSOLE.length]!,
  }));
  context.writer.add("hosts/lyon-srv2.console.txt", console, { mtime: END });
}
