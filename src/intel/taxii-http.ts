/** HTTP for the TAXII client: bounded GETs to one origin, tried again where the server asks for it, errors in plain words. */
import { setTimeout as sleep } from "node:timers/promises";
import { isIP } from "node:net";
import { Agent, EnvHttpProxyAgent, request, type Dispatcher } from "undici";
import { LookbackError } from "../model/errors.js";
import { MAX_INTEL_BYTES, textOf, unpack } from "./decode.js";
import { isObject, parseJson, textOf as textIn, type JsonObject } from "./json.js";
import type { Credentials } from "./taxii-access.js";
import { isLoopback } from "./taxii-address.js";
import { explainFailure, STATUS_WORDS, failed } from "./taxii-errors.js";

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

/** A response that is read to its end. */
interface Received {
  status: number;
  header(name: string): string | undefined;
  body: Uint8Array;
}

type Response = Dispatcher.ResponseData;

function headerOf({ headers }: Response, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function seconds(ms: number): string {
  return `${ms >= 10_000 ? Math.round(ms / 1000) : ms / 1000} s`;
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

function dispatcherFor(
  hostname: string,
  options: Agent.Options,
  requestTls: NonNullable<EnvHttpProxyAgent.Options["requestTls"]>,
): Dispatcher {
  // What stays on this machine is not handed to a proxy.
  if (isLoopback(hostname)) return new Agent(options);
  try {
    return new EnvHttpProxyAgent({ ...options, requestTls });
  } catch {
    // Its own message may quote the password in it.
    throw failed("the proxy that the environment names (http_proxy, https_proxy) is no valid address");
  }
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
    this.dispatcher = dispatcherFor(hostname, options, { ...tls, ...servername });
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
    try {
      for (let redirects = 0; ; redirects++) {
        const received = await this.received(url, room);
        if (!REDIRECTS.has(received.status)) return await this.parsed(received, room);
        if (redirects === this.limits.redirects) throw failed(`redirected more than ${redirects} times`);
        url = this.redirected(url, received.header("location"));
      }
    } catch (error) {
      const message = error instanceof LookbackError ? error.message : this.explain(error);
      throw failed(`GET ${this.words(url.pathname)}: ${message}`);
    }
  }

  private redirected(from: URL, location: string | undefined): URL {
    let to: URL;
    try {
      to = new URL(location ?? "", from);
    } catch {
      throw failed("a redirect without a usable address");
    }
    if (to.origin !== this.origin)
      throw failed(`redirected to ${to.origin === "null" ? to.protocol : this.words(to.origin)}: not followed`);
    to.username = "";
    to.password = "";
    return to;
  }

  /** An answer or a redirect, asked for again where that may help. */
  private async received(url: URL, room: number): Promise<Received> {
    const { attempts, pause, longestPause } = this.limits;
    for (let attempt = 1; ; attempt++) {
      let wait = Math.min(pause * 2 ** (attempt - 1), longestPause);
      let reason: string;
      try {
        const received = await this.send(url, room);
        if (received.status === 200 || REDIRECTS.has(received.status)) return received;
        reason = this.refusal(received);
        if (!AGAIN.has(received.status)) throw failed(reason);
        const asked = retryAfter(received.header("retry-after"));
        if (asked !== undefined && asked > longestPause)
          throw failed(`${reason}; it asks to wait ${seconds(asked)}, longer than ${seconds(longestPause)}`);
        wait = asked ?? wait;
      } catch (error) {
        const code = isObject(error) ? error.code : undefined;
        if (typeof code !== "string" || !BROKEN.has(code)) throw error;
        reason = this.explain(error);
      }
      if (attempt >= attempts) throw failed(`${reason}, ${attempt} times`);
      await sleep(wait, undefined, { signal: this.deadline }).catch((error: unknown) => {
        throw failed(`${reason}; ${this.explain(error)}`);
      });
    }
  }

  private async send(url: URL, room: number): Promise<Received> {
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
    return {
      status: response.statusCode,
      header: (name) => headerOf(response, name),
      body: await this.bodyOf(response, room),
    };
  }

  private async bodyOf(response: Response, room: number): Promise<Uint8Array> {
    const { statusCode, body } = response;
    if (statusCode === 200) {
      const reason = foreign(headerOf(response, "content-type"));
      if (reason === undefined) return readBody(response, room);
      body.destroy();
      throw failed(reason);
    }
    if (REDIRECTS.has(statusCode)) {
      body.destroy();
      return new Uint8Array(0);
    }
    // What the server says besides the status is welcome, and not needed.
    return readBody(response, MAX_ERROR_BYTES).catch(() => new Uint8Array(0));
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
  private refusal({ status, body }: Received): string {
    let said = "";
    try {
      const value: unknown = JSON.parse(textOf(body));
      if (isObject(value)) said = textIn(value.title) ?? textIn(value.description) ?? "";
    } catch {
      // The status says it without them.
    }
    const words = this.words(said);
    return `${STATUS_WORDS[status] ?? "the server answered"} (${status}${words === "" ? "" : `: ${words}`})`;
  }

  private async parsed({ body, header }: Received, room: number): Promise<Answer> {
    const { bytes, error } = await unpack(body);
    if (error) throw failed(error.message);
    if (bytes.length > room) throw tooLarge(room);
    const value = parseJson(textOf(bytes));
    if (!isObject(value)) throw failed("no TAXII: the answer is no JSON object");
    return { value, bytes: bytes.length, header };
  }
}

function tooLarge(room: number): LookbackError {
  return failed(`the answer is larger than ${Math.floor(room / 1024)} KiB: not read`);
}

/** Throws LookbackError past the room, else what the stream throws. */
async function readBody({ headers, body }: Response, room: number): Promise<Uint8Array> {
  if (Number(headers["content-length"]) > room) {
    body.destroy();
    throw tooLarge(room);
  }
  const chunks: Uint8Array[] = [];
  let total = 0;
  // Leaving the loop early closes the connection.
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    total += chunk.length;
    if (total > room) throw tooLarge(room);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
