import { describe, expect, test } from "vitest";
import { lookAtEngine } from "../../../../apps/guard/beside/engine.ts";
import { lookBeside, type BesideQuestions } from "../../../../apps/guard/beside/look.ts";
import { Notices, type NoticeReader } from "../../../../apps/guard/beside/notices.ts";
import { lookAtTopics, placeOfTopic } from "../../../../apps/guard/beside/topics.ts";
import { notificationRecord } from "../../../../clients/debezium/notification.ts";
import { toldAs } from "../../../../clients/debezium/reconciliation.ts";
import { begun } from "../simulation.ts";
import { knownOf, now, settings, source, watched } from "../metrics/fixture.ts";

const connector = "shard0-connector";
const offsets = [
  {
    partition: { server: "shard0" },
    offset: { file: "b.1", pos: 600, gtids: "5c3d6c92-ae0f-11f0-a5f7-0242ac120002:1-90", ts_sec: now / 1000 - 3600 },
  },
];

/** A check that has compared the place so long ago, in ms. */
function checkedWith(agoMs: number) {
  const { checked } = knownOf(1);
  const info = {
    ...source(connector, "shard0").info,
    config: { "topic.prefix": "shard0", "database.hostname": "mysql-3308", "database.port": "3306" },
  };
  const history = { judgedAt: now - agoMs, offsets, begun, loss: undefined, hasMovedOn: false };
  return {
    ...checked!,
    memory: { ...checked!.memory, connectors: { ...checked!.memory.connectors, [connector]: { ...watched, history } } },
    seen: { connectors: { ...checked!.seen!.connectors, [connector]: { ...source(connector, "shard0"), info } } },
  };
}

const away = async () => await Promise.reject(new Error("away"));
const answers: BesideQuestions = {
  binlogs: async () => ({
    files: [
      { file: "b.1", sizeBytes: 1000 },
      { file: "b.2", sizeBytes: 500 },
    ],
    keptSeconds: 86_400,
    certificateEndMs: now + 5000,
  }),
  told: async () => new Map([[connector, { snapshot: undefined, reconciled: undefined }]]),
  topics: async () => ({ topics: [], disks: [] }),
  engine: async () => ({ isRed: false, missing: [] }),
  certificates: async () => new Map([["kafka:9093", now + 9000]]),
};
const look = async (agoMs: number, questions: Partial<BesideQuestions> = {}) =>
  await lookBeside(checkedWith(agoMs), { ...answers, ...questions }, 30, () => now);

describe("a look beside the checks", () => {
  test("takes the place that the guard has compared, and asks its server how far it is behind", async () => {
    const found = await look(10_000);
    expect(found.binlogs.get(connector)).toEqual({
      file: "b.1",
      behindBytes: 900,
      keptSeconds: 86_400,
      // Of the hour since the place 400 of 900 bytes were written until its file was closed.
      lastsMs: 86_400_000 - Math.round(3_600_000 * (1 - 400 / 900)),
    });
    expect(found.transactions.get(connector)).toBe(90n);
    expect([...found.certificates]).toEqual([
      ["mysql-3308:3306", now + 5000],
      ["kafka:9093", now + 9000],
    ]);
  });

  test("takes no place that is too old", async () => {
    const found = await look(60_001);
    expect([found.binlogs.size, found.transactions.size]).toEqual([0, 0]);
    expect(found.told.size).toBe(1);
  });

  test("what does not answer is not known, and hides nothing else", async () => {
    const found = await look(0, { binlogs: away, topics: away, engine: away });
    expect(found).toMatchObject({ at: now, topics: undefined, disks: undefined, engine: undefined });
    expect([found.binlogs.size, found.transactions.size, found.told.size, found.certificates.size]).toEqual([
      0, 1, 1, 1,
    ]);
    const others = await look(0, { told: away, certificates: away });
    expect([others.binlogs.size, others.told.size, others.certificates.size]).toEqual([1, 0, 1]);
  });

  test("without a check there is nothing of connectors", async () => {
    const found = await lookBeside(undefined, answers, 30, () => now);
    expect(found.binlogs.size).toBe(0);
  });
});

