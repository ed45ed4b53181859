/** Formats that are columns in a fixed order, without a header: each is a table of names that `keys.ts` understands. */
import type { Format, FormatResult } from "../format.js";
import { splitColumns } from "./delimited.js";
import { Facts } from "./facts.js";
import { meaningOf } from "./keys.js";

interface Layout {
  id: string;
  title: string;
  reference: string;
  /** Matches the line's beginning and nothing else's. */
  mark: RegExp;
  delimiter: "," | " ";
  /** Names of the columns of this line; empty for columns that are not read. */
  columns(values: readonly string[]): readonly string[];
  /** What the layout knows beyond its names. */
  adjust?(values: readonly string[], result: FormatResult): void;
}

/** Puts names at their positions. */
function at(names: Readonly<Record<number, string>>): readonly string[] {
  const out: string[] = [];
  for (const [position, name] of Object.entries(names)) out[Number(position)] = name;
  return Array.from(out, (name) => name ?? "");
}

/** Application load balancer: the time of writing first; the request's own creation comes late in the line and is not needed. */
const ELB_NEW = at({
  1: "timestamp",
  3: "client",
  4: "backend",
  8: "elb_status_code",
  12: "request",
  13: "user_agent",
});
const ELB_CLASSIC = at({
  0: "timestamp",
  2: "client",
  3: "backend",
  7: "elb_status_code",
  11: "request",
  12: "user_agent",
});
const ELB_TYPE = /^(?:https?|h2|grpcs?|wss?)$/;

const elb: Layout = {
  id: "aws.elb",
  title: "AWS application and classic load balancer access logs",
  reference: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html",
  mark: /^(?:(?:https?|h2|grpcs?|wss?) )?\d{4}-\d\d-\d\dT[\d:.]{8,20}Z \S{1,300} \[?[0-9a-fA-F.:]{3,45}\]?:\d{1,5} (?:\S{1,60}:\d{1,5}|-) -?\d/,
  delimiter: " ",
  columns: (values) => (ELB_TYPE.test(values[0] ?? "") ? ELB_NEW : ELB_CLASSIC),
  adjust(values, result) {
    const request = values[ELB_TYPE.test(values[0] ?? "") ? 12 : 11] ?? "";
    const [method, url] = request.split(" ");
    if (method && /^[A-Z]{3,10}$/.test(method)) result.event.http = { ...result.event.http, request: { method } };
    if (url) result.event.url = { original: url };
    result.initiator = "source";
    result.initiatorReason = "a client's request to the load balancer";
    result.observerIsAsset = true;
  },
};

const ENVOY = at({
  0: "timestamp",
  1: "request",
  2: "status",
  8: "x_forwarded_for",
  9: "user_agent",
  12: "upstream_host",
});
const ISTIO = at({
  0: "timestamp",
  1: "request",
  2: "status",
  11: "x_forwarded_for",
  12: "user_agent",
  15: "upstream_host",
  19: "downstream_remote_address",
});

const envoy: Layout = {
  id: "envoy.access",
  title: "Envoy and Istio access logs, default formats",
  reference: "https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage",
  mark: /^\[\d{4}-\d\d-\d\dT[\d:.]{8,20}Z\] "[^"]{0,8192}" \d{1,3} /,
  delimiter: " ",
  // Envoy does not escape quotes: one in a user agent adds columns, and then none can be trusted.
  columns: (values) => (values.length === 13 ? ENVOY : values.length === 22 ? ISTIO : []),
  adjust(values, result) {
    const [method, url] = (values[1] ?? "").split(" ");
    if (method && /^[A-Z]{3,10}$/.test(method)) result.event.http = { ...result.event.http, request: { method } };
    if (url) result.event.url = { original: url };
    result.initiator = "source";
    result.initiatorReason = "a request that the proxy passed on";
  },
};

function formatOf(layout: Layout): Format {
  return {
    id: layout.id,
    title: layout.title,
    reference: layout.reference,
    parse(line, context) {
      if (!layout.mark.test(line)) return undefined;
      const values = splitColumns(line, layout.delimiter);
      const facts = new Facts();
      for (const [i, name] of layout.columns(values).entries()) {
        const value = values[i];
        const meaning = name === "" ? undefined : meaningOf(name);
        if (meaning && value !== undefined) facts.field(name, meaning, value);
      }
      if (!facts.hasRoles) return undefined;
      const result = facts.result("", context);
      layout.adjust?.(values, result);
      return result;
    },
  };
}

export const layoutFormats: readonly Format[] = [elb, envoy].map(formatOf);
