/** The TAXII client against a real server on this machine: what is read, what is kept, and what a bad server comes to. */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cacheFolder as folderFor, withAccess } from "../src/cli/taxii-settings.js";
import { loadIntel } from "../src/intel/index.js";
import type { TaxiiAccess } from "../src/intel/taxii-access.js";
import type { Limits } from "../src/intel/taxii-http.js";
import { taxiiFeeds, type Feed, type TaxiiOptions } from "../src/intel/taxii-source.js";
import { send, serve, TAXII, type Entry, type Running, type Served, type ServedCollection } from "./taxii-server.js";

const DAY = 24 * 3600_000;
const START = Date.parse("2026-03-01T00:00:00Z");
/** Generous where nothing is to fail: the machine may be busy. */
const QUICK: Partial<Limits> = {
  connect: 5000,
  headers: 10_000,
  idle: 10_000,
  answer: 15_000,
  total: 20_000,
  pause: 5,
  longestPause: 1500,
};

let folder: string;
let cacheFolder: string;
const running: Running[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "taxii-client-"));
  cacheFolder = join(folder, "cache");
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
  await rm(folder, { recursive: true });
});

async function start(served: Served, ...tls: Parameters<typeof serve> extends [unknown, ...infer R] ? R : never) {
  const server = await serve(served, ...tls);
  running.push(server);
  return server;
}

