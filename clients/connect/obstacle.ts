/** What a silent worker waits for: without its brokers it answers late, or with a 500 that says nothing of them. */

/** What the worker needs and what is not there, in one line. */
export class ObstacleError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ObstacleError";
  }
}

/** Where an obstacle is looked for, and when. */
export interface ObstacleWatch {
  /** Says in one line what is not there that the worker needs; undefined when it is. */
  readonly obstacle: () => Promise<string | undefined>;
  /** How long the worker may be silent before that is asked, in milliseconds. Default 1.5 s: it answers within milliseconds. */
  readonly silentMs?: number;
}

const silentByDefaultMs = 1500;

/**
 * Waits for an answer, and looks for an obstacle meanwhile: when it takes long, and when what comes hints at one.
 * @param ask ends when its signal does.
 * @param isHint whether an error may come of an obstacle.
 * @param about follows the obstacle's line.
 * @throws ObstacleError as soon as one is found; else what `ask` threw.
 */
export async function unlessHindered<T>(
  { obstacle, silentMs = silentByDefaultMs }: ObstacleWatch,
  ask: (end: AbortSignal) => Promise<T>,
  isHint: (error: unknown) => boolean,
  about: string,
): Promise<T> {
  const end = new AbortController();
  let hindered: ObstacleError | undefined;
  const look = async (cause?: unknown) => {
    const found = await obstacle();
    if (found !== undefined) hindered = new ObstacleError(`${found} ${about}`, { cause });
    return found !== undefined;
  };
  // Whoever asks waits on: most of those who are late answer in the end.
  const silence = setTimeout(() => {
    void look().then((isThere) => isThere && end.abort());
  }, silentMs);
  try {
    return await ask(end.signal);
  } catch (error) {
    if (hindered === undefined && isHint(error)) await look(error);
    throw hindered ?? error;
  } finally {
    clearTimeout(silence);
  }
}
