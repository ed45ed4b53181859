/** A file that is written piece by piece and hashed on the way. */
import { createHash } from "node:crypto";
import { closeSync, openSync } from "node:fs";

import { writeAll } from "../hunt/temporary-file.js";
import { orOutputFailed } from "../model/errors.js";
import type { Digest } from "../sources/file-hash.js";

const BUFFER_CHARACTERS = 1024 * 1024;

/** Throws LookbackError `output-failed` for what the system refuses. */
export class HashedFile {
  private readonly fd: number;
  private readonly hash = createHash("sha256");
  private bytes = 0;
  private buffer: string[] = [];
  private characters = 0;

  /** @param told what errors name */
  constructor(
    path: string,
    private readonly told: string,
  ) {
    this.fd = orOutputFailed(told, () => openSync(path, "w"));
  }

  write(text: string): void {
    this.buffer.push(text);
    this.characters += text.length;
    if (this.characters > BUFFER_CHARACTERS) this.flush();
  }

  writeBytes(bytes: Uint8Array): void {
    this.flush();
    this.put(bytes);
  }

  end(): Digest {
    try {
      this.flush();
    } finally {
      closeSync(this.fd);
    }
    return { sha256: this.hash.digest("hex"), bytes: this.bytes };
  }

  private flush(): void {
    if (this.characters > 0) this.put(Buffer.from(this.buffer.join("")));
    this.buffer = [];
    this.characters = 0;
  }

  private put(bytes: Uint8Array): void {
    this.hash.update(bytes);
    this.bytes += bytes.length;
    orOutputFailed(this.told, () => writeAll(this.fd, bytes));
  }
}
