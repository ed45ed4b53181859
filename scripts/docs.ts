/** Writes docs/cli.md from the flag table. `npm run docs`. */
import { mkdirSync, writeFileSync } from "node:fs";

import { cliPage } from "../src/cli/docs.js";

mkdirSync("docs", { recursive: true });
writeFileSync("docs/cli.md", cliPage());
