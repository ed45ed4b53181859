/** Firewalls that write flat JSON: the reader of `keyed.ts` over a record's own keys. */
import type { Event } from "../../model/event.js";
import type { Format, ParsedTime } from "../format.js";
import { strings, type Json } from "../json-fields.js";
import { shaped, timestamp } from "../shape.js";
import { keyedEvent, type Fields, type Judgement, type Names } from "./keyed.js";

export interface KeyedJson {
  readonly id: string;
  readonly title: string;
  readonly reference: string;
  readonly vendor: string;
  readonly product: string;
  readonly dataset?: string;
  is(record: Json): boolean;
  readonly names: Names;
  time(fields: Fields): ParsedTime | undefined;
  judge(fields: Fields, event: Event): Judgement | undefined;
}

export function keyedJson(product: KeyedJson): Format {
  return {
    id: product.id,
    title: product.title,
    reference: product.reference,
    json: true,
    parse(_line, context, envelope, record) {
      if (!record || !product.is(record)) return undefined;
      const fields = strings(record);
      const event = keyedEvent(fields, product.names);
      const judged = product.judge(fields, event);
      if (!judged) return undefined;
      return shaped({
        ...judged,
        event: {
          timestamp: timestamp(product.time(fields), context, envelope),
          ...event,
          event: { ...event.event, dataset: product.dataset ?? product.id },
          observer: {
            name: event.observer?.name ?? envelope?.hostname,
            vendor: product.vendor,
            product: product.product,
          },
        },
      });
    },
  };
}