/** A proxy (RFC 9110, CONNECT) that leads to a port of this machine, whatever host is asked for. */
async function startProxy(port: number): Promise<{ base: string; asked: string[] }> {
  const asked: string[] = [];
  const proxy = createServer();
  proxy.on("connect", (request, client) => {
    asked.push(request.url!);
    const onwards = connect(port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      client.pipe(onwards).pipe(client);
    });
    for (const socket of [client, onwards]) socket.on("error", () => [client, onwards].map((one) => one.destroy()));
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  running.push({ base: "", address: "", asked, close: () => new Promise((resolve) => proxy.close(() => resolve())) });
  return { base: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, asked };
}

/** The nth object of a collection; added on the nth day of 2026. */
function entry(n: number, more: Record<string, unknown> = {}): Entry {
  const day = String((n % 28) + 1).padStart(2, "0");
  const date = `2026-01-${day}T00:00:00.${String(n).padStart(6, "0")}Z`;
  return {
    date_added: date,
    object: {
      type: "indicator",
      spec_version: "2.1",
      id: `indicator--00000000-0000-4000-8000-${String(n).padStart(12, "0")}`,
      created: "2026-01-01T00:00:00.000Z",
      modified: "2026-01-01T00:00:00.000Z",
      pattern_type: "stix",
      pattern: `[ipv4-addr:value = '192.0.2.${n}']`,
      valid_from: "2026-01-01T00:00:00Z",
      ...more,
    },
  };
}

const entries = (count: number, from = 1): Entry[] => Array.from({ length: count }, (_, i) => entry(from + i));

function collection(id: string, list: Entry[], more: Partial<ServedCollection> = {}): ServedCollection {
  return { id, title: `Title of ${id}`, can_read: true, entries: list, ...more };
}

const one = (list: Entry[], more: Partial<Served> = {}): Served => ({
  roots: { api1: { title: "First", collections: [collection("c1", list)] } },
  ...more,
});

async function feeds(address: string, options: TaxiiOptions = {}, access: TaxiiAccess = {}): Promise<Feed[]> {
  const all: Feed[] = [];
  for await (const feed of taxiiFeeds(address, access, { limits: QUICK, now: () => START, ...options })) all.push(feed);
  return all;
}

interface Envelope {
  objects: { id: string }[];
}

function idsOf(feed: Feed | undefined): string[] {
  if (feed?.source === undefined) return [];
  return (JSON.parse(feed.source.text) as Envelope).objects.map(({ id }) => id);
}

const ids = (list: readonly Entry[]): string[] => list.map(({ object }) => object.id);
const errors = (all: readonly Feed[]): string[] => all.flatMap((feed) => feed.errors);

describe("what is read", () => {
  it("goes from discovery by API roots to collections, one file each, and says what may not be read", async () => {
    const server = await start({
      roots: {
        api1: { title: "First", collections: [] },
        api2: {
          title: "Second",
          collections: [
            collection("c1", entries(2)),
            collection("c2", entries(1), { can_read: false }),
            collection("c3", []),
          ],
        },
      },
    });
    const all = await feeds(`${server.address}/`);
    const name = (id: string): string => `${server.address}/api2/collections/${id}`;
    expect(all.map(({ name: of, title, errors: e, notes }) => ({ of, title, e, notes }))).toEqual([
      { of: name("c1"), title: "Title of c1", e: [], notes: [] },
      {
        of: name("c2"),
        title: "Title of c2",
        e: [],
        notes: ["the server does not let this user read the collection (can_read is false): skipped"],
      },
      { of: name("c3"), title: "Title of c3", e: [], notes: ["no objects in it"] },
    ]);
    expect(idsOf(all[0])).toEqual(ids(entries(2)));
    expect(server.asked).toEqual([
      "/taxii2/",
      "/api1/collections/",
      "/api2/collections/",
      "/api2/collections/c1/objects/?limit=1000",
      "/api2/collections/c3/objects/?limit=1000",
    ]);
  });

  it("asks only for what the address names", async () => {
    const two = (title: string) => ({
      title,
      collections: [collection("c1", entries(1)), collection("c2", entries(1, 2), { alias: "second" })],
    });
    const server = await start({ roots: { api1: two("First"), api2: two("Other root") } });
    const names = async (path: string): Promise<string[]> =>
      (await feeds(`${server.address}${path}`)).map(({ name }) => name.slice(server.address.length));
    expect(await names("/taxii2/?api_root=api1&collection=second")).toEqual(["/api1/collections/c2"]);
    expect(await names("/taxii2/?api_root=Other%20root")).toEqual(["/api2/collections/c1", "/api2/collections/c2"]);
    expect(await names("/api2/?collection=Title%20of%20c1")).toEqual(["/api2/collections/c1"]);
    expect(await names("/api1/collections/")).toEqual(["/api1/collections/c1", "/api1/collections/c2"]);
    expect(await names("/api1/collections/c2/objects/")).toEqual(["/api1/collections/c2"]);
    expect(errors(await feeds(`${server.address}/taxii2/?collection=c9&api_root=nope`))).toEqual([
      "there is no API root “nope”: there are /api1/, /api2/",
      "there is no collection “c9”: there are none",
    ]);
  });

  it.each([false, true])("reads every page (by added_after: %s)", async (withoutNext) => {
    const server = await start(one(entries(7), { pageSize: 3, withoutNext }));
    const [feed, ...rest] = await feeds(`${server.address}/api1/collections/c1/`);
    expect(rest).toEqual([]);
    expect(feed!.errors).toEqual([]);
    expect(idsOf(feed)).toEqual(ids(entries(7)));
    const [second, third] = withoutNext
      ? [`added_after=${entry(3).date_added}`, `added_after=${entry(6).date_added}`]
      : ["next=3", "next=6"];
    expect(server.asked.slice(1).map((path) => path.split("?")[1])).toEqual([
      "limit=1000",
      `limit=1000&${second}`,
      `limit=1000&${third}`,
    ]);
  });

  it("hands on types and added_after, on every page", async () => {
    const list = [entry(1), entry(2, { type: "malware" }), entry(3), entry(4, { type: "identity" }), entry(5)];
    const server = await start(one(list, { pageSize: 1 }));
    const after = "2026-01-02T12:00:00Z";
    const all = await feeds(`${server.address}/api1/collections/c1?type=indicator,malware&added_after=${after}`);
    expect(all[0]!.name).toBe(
      `${server.address}/api1/collections/c1?type=indicator%2Cmalware&added_after=2026-01-02T12%3A00%3A00Z`,
    );
    expect(idsOf(all[0])).toEqual(ids([list[1]!, list[2]!, list[4]!]));
    const query = `limit=1000&added_after=${after}`;
    expect(server.asked.slice(1).map((path) => path.split("?")[1])).toEqual([
      `${query}&match[type]=indicator,malware`,
      `${query}&next=1&match[type]=indicator,malware`,
      `${query}&next=2&match[type]=indicator,malware`,
    ]);
  });

  it("asks no other server than the one named", async () => {
    const other = await start(one(entries(1)));
    const server = await start(
      one(entries(1), { apiRoots: ["/api1/", `${other.base}/api1/`, "//elsewhere.example/api1/", "ftp://x/"] }),
    );
    const all = await feeds(`${server.address}/taxii2/`);
    expect(errors(all)).toEqual([
      `the API root ${other.base}/api1/ is on another server: not asked; name it by itself`,
      "the API root http://elsewhere.example/api1/ is on another server: not asked; name it by itself",
      "the API root ftp://x/ is on another server: not asked; name it by itself",
    ]);
    expect(idsOf(all[1])).toEqual(ids(entries(1)));
    expect(other.asked).toEqual([]);
  });

  it("reads gzip and plain JSON types", async () => {
    const { gzipSync } = await import("node:zlib");
    const server = await start(
      one([], {
        before: (_, response, { pathname }) => {
          if (!pathname.endsWith("/objects/")) return false;
          response.writeHead(200, { "content-type": "application/json; charset=utf-8", "content-encoding": "gzip" });
          response.end(gzipSync(JSON.stringify({ objects: [entry(1).object] })));
          return true;
        },
      }),
    );
    expect(idsOf((await feeds(`${server.address}/api1/collections/c1/`))[0])).toEqual(ids(entries(1)));
  });

  it("reads medallion's own data", async () => {
    const path = "../shared/corpora/taxii/default_data.json";
    if (!existsSync(path)) {
      console.warn(`${path} is not there: the TAXII client was not held against medallion's data`);
      return;
    }
    const data = JSON.parse(readFileSync(path, "utf8")) as Record<string, any>;
    const roots: Served["roots"] = {};
    for (const [name, root] of Object.entries(data)) {
      if (name === "/discovery") continue;
      roots[name] = {
        title: root.information.title,
        collections: root.collections.map((c: any) => ({
          id: c.id,
          title: c.title,
          can_read: c.can_read,
          entries: c.objects.map((object: any) => ({
            object,
            date_added: c.manifest.find(
              (m: any) => m.id === object.id && m.version === (object.modified ?? object.created),
            ).date_added,
          })),
        })),
      };
    }
    const paths = data["/discovery"].api_roots.map((root: string) => new URL(root).pathname);
    const server = await start({ roots, apiRoots: paths, pageSize: 2 });
    const all = await feeds(`${server.address}/taxii2/`);
    expect(errors(all)).toEqual([]);
    expect(all.map(({ title, notes }) => [title, notes.length])).toEqual([
      ["This data collection is for testing querying across collections", 1],
      ["This data collection is for testing adding objects", 1],
      ["High Value Indicator Collection", 0],
      ["Indicators from the past 24-hours", 1],
      ["Secret Indicators", 1],
    ]);
    expect(idsOf(all[2])).toEqual([
      "relationship--2f9a9aa9-108a-4333-83e2-4fb25add0463",
      "indicator--cd981c25-8042-4166-8945-51178443bdac",
      "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
      "malware--c0931cc6-c75e-47e5-9036-78fabc95d4ec",
      "indicator--6770298f-0fd8-471a-ab8c-1c658a46574e",
    ]);
  });
});

describe("what is kept", () => {
  it("asks for additions only, and for everything once a week, so that what was deleted goes", async () => {
    const served = one(entries(3));
    const { address, asked } = await start(served);
    const load = (day: number) =>
      feeds(`${address}/api1/collections/c1/`, { cacheFolder, now: () => START + day * DAY });
    expect(idsOf((await load(0))[0])).toEqual(ids(entries(3)));
    const { entries: list } = served.roots["api1"]!.collections[0]!;
    list.shift();
    list.push(entry(4), entry(5, { id: entry(2).object.id, modified: "2026-02-01T00:00:00.000Z", revoked: true }));
    asked.length = 0;
    const [second] = await load(1);
    expect(asked[1]).toBe(`/api1/collections/c1/objects/?limit=1000&added_after=${entry(3).date_added}`);
    expect(idsOf(second)).toEqual(ids([entry(1), entry(2), entry(3), entry(4)]));
    expect(second!.source!.text).toContain('"revoked":true');
    // Nothing new: the last time of addition stays in force.
    asked.length = 0;
    expect(idsOf((await load(6.9))[0])).toHaveLength(4);
    expect(asked[1]).toBe(`/api1/collections/c1/objects/?limit=1000&added_after=${entry(5).date_added}`);
    asked.length = 0;
    expect(idsOf((await load(7))[0])).toEqual(ids([entry(3), entry(4), entry(2)]));
    expect(asked[1]).toBe("/api1/collections/c1/objects/?limit=1000");
  });

  it("keeps what an earlier load gave when a collection fails, with what came before it failed", async () => {
    const served = one(entries(2), { pageSize: 1 });
    const { address } = await start(served);
    const load = () => feeds(`${address}/taxii2/`, { cacheFolder, now: () => START + 8 * DAY });
    await feeds(`${address}/taxii2/`, { cacheFolder });
    served.roots["api1"]!.collections[0]!.entries = entries(3, 2);
    served.before = (_, response, url) => {
      if (url.searchParams.get("next") === "2") send(response, 500, {});
      return url.searchParams.get("next") === "2";
    };
    const [feed] = await load();
    expect(feed!.errors).toEqual([
      "GET /api1/collections/c1/objects/: the server failed (500); kept the load of 2026-03-01T00:00:00.000Z, with the 2 objects that came before that",
    ]);
    expect(idsOf(feed)).toEqual(ids(entries(3)));
    // And the load that failed is not taken for a good one.
    delete served.before;
    const [good] = await load();
    expect([idsOf(good), good!.errors]).toEqual([ids(entries(3, 2)), []]);
  });

  it("knows the collections of a server that is gone", async () => {
    const server = await start(one(entries(2)));
    const address = `${server.address}/taxii2/`;
    await feeds(address, { cacheFolder });
    await server.close();
    const [own, feed, ...rest] = await feeds(address, { cacheFolder });
    expect(own).toMatchObject({ name: address, errors: ["GET /taxii2/: the connection is refused"], unlisted: true });
    expect(feed!.errors).toEqual(["not asked; kept the load of 2026-03-01T00:00:00.000Z"]);
    expect(idsOf(feed)).toEqual(ids(entries(2)));
    expect(rest).toEqual([]);
    // Also when the credentials are not there any more.
    const [missing, kept] = await feeds(address, { cacheFolder }, { tokenEnv: "GONE" });
    expect(missing!.errors).toEqual(["the environment variable GONE is not set"]);
    expect(idsOf(kept)).toEqual(ids(entries(2)));
  });

  it("keeps the collections of an API root that fails, and for 30 days what is no longer offered", async () => {
    const served: Served = {
      roots: {
        api1: { title: "First", collections: [collection("c1", entries(1)), collection("c2", entries(1, 2))] },
        api2: { title: "Second", collections: [collection("c3", entries(1, 3)), collection("c4", entries(1, 4))] },
      },
    };
    const { address } = await start(served);
    const load = (day: number) => feeds(`${address}/taxii2/`, { cacheFolder, now: () => START + day * DAY });
    await load(0);
    served.roots["api1"]!.collections.pop();
    served.before = (_, response, { pathname }) => {
      if (pathname === "/api2/collections/") send(response, 404, { title: "No such root" });
      return pathname === "/api2/collections/";
    };
    const root =
      "GET /api2/collections/: there is no such API root or collection, or it may not be seen (404: No such root)";
    const gone = "the server does not offer it any more, or does not let this user read it";
    const kept = "kept the load of 2026-03-01T00:00:00.000Z";
    const summary = async (day: number) => (await load(day)).map((feed) => [feed.title, idsOf(feed), feed.errors]);
    const [c1, c2, c3, c4] = [1, 2, 3, 4].map((n) => ids(entries(1, n)));
    expect(await summary(29)).toEqual([
      [undefined, [], [root]],
      ["Title of c1", c1, []],
      ["Title of c3", c3, [`not asked; ${kept}`]],
      ["Title of c4", c4, [`not asked; ${kept}`]],
      ["Title of c2", c2, [`${gone}; ${kept}`]],
    ]);
    delete served.before;
    served.roots["api2"]!.collections[1]!.can_read = false;
    expect(await summary(29.5)).toEqual([
      ["Title of c1", c1, []],
      ["Title of c3", c3, []],
      ["Title of c4", c4, [`${gone}; ${kept}`]],
      ["Title of c2", c2, [`${gone}; ${kept}`]],
    ]);
    const last = ["c4", "c2"].map((id) => `Title of ${id}: ${gone}; what it gave is not looked for from now on`);
    expect(await summary(30)).toEqual([
      [undefined, [], last],
      ["Title of c1", c1, []],
      ["Title of c3", c3, []],
      ["Title of c4", [], []],
    ]);
    expect(errors(await load(31))).toEqual([]);
  });

  it("works where nothing can be kept, and says so", async () => {
    await writeFile(cacheFolder, "a file, not a folder");
    const { address } = await start(one(entries(2)));
    const [feed] = (await feeds(`${address}/api1/`, { cacheFolder })).slice(-1);
    expect(idsOf(feed)).toEqual(ids(entries(2)));
    expect(feed!.errors).toEqual([]);
    expect(feed!.notes.at(-1)).toMatch(/^could not be kept for a time when the server fails: .*cache: /);
  });

  it("is in the user's cache, unless another folder is named", () => {
    expect(folderFor(undefined, { XDG_CACHE_HOME: "/x" })).toBe("/x/lookback/taxii");
    expect(folderFor(undefined, { XDG_CACHE_HOME: "relative" })).toMatch(/^\/.*\/\.cache\/lookback\/taxii$/);
    expect(folderFor("/named", { XDG_CACHE_HOME: "/x" })).toBe("/named/taxii");
  });

  it("does not believe a time of addition that lies far ahead", async () => {
    const { address, asked } = await start(one([{ ...entry(1), date_added: "2099-01-01T00:00:00.000000Z" }]));
    await feeds(`${address}/api1/collections/c1/`, { cacheFolder });
    await feeds(`${address}/api1/collections/c1/`, { cacheFolder });
    expect(asked.at(-1)).toBe("/api1/collections/c1/objects/?limit=1000");
  });
});

describe("who is let in", () => {
  const basic = (user: string, password: string): string =>
    `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

  it("sends user and password, a token, or what the environment holds", async () => {
    const served = one(entries(1), { authorization: basic("anna", "s3cret@") });
    const { base } = await start(served);
    const at = (userinfo: string): string => `taxii+${base.replace("//", `//${userinfo}`)}/api1/`;
    const environment = { SECRET: "s3cret@", TOKEN: " t0ken.of_mine ", USER: "anna" };
    expect(idsOf((await feeds(at("anna:s3cret%40@")))[0])).toHaveLength(1);
    expect(idsOf((await feeds(at("anna@"), { environment }, { passwordEnv: "SECRET" }))[0])).toHaveLength(1);
    const fromVariables = { userEnv: "USER", passwordEnv: "SECRET" };
    expect(idsOf((await feeds(at(""), { environment }, fromVariables))[0])).toHaveLength(1);
    served.authorization = "Bearer t0ken.of_mine";
    expect(idsOf((await feeds(at(""), { environment }, { tokenEnv: "TOKEN" }))[0])).toHaveLength(1);
  });

  it.each([
    [401, "the server asks for a user with password, or a token, or does not take the one given (401: Unauthorized)"],
    [403, "the user or token may not read this (403: no … for you)"],
  ])("says what %s means, and never the secret, also where the server sends it back", async (status, said) => {
    const { base } = await start(
      one(entries(1), {
        authorization: "another",
        before: (request, response) => {
          if (status === 403)
            send(response, 403, { title: `no ${request.headers.authorization!.slice(6)} for\u001b\nyou` });
          return status === 403;
        },
      }),
    );
    const address = `taxii+${base.replace("//", "//anna:wrong-pass@")}/api1/`;
    const all = await feeds(address);
    expect(all).toHaveLength(1);
    expect(all[0]).toMatchObject({ name: `taxii+${base}/api1/`, errors: [`GET /api1/: ${said}`] });
  });

  it("refuses what cannot be meant", async () => {
    const said = async (address: string, access: TaxiiAccess): Promise<string[]> =>
      errors(await feeds(address, { environment: { T: "a\nb", P: "p", U: "u" } }, access));
    const [plain, withUser] = ["taxii+http://127.0.0.1:1/", "taxii+http://u@127.0.0.1:1/"];
    expect(await said(plain, { tokenEnv: "T" })).toEqual(["the token in T holds characters that no token has"]);
    expect(await said(plain, { passwordEnv: "P" })).toEqual(["there is a password and no user"]);
    expect(await said(withUser, { tokenEnv: "P" })).toEqual(["both a token and a user are given: which one is meant?"]);
    const cert = join(folder, "no.pem");
    expect(await said(plain, { cert })).toEqual([`the client certificate ${cert}: no such file or folder`]);
    await writeFile(cert, "no certificate");
    expect(await said(plain, { cert })).toEqual([
      expect.stringMatching(/^the client certificate, its key or the CA cannot be used: /),
    ]);
    expect(await said(plain, { ca: cert })).toEqual([`the CA ${cert} holds no certificate (PEM)`]);
  });

  it("gives the variables' credentials to one server only", () => {
    const environment = { LOOKBACK_TAXII_TOKEN: "t", LOOKBACK_TAXII_CA: "/ca.pem", LOOKBACK_TAXII_PASSWORD: "p" };
    const [a, b] = ["taxii+https://a.example/", "taxii+https://b.example/"];
    expect(() => withAccess([{ path: a }, { path: b }], environment)).toThrow(
      "the credentials of one server, and https://a.example and https://b.example are asked",
    );
    expect(withAccess([{ path: a, access: { tokenEnv: "MINE" } }, { path: "x.csv" }], environment)).toEqual([
      { path: a, access: { tokenEnv: "MINE", ca: "/ca.pem" } },
      { path: "x.csv" },
    ]);
    expect(withAccess([{ path: "taxii+https://u@a.example/" }], environment)[0]!.access).toEqual({
      passwordEnv: "LOOKBACK_TAXII_PASSWORD",
      ca: "/ca.pem",
    });
  });

  it("shows a client certificate to a server whose authority is named, and says what TLS failed for", async () => {
    const at = (name: string): string => join(folder, name);
    const openssl = (...args: string[]): void => {
      execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
    };
    const signed = (name: string, extension: string): void => {
      openssl(
        "req",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        `${name}.key`,
        "-out",
        `${name}.csr`,
        "-subj",
        `/CN=${name}`,
      );
      execFileSync("sh", ["-c", `printf '${extension}' > ${name}.ext`], { cwd: folder });
      openssl(
        "x509",
        "-req",
        "-in",
        `${name}.csr`,
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-CAcreateserial",
        "-days",
        "2",
        "-extfile",
        `${name}.ext`,
        "-out",
        `${name}.pem`,
      );
    };
    openssl(
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-keyout",
      "ca.key",
      "-out",
      "ca.pem",
      "-subj",
      "/CN=Test CA",
      "-days",
      "2",
    );
    signed("server", "subjectAltName=IP:127.0.0.1,DNS:feed.example");
    signed("stranger", "subjectAltName=DNS:elsewhere.example");
    signed("client", "extendedKeyUsage=clientAuth");
    openssl("ec", "-in", "client.key", "-aes256", "-passout", "pass:open sesame", "-out", "locked.key");
    const pem = (name: string): Promise<string> => readFile(at(name), "utf8");
    const [ca, cert, key] = await Promise.all(["ca.pem", "server.pem", "server.key"].map(pem));
    const server = await start(one(entries(1)), {
      cert: cert!,
      key: key!,
      ca: ca!,
      requestCert: true,
      rejectUnauthorized: true,
    });
    const stranger = await start(one(entries(1)), { cert: await pem("stranger.pem"), key: await pem("stranger.key") });
    const plain = await start(one(entries(1)));
    const load = (address: string, access: TaxiiAccess, environment = {}) =>
      feeds(`${address}/api1/`, { environment }, access);

    const mine = { ca: at("ca.pem"), cert: at("client.pem"), key: at("client.key") };
    expect(idsOf((await load(server.address, mine))[0])).toHaveLength(1);
    // The same through a proxy, which sees nothing of it.
    const proxy = await startProxy(Number(new URL(server.base).port));
    process.env["https_proxy"] = proxy.base;
    try {
      expect(idsOf((await load("taxii+https://feed.example", mine))[0])).toHaveLength(1);
      expect(errors(await load("taxii+https://other.example", mine))).toEqual([
        "GET /api1/: the server's certificate is for another name",
      ]);
      process.env["https_proxy"] = "user:secret@proxy";
      expect(errors(await load("taxii+https://feed.example", mine))).toEqual([
        "the proxy that the environment names (http_proxy, https_proxy) is no valid address",
      ]);
    } finally {
      delete process.env["https_proxy"];
    }
    expect([...new Set(proxy.asked)]).toEqual(["feed.example:443", "other.example:443"]);
    const locked = { ...mine, key: at("locked.key"), keyPassphraseEnv: "PASS" };
    expect(idsOf((await load(server.address, locked, { PASS: "open sesame" }))[0])).toHaveLength(1);
    expect(errors(await load(server.address, locked, { PASS: "closed" }))).toEqual([
      expect.stringMatching(/cannot be used: (?!.*closed)/),
    ]);
    expect(errors(await load(server.address, { ca: mine.ca }))).toEqual([
      "GET /api1/: the connection was broken off (some servers do that where they want a client certificate), 4 times",
    ]);
    expect(errors(await load(server.address, {}))).toEqual([
      "GET /api1/: the server's certificate is not from an authority that this machine trusts: name its CA (ca, LOOKBACK_TAXII_CA)",
    ]);
    expect(errors(await load(stranger.address, mine))).toEqual([
      "GET /api1/: the server's certificate is for another name",
    ]);
    expect(errors(await load(plain.address.replace("http:", "https:"), mine))).toEqual([
      "GET /api1/: the server speaks no TLS on that port",
    ]);
  });
});

describe("a server that does not do as it should", () => {
  const objectsAnswer = (answer: NonNullable<Served["before"]>): Partial<Served> => ({
    before: (request, response, url) => url.pathname.endsWith("/objects/") && answer(request, response, url),
  });

  async function said(more: Partial<Served>, limits: Partial<Limits> = {}): Promise<string[]> {
    const { address } = await start(one(entries(2), more));
    const all = await feeds(`${address}/api1/collections/c1/`, { limits: { ...QUICK, ...limits } });
    return errors(all).map((message) => message.replace("GET /api1/collections/c1/objects/: ", ""));
  }

  it.each([
    [404, "there is no such API root or collection, or it may not be seen (404: T)"],
    [406, "the server does not speak TAXII 2.1 here (406: T)"],
    [418, "the server answered (418: T)"],
  ])("refuses with %s", async (status, message) => {
    expect(
      await said(
        objectsAnswer((_, response) => {
          send(response, status, { title: "T" });
          return true;
        }),
      ),
    ).toEqual([message]);
  });

  it("is unavailable for a moment: asked again, after the time it asks for", async () => {
    const times: number[] = [];
    const answers: [number, Record<string, string>][] = [
      [503, {}],
      [429, { "retry-after": "1" }],
    ];
    const { address } = await start(
      one(
        entries(2),
        objectsAnswer((_, response) => {
          times.push(Date.now());
          const next = answers.shift();
          if (next) send(response, next[0], {}, next[1]);
          return next !== undefined;
        }),
      ),
    );
    const [feed] = await feeds(`${address}/api1/collections/c1/`);
    expect([idsOf(feed), feed!.errors]).toEqual([ids(entries(2)), []]);
    expect(times).toHaveLength(3);
    expect(times[2]! - times[1]!).toBeGreaterThanOrEqual(990);
  });

  it("stays unavailable, or asks to wait for an hour", async () => {
    let count = 0;
    const refused = (headers: Record<string, string>) =>
      objectsAnswer((_, response) => {
        count++;
        send(response, 429, {}, headers);
        return true;
      });
    expect(await said(refused({}))).toEqual(["the server asks for fewer requests (429), 4 times"]);
    expect(count).toBe(4);
    count = 0;
    const later = new Date(Date.now() + 3600_000).toUTCString();
    expect(await said(refused({ "retry-after": later }))).toEqual([
      expect.stringMatching(
        /^the server asks for fewer requests \(429\); it asks to wait (3600|3599) s, longer than 1.5 s$/,
      ),
    ]);
    expect(count).toBe(1);
  });

  it("breaks off in the middle, and does better when asked again", async () => {
    let count = 0;
    const { address } = await start(
      one(
        entries(2),
        objectsAnswer((request, response) => {
          if (++count > 1) return false;
          response.writeHead(200, { "content-type": TAXII, "content-length": "1000" }).write("{");
          setTimeout(() => request.socket.destroy(), 20);
          return true;
        }),
      ),
    );
    const [feed] = await feeds(`${address}/api1/collections/c1/`);
    expect([idsOf(feed), feed!.errors]).toEqual([ids(entries(2)), []]);
  });

  it("breaks the connection", async () => {
    expect(
      await said(
        objectsAnswer((request) => {
          request.socket.destroy();
          return true;
        }),
      ),
    ).toEqual(["the connection was broken off, 4 times"]);
  });

  it.each([
    ["the same next", () => "again", "the same “next” again"],
    ["the same page", (n: number) => String(n), "the same page again"],
  ])("sends pages in circles: %s", async (_, next, message) => {
    let count = 0;
    const circle = objectsAnswer((__, response) => {
      count++;
      const objects = message.includes("page") ? [entry(1).object] : [entry(count).object];
      send(response, 200, { more: true, next: next(count), objects });
      return true;
    });
    expect(await said(circle)).toEqual([
      expect.stringMatching(new RegExp(`^the server's pages go round in circles: ${message}; used the \\d objects`)),
    ]);
    expect(count).toBe(2);
  });

  it("never comes to an end", async () => {
    let count = 0;
    const endless = (objects: (n: number) => unknown[]) =>
      objectsAnswer((_, response) => {
        count++;
        send(response, 200, { more: true, next: String(count), objects: objects(count) });
        return true;
      });
    const several = (n: number) => [1, 2, 3].map((m) => ({ id: `x--${n}-${m}` }));
    expect(await said(endless(several), { pages: 5 })).toEqual([
      expect.stringContaining("more than 5 pages: not read"),
    ]);
    expect(await said(endless(several), { objects: 10 })).toEqual([expect.stringContaining("more than 10 objects")]);
    expect(await said(endless(several), { bytes: 300 })).toEqual([expect.stringContaining("larger than 0 KiB")]);
    expect(await said(endless(() => []))).toEqual(["more than 100 empty pages in a row: not read further"]);
    const lost = objectsAnswer((_, response) => {
      send(response, 200, { more: true, objects: [entry(1).object] });
      return true;
    });
    expect(await said(lost)).toEqual([expect.stringContaining("the server says that there is more, and not where")]);
  });

  it.each([
    ["never answers", () => undefined, { headers: 1000 }, "no answer within 1 s"],
    [
      "stops in its answer",
      (response: import("node:http").ServerResponse) => response.writeHead(200, { "content-type": TAXII }).write("{"),
      { idle: 1000 },
      "the answer stopped for 1 s",
    ],
    [
      "drips",
      (response: import("node:http").ServerResponse) => {
        response.writeHead(200, { "content-type": TAXII });
        const timer = setInterval(() => response.write(" "), 50);
        response.on("close", () => clearInterval(timer));
      },
      { answer: 1000 },
      "the answer took longer than 1 s",
    ],
  ])("%s", async (_, answer, limits, message) => {
    const begun = Date.now();
    expect(
      await said(
        objectsAnswer((__, response) => {
          answer(response);
          return true;
        }),
        limits,
      ),
    ).toEqual([message]);
    expect(Date.now() - begun).toBeLessThan(5000);
  });

  it("takes too long altogether", async () => {
    const slow = objectsAnswer((_, response, url) => {
      const n = Number(url.searchParams.get("next") ?? "0") + 1;
      setTimeout(() => send(response, 200, { more: true, next: String(n), objects: [entry(n).object] }), 100);
      return true;
    });
    expect(await said(slow, { total: 1500 })).toEqual([
      expect.stringMatching(/^all of it took longer than 1.5 s; used the \d+ objects that came before that$/),
    ]);
  });

  it.each([true, false])("sends a gigabyte (telling its length: %s)", async (told) => {
    let sent = 0;
    const chunk = Buffer.alloc(1 << 20, 0x20);
    const flood = objectsAnswer((_, response) => {
      response.writeHead(200, { "content-type": TAXII, ...(told && { "content-length": String(2 ** 30) }) });
      const pump = (): void => {
        while (sent < 2 ** 30 && !response.destroyed) {
          sent += chunk.length;
          if (!response.write(chunk)) {
            response.once("drain", pump);
            return;
          }
        }
      };
      pump();
      return true;
    });
    expect(await said(flood, { bytes: 8 << 20, answer: 5000 })).toEqual([
      "the answer is larger than 8192 KiB: not read",
    ]);
    expect(sent).toBeLessThan(64 << 20);
  });

  it.each([
    ["broken JSON", TAXII, '{"objects": [{"id": ]}', "not valid JSON at line 1, column 21 (ValueExpected)"],
    ["no object", TAXII, "[]", "no TAXII: the answer is no JSON object"],
    ["a page for people", "text/html; charset=utf-8", "<html>", "no TAXII: the answer is text/html"],
    ["another version", "application/vnd.oasis.stix+json; version=2.0", "{}", "the server speaks TAXII 2.0, not 2.1"],
    ["another version", "application/taxii+json;version=3.0", "{}", "the server speaks TAXII 3.0, not 2.1"],
  ])("sends %s (%s)", async (_, type, text, message) => {
    const answer = objectsAnswer((__, response) => {
      response.writeHead(200, { "content-type": type }).end(text);
      return true;
    });
    expect(await said(answer)).toEqual([message]);
  });

  it("sends what is nested a hundred thousand deep", async () => {
    const deep = `{"objects":[{"id":"x","a":${"[".repeat(100_000)}${"]".repeat(100_000)}},{"id":"y"}]}`;
    const { address } = await start(
      one(
        [],
        objectsAnswer((_, response) => {
          response.writeHead(200, { "content-type": TAXII }).end(deep);
          return true;
        }),
      ),
    );
    const [feed] = await feeds(`${address}/api1/collections/c1/`);
    expect([idsOf(feed), feed!.errors]).toEqual([["y"], ["1 objects are nested too deep: not read"]]);
  });

  it("sends on to another server, which is not asked, or round in a circle", async () => {
    const other = await start(one(entries(1)));
    const to = (location: string) =>
      objectsAnswer((_, response, url) => {
        if (url.searchParams.has("there")) return false;
        response.writeHead(302, { location }).end();
        return true;
      });
    expect(await said(to(`${other.base.replace("//", "//u:p@")}/api1/collections/c1/objects/`))).toEqual([
      `redirected to ${other.base}: not followed`,
    ]);
    expect(other.asked).toEqual([]);
    expect(await said(to("?again"))).toEqual(["redirected more than 3 times"]);
    const { address } = await start(one(entries(2), to("?there=1")));
    expect(idsOf((await feeds(`${address}/api1/collections/c1/`))[0])).toHaveLength(2);
  });
});

