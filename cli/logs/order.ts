/** Lines of several logs in the order of their times. */

/** What has a time: RFC 3339 in UTC, of one length, so that texts compare as times do. */
interface Timed {
  readonly time: string;
}

/** In the order of time; what is of one moment stays in its order. */
export function inOrder<Item extends Timed>(items: readonly Item[]): Item[] {
  return items.toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
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
    return inOrder(taken.map(({ item }) => item));
  }
}
