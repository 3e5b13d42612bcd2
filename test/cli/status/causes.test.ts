/** What comes of another part's fault is told as that, and time that the looking took counts against nobody. */
import { describe, expect, test } from "vitest";
import { judge } from "../../../cli/status/judge.ts";
import type { Observation } from "../../../cli/status/observation.ts";
import {
  atMs,
  lagOf,
  news,
  plan,
  secondsAgo,
  wellObserved,
  withContainer,
  withReadSide,
  withShard,
} from "./observed.ts";

const well = wellObserved();
const problemsOf = (seen: Observation) => judge(plan, seen).problems;
const messagesOf = (seen: Observation) => problemsOf(seen).map(({ part, message }) => `${part}: ${message}`);
const worker = plan.connect.workers[0]?.container ?? "";
const broker = plan.kafka.brokers[0]?.container ?? "";
const noKafka = "no answer from Kafka at localhost:9092 (timeout); is the broker's container running?";
const unhealthy = { state: "running", health: "unhealthy", status: "Up 1 hour (unhealthy)" } as const;

describe("a broker that does not answer", () => {
  const silent = { ...well, topics: { error: noKafka } };

  test("is told first, and the worker that needs it is not blamed", () => {
    const seen = withContainer({ ...silent, connectors: { error: noKafka } }, worker, unhealthy);
    expect(messagesOf(seen)).toEqual([
      `kafka: ${noKafka}`,
      `connect: container ${worker} is unhealthy (Up 1 hour (unhealthy)): it needs Kafka, which does not answer`,
    ]);
    const [, ofWorker] = problemsOf(seen);
    expect(ofWorker).toMatchObject({
      isUnknown: true,
      remedy: "mend Kafka first, then look again (cdc status --watch)",
    });
    expect(judge(plan, seen).verdict).toBe("unknown");
  });

  test("leads the person who reads of a silent worker to Kafka, not to the worker's log", () => {
    const told = problemsOf({ ...silent, connectors: { error: noKafka } });
    expect(told.map(({ part, remedy }) => [part, remedy])).toEqual([
      ["kafka", "cdc logs kafka --tail 50 tells what the broker does"],
      ["connect", "mend Kafka first, then look again (cdc status --watch)"],
    ]);
  });

  test("is no fault of the guard, which cannot see it either", () => {
    const guard = { value: { checkedAt: secondsAgo(1), connectors: {}, error: "no answer from Kafka at kafka:9093" } };
    expect(messagesOf({ ...silent, guard })).toEqual([`kafka: ${noKafka}`]);
  });

  test("as its container ended, is the one that is wrong", () => {
    const ended = withContainer(silent, broker, { state: "exited", status: "Exited (137) 5 seconds ago" });
    expect(problemsOf(withContainer(ended, worker, unhealthy)).map(({ part, isUnknown }) => [part, isUnknown])).toEqual(
      expect.arrayContaining([
        ["kafka", false],
        ["connect", true],
      ]),
    );
  });
});

test("a worker that is unhealthy beside a broker that answers is to blame", () => {
  expect(problemsOf(withContainer(well, worker, unhealthy))).toMatchObject([{ part: "connect", isUnknown: false }]);
});

test("a guard that cannot see what we see says so, and when", () => {
  const guard = { value: { checkedAt: secondsAgo(4), connectors: {}, error: "no answer from Kafka Connect at x" } };
  expect(messagesOf({ ...well, guard })).toEqual([
    "guard: at its last check, 4 s ago, it could not see everything: no answer from Kafka Connect at x",
  ]);
});

describe("a look at another part that took an hour", () => {
  const [late, hourMs] = [{ ...well, atMs: atMs + 3_600_000 }, 3_600_000];
  const guard = { value: { checkedAt: new Date(atMs + hourMs).toISOString(), connectors: {} } };

  test("makes no heartbeat and no change older", () => {
    expect(messagesOf({ ...late, guard })).toEqual([]);
    expect(judge(plan, { ...late, guard }).shards[0]).toMatchObject({ heartbeatAgeMs: 3000, delayMs: 3041 });
  });

  test("makes no record older that the sink has yet to write", () => {
    const seen = withReadSide({ ...late, guard }, { lag: { value: [lagOf(3, 20)] } });
    expect(messagesOf(seen)).toEqual([]);
    expect(judge(plan, seen).readSide?.sink.lagMs).toBe(20_000);
  });

  test("hides none that was old when it was asked for", () => {
    expect(messagesOf(withShard({ ...late, guard }, 0, { news: news(3600) }))).toEqual([
      expect.stringMatching(/^shard0: .* no heartbeat arrives: the last one came 60 min ago$/),
    ]);
  });
});
