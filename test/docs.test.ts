import { readFileSync } from "node:fs";

import { expect, it } from "vitest";

import { cliPage } from "../src/cli/docs.js";

it("docs/cli.md says what the flag table says (npm run docs)", () => {
  expect(readFileSync("docs/cli.md", "utf8")).toBe(cliPage());
});
