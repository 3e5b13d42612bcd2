/** One line per step, each with the seconds since the command began: `[ 12.3 s] images: built`. */

export interface Log {
  /** Prints one line. */
  (text: string): void;
  /**
   * Runs `work` and prints `text` with how long it took. While it runs, a line every 15 s says so
   * (on a terminal: one line that counts). When `work` rejects, nothing more is printed.
   */
  during<T>(text: string, work: () => Promise<T>): Promise<T>;
  /** Seconds since the command began. */
  elapsedSeconds(): number;
}

/** What a log writes to; `process.stdout` is one. */
export interface Sink {
  write(text: string): unknown;
  isTTY?: boolean;
}

const progressEveryMs = 15_000;

/**
 * A log that counts from now.
 * @param sink where the lines go.
 * @param alreadySeconds what was spent before this process began (bootstrap.sh).
 * @param now clock in milliseconds.
 */
export function createLog(sink: Sink = process.stdout, alreadySeconds = 0, now = () => performance.now()): Log {
  const began = now() - alreadySeconds * 1000;
  const elapsedSeconds = () => (now() - began) / 1000;
  const stamped = (text: string) => `[${elapsedSeconds().toFixed(1).padStart(5)} s] ${text}`;
  const log = (text: string) => void sink.write(`${stamped(text)}\n`);

  async function during<T>(text: string, work: () => Promise<T>): Promise<T> {
    const stepBegan = now();
    const took = () => (now() - stepBegan) / 1000;
    const tty = sink.isTTY === true;
    const show = () =>
      sink.write(tty ? `\r${stamped(`${text} …`)}` : `${stamped(`${text} … ${took().toFixed(0)} s`)}\n`);
    const ticker = setInterval(show, tty ? 1000 : progressEveryMs);
    if (tty) show();
    const clear = () => tty && sink.write("\r\u001b[K");
    try {
      const result = await work();
      clear();
      log(`${text}: ${took().toFixed(1)} s`);
      return result;
    } catch (error) {
      clear();
      throw error;
    } finally {
      clearInterval(ticker);
    }
  }
  return Object.assign(log, { during, elapsedSeconds });
}
