import { once } from "node:events";
import { execFileSync } from "node:child_process";
import { chmodSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { walk } from "../src/sources/walk.js";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "lookback-walk-"));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Makes `root/name` with the given files (a path ending in `/` is a folder). */
function tree(name: string, files: string[]): string {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  for (const file of files) {
    const path = join(folder, file);
    mkdirSync(file.endsWith("/") ? path : join(path, ".."), { recursive: true });
    if (!file.endsWith("/")) writeFileSync(path, `${file}\n`);
  }
  return folder;
}

async function listed(...inputs: string[]): Promise<{ paths: string[]; problems: string[] }> {
  const { sources, problems } = await walk(inputs);
  return {
    paths: sources.map(({ path }) => path.replace(root, "")),
    problems: problems.map(({ path, error }) => `${path.replace(root, "")} ${error.code}`),
  };
}

describe("walk", () => {
  it("lists a folder's files, hidden ones too, depth first in byte order of the names", async () => {
    const folder = tree("order", [
      "b.log",
      "B.log",
      "a/z.log",
      "a/.hidden",
      "a.log",
      "é.log",
      "10.log",
      "9.log",
      "empty/",
    ]);
    expect(await listed(folder)).toEqual({
      paths: ["10.log", "9.log", "B.log", "a/.hidden", "a/z.log", "a.log", "b.log", "é.log"].map(
        (name) => `/order/${name}`,
      ),
      problems: [],
    });
    expect((await walk([`${folder}/`])).sources[0]?.path).toBe(`${folder}/10.log`);
  });

  it("orders names beyond the Basic Multilingual Plane by their UTF-8 bytes", async () => {
    const folder = tree("astral", ["\u{1f600}.log", "\uff5e.log"]);
    expect((await listed(folder)).paths).toEqual(["/astral/\uff5e.log", "/astral/\u{1f600}.log"]);
  });

  it("gives size and time of a file and keeps the path as it was named", async () => {
    const folder = tree("meta", ["a.log"]);
    const { sources } = await walk([`${folder}/./a.log`]);
    expect(sources).toMatchObject([{ path: `${folder}/./a.log`, size: 6, seekable: true }]);
    expect(Math.abs((sources[0]?.mtimeMs ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  it("lists a file once, under its first path, whatever leads to it", async () => {
    const folder = tree("twice", ["a.log", "sub/b.log"]);
    linkSync(join(folder, "a.log"), join(folder, "hard.log"));
    symlinkSync("a.log", join(folder, "soft.log"));
    expect(await listed(join(folder, "sub/b.log"), folder, folder, join(folder, "sub"))).toEqual({
      paths: ["/twice/sub/b.log", "/twice/a.log"],
      problems: [],
    });
  });

  it("follows links to files and folders, ends loops, and notes links to nothing", async () => {
    const folder = tree("links", ["in/a.log", "z/b.log"]);
    const outside = tree("links-outside", ["c.log"]);
    symlinkSync("..", join(folder, "in/up"));
    symlinkSync(outside, join(folder, "out"));
    symlinkSync("nowhere", join(folder, "broken"));
    symlinkSync("self", join(folder, "self"));
    symlinkSync(join(outside, "c.log"), join(folder, "z/c.log"));
    expect(await listed(folder)).toEqual({
      paths: ["/links/in/a.log", "/links/out/c.log", "/links/z/b.log"],
      problems: ["/links/broken broken-link", "/links/in/up symlink-loop", "/links/self broken-link"],
    });
  });

  it("reports what was named and cannot be read with codes that count as loss", async () => {
    const folder = tree("named", ["a.log"]);
    symlinkSync("nowhere", join(folder, "broken"));
    symlinkSync("self", join(folder, "self"));
    expect(
      (await listed(join(folder, "none"), join(folder, "broken"), join(folder, "self"), join(folder, "a.log/x")))
        .problems,
    ).toEqual([
      "/named/none not-found",
      "/named/broken not-found",
      "/named/self not-found",
      "/named/a.log/x not-found",
    ]);
  });

  it("skips a socket and a pipe in a folder; named, a pipe is a source and a socket an error", async () => {
    const folder = tree("special", ["a.log"]);
    execFileSync("mkfifo", [join(folder, "pipe")]);
    const server = createServer().listen(join(folder, "socket"));
    await once(server, "listening");
    try {
      expect(await listed(folder)).toEqual({
        paths: ["/special/a.log"],
        problems: ["/special/pipe not-a-log", "/special/socket not-a-log"],
      });
      const { sources, problems } = await walk([join(folder, "pipe"), join(folder, "socket")]);
      expect(sources).toEqual([{ path: join(folder, "pipe"), size: 0, seekable: false }]);
      expect(problems).toMatchObject([{ error: { code: "not-readable" } }]);
    } finally {
      server.close();
    }
  });

  it("takes - as standard input, once", async () => {
    expect((await walk(["-", "-"])).sources).toEqual([{ path: "-", size: 0, seekable: false }]);
  });

  it.skipIf(process.getuid?.() === 0)("goes on after a folder that may not be read", async () => {
    const folder = tree("locked", ["a/x.log", "b/y.log"]);
    chmodSync(join(folder, "a"), 0);
    try {
      const expected = { paths: ["/locked/b/y.log"], problems: ["/locked/a no-permission"] };
      expect(await listed(folder)).toEqual(expected);
      expect(await listed(join(folder, "**/*.log"))).toEqual(expected);
    } finally {
      chmodSync(join(folder, "a"), 0o755);
    }
  });

  it("opens files whose names are not UTF-8 by their bytes", async () => {
    const folder = tree("latin1", ["a.log"]);
    const name = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from("d\xe9ni\xe9s", "latin1")]);
    mkdirSync(name);
    writeFileSync(Buffer.concat([name, Buffer.from("/b.log")]), "b\n");
    const { sources, problems } = await walk([folder]);
    expect(problems).toEqual([]);
    expect(sources.map(({ path, size }) => [path, size])).toEqual([
      [`${folder}/a.log`, 6],
      [`${folder}/d\ufffdni\ufffds/b.log`, 2],
    ]);
    expect(sources[0]?.pathBytes).toBeUndefined();
    expect(Buffer.from(sources[1]?.pathBytes ?? []).toString("latin1")).toBe(`${folder}/d\xe9ni\xe9s/b.log`);
  });

  it("walks a very deep folder and many entries", async () => {
    const deep = tree("deep", [`${"d/".repeat(400)}x.log`]);
    expect((await walk([deep])).sources).toHaveLength(1);
    const many = tree("many", []);
    for (let i = 0; i < 2500; i++) writeFileSync(join(many, `${i}.log`), "");
    expect((await walk([many])).sources).toHaveLength(2500);
  });
});

describe("walk with globs", () => {
  it("matches files and folders, hidden ones too, and walks matching folders whole", async () => {
    const folder = tree("glob", ["a.log", ".h.log", "b.txt", "sub/c.log", "sub/d.txt", "sub/deep/e.log"]);
    expect((await listed(join(folder, "*.log"))).paths).toEqual(["/glob/.h.log", "/glob/a.log"]);
    expect((await listed(join(folder, "s*"))).paths).toEqual([
      "/glob/sub/c.log",
      "/glob/sub/d.txt",
      "/glob/sub/deep/e.log",
    ]);
    expect((await listed(join(folder, "**/*.log"))).paths).toEqual([
      "/glob/.h.log",
      "/glob/a.log",
      "/glob/sub/c.log",
      "/glob/sub/deep/e.log",
    ]);
    expect((await listed(join(folder, "{a,b}.[lt]*"))).paths).toEqual(["/glob/a.log", "/glob/b.txt"]);
  });

  it("follows links, also linked folders, and ends their loops", async () => {
    const folder = tree("globlinks", ["a/x.log"]);
    const outside = tree("globlinks-outside", ["y.log"]);
    symlinkSync(outside, join(folder, "current"));
    symlinkSync("..", join(folder, "a/up"));
    symlinkSync("nowhere", join(folder, "broken.log"));
    expect((await listed(join(folder, "cur*"))).paths).toEqual(["/globlinks/current/y.log"]);
    expect(await listed(join(folder, "**/*.log"))).toEqual({
      paths: ["/globlinks/a/x.log", "/globlinks/current/y.log"],
      problems: ["/globlinks/a/up symlink-loop", "/globlinks/broken.log broken-link"],
    });
  });

  it("takes a path that exists as it is, glob characters or not", async () => {
    const folder = tree("brackets", ["[1].log", "1.log"]);
    expect((await listed(join(folder, "[1].log"))).paths).toEqual(["/brackets/[1].log"]);
  });

  it("reports a glob that matches nothing", async () => {
    expect(await listed(join(root, "nothing-*"))).toEqual({ paths: [], problems: ["/nothing-* not-found"] });
  });
});
