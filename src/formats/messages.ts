/** Daemons that log in sentences: a table of patterns with named groups, walked by one reader. */
import type { FormatResult } from "./format.js";
import type { Event, Initiator, Outcome } from "../model/event.js";
import { canonicalHost, mailsIn } from "../model/host.js";
import { forwardedList } from "./fields.js";
import { addressAndPort, port, text } from "./values.js";
import { compact } from "./shape.js";

/**
 * A sentence and what it says. Named groups of `says`: `ip` and `port` of the far end, `name` that stands with its address,
 * `user`, `near` and `nearPort` of the machine itself, `tunnel` (the address given to the far end), `method` (how the login was tried), `from` and `to` (mail), `forwarded`.
 * User names are the client's own text, so a pattern anchors what follows the name at the end of the line.
 */
export interface Sentence {
  says: RegExp;
  outcome: Outcome;
  reason: string;
  action?: string;
  /** Default: `source`, the far end came to this machine. */
  initiator?: Initiator;
  initiatorReason?: string;
  /** The far end is who this machine went to: it is the destination, not the source. */
  away?: true;
  oneWay?: true;
}

/** Longest sentence looked at: what is longer holds text of the adversary's. */
const MAX_MESSAGE = 4096;

export interface Told {
  dataset?: string;
  process?: string;
  timestamp?: number | undefined;
}

/** The first sentence that fits, as a result; undefined when none does. */
export function tell(message: string, sentences: readonly Sentence[], told: Told = {}): FormatResult | undefined {
  if (message.length > MAX_MESSAGE) return undefined;
  for (const sentence of sentences) {
    const m = sentence.says.exec(message);
    if (m) return retell(sentence, m.groups ?? {}, told);
  }
  return undefined;
}

function retell(sentence: Sentence, groups: Record<string, string | undefined>, told: Told): FormatResult {
  const { far, near } = ends(groups);
  const { outcome } = sentence;
  const event: Event = compact({
    timestamp: told.timestamp,
    source: sentence.away ? near : far,
    destination: sentence.away ? far : near,
    event: {
      action: sentence.action,
      outcome:
        outcome === "authenticated"
          ? "success"
          : outcome === "refused" || outcome === "blocked"
            ? "failure"
            : undefined,
      dataset: told.dataset,
    },
    network: { forwarded_ip: forwardedList(groups["forwarded"]) },
    email: mailEnds(groups["from"], groups["to"]),
    user: { name: text(groups["user"]?.trim()) },
    process: { name: told.process },
  });
  const out: FormatResult = {
    event,
    outcome,
    outcomeReason: groups["method"] === undefined ? sentence.reason : `${sentence.reason} (${groups["method"]})`,
    initiator: sentence.initiator ?? "source",
    observerIsAsset: true,
  };
  if (sentence.initiatorReason !== undefined) out.initiatorReason = sentence.initiatorReason;
  if (sentence.oneWay) out.oneWay = true;
  return out;
}

interface End {
  ip?: string | undefined;
  port?: number | undefined;
  domain?: string | undefined;
  nat?: { ip: string };
}

function ends(groups: Record<string, string | undefined>): { far: End; near: End } {
  const at = (ip: string | undefined, stated: string | undefined): End => {
    const read = addressAndPort(ip);
    const p = port(stated) ?? read.port;
    return read.ip === undefined ? { domain: text(ip), port: p } : { ip: read.ip, port: p };
  };
  const far = at(groups["ip"], groups["port"]);
  const tunnel = addressAndPort(groups["tunnel"]).ip;
  if (tunnel !== undefined) far.nat = { ip: tunnel };
  const name = hostName(groups["name"]);
  if (name !== undefined) far.domain ??= name;
  return { far, near: at(groups["near"], groups["nearPort"]) };
}

/** A host's name as it stands beside its address; `unknown` and an address are none. */
export function hostName(stated: string | undefined): string | undefined {
  const name = text(stated);
  if (name === undefined || name === "unknown" || !name.includes(".")) return undefined;
  return addressAndPort(name).ip === undefined ? canonicalHost(name) : undefined;
}

/** The canonical addresses of an envelope's or a header's sender and recipients. */
export function mailEnds(from: string | undefined, to: string | undefined): Event["email"] {
  const [senders, recipients] = [mailsIn(from ?? ""), mailsIn(to ?? "")];
  if (senders.length === 0 && recipients.length === 0) return undefined;
  return {
    ...(senders.length > 0 ? { from: { address: senders } } : {}),
    ...(recipients.length > 0 ? { to: { address: recipients } } : {}),
  };
}
