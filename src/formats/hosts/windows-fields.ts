/** A Windows event, whatever it was rendered as (XML, JSON, text), and how its values are read. */
import type { Event, Initiator, Outcome } from "../../model/event.js";
import { canonicalIp } from "../../model/ip.js";
import type { ParsedTime } from "../format.js";
import { canonicalHost } from "../../model/host.js";
import { port, text } from "../values.js";

export interface WindowsEvent {
  id: number;
  /** `Microsoft-Windows-Security-Auditing`; may be missing in text. */
  provider: string;
  channel?: string | undefined;
  computer?: string | undefined;
  time?: ParsedTime | undefined;
  /** `0x8010…`, `Audit Failure`, `AUDIT_FAILURE`. */
  keywords?: string | undefined;
  /** EventData and UserData by name, the first of a name; unnamed values under `0`, `1`, …. */
  data: Readonly<Record<string, string>>;
  /** The rendered text, where there is one. */
  message?: string | undefined;
}

/** What an event comes to; the ECS parts that are absent are not stated. */
export interface Kind extends Pick<Event, "source" | "destination" | "network" | "dns" | "url" | "file" | "email"> {
  outcome: Outcome;
  outcomeReason?: string | undefined;
  initiator: Initiator;
  initiatorReason?: string | undefined;
  oneWay?: boolean | undefined;
  user?: string | undefined;
  process?: string | undefined;
  action?: string | undefined;
  notes?: readonly string[] | undefined;
}

export type Reader = (event: WindowsEvent) => Kind | undefined;

/** `::ffff:1.2.3.4`, `1.2.3.4`, `1.2.3.4:50000`, `[2001:db8::1]:50000`, `fe80::1%12`. Loopback and unset are no values. */
export function addressOf(value: string | undefined): string | undefined {
  const stated = text(value?.trim());
  if (stated === undefined || stated === "LOCAL" || stated === "0.0.0.0" || stated === "::") return undefined;
  return (
    canonicalIp(stated.replace(/%\w{1,16}$/, "")) ??
    canonicalIp(/^\[([0-9A-Fa-f:.]{2,45})\]:\d{1,5}$/.exec(stated)?.[1] ?? /^([\d.]{7,15}):\d{1,5}$/.exec(stated)?.[1])
  );
}

/** The value of the first of `names` that the event has. */
export function valueOf(data: Readonly<Record<string, string>>, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = text(data[name]?.trim());
    if (value !== undefined) return value;
  }
  return undefined;
}

/** The failure or success that an audit event is marked with. */
export function auditOf({ keywords }: WindowsEvent): "success" | "failure" | undefined {
  if (keywords === undefined) return undefined;
  if (/^0x[0-9a-f]{16}$/i.test(keywords)) {
    const word = BigInt(keywords);
    return (word >> 52n) & 1n ? "failure" : (word >> 53n) & 1n ? "success" : undefined;
  }
  if (/fail/i.test(keywords)) return "failure";
  if (/succe/i.test(keywords)) return "success";
  const decimal = /^-?\d{10,20}$/.test(keywords) ? BigInt.asUintN(64, BigInt(keywords)) : undefined;
  if (decimal === undefined) return undefined;
  return (decimal >> 52n) & 1n ? "failure" : (decimal >> 53n) & 1n ? "success" : undefined;
}

/** The file's name of a path. */
export function baseName(path: string | undefined): string | undefined {
  return path?.split(/[\\/]/).pop()?.slice(0, 255);
}

/** An end by address, else by name. */
export const client = (ip: string | undefined, stated?: string, name?: string): Event["source"] => {
  if (ip === undefined && name === undefined) return undefined;
  const p = port(stated);
  return {
    ...(ip === undefined ? {} : { ip }),
    ...(p === undefined || p === 0 || ip === undefined ? {} : { port: p }),
    ...(name === undefined ? {} : { domain: name }),
  };
};

/** A workstation's name where an address is missing; `\\NAME` of older systems. */
export function workstation(value: string | undefined): { ip?: string; name?: string } {
  const stated = text(value?.replace(/^\\\\/, "").trim());
  if (stated === undefined) return {};
  const ip = canonicalIp(stated);
  if (ip !== undefined) return { ip };
  const name = canonicalHost(stated);
  return name === undefined ? {} : { name };
}
