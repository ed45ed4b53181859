declare module "lz4js" {
  /**
   * Decompresses a block into `target` from `targetIndex` on, to which the block may refer back; returns where the output ends. What
   * does not fit is lost: compare with the target's length.
   */
  export function decompressBlock(
    source: Uint8Array,
    target: Uint8Array,
    sourceIndex: number,
    sourceLength: number,
    targetIndex: number,
  ): number;
}
