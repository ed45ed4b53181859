/** Advisories as PDF. Places are pages; lines are rebuilt from where the glyphs stand. */
import { LookbackError } from "../model/errors.js";
import type { Reader } from "./candidate.js";
import { extract } from "./prose-extract.js";
import { PdfBlocks } from "./prose-pdf-blocks.js";
import { linesOf, repeated } from "./prose-pdf-lines.js";
import { readPages, type Limits } from "./prose-pdf-pages.js";

const MAX_BYTES = 64 * 2 ** 20;
const LIMITS: Limits = {
  pages: 500,
  milliseconds: 30_000,
  characters: 4 * 2 ** 20,
  runs: 50_000,
  bytes: 1024 * 2 ** 20,
};
/** Acrobat takes a file whose header stands within the first 1024 bytes (PDF 1.7 reference, implementation note 13). */
const HEADER_WITHIN = 1024;

/** Titles that programs put there. */
const NO_TITLE = /^(?:untitled|microsoft word|document\d*$|.{0,80}\.(?:docx?|indd|tex|pdf)$)/i;

export const pdfReader: Reader = {
  id: "pdf",
  recognises: ({ bytes }) => Buffer.from(bytes.subarray(0, 5)).toString("latin1") === "%PDF-",
  async read({ bytes }, _options, sink) {
    if (!Buffer.from(bytes.subarray(0, HEADER_WITHIN)).includes("%PDF-"))
      throw new LookbackError("intel-unusable", "no PDF: it does not begin with %PDF-");
    if (bytes.length > MAX_BYTES)
      throw new LookbackError("intel-unusable", `a PDF larger than ${MAX_BYTES / 2 ** 20} MiB: not read`);
    const { pages, total, title, cut, broken } = await readPages(bytes, LIMITS);
    const laid = pages.map((page) => ({ page, lines: linesOf(page) }));
    if (cut === undefined && broken.length === 0 && laid.every(({ lines }) => lines.length === 0))
      throw new LookbackError("intel-unusable", "no text in this PDF: its pages are images, which are not read");
    const lines = laid.flatMap((page) => page.lines);
    const blocks = new PdfBlocks(lines, repeated(laid)).read();
    const heading = blocks.find(({ kind }) => kind === "heading")?.text.replace(/\s+/g, " ");
    const named = title === undefined || title.trim() === "" || NO_TITLE.test(title) ? heading : title;
    extract({ blocks, wrapped: true, ...(named === undefined ? {} : { title: named }) }, sink);
    for (const { page, lines: none } of laid)
      if (none.length === 0)
        sink.reject({ line: 0, object: `page ${page.number}` }, "", "no text on this page: images are not read");
    if (cut !== undefined)
      throw new LookbackError("intel-unusable", `${cut}: read ${pages.length} of ${total === 0 ? "its" : total} pages`);
    if (broken.length > 0)
      throw new LookbackError("intel-unusable", `damaged pages, not read: ${broken.slice(0, 20).join(", ")}`);
  },
};
