/**
 * The text of a PDF's pages, by unpdf (Mozilla's PDF.js), in a thread of its own: a file made to take for ever or to unpack to
 * gigabytes is ended from outside.
 */
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { LookbackError } from "../model/errors.js";

export interface Limits {
  pages: number;
  milliseconds: number;
  /** Characters of text in all pages together. */
  characters: number;
  /** Runs of characters on one page: no page that people read has more. */
  runs: number;
  /** By which this process may grow meanwhile. */
  bytes: number;
}

/** A run of characters as the file draws it. Points; y grows downwards. */
export interface Glyphs {
  text: string;
  x: number;
  y: number;
  width: number;
  size: number;
  /** Drawn along another axis: a watermark. */
  turned: boolean;
}

export interface Page {
  number: number;
  width: number;
  height: number;
  glyphs: Glyphs[];
}

export interface Pages {
  pages: Page[];
  /** In the file, whether read or not. */
  total: number;
  title?: string;
  /** Why reading ended before the last page. */
  cut?: string;
  /** Pages that could not be read. */
  broken: number[];
}

/** What the thread sends. */
type Message =
  | { kind: "document"; total: number; title?: string }
  | { kind: "page"; page: Page }
  | { kind: "broken"; number: number }
  /** `cut`: there is more text than was asked for. */
  | { kind: "done"; cut: boolean }
  | { kind: "failed"; name: string; message: string };

/** Plain JavaScript in a string: the program is one bundle, and a thread needs an entry of its own. */
const THREAD = `
const { parentPort, workerData } = require("node:worker_threads");
const clean = (text) => typeof text === "string" ? text.slice(0, 300) : undefined;
async function run() {
  const { getDocumentProxy } = require(workerData.library);
  const pdf = await getDocumentProxy(workerData.bytes, { verbosity: 0, useSystemFonts: false });
  const meta = await pdf.getMetadata().catch(() => undefined);
  parentPort.postMessage({ kind: "document", total: pdf.numPages, title: clean(meta?.info?.Title) });
  let characters = 0;
  for (let number = 1; number <= Math.min(pdf.numPages, workerData.pages) && characters <= workerData.characters; number++) {
    try {
      const page = await pdf.getPage(number);
      const view = page.getViewport({ scale: 1 });
      const [a, b, c, d, e, f] = view.transform;
      const glyphs = [];
      const reader = page.streamTextContent().getReader();
      for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
        for (const { str, transform, width } of chunk.value.items) {
          if (typeof str !== "string" || str === "") continue;
          characters += str.length;
          if (glyphs.length >= workerData.runs) characters = Infinity;
          if (characters > workerData.characters) break;
          const [p, q, r, s, x, y] = transform;
          glyphs.push({
            text: str, x: a * x + c * y + e, y: b * x + d * y + f, width, size: Math.hypot(r, s) || Math.hypot(p, q) || 1,
            turned: Math.abs(b * p + d * q) > Math.abs(a * p + c * q),
          });
        }
        if (characters > workerData.characters) {
          reader.cancel(new Error("enough")).catch(() => undefined);
          break;
        }
      }
      page.cleanup();
      parentPort.postMessage({ kind: "page", page: { number, width: view.width, height: view.height, glyphs } });
    } catch {
      parentPort.postMessage({ kind: "broken", number });
    }
  }
  parentPort.postMessage({ kind: "done", cut: characters > workerData.characters });
}
run().catch((error) => parentPort.postMessage({ kind: "failed", name: String(error?.name), message: clean(String(error?.message)) }));
`;

const POLL_MS = 100;

function failure(name: string, message: string): LookbackError {
  return name === "PasswordException"
    ? new LookbackError("intel-unusable", "the PDF is encrypted: save it without its password")
    : new LookbackError("intel-unusable", `a damaged PDF: ${message}`);
}

/** Throws LookbackError `intel-unusable` for a PDF of which nothing can be read. */
export async function readPages(bytes: Uint8Array, limits: Limits): Promise<Pages> {
  const library = createRequire(import.meta.url).resolve("unpdf");
  const found: Pages = { pages: [], total: 0, broken: [] };
  const before = process.memoryUsage.rss();
  const ended = Date.now() + limits.milliseconds;
  const worker = new Worker(THREAD, {
    eval: true,
    // A copy: the library takes the buffer for itself.
    workerData: {
      library,
      bytes: Uint8Array.from(bytes),
      pages: limits.pages,
      characters: limits.characters,
      runs: limits.runs,
    },
    resourceLimits: { maxOldGenerationSizeMb: Math.ceil(limits.bytes / 2 ** 20) },
    stdout: true,
    stderr: true,
  });
  let watch: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const cut = (why: string): void => {
        found.cut = why;
        resolve();
      };
      watch = setInterval(() => {
        if (Date.now() > ended) cut(`more than ${limits.milliseconds / 1000} seconds to read`);
        else if (process.memoryUsage.rss() - before > limits.bytes) cut("it unpacks to too much");
      }, POLL_MS);
      worker.on("message", (message: Message) => {
        if (message.kind === "document") {
          found.total = message.total;
          if (message.title !== undefined) found.title = message.title;
        } else if (message.kind === "page") found.pages.push(message.page);
        else if (message.kind === "broken") found.broken.push(message.number);
        else if (message.kind === "failed") reject(failure(message.name, message.message));
        else if (message.cut) cut("more text than any advisory holds");
        else resolve();
      });
      worker.on("error", (error) => cut(error instanceof Error ? error.message : String(error)));
      worker.on("exit", () => cut("the reader ended early"));
    });
  } finally {
    clearInterval(watch);
    worker.removeAllListeners();
    worker.on("error", () => undefined);
    await worker.terminate();
  }
  const reached = found.pages.length + found.broken.length;
  if (found.cut === undefined && reached < found.total) found.cut = `more than ${limits.pages} pages`;
  return found;
}
