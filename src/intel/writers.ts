/** Every writer of `intel convert`. A new target is one file and one line here. */
import type { Writer } from "./writer.js";

export const WRITERS: readonly Writer[] = [];
