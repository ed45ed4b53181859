/** sudo, su, cron and doas: what a command line names is no end of traffic, only a mention. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { shaped } from "../shape.js";
import { text } from "../values.js";

const PROGRAM = /^(?:sudo|su|doas|cron|CRON|crond|anacron|run-parts|\/usr\/sbin\/cron|at|atd)$/;
/** `alice : TTY=… COMMAND=…`, `(root) CMD (…)`, `(root) CMDOUT (…)`, `(to root) alice on pts/0`. */
const SAYS =
  /^(?:\s{0,8}(?<sudoer>\S{1,64}) : (?:.{0,120}? ; )?(?:TTY|PWD|HOST|USER|COMMAND)=|\((?<owner>[^()\s]{1,64})\) (?:CMD|CMDOUT|CMDEND|RELOAD|INFO|BEGIN|END|MAIL)\b|\(to \S{1,64}\) (?<who>\S{1,64}) on |(?:(?:SUCCESSFUL|FAILED) )?su )/i;

export const commands: Format = {
  id: "linux.commands",
  title: "sudo, su, doas and cron",
  reference: "https://www.sudo.ws/docs/man/sudoers.man/#EVENT_LOGGING",
  parse(line: string, _context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const program = envelope?.program;
    if (program === undefined || !PROGRAM.test(program)) return undefined;
    const m = SAYS.exec(line.slice(0, 400));
    if (!m) return undefined;
    return shaped({
      event: {
        timestamp: envelope?.timestamp,
        event: { action: "command" },
        user: { name: text(m.groups!["sudoer"] ?? m.groups!["owner"] ?? m.groups!["who"]) },
        process: { name: program },
      },
      outcome: "unknown",
      initiator: "unknown",
      observerIsAsset: true,
    });
  },
};
