/** Every writer of `intel convert`. A new target is one file and one line here. */
import { csvWriter } from "./write-csv.js";
import { mispWriter } from "./write-misp.js";
import { stixWriter } from "./write-stix.js";
import { textWriter } from "./write-text.js";
import { zeekWriter } from "./write-zeek.js";
import type { Writer } from "./writer.js";

export const WRITERS: readonly Writer[] = [stixWriter, mispWriter, csvWriter, textWriter, zeekWriter];
