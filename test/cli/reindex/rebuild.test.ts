import type { Client } from "@opensearch-project/opensearch";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { rebuild, type RebuildOptions, type RebuildParts } from "../../../cli/reindex/rebuild.ts";

// A shortfall is looked at for ten seconds.
vi.mock("node:timers/promises", () => ({ setTimeout: async () => {} }));

const alias = "products-products";
const [first, second] = [`${alias}-000001`, `${alias}-000002`];

interface FakeIndex {
  aliases: Record<string, object>;
  meta: object;
  refreshInterval: string;
  documents: number;
}

/** An engine's indices, as far as a rebuild needs them. Every request is a step at which it can fail. */
class FakeEngine {
  readonly indices = new Map<string, FakeIndex>();
  templates = 0;
  onRequest: (what: string) => void = () => {};

  make(name: string, aliases: Record<string, object>, documents = 0): void {
    this.indices.set(name, { aliases, meta: {}, refreshInterval: "500ms", documents });
  }

  /** Indices behind the alias: at any moment, one. */
  serving(): string[] {
    return [...this.indices].filter(([, { aliases }]) => alias in aliases).map(([name]) => name);
  }

  client(): Client {
    const found = (name: string) => {
      const index = this.indices.get(name);
      if (index === undefined) throw new Error(`no such index ${name}`);
      return index;
    };
    const step = async <T>(what: string, answer: () => T): Promise<{ body: T }> => {
      this.onRequest(what);
      return { body: answer() };
    };
    return {
      indices: {
        get: ({ index }: { index: string }) =>
          step(`get ${index}`, () => {
            const names = index.endsWith("*") ? [...this.indices.keys()] : this.serving();
            return Object.fromEntries(names.map((name) => [name, {}]));
          }),
        create: ({ index }: { index: string }) => step(`create ${index}`, () => this.make(index, {}, 10)),
        delete: ({ index }: { index: string }) => step(`delete ${index}`, () => this.indices.delete(index)),
        putIndexTemplate: () => step("template", () => (this.templates += 1)),
        putMapping: ({ index, body }: { index: string; body: { _meta: object } }) =>
          step(`claim ${index}`, () => (found(index).meta = body._meta)),
        getMapping: ({ index }: { index: string }) =>
          step(`mapping of ${index}`, () => ({ [index]: { mappings: { _meta: found(index).meta } } })),
        putSettings: ({ index, body }: { index: string; body: { index: { refresh_interval: string } } }) =>
          step(`settings of ${index}`, () => (found(index).refreshInterval = body.index.refresh_interval)),
        refresh: () => step("refresh", () => {}),
        updateAliases: ({ body: { actions } }: { body: { actions: Record<string, { index: string }>[] } }) =>
          step("switch", () => {
            for (const { add, remove } of actions) {
              if (remove) delete found(remove.index).aliases[alias];
              if (add) found(add.index).aliases[alias] = {};
            }
          }),
      },
      count: ({ index }: { index: string }) => step(`count ${index}`, () => ({ count: found(index).documents })),
    } as unknown as Client;
  }
}

let engine: FakeEngine;
let steps: string[];
let hasSink: boolean;
let failAt: number;
let isInterrupted: boolean;
/** Records that the new index has refused, by the number of times that it was asked. */
let refused: (time: number) => number;
let kept: number;

beforeEach(() => {
  engine = new FakeEngine();
  engine.make(first, { [alias]: {} }, 10);
  [steps, hasSink, failAt, isInterrupted] = [[], false, Number.POSITIVE_INFINITY, false];
  [refused, kept] = [() => 0, 0];
  engine.onRequest = (what) => {
    steps.push(what);
    expect(engine.serving()).toHaveLength(1);
    if (steps.length === failAt) throw new Error(`${what} went wrong`);
  };
});

function parts(changed: Partial<RebuildParts> = {}): RebuildParts {
  const tell = (what: string) => engine.onRequest(what);
  let asked = 0;
  return {
    table: "products.products",
    alias,
    from: "topics",
    refreshIntervalMs: 500,
    engine: engine.client(),
    filler: {
      connector: "temporary",
      start: async (next) => {
        hasSink = true;
        tell(`start ${next}`);
      },
      catchUp: async () => tell("catch up"),
      rejected: async () => ({ count: refused((asked += 1)), examples: ["a.b.c/0 7: too long"] }),
      keepRejected: async () => void (kept += 1),
      remove: async () => {
        tell("remove sink");
        hasSink = false;
      },
    },
    mapping: async () => ({ dynamic: "false", properties: {} }),
    ...changed,
  };
}

const options: RebuildOptions = {
  force: false,
  acceptRejected: false,
  say: () => {},
  isInterrupted: () => isInterrupted,
};

test("builds beside the serving index, switches, then drops the old one", async () => {
  const rebuilt = await rebuild(parts(), options);
  expect(rebuilt).toMatchObject({ index: second, inPlaceOf: first, documents: { serving: 10, next: 10 } });
  expect([...engine.indices.keys()]).toEqual([second]);
  expect(engine.serving()).toEqual([second]);
  expect(hasSink).toBe(false);
  const order = [`start ${second}`, "catch up", "switch", "catch up", "remove sink", `delete ${first}`];
  const last = steps.slice(steps.indexOf(`start ${second}`));
  expect(last.filter((step) => order.includes(step))).toEqual([
    `start ${second}`,
    "catch up",
    // What the old index shows is held, and waited for.
    "catch up",
    "switch",
    "catch up",
    "remove sink",
    `delete ${first}`,
  ]);
  expect(last.indexOf(`settings of ${first}`)).toBeLessThan(last.lastIndexOf("catch up", last.indexOf("switch")));
});

