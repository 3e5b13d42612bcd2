/** Lines of several logs in the order of their times. */

/** What has a time: RFC 3339 in UTC, of one length, so that texts compare as times do. */
interface Timed {
  readonly time: string;
}

/**
 * Merges what is in the order of time already, a line of each at once in memory.
 * @param sources each in the order of its times, and each of them ends.
 */
export async function* interleave<Item extends Timed>(
  sources: readonly AsyncIterable<Item>[],
): AsyncGenerator<Item, void> {
  const readers = sources.map((source) => source[Symbol.asyncIterator]());
  const heads = await Promise.all(readers.map(async (reader) => ({ reader, next: await reader.next() })));
  for (;;) {
    let first: (typeof heads)[number] | undefined;
    for (const head of heads) {
      if (head.next.done !== true && (first === undefined || head.next.value.time < first.next.value?.time))
        first = head;
    }
    if (first?.next.done !== false) return;
    yield first.next.value;
    first.next = await first.reader.next();
  }
}

/** How long a line waits for older ones of other logs, which are on their way. */
export const patienceMs = 300;

/** Puts what arrives by and by into the order of its times, as far as it arrives within `patienceMs`. */
export class Arrivals<Item extends Timed> {
  #waiting: { readonly item: Item; readonly arrivedMs: number }[] = [];

  /** @param nowMs by any clock that goes on. */
  add(item: Item, nowMs: number): void {
    this.#waiting.push({ item, arrivedMs: nowMs });
  }

  /** Takes out what has waited long enough, and all that is older. */
  take(nowMs: number): Item[] {
    const due = this.#waiting.filter(({ arrivedMs }) => arrivedMs + patienceMs <= nowMs);
    const newest = due.reduce((latest, { item }) => (item.time > latest ? item.time : latest), "");
    const taken = this.#waiting.filter(({ item }) => item.time <= newest);
    this.#waiting = this.#waiting.filter(({ item }) => item.time > newest);
    return taken.map(({ item }) => item).toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  }
}
