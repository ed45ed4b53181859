/** Entry of a decompressing thread. */
import { serveDecoding } from "../sources/codecs/thread.js";

serveDecoding();
