/**
 * The reference decoder of Zstandard as WebAssembly (zstddec), five times as fast as one in JavaScript. The package's own loop does not end
 * at damaged data and keeps its memory when it is left early, so the library's functions are called here.
 * https://facebook.github.io/zstd/zstd_manual.html, "Streaming decompression"
 */
import { ZSTDDecoder } from "zstddec/stream";
import type { Keep } from "./codec.js";

interface Library {
  memory: WebAssembly.Memory;
  malloc(size: number): number;
  free(at: number): void;
  ZSTD_createDCtx(): number;
  ZSTD_freeDCtx(context: number): void;
  /** `ZSTD_decompressStream(context, ZSTD_outBuffer*, ZSTD_inBuffer*)`; results from -1 down to -119 are errors. */
  ZSTD_decompressStream(context: number, output: number, input: number): number;
}

/** Takes hold of the functions, which the package keeps to itself. */
class Loader extends ZSTDDecoder {
  static exports: Library | undefined;

  override _init(result: { instance: WebAssembly.Instance; module: WebAssembly.Module }): void {
    super._init(result);
    Loader.exports = result.instance.exports as unknown as Library;
  }
}

async function library(): Promise<Library> {
  if (!Loader.exports) await withoutFetch(() => new Loader().init());
  return Loader.exports!;
}

/** The package takes its WebAssembly, which it holds as text, through `fetch` where there is one: Node then loads an HTTP client for 20 ms. */
function withoutFetch<T>(start: () => T): T {
  const fetch = Object.getOwnPropertyDescriptor(globalThis, "fetch");
  Object.defineProperty(globalThis, "fetch", { value: undefined, configurable: true });
  try {
    return start();
  } finally {
    if (fetch) Object.defineProperty(globalThis, "fetch", fetch);
  }
}

/** Of a part that is pushed, and of what comes out at once: a block and its header (RFC 8878 3.1.1.2). */
const BUFFER_BYTES = 128 * 1024 + 32;
/** `{ void* at; size_t size; size_t pos }`, of 32 bits each. */
const STRUCT_BYTES = 12;
const MOST_ERRORS = 120;
/** https://github.com/facebook/zstd/blob/dev/lib/zstd_errors.h */
const ERRORS: Readonly<Record<number, string>> = {
  14: "a feature that frames may not have",
  16: "a window that is too large",
  20: "damaged data",
  22: "a wrong checksum",
  32: "a dictionary is needed",
  64: "no memory is left",
};

/** Decodes frame after frame, given in parts. Frees its memory with `free`, which must be called. */
export class ZstdDecoder {
  private readonly context: number;
  /** The two structs, then the buffers of input and output. */
  private readonly room: number;

  private constructor(
    private readonly lib: Library,
    private readonly keep: Keep,
  ) {
    this.context = lib.ZSTD_createDCtx();
    this.room = lib.malloc(2 * STRUCT_BYTES + 2 * BUFFER_BYTES);
    if (this.context !== 0 && this.room !== 0) return;
    this.free();
    throw new Error("no memory is left for decompression");
  }

  static async create(keep: Keep = (bytes) => bytes.slice()): Promise<ZstdDecoder> {
    return new ZstdDecoder(await library(), keep);
  }

  /** @param part at most a block with its header @returns what it comes to. Throws Error for damaged data. */
  push(part: Uint8Array): Uint8Array[] {
    const { lib, context, room: output } = this;
    const input = output + STRUCT_BYTES;
    const from = input + STRUCT_BYTES;
    const to = from + BUFFER_BYTES;
    new Uint8Array(lib.memory.buffer, from, BUFFER_BYTES).set(part);
    const out: Uint8Array[] = [];
    let view = new DataView(lib.memory.buffer);
    writeStruct(view, input, from, part.length);
    for (let full = true; full || view.getUint32(input + 8, true) < part.length;) {
      writeStruct(view, output, to, BUFFER_BYTES);
      const left = lib.ZSTD_decompressStream(context, output, input);
      // The first look at a frame makes room for its window: the memory may be another.
      view = new DataView(lib.memory.buffer);
      if (left < 0 && left > -MOST_ERRORS) throw new Error(ERRORS[-left] ?? `zstd's error ${-left}`);
      const length = view.getUint32(output + 8, true);
      if (length > 0) out.push(this.keep(new Uint8Array(lib.memory.buffer, to, length)));
      full = length === BUFFER_BYTES;
    }
    return out;
  }

  free(): void {
    this.lib.ZSTD_freeDCtx(this.context);
    this.lib.free(this.room);
  }
}

function writeStruct(view: DataView, struct: number, at: number, size: number): void {
  view.setUint32(struct, at, true);
  view.setUint32(struct + 4, size, true);
  view.setUint32(struct + 8, 0, true);
}
