/** Entry of a scanning thread of the bundled program. */
import { fileURLToPath } from "node:url";

import { loadBundled } from "./code-cache.js";

loadBundled(fileURLToPath(new URL("./thread.cjs", import.meta.url)));
