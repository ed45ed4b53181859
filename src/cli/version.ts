import { existsSync, readFileSync } from "node:fs";

/** From package.json, which stands two folders above the bundle and three above tsc's output. */
function readVersion(): string {
  const found = ["../../package.json", "../../../package.json"]
    .map((p) => new URL(p, import.meta.url))
    .find((url) => existsSync(url));
  if (!found) throw new Error("package.json is missing");
  return (JSON.parse(readFileSync(found, "utf8")) as { version: string }).version;
}

export const VERSION = readVersion();
