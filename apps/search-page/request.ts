/** What is asked of the page, from a query string. */

/** What was asked wrongly, in words for who asked. */
export class RequestError extends Error {}

export interface SearchRequest {
  /** Each has to be found somewhere in a row; none asks for the rows that changed last. */
  readonly words: readonly string[];
  /** Only rows of this shard; undefined for all. */
  readonly shard: string | undefined;
  /** Most rows in the answer. */
  readonly size: number;
}

const defaultSize = 30;
const maxSize = 200;
const maxLength = 200;
/** Each is a query over all fields: enough for a sentence, and no burden for the engine. */
const maxWords = 12;

/**
 * Reads `q` (words, default none), `shard` (a shard's name, default all) and `size` (1 to 200, default 30).
 * @throws {RequestError} when one of them is something else.
 */
export function parseRequest(parameters: URLSearchParams): SearchRequest {
  const text = parameters.get("q") ?? "";
  if (text.length > maxLength) {
    throw new RequestError(`q has ${text.length} characters: at most ${maxLength} are searched for`);
  }
  // One form for what can be written in several, as é or 가: the form that keyboards write.
  const words = text
    .normalize("NFC")
    .split(/\s+/)
    .filter((word) => word !== "");
  if (words.length > maxWords)
    throw new RequestError(`q has ${words.length} words: at most ${maxWords} are searched for`);
  const size = parameters.get("size") ?? String(defaultSize);
  if (!/^\d{1,9}$/.test(size) || Number(size) < 1 || Number(size) > maxSize) {
    throw new RequestError(`size is ${JSON.stringify(size.slice(0, 20))}: it has to be a number from 1 to ${maxSize}`);
  }
  return { words, shard: parameters.get("shard") || undefined, size: Number(size) };
}
