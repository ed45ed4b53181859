/** HTTP for the TAXII client: bounded GETs to one origin, tried again where the server asks for it, errors in plain words. */
import { setTimeout as sleep } from "node:timers/promises";
import { isIP } from "node:net";
import { Agent, EnvHttpProxyAgent, request, type Dispatcher } from "undici";
import { LookbackError } from "../model/errors.js";
import { MAX_INTEL_BYTES, textOf, unpack } from "./decode.js";
import { isObject, parseJson, textOf as textIn, type JsonObject } from "./json.js";
import type { Credentials } from "./taxii-access.js";
import { isLoopback } from "./taxii-address.js";
import { explainFailure, STATUS_WORDS } from "./taxii-errors.js";

/** What one server may cost. Times in milliseconds. */
export interface Limits {
  connect: number;
  /** Until the headers of an answer are there. */
  headers: number;
  /** Between two pieces of a body. */
  idle: number;
  /** One answer to its end: a server that drips is not idle. */
  answer: number;
  /** All that is asked for one address. */
  total: number;
  /** Requests for the same thing, the first one included. */
  attempts: number;
  /** Before the second attempt; twice as long before each further one. */
  pause: number;
  /** The longest pause that a server may ask for. */
  longestPause: number;
  redirects: number;
  /** Bytes of one collection, unpacked. */
  bytes: number;
  /** Objects asked for at once. */
  pageSize: number;
  /** Pages and objects of one collection. */
  pages: number;
  objects: number;
  apiRoots: number;
  collections: number;
}

export const LIMITS: Limits = {
  connect: 10_000,
  headers: 60_000,
  idle: 30_000,
  answer: 300_000,
  total: 1_800_000,
  attempts: 4,
  pause: 1000,
  longestPause: 60_000,
  redirects: 3,
  bytes: MAX_INTEL_BYTES,
  pageSize: 1000,
  pages: 10_000,
  objects: 2_000_000,
  apiRoots: 100,
  collections: 1000,
};

/** OASIS TAXII 2.1, section 1.6.8.1. */
export const MEDIA_TYPE = "application/taxii+json;version=2.1";

const AGAIN: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 307, 308]);
/** A connection that broke: the next one may hold. */
const BROKEN: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"]);
const MAX_ERROR_BYTES = 64 * 1024;
const MAX_WORDS = 200;

export interface Answer {
  value: JsonObject;
  /** Unpacked. */
  bytes: number;
  header(name: string): string | undefined;
}

type Response = Dispatcher.ResponseData;

