/** Where the logs of an earlier hunt are looked for. */
import type { KeptHunt } from "../model/kept-hunt.js";
import type { Bases } from "../sources/locate.js";
import type { FlagValues } from "./parser.js";

/** `--base`, or the folder that the hunt ran in; and `--logs`. */
export function basesOf({ manifest }: KeptHunt, flags: FlagValues): Bases {
  return {
    folder: (flags.base as string | undefined) ?? manifest.working_folder ?? process.cwd(),
    copies: (flags.copies as string[] | undefined) ?? [],
  };
}
