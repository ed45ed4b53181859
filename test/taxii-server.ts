/** A TAXII 2.1 server for the tests: discovery, API roots, collections and objects as the specification has them. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TlsOptions } from "node:tls";

export interface Entry {
  date_added: string;
  object: Record<string, unknown> & { id: string; type: string };
}

export interface ServedCollection {
  id: string;
  title: string;
  alias?: string;
  can_read: boolean;
  entries: Entry[];
}

export interface Served {
  /** By path segment. */
  roots: Record<string, { title: string; collections: ServedCollection[] }>;
  /** What discovery says instead of the roots' own addresses. */
  apiRoots?: string[];
  /** The value that `Authorization` must have. */
  authorization?: string;
  /** Most objects a page. */
  pageSize?: number;
  /** Pages go on by `added_after` alone (section 3.5). */
  withoutNext?: boolean;
  /** Answers instead; returns true when it did. */
  before?: (request: IncomingMessage, response: ServerResponse, url: URL) => boolean;
}

export const TAXII = "application/taxii+json;version=2.1";

export function send(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": TAXII, ...headers }).end(JSON.stringify(value));
}

function lastVersions(entries: readonly Entry[]): Entry[] {
  const versionOf = ({ object }: Entry): string => String(object.modified ?? object.created ?? "");
  const last = new Map<string, string>();
  for (const entry of entries) {
    const { id } = entry.object;
    if ((last.get(id) ?? "") <= versionOf(entry)) last.set(id, versionOf(entry));
  }
  return entries.filter((entry) => last.get(entry.object.id) === versionOf(entry));
}

function objects(served: Served, collection: ServedCollection, url: URL, response: ServerResponse): void {
  const query = url.searchParams;
  const types = query.get("match[type]")?.split(",");
  const after = query.get("added_after");
  const wanted = lastVersions(collection.entries)
    .filter(({ date_added }) => after === null || date_added > after)
    .filter(({ object }) => types === undefined || types.includes(object.type))
    .sort((a, b) => (a.date_added < b.date_added ? -1 : 1));
  const start = Number(query.get("next") ?? "0");
  const end = start + Math.min(Number(query.get("limit") ?? "1000"), served.pageSize ?? 100);
  const page = wanted.slice(start, end);
  if (page.length === 0) return send(response, 200, {});
  const more = end < wanted.length;
  const envelope = {
    ...(more && { more, ...(!served.withoutNext && { next: String(end) }) }),
    objects: page.map(({ object }) => object),
  };
  send(response, 200, envelope, {
    "x-taxii-date-added-first": page[0]!.date_added,
    "x-taxii-date-added-last": page.at(-1)!.date_added,
  });
}

function answer(served: Served, base: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url!, base);
  if (served.before?.(request, response, url)) return;
  const error = (status: number, title: string): void => send(response, status, { title, http_status: String(status) });
  if (served.authorization !== undefined && request.headers.authorization !== served.authorization)
    return error(401, "Unauthorized");
  if (!(request.headers.accept ?? "").includes(TAXII)) return error(406, "Not Acceptable");
  if (url.pathname === "/taxii2/")
    return send(response, 200, {
      title: "A server for tests",
      api_roots: served.apiRoots ?? Object.keys(served.roots).map((name) => `${base}/${name}/`),
    });
  const [, rootName = "", word, id, last, rest] = url.pathname.split("/");
  const root = served.roots[rootName];
  if (root === undefined || !url.pathname.endsWith("/") || rest) return error(404, "Not Found");
  if (word === "") return send(response, 200, { title: root.title, versions: [TAXII], max_content_length: 9765625 });
  if (word !== "collections") return error(404, "Not Found");
  const described = root.collections.map((one) => ({ ...one, entries: undefined, can_write: false }));
  if (id === "") return send(response, 200, described.length === 0 ? {} : { collections: described });
  const collection = root.collections.find((one) => one.id === decodeURIComponent(id!));
  if (collection === undefined) return error(404, "Collection not found");
  if (last === "")
    return send(
      response,
      200,
      described.find((one) => one.id === collection.id),
    );
  if (last !== "objects") return error(404, "Not Found");
  return collection.can_read ? objects(served, collection, url, response) : error(403, "Forbidden");
}

export interface Running {
  /** `http://127.0.0.1:port`. */
  base: string;
  /** `taxii+http://127.0.0.1:port`. */
  address: string;
  /** Paths with their queries, as they came. */
  asked: string[];
  close(): Promise<void>;
}

export async function serve(served: Served, tls?: TlsOptions): Promise<Running> {
  const asked: string[] = [];
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    asked.push(decodeURIComponent(request.url!));
    response.on("error", () => undefined);
    answer(served, base, request, response);
  };
  const server: Server = tls ? createSecureServer(tls, handle) : createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const base = `http${tls ? "s" : ""}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    base,
    address: `taxii+${base}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
