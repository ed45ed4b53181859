/** Stored bytes that a codec is given at once. */
export const BLOCK = 256 * 1024;
