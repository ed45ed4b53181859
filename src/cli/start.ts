/** Entry of the bundled program. */
import { fileURLToPath } from "node:url";

import { loadBundled } from "./code-cache.js";

loadBundled(fileURLToPath(new URL("./program.cjs", import.meta.url)));