describe("among other sources", () => {
  it("is a file for each collection, and fails alone", async () => {
    const csv = join(folder, "list.csv");
    await writeFile(csv, "value\n198.51.100.7\n198.51.100.8\n");
    const server = await start({
      roots: {
        api1: {
          title: "First",
          collections: [
            collection("c1", []),
            collection("c2", entries(1), { can_read: false }),
            collection("c3", entries(1)),
          ],
        },
      },
      before: (_, response, { pathname }) => {
        if (pathname.includes("c3/objects")) response.writeHead(200, { "content-type": TAXII }).end("{");
        return pathname.includes("c3/objects");
      },
    });
    const address = `${server.address}/api1/collections/`;
    const gone = "taxii+http://127.0.0.1:1/taxii2/";
    const taxii = { limits: QUICK };
    const set = await loadIntel([gone, address, { path: csv }, address], { taxii });
    expect(set.indicators.map(({ value }) => value)).toEqual(["198.51.100.7", "198.51.100.8"]);
    expect(set.errors).toEqual([
      { file: gone, code: "intel-unreadable", message: "GET /taxii2/: the connection is refused" },
      {
        file: `${address}c3`,
        code: "intel-unreadable",
        message: expect.stringMatching(/^GET \/api1\/collections\/c3\/objects\/: not valid JSON at line 1, column 2/),
      },
    ]);
    expect(set.files.map(({ file, notes }) => [file, notes?.length ?? 0])).toEqual([
      [`${address}c1`, 1],
      [`${address}c2`, 1],
      [`${address}c3`, 0],
      [csv, 0],
    ]);
  });

  it("lets an earlier load in memory stand in where none is kept on disk", async () => {
    const csv = join(folder, "list.csv");
    await writeFile(csv, "value\n198.51.100.7\n");
    const served = one([]);
    const server = await start(served);
    const names = ["c1", "c2"].map((id) => `${server.address}/api1/collections/${id}`);
    const before = async (name: string) => {
      const set = await loadIntel([csv]);
      for (const file of set.files) file.file = name;
      for (const { assertions } of set.indicators) for (const assertion of assertions) assertion.file = name;
      return set;
    };
    const load = async (name: string) => {
      const previous = await before(name);
      return (await loadIntel([`${server.address}/taxii2/`], { previous, taxii: { limits: QUICK } })).indicators.length;
    };
    expect([await load(names[0]!), await load(names[1]!)]).toEqual([0, 0]);
    served.before = (_, response, { pathname }) => {
      if (pathname.endsWith("/objects/")) send(response, 500, {});
      return pathname.endsWith("/objects/");
    };
    expect([await load(names[0]!), await load(names[1]!)]).toEqual([1, 0]);
    await server.close();
    expect([await load(names[0]!), await load(names[1]!)]).toEqual([1, 1]);
  });

  it("leaves no password in anything that is written", async () => {
    const basic = `Basic ${Buffer.from("anna:tr0ub4dor").toString("base64")}`;
    const server = await start(one(entries(2), { authorization: basic }));
    const [csv, log, out] = ["list.csv", "a.log", "out"].map((name) => join(folder, name));
    await writeFile(csv!, "value\n198.51.100.7\n");
    await writeFile(log!, "Mar  4 05:06:07 gw sshd[1]: Failed password for root from 198.51.100.7 port 4711 ssh2\n");
    const address = `taxii+${server.base.replace("//", "//anna:tr0ub4dor@")}/api1/`;
    const args = [
      "hunt",
      "-i",
      csv!,
      "--intel",
      address,
      "--cache",
      cacheFolder,
      "-o",
      out!,
      "--no-warninglists",
      log!,
    ];
    const program = spawn(process.execPath, ["bin/lookback", ...args], { env: { PATH: process.env["PATH"] } });
    let said = "";
    program.stdout.on("data", (chunk) => (said += String(chunk)));
    program.stderr.on("data", (chunk) => (said += String(chunk)));
    expect(await new Promise((resolve) => program.on("close", resolve))).toBe(0);
    const written = await Promise.all(
      [out!, join(cacheFolder, "taxii")].flatMap((at) => [
        readdir(at).then((names) => names.map((name) => join(at, name))),
      ]),
    );
    const files = written.flat();
    expect(files.length).toBeGreaterThanOrEqual(7);
    for (const path of files) said += await readFile(path, "utf8");
    expect(said).toContain(`${server.address}/api1/`);
    expect(said).toContain("198.51.100.7");
    for (const secret of ["tr0ub4dor", basic.slice(6)]) expect(said).not.toContain(secret);
  });

  it("is named in lookback.yaml with what its credentials are called", async () => {
    const server = await start(one(entries(1), { authorization: "Bearer t0ken" }));
    await mkdir(join(folder, "conf"));
    const config = join(folder, "conf", "lookback.yaml");
    await writeFile(
      config,
      `intel:\n  - path: taxii+${server.base}/api1/collections/c1/\n    token_env: MY_TOKEN\n    ca: ca.pem\n`,
    );
    const run = (...args: string[]): Promise<string> =>
      new Promise((resolve) => {
        const program = spawn(process.execPath, ["bin/lookback", ...args], { env: { PATH: process.env["PATH"] } });
        let said = "";
        program.stdout.on("data", (chunk) => (said += String(chunk)));
        program.stderr.on("data", (chunk) => (said += String(chunk)));
        program.on("close", () => resolve(said));
      });
    const shown = await run("config", "show", "--config", config);
    expect(shown).toContain(`tokenEnv=MY_TOKEN, ca=${join(folder, "conf", "ca.pem")}`);
    const checked = await run(
      "intel",
      "check",
      "--no-cache",
      "--config",
      config,
      `${server.address}/api1/collections/c1/`,
    );
    expect(checked).toContain("the environment variable MY_TOKEN is not set");
    await writeFile(config, "intel:\n  - path: list.csv\n    token_env: MY_TOKEN\n");
    expect(await run("config", "show", "--config", config)).toContain("credentials are for a TAXII server");
  });
});