function headerOf({ headers }: Response, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function seconds(ms: number): string {
  return `${ms >= 10_000 ? Math.round(ms / 1000) : ms / 1000} s`;
}

function failed(message: string): LookbackError {
  return new LookbackError("intel-unreadable", message);
}

/** RFC 9110, section 10.2.3: seconds or a date. */
function retryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/** Why this is no answer in TAXII 2.1; undefined when it may be one. Servers that write plain JSON are taken at their word. */
function foreign(contentType: string | undefined): string | undefined {
  if (contentType === undefined) return undefined;
  const [type = "", ...parameters] = contentType.toLowerCase().split(";");
  const version = /version="?(\d{1,3}\.\d{1,3})/.exec(parameters.join(";"))?.[1];
  const media = type.trim();
  if (media.startsWith("application/vnd.oasis.")) return `the server speaks TAXII ${version ?? "2.0"}, not 2.1`;
  if (media === "application/taxii+json" && version !== undefined && version !== "2.1")
    return `the server speaks TAXII ${version}, not 2.1`;
  return media === "application/json" || media.endsWith("+json")
    ? undefined
    : `no TAXII: the answer is ${media === "" ? "of no type" : media.slice(0, MAX_WORDS)}`;
}

export class TaxiiHttp {
  private readonly dispatcher: Dispatcher;
  private readonly deadline: AbortSignal;

  /** @param origin requests go there and nowhere else */
  constructor(
    private readonly origin: string,
    private readonly credentials: Credentials,
    readonly limits: Limits,
  ) {
    this.deadline = AbortSignal.timeout(limits.total);
    const { ca, cert, key, passphrase } = credentials;
    const { hostname } = new URL(origin);
    const tls = {
      timeout: limits.connect,
      // Said outright: NODE_TLS_REJECT_UNAUTHORIZED must not turn it off for a server that gets a password.
      rejectUnauthorized: true,
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(passphrase !== undefined && { passphrase }),
    };
    const options = { connect: tls, headersTimeout: limits.headers, bodyTimeout: limits.idle, allowH2: false };
    const servername = isIP(hostname.replace(/^\[|\]$/g, "")) === 0 ? { servername: hostname } : {};
    // What stays on this machine is not handed to a proxy.
    this.dispatcher = isLoopback(hostname)
      ? new Agent(options)
      : new EnvHttpProxyAgent({ ...options, requestTls: { ...tls, ...servername } });
  }

  async close(): Promise<void> {
    await this.dispatcher.destroy();
  }

  /** A server's words, fit for a message: one line, bounded, and without the credentials that it may send back. */
  words(text: string): string {
    let said = text;
    for (const secret of this.credentials.secrets) said = said.replaceAll(secret, "…");
    said = said.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").trim();
    return said.length > MAX_WORDS ? `${said.slice(0, MAX_WORDS)}…` : said;
  }

  /**
   * The JSON object at a path of the server. Throws LookbackError.
   * @param path begins with `/`; with the query
   * @param room bytes that the answer may have, unpacked
   */
  async get(path: string, room: number): Promise<Answer> {
    // Not `new URL(path, origin)`: `//elsewhere/` would lead elsewhere.
    let url = new URL(this.origin + path);
    for (let redirects = 0; ; redirects++) {
      const where = `GET ${url.pathname}`;
      const response = await this.answered(url, where);
      if (REDIRECTS.has(response.statusCode)) {
        response.body.destroy();
        if (redirects === this.limits.redirects) throw failed(`${where}: redirected more than ${redirects} times`);
        url = this.redirected(url, headerOf(response, "location"), where);
        continue;
      }
      if (response.statusCode !== 200) throw failed(`${where}: ${await this.refusal(response)}`);
      const reason = foreign(headerOf(response, "content-type"));
      if (reason !== undefined) {
        response.body.destroy();
        throw failed(`${where}: ${reason}`);
      }
      return this.parsed(response, where, room);
    }
  }

  private redirected(from: URL, location: string | undefined, where: string): URL {
    let to: URL;
    try {
      to = new URL(location ?? "", from);
    } catch {
      throw failed(`${where}: a redirect without a usable address`);
    }
    if (to.origin !== this.origin)
      throw failed(`${where}: redirected to ${to.origin === "null" ? to.protocol : to.origin}: not followed`);
    to.username = "";
    to.password = "";
    return to;
  }

  /** One answer that is not to be asked for again. */
  private async answered(url: URL, where: string): Promise<Response> {
    const { attempts, pause, longestPause } = this.limits;
    for (let attempt = 1; ; attempt++) {
      let wait = pause * 2 ** (attempt - 1);
      let reason: string;
      try {
        const response = await this.send(url);
        if (!AGAIN.has(response.statusCode)) return response;
        const asked = retryAfter(headerOf(response, "retry-after"));
        reason = await this.refusal(response);
        if (asked !== undefined && asked > longestPause)
          throw failed(`${where}: ${reason}; it asks to wait ${seconds(asked)}, longer than ${seconds(longestPause)}`);
        wait = asked ?? Math.min(wait, longestPause);
      } catch (error) {
        if (error instanceof LookbackError) throw error;
        reason = this.explain(error);
        const code = isObject(error) ? error.code : undefined;
        if (typeof code !== "string" || !BROKEN.has(code)) throw failed(`${where}: ${reason}`);
      }
      if (attempt >= attempts) throw failed(`${where}: ${reason}, ${attempt} times`);
      await sleep(wait, undefined, { signal: this.deadline }).catch((error: unknown) => {
        throw failed(`${where}: ${reason}; ${this.explain(error)}`);
      });
    }
  }

  private async send(url: URL): Promise<Response> {
    const { authorization } = this.credentials;
    const response = await request(url, {
      dispatcher: this.dispatcher,
      method: "GET",
      signal: AbortSignal.any([this.deadline, AbortSignal.timeout(this.limits.answer)]),
      headers: {
        accept: MEDIA_TYPE,
        "accept-encoding": "gzip",
        "user-agent": "lookback",
        ...(authorization !== undefined && { authorization }),
      },
    });
    // One that is left unread fails later, when nobody listens any more.
    response.body.on("error", () => undefined);
    return response;
  }

  private explain(error: unknown): string {
    const { connect, headers, idle, answer, total } = this.limits;
    if (this.deadline.aborted) return `all of it took longer than ${seconds(total)}`;
    const { cert } = this.credentials;
    const broken =
      this.origin.startsWith("https:") && cert === undefined
        ? "the connection was broken off (some servers do that where they want a client certificate)"
        : "the connection was broken off";
    return explainFailure(error, {
      ...Object.fromEntries([...BROKEN].map((code) => [code, broken])),
      TimeoutError: `the answer took longer than ${seconds(answer)}`,
      UND_ERR_CONNECT_TIMEOUT: `no connection within ${seconds(connect)}`,
      UND_ERR_HEADERS_TIMEOUT: `no answer within ${seconds(headers)}`,
      UND_ERR_BODY_TIMEOUT: `the answer stopped for ${seconds(idle)}`,
    });
  }

  /** What a status other than 200 means, with the server's own words (TAXII 2.1, section 3.6.1). */
  private async refusal(response: Response): Promise<string> {
    const { statusCode } = response;
    let said = "";
    try {
      const value: unknown = JSON.parse(textOf(await this.body(response, MAX_ERROR_BYTES)));
      if (isObject(value)) said = textIn(value.title) ?? textIn(value.description) ?? "";
    } catch {
      // The status says it without them.
    }
    const words = this.words(said);
    return `${STATUS_WORDS[statusCode] ?? "the server answered"} (${statusCode}${words === "" ? "" : `: ${words}`})`;
  }

  /** Throws LookbackError `intel-unreadable` past the room, else what the stream throws. */
  private async body({ headers, body }: Response, room: number): Promise<Uint8Array> {
    const tooLarge = (): LookbackError => {
      body.destroy();
      return failed(`the answer is larger than ${Math.floor(room / 1024)} KiB: not read`);
    };
    if (Number(headers["content-length"]) > room) throw tooLarge();
    const chunks: Uint8Array[] = [];
    let total = 0;
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      total += chunk.length;
      if (total > room) throw tooLarge();
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  private async parsed(response: Response, where: string, room: number): Promise<Answer> {
    let stored: Uint8Array;
    try {
      stored = await this.body(response, room);
    } catch (error) {
      throw failed(`${where}: ${error instanceof LookbackError ? error.message : this.explain(error)}`);
    }
    const { bytes, error } = await unpack(stored);
    if (error) throw failed(`${where}: ${error.message}`);
    if (bytes.length > room)
      throw failed(`${where}: the answer is larger than ${Math.floor(room / 1024)} KiB: not read`);
    let value: unknown;
    try {
      value = parseJson(textOf(bytes));
    } catch (problem) {
      throw failed(`${where}: ${problem instanceof Error ? problem.message : String(problem)}`);
    }
    if (!isObject(value)) throw failed(`${where}: no TAXII: the answer is no JSON object`);
    return { value, bytes: bytes.length, header: (name) => headerOf(response, name) };
  }
}
