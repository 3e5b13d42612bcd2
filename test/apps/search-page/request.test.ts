import { describe, expect, test } from "vitest";
import { parseRequest, RequestError } from "../../../apps/search-page/request.ts";

const parse = (query: string) => parseRequest(new URLSearchParams(query));

test("nothing asks for the rows that changed last, on all shards", () => {
  expect(parse("")).toEqual({ words: [], shard: undefined, size: 30 });
  expect(parse("q=&shard=")).toEqual({ words: [], shard: undefined, size: 30 });
});

test("words are what white space parts", () => {
  expect(parse("q=+car%09battery%0A&shard=shard1&size=200")).toEqual({
    words: ["car", "battery"],
    shard: "shard1",
    size: 200,
  });
});

test("Korean that comes as single letters is searched for as syllables", () => {
  const letters = "재킷".normalize("NFD");
  expect(letters).toHaveLength(5);
  expect(parse(`q=${encodeURIComponent(letters)}`).words).toEqual(["재킷"]);
});

describe("refuses, and says what is allowed:", () => {
  test.each([
    ["size=0", 'size is "0": it has to be a number from 1 to 200'],
    ["size=201", 'size is "201": it has to be a number from 1 to 200'],
    ["size=-1", 'size is "-1": it has to be a number from 1 to 200'],
    ["size=1e2", 'size is "1e2": it has to be a number from 1 to 200'],
    [`size=${"9".repeat(100)}`, `size is "${"9".repeat(20)}": it has to be a number from 1 to 200`],
    [`q=${"x".repeat(201)}`, "q has 201 characters: at most 200 are searched for"],
    [`q=${"a+".repeat(13)}`, "q has 13 words: at most 12 are searched for"],
  ])("%s", (query, message) => {
    expect(() => parse(query)).toThrow(new RequestError(message));
  });
});
