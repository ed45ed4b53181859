/** Network detection products that export JSON: ExtraHop, Vectra, Darktrace. They name who did what to whom, not how far it came. */
import type { Endpoint } from "../../model/event.js";
import type { Format } from "../format.js";
import { timeOfValue } from "../fallback/find-time.js";
import { list, object, string, type Json } from "../json-fields.js";
import { endpoint } from "../values.js";
import { shaped, timestamp } from "../shape.js";
import { markedFormat, type MarkedProduct } from "../marked-json.js";

interface Detection {
  time: string | undefined;
  source: Endpoint | undefined;
  destination: Endpoint | undefined;
  /** The product says who began. */
  sure?: boolean;
  rule: string | undefined;
  product: { vendor: string; product: string };
}

interface Product extends MarkedProduct {
  read(r: Json): Detection | undefined;
}

/** A single member; a list of several does not say which of them a hit is. */
function only(value: unknown): string | undefined {
  const members = list(value);
  return members.length === 1 ? string(members[0]) : members.length === 0 ? string(value) : undefined;
}

function objects(value: unknown): Json[] {
  return list(value)
    .slice(0, 64)
    .map((member) => object(member))
    .filter((member) => member !== undefined);
}

const PRODUCTS: readonly Product[] = [
  {
    id: "extrahop.detection",
    title: "ExtraHop detections",
    reference: "https://docs.extrahop.com/current/rest-api-guide/#detections",
    marks: ['"participants"', '"offender"'],
    read: (r) => {
      const by = (role: string): Endpoint | undefined => {
        const found = objects(r["participants"]).filter((p) => p["role"] === role);
        const one = found.length === 1 ? found[0]! : undefined;
        return endpoint({
          ip: string(one?.["ipaddr"]) ?? string(one?.["object_value"]),
          domain: string(one?.["hostname"]),
        });
      };
      return {
        time: string(r["start_time"]) ?? string(r["mod_time"]),
        source: by("offender"),
        destination: by("victim"),
        rule: string(r["title"]) ?? string(r["type"]),
        product: { vendor: "ExtraHop", product: "Reveal(x)" },
      };
    },
  },
  {
    id: "vectra.detection",
    title: "Vectra detections",
    reference: "https://support.vectra.ai/s/article/KB-VS-1233",
    marks: ['"d_type_vname"'],
    read: (r) => ({
      time: string(r["vectra_timestamp"]) ?? string(r["timestamp"]) ?? string(r["first_timestamp"]),
      source: endpoint({ ip: string(r["src_ip"]) ?? string(r["host_ip"]), domain: string(r["src_host"]) }),
      destination: endpoint({
        ip: only(r["dd_dst_ip"] ?? r["dst_ips"] ?? r["dst_ip"]),
        port: only(r["dd_dst_port"] ?? r["dst_ports"]),
        domain: only(r["dd_dst_dns"]),
      }),
      rule: string(r["d_type_vname"]),
      product: { vendor: "Vectra", product: "Vectra" },
    }),
  },
  {
    id: "darktrace.breach",
    title: "Darktrace model breaches and AI Analyst events",
    reference: "https://customerportal.darktrace.com/product-guides/main/model-breaches",
    marks: ['"breachUrl"'],
    read: (r) => {
      const device = object(r["device"]);
      const trigger = object(list(r["triggeredComponents"])[0]);
      const filters = objects(trigger?.["triggeredFilters"]);
      const filter = (name: string): string | undefined =>
        string(object(filters.find((f) => f["filterType"] === name)?.["trigger"])?.["value"]);
      return {
        time: string(r["time"]) ?? string(r["creationTime"]),
        source: endpoint({ ip: string(device?.["ip"]) ?? string(r["ip"]), domain: string(device?.["hostname"]) }),
        destination: endpoint({
          ip: filter("Destination IP"),
          port: filter("Destination port"),
          domain: filter("Connection hostname"),
        }),
        rule:
          string(object(object(r["model"])?.["now"])?.["name"]) ??
          string(object(r["model"])?.["name"]) ??
          string(r["modelName"]),
        product: { vendor: "Darktrace", product: "Darktrace" },
      };
    },
  },
];

function formatOf(product: Product): Format {
  return markedFormat(product, (record, context, envelope) => {
    const read = product.read(record);
    if (!read || (read.source === undefined && read.destination === undefined)) return undefined;
    return shaped({
      event: {
        timestamp: timestamp(timeOfValue(read.time), context, envelope),
        source: read.source,
        destination: read.destination,
        event: { action: "detection" },
        rule: { name: read.rule },
        observer: read.product,
      },
      outcome: "unknown",
      outcomeReason: "a detection does not say how far the traffic came",
      initiator: "unknown",
      initiatorReason: "a detection names who acted, not who opened the connection",
    });
  });
}

export const sensorFormats: readonly Format[] = PRODUCTS.map(formatOf);
