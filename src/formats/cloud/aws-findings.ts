/**
 * GuardDuty findings, as EventBridge's `detail` or S3 exports them (camelCase) or as the API lists them (PascalCase), and findings in
 * AWS Security Finding Format. A finding names the far end as `remote`; which end began is `connectionDirection`.
 */
import type { Event } from "../../model/event.js";
import { canonicalIp } from "../../model/ip.js";
import type { EnvelopeFields, Format, FormatResult, LineContext } from "../format.js";
import { list, number, object, string, type Json } from "../json-fields.js";
import { shaped, timestamp } from "../shape.js";
import { endpoint, transport } from "../values.js";
import { eventOutcome, first, type Judged, utcTime } from "./audit.js";

/** A member by its name in either case: `remoteIpDetails`, `RemoteIpDetails`. */
function member(value: unknown, name: string): unknown {
  const r = object(Array.isArray(value) ? value[0] : value);
  if (!r) return undefined;
  return r[name] ?? r[name.charAt(0).toUpperCase() + name.slice(1)];
}
function reach(value: unknown, ...names: readonly string[]): unknown {
  return names.reduce(member, value);
}
function ipOf(details: unknown): string | undefined {
  return string(member(details, "ipAddressV4")) ?? string(member(details, "ipAddressV6"));
}

interface Told extends Judged {
  far?: Event["source"];
  near?: Event["destination"];
  /** Who began. */
  by: "far" | "near" | "unknown";
  why?: string;
  transport?: string | undefined;
  question?: string | undefined;
  action: string;
}

function ends(action: unknown): Pick<Told, "far" | "near"> {
  const side = (name: string): Event["source"] =>
    endpoint({
      ip: ipOf(member(action, `${name}IpDetails`)),
      port: number(reach(action, `${name}PortDetails`, "port")),
    });
  const far = side("remote");
  const near = side("local");
  return { ...(far ? { far } : {}), ...(near ? { near } : {}) };
}

function connection(action: unknown): Told {
  const direction = string(member(action, "connectionDirection")) ?? "";
  const blocked = member(action, "blocked") === true;
  return {
    ...ends(action),
    by: direction.startsWith("IN") ? "far" : direction.startsWith("OUT") ? "near" : "unknown",
    why: `connectionDirection=${direction}`,
    transport: transport(string(member(action, "protocol"))),
    action: "NETWORK_CONNECTION",
    outcome: blocked ? "blocked" : "unknown",
    outcomeReason: blocked ? "blocked=true" : "the finding does not show an answer",
  };
}

/** @param observed the address that was looked for: a finding lists many probing hosts */
function probe(action: unknown, observed: readonly string[] | undefined): Told {
  const details = list(member(action, "portProbeDetails"));
  const held = details.find((d) => observed?.includes(canonicalIp(ipOf(member(d, "remoteIpDetails"))) ?? "") === true);
  const blocked = member(action, "blocked") === true;
  return {
    ...ends(held ?? details[0]),
    by: "far",
    transport: "tcp",
    action: "PORT_PROBE",
    outcome: blocked ? "blocked" : "unknown",
    outcomeReason: blocked ? "blocked=true" : "a probe of an open port",
  };
}

function apiCall(action: unknown): Told {
  const error = string(member(action, "errorCode"));
  return {
    ...ends(action),
    by: "far",
    action: string(member(action, "api")) ?? "AWS_API_CALL",
    outcome: error === undefined ? "authenticated" : "refused",
    outcomeReason: error === undefined ? "an API call by a known identity, no errorCode" : `errorCode=${error}`,
  };
}

function kubernetes(action: unknown, finding: Json): Told {
  const status = number(member(action, "statusCode"));
  const user = string(reach(finding, "resource", "kubernetesDetails", "kubernetesUserDetails", "username"));
  const known = user !== undefined && user !== "system:anonymous";
  const well = status !== undefined && status < 400;
  return {
    ...ends(action),
    by: "far",
    action: string(member(action, "verb")) ?? "KUBERNETES_API_CALL",
    outcome: status === undefined ? "unknown" : !well ? "refused" : known ? "authenticated" : "established",
    outcomeReason: `statusCode=${status ?? ""}${known ? ", a known user" : ""}`,
  };
}

function databaseLogin(action: unknown): Told {
  const logins = list(member(action, "loginAttributes"));
  const sum = (name: string): number => logins.reduce<number>((n, l) => n + (number(member(l, name)) ?? 0), 0);
  const good = sum("successfulLoginAttempts");
  return {
    ...ends(action),
    by: "far",
    action: "RDS_LOGIN_ATTEMPT",
    outcome: good > 0 ? "authenticated" : "refused",
    outcomeReason: `successfulLoginAttempts=${good}`,
  };
}

