/**
 * XML to plain elements, for feeds that an adversary may have written: a document type or an entity declaration is refused before
 * anything is parsed (so nothing can expand or be fetched), nesting is bounded, and an error names its line.
 */
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { LookbackError } from "../model/errors.js";
import { isObject } from "./json.js";
import { wordTable } from "../model/word-table.js";

export interface Element {
  /** Without its namespace's prefix. */
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: readonly Element[];
  /** Its own text, its entities resolved, trimmed. */
  text: string;
  /** From 1. */
  line: number;
}

const MAX_DEPTH = 100;
/** A document type or entity declaration anywhere. */
const DECLARES = /<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)/i;

const ENTITIES: Readonly<Record<string, string>> = wordTable({ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" });
const MAX_CODE_POINT = 0x10ffff;

/** XML's five entities and character references; others cannot be declared here, and stay as they are. */
function resolve(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,4}));/gi, (whole, decimal, hex, name) => {
    if (typeof name === "string") return Object.hasOwn(ENTITIES, name) ? ENTITIES[name]! : whole;
    const code = typeof decimal === "string" ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code > 0 && code <= MAX_CODE_POINT ? String.fromCodePoint(code) : whole;
  });
}

const ATTRIBUTES = ":@";
const TEXT = "#text";
const CDATA = "#cdata";

/** Counts lines as positions go up. */
class Lines {
  private line = 1;
  private next: number;

  constructor(private readonly text: string) {
    this.next = text.indexOf("\n");
  }

  of(position: number): number {
    while (this.next >= 0 && this.next < position) {
      this.line++;
      this.next = this.text.indexOf("\n", this.next + 1);
    }
    return this.line;
  }
}

const POSITION = XMLParser.getMetaDataSymbol().valueOf();

function positionOf(node: object): number {
  const meta: unknown = Reflect.get(node, POSITION);
  const start = isObject(meta) ? meta["startIndex"] : undefined;
  return typeof start === "number" ? start : 0;
}

function attributesOf(value: unknown): Record<string, string> {
  const attributes: Record<string, string> = {};
  if (isObject(value))
    for (const [name, text] of Object.entries(value)) if (typeof text === "string") attributes[name] = resolve(text);
  return attributes;
}

/** The parser's ordered form to elements. As deep as the parser lets them be. */
function elementsOf(nodes: unknown, lines: Lines): { children: Element[]; text: string } {
  const children: Element[] = [];
  let text = "";
  for (const node of Array.isArray(nodes) ? nodes : []) {
    if (!isObject(node)) continue;
    const name = Object.keys(node).find((key) => key !== ATTRIBUTES);
    if (name === undefined) continue;
    const content = node[name];
    if (name === TEXT) text += typeof content === "string" ? resolve(content) : "";
    else if (name === CDATA) {
      const first: unknown = Array.isArray(content) ? content[0] : undefined;
      const verbatim = isObject(first) ? first[TEXT] : undefined;
      text += typeof verbatim === "string" ? verbatim : "";
    } else {
      const line = lines.of(positionOf(node));
      const inner = elementsOf(content, lines);
      children.push({ name, attributes: attributesOf(node[ATTRIBUTES]), line, ...inner, text: inner.text.trim() });
    }
  }
  return { children, text };
}

/** The root elements. Throws LookbackError `intel-unusable` with the line for what is not well-formed, declares entities or nests too deep. */
export function parseXml(text: string): readonly Element[] {
  if (DECLARES.test(text))
    throw new LookbackError("intel-unusable", "XML with a document type or entity declarations is refused");
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: "",
    textNodeName: TEXT,
    cdataPropName: CDATA,
    parseTagValue: false,
    parseAttributeValue: false,
    processEntities: false,
    ignoreDeclaration: true,
    ignorePiTags: true,
    removeNSPrefix: true,
    captureMetaData: true,
    maxNestedTags: MAX_DEPTH,
  });
  try {
    const parsed: unknown = parser.parse(text);
    // After the parser: it is the one that bounds the depth.
    const valid = XMLValidator.validate(text, { allowBooleanAttributes: true });
    if (valid !== true)
      throw new LookbackError("intel-unusable", `not well-formed XML at line ${valid.err.line}: ${valid.err.msg}`);
    return elementsOf(parsed, new Lines(text)).children;
  } catch (error) {
    if (error instanceof LookbackError) throw error;
    const message = error instanceof Error ? error.message.slice(0, 200) : String(error);
    if (/nested tags/i.test(message))
      throw new LookbackError("intel-unusable", `XML nested deeper than ${MAX_DEPTH} elements is refused`);
    throw new LookbackError("intel-unusable", `not well-formed XML: ${message}`);
  }
}
