/** The TAXII client against a real server on this machine: what is read, also among other sources. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadIntel } from "../src/intel/index.js";
import { send, TAXII, type Served } from "./taxii-server.js";
import {
  QUICK,
  folder,
  cacheFolder,
  start,
  entry,
  entries,
  collection,
  one,
  feeds,
  idsOf,
  ids,
  errors,
} from "./taxii-support.js";

const MEDALLION = "../shared/corpora/taxii/default_data.json";

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

  it.skipIf(!existsSync(MEDALLION))("reads medallion's own data", async () => {
    const data = JSON.parse(readFileSync(MEDALLION, "utf8")) as Record<string, any>;
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