test("whichever step goes wrong, one index serves, and before the switch it is the old one, alone and as it was", async () => {
  await rebuild(parts(), options);
  const all = steps.length;
  const switched = steps.indexOf("switch") + 1;
  for (let step = 1; step <= all; step += 1) {
    engine.indices.clear();
    engine.make(first, { [alias]: {} }, 10);
    [steps, hasSink, failAt] = [[], false, step];
    const failure = (await rebuild(parts(), options).catch((error: unknown) => error)) as Error;
    expect(failure).toBeInstanceOf(Error);
    expect(failure.message).toContain("went wrong");
    if (step <= switched) {
      expect([step, ...engine.indices.keys()]).toEqual([step, first]);
      expect(engine.indices.get(first)?.refreshInterval).toBe("500ms");
      expect(hasSink).toBe(false);
    } else {
      expect(failure.message).toMatch(/000002 serves, but the last step failed/);
    }
    expect(engine.serving()).toEqual([step <= switched ? first : second]);
    // The next run puts all of it right.
    failAt = Number.POSITIVE_INFINITY;
    const { index } = await rebuild(parts(), options);
    expect([...engine.indices.keys()]).toEqual([index]);
    expect(hasSink).toBe(false);
  }
});

test("whenever it is interrupted before the switch, the old index serves as before", async () => {
  await rebuild(parts(), options);
  // After the last look, before the refresh, it is too late to turn back.
  const [began, last] = [steps.indexOf("template") + 1, steps.indexOf("switch") - 1];
  for (let step = began; step <= last; step += 1) {
    engine.indices.clear();
    engine.make(first, { [alias]: {} }, 10);
    [steps, isInterrupted] = [[], false];
    const { onRequest } = engine;
    engine.onRequest = (what) => {
      onRequest(what);
      if (steps.length === step) isInterrupted = true;
    };
    await expect(rebuild(parts(), options)).rejects.toThrow(/: interrupted$/);
    engine.onRequest = onRequest;
    expect([step, ...engine.indices.keys()]).toEqual([step, first]);
    expect(engine.serving()).toEqual([first]);
    expect(hasSink).toBe(false);
  }
});

test("a switch whose answer is lost counts as made", async () => {
  const { onRequest } = engine;
  engine.onRequest = (what) => {
    onRequest(what);
    if (what !== "switch") return;
    const [old, next] = [first, second].map((name) => engine.indices.get(name));
    if (old === undefined || next === undefined) throw new Error("both have to be there");
    delete old.aliases[alias];
    next.aliases[alias] = {};
    throw new Error("no answer in time");
  };
  await expect(rebuild(parts(), options)).resolves.toMatchObject({ index: second });
  expect([...engine.indices.keys()]).toEqual([second]);
});

describe("records that the new index refuses", () => {
  test.each([
    ["from the topics", "topics", 1],
    ["from a snapshot", "snapshot", 1],
    ["while the last changes were waited for", "topics", 2],
  ] as const)("%s: the old index goes on serving, and they are told", async (_, from, time) => {
    refused = (asked) => (asked >= time ? 2 : 0);
    await expect(rebuild(parts({ from }), { ...options, force: true })).rejects.toThrow(
      "products.products: the new index could not take 2 records:\n    a.b.c/0 7: too long",
    );
    expect(engine.serving()).toEqual([first]);
    expect([...engine.indices.keys()]).toEqual([first]);
    expect(kept).toBe(0);
  });

  test("are kept as dead letters before the switch where that is accepted", async () => {
    refused = () => 2;
    const { onRequest } = engine;
    engine.onRequest = (what) => {
      onRequest(what);
      if (what === "switch") expect(kept).toBe(1);
    };
    const rebuilt = await rebuild(parts(), { ...options, acceptRejected: true });
    expect(rebuilt).toMatchObject({ index: second, rejected: { count: 2 } });
  });

  test("after the switch are kept, and told", async () => {
    refused = (asked) => (asked > 2 ? 1 : 0);
    await expect(rebuild(parts(), options)).resolves.toMatchObject({ rejected: { count: 1 } });
    expect(kept).toBe(2);
  });
});

describe("fewer documents than before", () => {
  beforeEach(() => {
    const serving = engine.indices.get(first);
    if (serving !== undefined) serving.documents = 11;
  });

  test("stop a rebuild from the topics", async () => {
    await expect(rebuild(parts(), options)).rejects.toThrow(
      "products.products: the new index has 10 documents, the serving one 11",
    );
    expect(engine.serving()).toEqual([first]);
  });

  test.each([
    ["from a snapshot", { from: "snapshot" } as const, options],
    ["that is forced", {}, { ...options, force: true }],
  ])("do not stop one %s", async (_, changed, how) => {
    await expect(rebuild(parts(changed), how)).resolves.toMatchObject({ documents: { serving: 11, next: 10 } });
  });
});

test("without an index behind the alias nothing is begun", async () => {
  engine.indices.clear();
  engine.onRequest = (what) => void steps.push(what);
  await expect(rebuild(parts(), options)).rejects.toThrow(/there is no index behind products-products/);
  expect(steps).toEqual([`get ${alias}`]);
});
