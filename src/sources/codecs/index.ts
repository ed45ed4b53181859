/** Compression formats beside gzip, which has a reader of its own. Loaded when a source is stored in one: most are not. */
import type { Container, StreamContainer } from "../source.js";
import type { Codec } from "./codec.js";

const LOAD: Readonly<Record<StreamContainer, () => Promise<Codec>>> = {
  zstd: async () => (await import("./zstd.js")).zstd,
  xz: async () => (await import("./xz.js")).xz,
  bzip2: async () => (await import("./bzip2.js")).bzip2,
  lz4: async () => (await import("./lz4.js")).lz4,
};

export function loadCodec(container: StreamContainer): Promise<Codec> {
  return LOAD[container]();
}

export function isStream(container: Container): container is StreamContainer {
  return Object.hasOwn(LOAD, container);
}
