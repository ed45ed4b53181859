/** What earlier loads of a TAXII server gave, and when it stands in. */
import { writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { cacheFolder as folderFor } from "../src/cli/taxii-settings.js";
import { send, type Served } from "./taxii-server.js";
import {
  DAY,
  START,
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
