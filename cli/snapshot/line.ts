/** A line of progress: redrawn in place on a terminal, now and then elsewhere. */

/** Often enough to be believed, seldom enough for a log. */
const pauseMs = 2000;

export class ProgressLine {
  readonly #prefix: string;
  readonly #stream: NodeJS.WriteStream | undefined;
  #last = "";
  #shownAt = -Infinity;

  /** Writes to stderr, so that stdout is the result alone; nothing with `--json`. */
  constructor(prefix: string, { json }: { readonly json: boolean }) {
    this.#prefix = prefix;
    this.#stream = json ? undefined : process.stderr;
  }

  show(text: string): void {
    if (this.#stream === undefined || text === this.#last) return;
    if (this.#stream.isTTY) {
      this.#stream.write(`\r\u001b[K${this.#prefix}${text}`);
    } else {
      if (performance.now() - this.#shownAt < pauseMs) return;
      this.#stream.write(`${this.#prefix}${text}\n`);
    }
    this.#last = text;
    this.#shownAt = performance.now();
  }

  /** Clears the line on a terminal, so that what comes next begins at its start. */
  end(): void {
    if (this.#last !== "" && this.#stream?.isTTY === true) this.#stream.write("\r\u001b[K");
    this.#last = "";
  }
}
