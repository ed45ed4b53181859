/** strongSwan's charon. Packets are logged one by one, each direction alone; the sentences of IKE say who began. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { tell, type Sentence } from "../messages.js";

const SENTENCES: readonly Sentence[] = [
  {
    says: /^received packet: from (?<ip>[0-9A-Fa-f.:]{2,45})\[(?<port>\d{1,5})\] to (?<near>[0-9A-Fa-f.:]{2,45})\[(?<nearPort>\d{1,5})\]/,
    outcome: "unknown",
    reason: "one packet",
    action: "received packet",
    initiator: "unknown",
    initiatorReason: "one packet of an exchange: it may be a reply",
    oneWay: true,
  },
  {
    says: /^sending packet: from (?<near>[0-9A-Fa-f.:]{2,45})\[(?<nearPort>\d{1,5})\] to (?<ip>[0-9A-Fa-f.:]{2,45})\[(?<port>\d{1,5})\]/,
    outcome: "unknown",
    reason: "one packet",
    action: "sending packet",
    away: true,
    initiator: "unknown",
    initiatorReason: "one packet of an exchange: it may be a reply",
    oneWay: true,
  },
  {
    says: /^(?<ip>[0-9A-Fa-f.:]{2,45}) is initiating an? (?:.{1,40} )?IKE_SA/,
    outcome: "unknown",
    reason: "the peer begins a key exchange",
  },
  {
    says: /^initiating .{1,80} to (?<ip>[0-9A-Fa-f.:]{2,45})$/,
    outcome: "unknown",
    reason: "this gateway begins a key exchange",
    away: true,
  },
  {
    says: /^IKE_SA \S{1,80} established between (?<near>[0-9A-Fa-f.:]{2,45})\[.{0,255}\]\.\.\.(?<ip>[0-9A-Fa-f.:]{2,45})\[/,
    outcome: "authenticated",
    reason: "IKE_SA established",
    initiator: "unknown",
    initiatorReason: "charon names the local end first, whoever began",
  },
  {
    says: /^deleting half open IKE_SA with (?<ip>[0-9A-Fa-f.:]{2,45}) after timeout/,
    outcome: "refused",
    reason: "half-open IKE_SA timed out",
  },
];

export const strongswan: Format = {
  id: "strongswan.charon",
  prose: true,
  title: "strongSwan charon",
  reference: "https://docs.strongswan.org/docs/latest/config/logging.html",
  parse(line: string, _context: LineContext, envelope?: EnvelopeFields): FormatResult | undefined {
    const program = envelope?.program;
    if (program !== undefined && !program.startsWith("charon")) return undefined;
    const head = /^\d{2}\[[A-Z]{3}\d?\] (?:<[^>]{1,128}> )?/.exec(line);
    if (!head) return undefined;
    return tell(line.slice(head[0].length), SENTENCES, { process: "charon", timestamp: envelope?.timestamp });
  },
};
