import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { cacheFile, mergeObjects, readCache, writeCache } from "../src/intel/taxii-cache.js";

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "taxii-cache-")), "kept");
});
afterEach(() => rm(join(folder, ".."), { recursive: true }));

const load = {
  name: "taxii+https://h/c/1",
  loadedAt: "2026-01-02T00:00:00Z",
  fullAt: "2026-01-01T00:00:00Z",
  objects: [{ id: "a" }],
};

it("gives back what was kept, readable by its owner only", async () => {
  expect(await readCache(folder, load.name)).toBeUndefined();
  await Promise.all(Array.from({ length: 8 }, () => writeCache(folder, load)));
  expect(await readCache(folder, load.name)).toEqual(load);
  expect(await readdir(folder)).toHaveLength(1);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect((await stat(cacheFile(folder, load.name))).mode & 0o777).toBe(0o600);
});

it.each(["", "{", "[]", '{"version":1}', '{"version":1,"name":"other","objects":[]}'])(
  "remarks on a damaged one: %s",
  async (text) => {
    await writeCache(folder, load);
    await writeFile(cacheFile(folder, load.name), text);
    expect(await readCache(folder, load.name)).toHaveProperty("remark");
  },
);

it("keeps the latest version, and a revocation whatever comes after", () => {
  const at = (modified: string, more = {}) => ({ id: "i", modified, ...more });
  const [old, half, later] = [
    at("2020-01-01T00:00:00Z"),
    at("2020-01-01T00:00:00.500Z"),
    at("2021-01-01T00:00:00.000Z"),
  ];
  expect(mergeObjects([half], [old])).toEqual([half]);
  expect(mergeObjects([old, half], [later])).toEqual([later]);
  const revoked = at("2020-06-01T00:00:00Z", { revoked: true });
  expect(mergeObjects([half, revoked], [later])).toEqual([later, revoked]);
  expect(mergeObjects([{ x: 1 }], [{ x: 1 }, { x: 2 }])).toEqual([{ x: 1 }, { x: 2 }]);
});
