/**
 * What `answer` gives within the time, else `otherwise`: also when it fails, for checks that are a help and no condition.
 * @param limitMs in milliseconds.
 */
export async function within<T, U>(limitMs: number, answer: Promise<T>, otherwise: U): Promise<T | U> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<U>((resolve) => (timer = setTimeout(() => resolve(otherwise), limitMs)));
  try {
    return await Promise.race([answer.catch(() => otherwise), limit]);
  } finally {
    clearTimeout(timer);
  }
}
