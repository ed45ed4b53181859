import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { constants, deflateRawSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { inspect, openReader } from "../src/sources/open.js";
import { logText, readAll, readBytes, readFileSource, refTo, temporaryFolder } from "./sources-support.js";

const folder = temporaryFolder();
const text = Buffer.from(logText(3000));
let files = 0;
function file(bytes: Uint8Array): string {
  const path = join(folder, `f${files++}.log`);
  writeFileSync(path, bytes);
  return path;
}

describe("plain files", () => {
  it("are read into the target, a byte order mark included, in the calling turn", async () => {
    const path = file(Buffer.concat([Buffer.from("\ufeff"), text]));
    const reader = await openReader(refTo(path));
    const block = new Uint8Array(1000);
    expect(reader.read(block)).toBe(1000);
    expect(Buffer.from(block.subarray(0, 3)).toString("hex")).toBe("efbbbf");
    const rest = await readAll(reader, 777);
    expect(rest.bytes.equals(text.subarray(997))).toBe(true);
    expect(rest.errors).toEqual([]);
    expect(reader.consumed).toBe(text.length + 3);
  });

  it("give a byte range, and positions as they are", async () => {
    const path = file(text);
    const { bytes, errors, reader } = await readFileSource(path, { start: 1000, end: 5000 });
    expect(bytes.equals(text.subarray(1000, 5000))).toBe(true);
    expect(errors).toEqual([]);
    expect(reader.originalOffset(1010)).toBe(1010);
    expect((await readFileSource(path, { start: text.length - 7 })).bytes.equals(text.subarray(-7))).toBe(true);
  });

  it("that are empty say so, which loses nothing", async () => {
    expect(await readFileSource(file(Buffer.alloc(0)))).toMatchObject({ bytes: Buffer.alloc(0), codes: ["empty"] });
  });

  it("that shrink while they are read are reported where they ended", async () => {
    const path = file(text);
    const reader = await openReader(refTo(path));
    await reader.read(new Uint8Array(1000));
    truncateSync(path, 1500);
    const { bytes, errors } = await readAll(reader);
    expect(bytes.equals(text.subarray(1000, 1500))).toBe(true);
    expect(errors).toMatchObject([{ code: "file-changed", offset: 1500 }]);
  });

  it("that shrank, vanished or changed kind since the walk are reported", async () => {
    const path = file(text);
    const ref = refTo(path);
    truncateSync(path, 0);
    expect((await readAll(await openReader(ref))).codes).toEqual(["file-changed"]);
    writeFileSync(path, gzipSync(text));
    expect((await readAll(await openReader(ref, { start: 10, end: 20 }))).codes).toEqual(["file-changed"]);
    rmSync(path);
    expect((await readAll(await openReader(ref))).codes).toEqual(["not-found"]);
    mkdirSync(path);
    expect((await readAll(await openReader(ref))).codes).toEqual(["file-changed"]);
    rmSync(path, { recursive: true });
    execFileSync("mkfifo", [path]);
    expect((await readAll(await openReader(ref))).codes).toEqual(["file-changed"]);
  });

  it("that grow are read to where they ended when opened", async () => {
    const path = file(text);
    const reader = await openReader(refTo(path));
    await appendFile(path, "more\n");
    expect((await readAll(reader)).bytes.equals(text)).toBe(true);
  });

  it("of the kernel's, which say they hold nothing, are read", async () => {
    const { bytes, codes } = await readFileSource("/proc/self/status");
    expect(codes).toEqual([]);
    expect(bytes.toString()).toContain("Pid:");
  });

  it.skipIf(process.getuid?.() === 0)("that may not be read are reported", async () => {
    const path = file(text);
    execFileSync("chmod", ["0", path]);
    expect((await readAll(await openReader(refTo(path)))).codes).toEqual(["no-permission"]);
  });

  it("hold no descriptor once closed", async () => {
    const path = file(gzipSync(text));
    const plain = file(text);
    const link = join(folder, "fds");
    symlinkSync("/proc/self/fd", link);
    const count = (): number => Number(execFileSync("sh", ["-c", `ls /proc/${process.pid}/fd | wc -l`]).toString());
    const before = count();
    for (let i = 0; i < 50; i++) {
      await readFileSource(path);
      await readFileSource(plain);
      await readFileSource(file(Buffer.from("PK\x03\x04")));
      inspect(refTo(path));
      await (await openReader(refTo(path))).close();
    }
    expect(count()).toBeLessThan(before + 5);
  });
});

describe("inspect", () => {
  it("says what a file is and whether its ranges can be read apart", () => {
    expect(inspect(refTo(file(text)))).toEqual({ container: "plain", encoding: "utf-8", splittable: true });
    expect(inspect(refTo(file(gzipSync(text))))).toMatchObject({ container: "gzip", splittable: false });
    expect(inspect(refTo(file(Buffer.from("\ufeffab", "utf16le"))))).toMatchObject({
      encoding: "utf-16le",
      splittable: false,
    });
    expect(inspect({ path: join(folder, "none"), size: 0, seekable: true }).splittable).toBe(false);
    expect(inspect({ path: "-", size: 0, seekable: false }).splittable).toBe(false);
  });
});

describe("containers that are not read yet", () => {
  it("give no bytes and their name", async () => {
    const { bytes, errors, reader } = await readBytes(
      folder,
      Buffer.concat([Buffer.from("377abcaf271c", "hex"), text]),
    );
    expect(bytes.length).toBe(0);
    expect(errors).toMatchObject([{ code: "unsupported-container", message: "7z is not read yet" }]);
    expect(reader.container).toBe("unsupported");
  });
});

describe("pipes", () => {
  async function throughFifo(bytes: Uint8Array): ReturnType<typeof readAll> {
    const path = join(folder, `pipe${files++}`);
    execFileSync("mkfifo", [path]);
    const source = file(bytes);
    const writer = spawn("sh", ["-c", `cat '${source}' > '${path}'`], { stdio: "ignore" });
    const result = await readAll(await openReader({ path, size: 0, seekable: false }));
    writer.kill();
    return result;
  }

  it("are read to their end, plain, compressed or UTF-16", async () => {
    const big = Buffer.from(logText(30_000));
    for (const bytes of [
      big,
      gzipSync(big),
      Buffer.concat([gzipSync(big.subarray(0, 99)), gzipSync(big.subarray(99))]),
    ]) {
      const { bytes: read, errors } = await throughFifo(bytes);
      expect(read.equals(big)).toBe(true);
      expect(errors).toEqual([]);
    }
    const wide = `\ufeff${big.toString()}`;
    expect((await throughFifo(Buffer.from(wide, "utf16le"))).bytes.equals(Buffer.from(wide))).toBe(true);
  });

  it("wait for a writer that comes late", async () => {
    const path = join(folder, "late");
    execFileSync("mkfifo", [path]);
    const writer = spawn("sh", ["-c", `sleep 0.3; printf 'late\\n' > '${path}'`], { stdio: "ignore" });
    const { bytes, codes } = await readAll(await openReader({ path, size: 0, seekable: false }));
    writer.kill();
    expect([bytes.toString(), codes]).toEqual(["late\n", []]);
  });

  it("say when they are empty", async () => {
    expect((await throughFifo(Buffer.alloc(0))).codes).toEqual(["empty"]);
  });

  it("with a damaged gzip stream give most of what comes before the damage", async () => {
    const before = Buffer.from(logText(30_000));
    const whole = deflateRawSync(before, { finishFlush: constants.Z_SYNC_FLUSH });
    const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
    const { bytes, codes } = await throughFifo(Buffer.concat([header, whole, Buffer.alloc(64, 0xff)]));
    expect(codes).toEqual(["gzip-corrupt"]);
    expect(before.subarray(0, bytes.length).equals(bytes)).toBe(true);
    // One 4 KiB write and what it holds may be lost: a pipe cannot be read again.
    expect(bytes.length).toBeGreaterThan(before.length - 32 * 1024);
  });
});

const DIST = join(process.cwd(), "dist/src/sources/open.js");
if (!existsSync(DIST)) console.warn(`SKIPPED: the tests of standard input need the build (${DIST})`);

describe.skipIf(!existsSync(DIST))("standard input", () => {
  /** Reads a path (`-` or `/dev/fd/…`, as the shell gives it) in a process of its own; prints the sum of what came. */
  const script = `
    import { createHash } from "node:crypto";
    const { openReader } = await import(${JSON.stringify(`file://${DIST}`)});
    const reader = await openReader({ path: process.argv[1], size: 0, seekable: false });
    const hash = createHash("sha256");
    const block = new Uint8Array(65536);
    let reads = Number(process.argv[2] ?? Infinity);
    for (let got = await reader.read(block); got > 0 && reads-- > 0; got = await reader.read(block)) hash.update(block.subarray(0, got));
    await reader.close();
    console.log(hash.digest("hex"), reader.errors.map((error) => error.code).join(","));
  `;
  const run = (command: string): string =>
    execFileSync("bash", ["-c", command, "bash", process.execPath, script, big, gz], { timeout: 20_000 })
      .toString()
      .trim();
  const content = Buffer.from(logText(20_000));
  const big = file(content);
  const gz = file(gzipSync(content));
  const sum = createHash("sha256").update(content).digest("hex");

  it.each([
    ["a pipe", 'cat "$3" | "$1" --input-type=module -e "$2" -- -'],
    ["a compressed pipe", 'cat "$4" | "$1" --input-type=module -e "$2" -- -'],
    ["a file", '"$1" --input-type=module -e "$2" -- - < "$3"'],
    ["a process substitution", '"$1" --input-type=module -e "$2" -- <(cat "$4")'],
  ])("is read whole from %s", (_, command) => {
    expect(run(command)).toBe(sum);
  });

  it("says when there is nothing", () => {
    expect(run('"$1" --input-type=module -e "$2" -- - < /dev/null')).toMatch(/ empty$/);
  });

  it("that never ends does not keep the process once closed", () => {
    expect(run('yes | "$1" --input-type=module -e "$2" -- - 3')).toMatch(/^[0-9a-f]{64}$/);
    expect(run('"$1" --input-type=module -e "$2" -- <(yes) 3')).toMatch(/^[0-9a-f]{64}$/);
  });
});
