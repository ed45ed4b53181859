import { LookbackError } from "../model/errors.js";

/** An error in how the program was called. */
export function usage(message: string): LookbackError {
  return new LookbackError("usage", message);
}
