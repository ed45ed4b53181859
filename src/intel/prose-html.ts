/** Advisories as web pages: what a reader of the page sees, with its headings, lists and tables. */
import type { Parser } from "htmlparser2";
import { LookbackError } from "../model/errors.js";
import type { Reader } from "./candidate.js";
import type { Advisory } from "./prose-blocks.js";
import { extract } from "./prose-extract.js";
import { HtmlBlocks } from "./prose-html-blocks.js";
import { hostIn } from "./prose-tokens.js";

/** Deeper pages are an attack on parsers; real ones stay below a hundred. */
const MAX_DEPTH = 2000;

/** No element's content of these is seen. */
const UNSEEN = new Set(
  "script style template noscript svg math iframe object embed canvas audio video select datalist button head".split(
    " ",
  ),
);
const FRAME = new Set(["nav", "footer", "aside"]);
const FRAME_ROLES = new Set(["navigation", "banner", "contentinfo", "complementary", "search"]);
const CONTAINERS = new Set(["div", "section", "ul", "ol", "header", "form", "p"]);
/** Whole words of `class` and `id` by which pages mark what is on every one of them. */
const FRAME_NAMES =
  /(?:^|\s)(?:nav(?:bar|igation)?|(?:main-|site-)?menu|side-?bar|(?:site-|page-)?footer|bread-?crumbs?|cookie(?:s|-banner|-consent)?|social(?:-share|-links)?|share(?:-buttons)?|related(?:-posts|-articles)?|newsletter|comments|skip-link)(?=\s|$)/i;
const HIDDEN_STYLE = /(?:^|[;\s])(?:display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden)/i;

type Attributes = Readonly<Record<string, string>>;

function isHidden(name: string, attributes: Attributes): boolean {
  return UNSEEN.has(name) || attributes["hidden"] !== undefined || HIDDEN_STYLE.test(attributes["style"] ?? "");
}

function isFrame(name: string, { role, class: classes, id }: Attributes): boolean {
  if (FRAME.has(name) || FRAME_ROLES.has(role ?? "")) return true;
  return CONTAINERS.has(name) && (FRAME_NAMES.test(classes ?? "") || FRAME_NAMES.test(id ?? ""));
}

/** Cloudflare writes mail addresses as `data-cfemail`: a key, and the address XORed with it, in hexadecimal. */
function protectedEmail(code: string | undefined): string | undefined {
  if (code === undefined || !/^(?:[0-9a-f]{2}){4,200}$/i.test(code)) return undefined;
  const bytes = Buffer.from(code, "hex");
  return Buffer.from(bytes.subarray(1).map((byte) => byte ^ bytes[0]!)).toString("utf8");
}

class TooDeep extends Error {}

/** What `<meta>`, `<link>` and `<title>` say. */
class Head {
  private title = "";
  private ownTitle = "";
  private published: string | undefined;
  private readonly hosts = new Set<string>();

  element(name: string, attributes: Attributes): void {
    if (name === "meta") {
      const key = (attributes["property"] ?? attributes["name"] ?? "").toLowerCase();
      const content = (attributes["content"] ?? "").trim();
      if (key === "og:title") this.ownTitle ||= content;
      else if (key === "og:url") this.host(content);
      else if (/^(?:article:published_time|dc\.date(?:\.issued)?|dcterms\.(?:date|issued)|date)$/.test(key))
        this.published ??= content.slice(0, 40) || undefined;
    } else if (name === "link" && (attributes["rel"] ?? "").toLowerCase() === "canonical")
      this.host(attributes["href"] ?? "");
  }

  text(data: string): void {
    if (this.title.length < 500) this.title += data;
  }

  private host(url: string): void {
    if (/^https?:\/\//i.test(url)) this.hosts.add(hostIn(url.slice(0, 2000)));
  }

  /** @param heading of the page, when the head has no title */
  said(heading: string | undefined): Partial<Advisory> {
    const title = this.ownTitle || this.title.replace(/\s+/g, " ").trim() || heading;
    return {
      ...(title === undefined || title === "" ? {} : { title }),
      ...(this.published === undefined ? {} : { published: this.published }),
      ...(this.hosts.size === 0 ? {} : { publisher: [...this.hosts] }),
    };
  }
}

/** The page's blocks; `tooDeep` when reading stopped at MAX_DEPTH. */
async function parse(text: string): Promise<{ blocks: HtmlBlocks; head: Head; tooDeep: boolean }> {
  // Loaded when a page is read: most feeds are none.
  const { Parser: HtmlParser } = await import("htmlparser2");
  const blocks = new HtmlBlocks();
  const head = new Head();
  let depth = 0;
  /** Depths at which an unseen element and the page's frame began. */
  let unseen = 0;
  let frame = 0;
  let inTitle = false;
  let line = 1;
  let next = text.indexOf("\n");
  const here = (): void => {
    for (; next >= 0 && next < parser.startIndex; next = text.indexOf("\n", next + 1)) line++;
    blocks.at(line);
  };
  const parser: Parser = new HtmlParser(
    {
      onopentag(name, attributes) {
        if (++depth > MAX_DEPTH) throw new TooDeep();
        if (unseen > 0) {
          inTitle ||= name === "title";
          head.element(name, attributes);
          return;
        }
        head.element(name, attributes);
        if (name === "title") inTitle = true;
        // A page's body is no frame, whatever its class says.
        if (name !== "body" && isHidden(name, attributes)) {
          unseen = depth;
          return;
        }
        if (frame === 0 && isFrame(name, attributes)) {
          blocks.frame(true);
          frame = depth;
        }
        here();
        const email = protectedEmail(attributes["data-cfemail"]);
        blocks.open(name, attributes, email);
      },
      onclosetag(name) {
        if (name === "title") inTitle = false;
        if (unseen === 0) blocks.close(name);
        if (depth === unseen) unseen = 0;
        if (depth === frame) {
          blocks.frame(false);
          frame = 0;
        }
        depth--;
      },
      ontext(data) {
        if (inTitle) {
          head.text(data);
          return;
        }
        if (unseen > 0) return;
        here();
        blocks.text(data);
      },
    },
    { decodeEntities: true },
  );
  try {
    parser.write(text);
    parser.end();
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error;
    blocks.end();
    return { blocks, head, tooDeep: true };
  }
  blocks.end();
  return { blocks, head, tooDeep: false };
}

const DOCUMENT = /^(?:\s|<\?xml[^>]{0,200}>|<!--[^>]{0,2000}>){0,20}<(?:!doctype\s{1,5}html|html|head|body)[\s>]/i;
const FRAGMENT = /^\s{0,200}<(?:div|p|h[1-6]|table|ul|ol|article|section|main|span|br|pre)[\s>/]/i;

export const htmlReader: Reader = {
  id: "html",
  recognises: ({ text }) => DOCUMENT.test(text.slice(0, 8192)) || FRAGMENT.test(text.slice(0, 512)),
  async read(source, _options, sink) {
    const { blocks, head, tooDeep } = await parse(source.text);
    const heading = blocks.blocks.find(({ kind }) => kind === "heading")?.text;
    extract({ blocks: blocks.blocks, wrapped: false, ...head.said(heading) }, sink);
    if (tooDeep)
      throw new LookbackError("intel-unusable", `elements nested more than ${MAX_DEPTH} deep: read up to there`);
  },
};