describe("topics", () => {
  const sources = [
    { "topic.prefix": "shard0", "schema.history.internal.kafka.topic": "schema-history.shard0" },
    { "topic.prefix": "shard0.eu", "schema.history.internal.kafka.topic": "schema-history.eu" },
  ];
  const named = { "merged data": ["orders"], "dead letters": ["dlq.read-side"], worker: ["connect-configs"] };

  test.each<[string, unknown]>([
    ["shard0.shop.items", { kind: "data", shard: "shard0" }],
    ["shard0.eu.shop.items", { kind: "data", shard: "shard0.eu" }],
    ["shard0", { kind: "own", shard: "shard0" }],
    ["shard0.cdc.heartbeat", { kind: "own", shard: "shard0" }],
    ["__debezium-heartbeat.shard0", { kind: "own", shard: "shard0" }],
    ["schema-history.eu", { kind: "schema history", shard: "shard0.eu" }],
    ["orders", { kind: "merged data", shard: "" }],
    ["dlq.read-side", { kind: "dead letters", shard: "" }],
    ["connect-configs", { kind: "worker", shard: "" }],
    ["shard01.shop.items", undefined],
    ["payments", undefined],
  ])("%s", (topic, place) => {
    expect(placeOfTopic(topic, sources, named)).toEqual(place);
  });

  test("are added up by kind and shard; others on the brokers are not asked for", async () => {
    const asked: string[][] = [];
    const infos = sources.map((config, at) => ({ name: `c${at}`, type: "source" as const, config }));
    const found = await lookAtTopics(infos, named, {
      names: async () => ["shard0.a.b", "shard0.a.c", "payments"],
      diskUse: async (topics) => {
        asked.push([...topics]);
        return {
          topics: new Map([
            ["shard0.a.b", 5],
            ["shard0.a.c", 7],
          ]),
          disks: [{ broker: 1, totalBytes: 9, freeBytes: 4 }],
        };
      },
      endOffsets: async () =>
        new Map([
          ["shard0.a.b", 1n],
          ["shard0.a.c", 2n],
        ]),
    });
    expect(asked).toEqual([["shard0.a.b", "shard0.a.c"]]);
    expect(found).toEqual({
      topics: [{ kind: "data", shard: "shard0", sizeBytes: 12, ends: 3n }],
      disks: [{ broker: 1, totalBytes: 9, freeBytes: 4 }],
    });
  });
});

describe("the engine", () => {
  const engine = settings.asks.engine!;
  const of = (status: string, indices: object) => async (path: string) =>
    await Promise.resolve(path === "/_alias" ? indices : { status });

  test.each<[string, object, unknown]>([
    ["yellow", { "products-products-000001": { aliases: { "products-products": {} } } }, { isRed: false, missing: [] }],
    ["green", { "products-products": { aliases: {} } }, { isRed: false, missing: [] }],
    ["red", {}, { isRed: true, missing: ["products-products"] }],
  ])("%s %j", async (status, indices, found) => {
    expect(await lookAtEngine(engine, of(status, indices))).toEqual(found);
  });
});

describe("notices", () => {
  const topic = "shard0.cdc.notifications";
  const sources = [{ name: connector, type: "source" as const, config: { "notification.sink.topic.name": topic } }];
  const record = (differences: number) =>
    notificationRecord(toldAs({ id: "r", timeMs: 1, tables: new Map([["a.b", differences]]), ofNoShard: undefined }), {
      key: undefined,
      value: undefined,
    });

  /** A topic of records. */
  function fake() {
    const state = {
      id: "one",
      records: [] as ReturnType<typeof record>[],
      reads: [] as string[],
      opened: 0,
      fails: false,
    };
    const reader: NoticeReader = {
      facts: async () => {
        if (state.fails) throw new Error("away");
        return await Promise.resolve(
          new Map([[topic, { id: state.id, starts: [0n], ends: [BigInt(state.records.length)] }]]),
        );
      },
      async *read(_topic, _partition, from, to) {
        state.reads.push(`${from}-${to}`);
        for (let at = from; at < to; at += 1n) {
          const { key, value } = await Promise.resolve(state.records[Number(at)]!);
          yield { offset: at, timestampMs: 1, key: Buffer.from(key), value: Buffer.from(value) };
        }
      },
      close: async () => await Promise.resolve(),
    };
    const notices = new Notices({ bootstrap: "kafka:9092" }, () => {
      state.opened += 1;
      return reader;
    });
    const differences = async () => (await notices.look(sources)).get(connector)?.reconciled?.tables.get("a.b");
    return { state, notices, differences };
  }

  test("are read on from where they were read to, and anew where the topic is another", async () => {
    const { state, differences } = fake();
    expect(await differences()).toBeUndefined();
    state.records.push(record(1), record(2));
    expect(await differences()).toBe(2);
    state.records.push(record(3));
    expect(await differences()).toBe(3);
    Object.assign(state, { id: "two", records: [record(4)] });
    expect(await differences()).toBe(4);
    expect(state.reads).toEqual(["0-0", "0-2", "2-3", "0-1"]);
    expect(state.opened).toBe(1);
  });

  test("a broker that is away is told, and asked by other connections afterwards; nothing is forgotten", async () => {
    const { state, differences } = fake();
    state.records.push(record(1));
    await differences();
    state.fails = true;
    await expect(differences()).rejects.toThrow("away");
    state.fails = false;
    expect(await differences()).toBe(1);
    expect(state.opened).toBe(2);
    expect(state.reads).toEqual(["0-1", "1-1"]);
  });
});