function toldBy(action: unknown, finding: Json, context: LineContext): Told | undefined {
  const has = (name: string): unknown => {
    const value = member(action, name);
    return object(value) && Object.keys(value as object).length > 0 ? value : undefined;
  };
  const network = has("networkConnectionAction");
  if (network !== undefined) return connection(network);
  const probed = has("portProbeAction");
  if (probed !== undefined) return probe(probed, context.observed);
  const call = has("awsApiCallAction");
  if (call !== undefined) return apiCall(call);
  const kube = has("kubernetesApiCallAction");
  if (kube !== undefined) return kubernetes(kube, finding);
  const login = has("rdsLoginAttemptAction");
  if (login !== undefined) return databaseLogin(login);
  const dns = has("dnsRequestAction");
  if (dns === undefined) return undefined;
  const blocked = member(dns, "blocked") === true;
  return {
    by: "near",
    action: "DNS_REQUEST",
    question: string(member(dns, "domain")),
    outcome: blocked ? "blocked" : "unknown",
    outcomeReason: blocked ? "blocked=true" : "a DNS request alone",
  };
}

/** ASFF's own `Network`, which names source and destination. */
function assembled(network: Json): { source: Event["source"]; destination: Event["destination"] } {
  return {
    source: endpoint({
      ip: first(network, ["SourceIpV4", "SourceIpV6"]),
      port: first(network, ["SourcePort"]),
      domain: first(network, ["SourceDomain"]),
    }),
    destination: endpoint({
      ip: first(network, ["DestinationIpV4", "DestinationIpV6"]),
      port: first(network, ["DestinationPort"]),
      domain: first(network, ["DestinationDomain"]),
    }),
  };
}

interface Source {
  told: Told | undefined;
  time: readonly string[];
  product: string;
  title: string | undefined;
  account: string | undefined;
  near: unknown;
}

function result(r: Json, s: Source, context: LineContext, envelope?: EnvelopeFields): FormatResult {
  const network = object(r["Network"]);
  const direct = network && !s.told ? assembled(network) : undefined;
  const told: Told = s.told ?? {
    by: "unknown",
    action: first(r, ["Types", "type", "Type"]) ?? "finding",
    outcome: "unknown",
    outcomeReason: "a finding without an action",
  };
  const near =
    told.near?.ip === undefined
      ? endpoint({ ip: string(Array.isArray(s.near) ? s.near[0] : s.near), port: told.near?.port })
      : told.near;
  const swap = told.by === "near";
  return shaped({
    event: {
      timestamp: timestamp(utcTime(first(r, s.time)), context, envelope),
      source: direct?.source ?? (swap ? near : told.far),
      destination: direct?.destination ?? (swap ? told.far : near),
      network: { transport: told.transport },
      event: { action: told.action, outcome: eventOutcome(told.outcome) },
      dns: { question: { name: told.question } },
      rule: { name: s.title },
      observer: { name: s.account, vendor: "AWS", product: s.product },
    },
    outcome: told.outcome,
    outcomeReason: told.outcomeReason,
    initiator: direct || told.by === "unknown" ? "unknown" : "source",
    initiatorReason: told.why,
  } as FormatResult);
}

function guardDutyFinding(record: Json): Json | undefined {
  for (const r of [record, object(record["detail"])]) {
    if (!r) continue;
    const service = object(r["service"]) ?? object(r["Service"]);
    if (
      service &&
      (r["schemaVersion"] ?? r["SchemaVersion"]) !== undefined &&
      (member(service, "action") ?? member(service, "detectorId")) !== undefined
    )
      return r;
  }
  return undefined;
}

export const awsGuardDuty: Format = {
  id: "aws.guardduty",
  title: "Amazon GuardDuty findings",
  reference: "https://docs.aws.amazon.com/guardduty/latest/APIReference/API_Finding.html",
  json: true,
  parse(_line, context, envelope, record) {
    const r = record && guardDutyFinding(record);
    if (!r) return undefined;
    return result(
      r,
      {
        told: toldBy(reach(r, "service", "action"), r, context),
        time: ["service.eventLastSeen", "Service.EventLastSeen", "updatedAt", "UpdatedAt"],
        product: "GuardDuty",
        title: first(r, ["type", "Type"]),
        account: first(r, ["accountId", "AccountId"]),
        near: reach(r, "resource", "instanceDetails", "networkInterfaces", "privateIpAddress"),
      },
      context,
      envelope,
    );
  },
};

export const awsSecurityHub: Format = {
  id: "aws.securityhub",
  title: "AWS Security Finding Format (Security Hub)",
  reference: "https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-syntax.html",
  json: true,
  parse(_line, context, envelope, record) {
    if (!record) return undefined;
    const r = record["AwsAccountId"] === undefined ? object(list(object(record["detail"])?.["findings"])[0]) : record;
    if (!r || r["AwsAccountId"] === undefined || r["ProductArn"] === undefined) return undefined;
    return result(
      r,
      {
        told: toldBy(r["Action"], r, context),
        time: ["LastObservedAt", "UpdatedAt", "CreatedAt"],
        product: first(r, ["ProductName"]) ?? "Security Hub",
        title: first(r, ["Title"]),
        account: first(r, ["AwsAccountId"]),
        near: reach(r, "resources", "details", "awsEc2Instance", "ipV4Addresses"),
      },
      context,
      envelope,
    );
  },
};
