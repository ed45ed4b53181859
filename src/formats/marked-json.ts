/** Products that log JSON, told by literals that their lines hold. */
import type { EnvelopeFields, Format, FormatResult, LineContext } from "./format.js";
import type { Json } from "./json-fields.js";

/** What is known of a product, besides how to read its records. */
export interface MarkedProduct {
  id: string;
  title: string;
  reference: string;
  /** Literals that its lines hold; all of them. */
  marks: readonly string[];
}

/** @param parse undefined for a record that is not the product's after all */
export function markedFormat(
  { id, title, reference, marks }: MarkedProduct,
  parse: (record: Json, context: LineContext, envelope: EnvelopeFields | undefined) => FormatResult | undefined,
): Format {
  return {
    id,
    title,
    reference,
    json: true,
    parse: (line, context, envelope, record) =>
      record && marks.every((mark) => line.includes(mark)) ? parse(record, context, envelope) : undefined,
  };
}
