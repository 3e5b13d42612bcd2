import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { untilAnswered, type Patience } from "../../preflight/patience.ts";

const patience: Patience = { silentMs: 40, limitMs: 60_000, pauseMs: 5 };
const there = async () => await Promise.resolve(undefined);
const gone = async () => await Promise.resolve("connect ECONNREFUSED");
const never = async (): Promise<string> => await new Promise(() => {});

describe("an answer", () => {
  test("is waited for beyond the time of silence while somebody is there", async () => {
    let looks = 0;
    const obstacle = async () => {
      looks += 1;
      return await there();
    };
    const late = async () => await sleep(patience.silentMs * 4, "topics");
    expect(await untilAnswered(late, obstacle, patience)).toBe("topics");
    expect(looks).toBeGreaterThan(0);
  });

  test("is asked for again after attempts that failed", async () => {
    let attempts = 0;
    const starting = async () => {
      attempts += 1;
      return attempts < 4 ? await Promise.reject(new Error("not yet")) : "topics";
    };
    expect(await untilAnswered(starting, there, { ...patience, silentMs: 60_000 })).toBe("topics");
    expect(attempts).toBe(4);
  });

  test.each<[string, () => Promise<string>, () => Promise<string | undefined>, number, RegExp]>([
    [
      "nobody is there, by what was met",
      async () => await Promise.reject(new Error("refused")),
      gone,
      60_000,
      /^refused, for \d+ s$/,
    ],
    ["nobody is there, by the look", never, gone, 60_000, /^connect ECONNREFUSED, for \d+ s$/],
    ["who is there does not answer in all that time", never, there, 100, /^it is there, but gave no answer for \d+ s$/],
    [
      "who is there only refuses",
      async () => await Promise.reject(new Error("no")),
      there,
      100,
      /^it is there, .*: no$/,
    ],
  ])("is given up when %s", async (_, ask, obstacle, limitMs, message) => {
    await expect(untilAnswered(ask, obstacle, { ...patience, limitMs })).rejects.toThrow(message);
  });
});
