/** Lets one side wait for the other; one waits at a time. */
export class Signal {
  #wake: (() => void) | undefined;

  /** Resolves at the next `notify`. */
  wait(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }

  notify(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
