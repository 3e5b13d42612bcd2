import { expect, test } from "vitest";
import { heldOf } from "../../plan/held.ts";
import { judgeLosses } from "../../plan/losses.ts";
import { planWith } from "../support/config.ts";

const heldWith = (kafka: object) => heldOf(planWith({ kafka }));
const judge = (planned: object, before: object) =>
  judgeLosses({ planned: heldWith(planned), before: heldWith(before), living: undefined }, []).problems.filter(
    ({ code }) => code === "CDC-807",
  );

test.each([
  [
    { brokers: 3 },
    { brokers: 1 },
    "made with 1 of its brokers as controllers, 3 are planned",
    "write cdc:kafka.controllers: 1;",
  ],
  [{ brokers: 3 }, { brokers: 3, controllers: 1 }, "made with 1 of its", "write cdc:kafka.controllers: 1;"],
  [
    { brokers: 2 },
    { brokers: 4 },
    "made with 3 of its brokers as controllers, 1 are planned",
    "keep at least 3 brokers",
  ],
  [{ brokers: 3, controllers: 1 }, { brokers: 3 }, "made with 3", "cdc:kafka.controllers: 3;"],
])("%j in the place of %j is refused (CDC-807)", (planned, before, message, remedy) => {
  const [problem] = judge(planned, before);
  expect(problem?.message).toContain(message);
  expect(problem?.remedy).toContain(remedy);
});

test.each([
  [{ brokers: 3, controllers: 1 }, { brokers: 1 }],
  [{ brokers: 5 }, { brokers: 3 }],
  [{ brokers: 3 }, { brokers: 4, controllers: 3 }],
  [{ brokers: 2 }, { brokers: 1 }],
])("%j in the place of %j leaves the controllers as they are: the remedies are taken", (planned, before) => {
  expect(judge(planned, before)).toEqual([]);
});

test("the switch is refused on brokers that are there (CDC-809); the security that the brokers were made with is kept", () => {
  const of = (planned: string, before: string) =>
    judgeLosses(
      {
        planned: heldOf(planWith({ security: planned, readSide: { enabled: false } })),
        before: heldOf(planWith({ security: before, readSide: { enabled: false } })),
        living: undefined,
      },
      [],
    ).problems.map(({ code, remedy }) => `${code} ${remedy.split(";")[0]}`);
  expect(of("tls", "plain")).toEqual(["CDC-809 write cdc:security: plain"]);
  expect(of("plain", "tls")).toEqual(["CDC-809 write cdc:security: tls"]);
  expect([...of("tls", "tls"), ...of("plain", "plain")]).toEqual([]);
});
