import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recheck, type SuspectTable } from "../../../cli/reconcile/recheck.ts";
import { column, documentOf, rowOf } from "./tables.ts";

const spec = {
  table: "shop.goods",
  key: [column("id", "int")],
  columns: [column("id", "int"), column("price", "decimal(10,2)")],
  notCompared: [],
};

/** A shard and an index that follows it, with faults that no change mends. */
class World {
  nowUs = 1_000_000;
  readonly rows = new Map<number, string>();
  readonly index = new Map<number, { price: string; committedUs: number }>();
  /** Changes that are not in the index yet. */
  readonly underWay: { id: number; price: string | undefined; committedUs: number }[] = [];
  waits = 0;

  commit(id: number, price: string | undefined): void {
    this.nowUs += 10;
    if (price === undefined) this.rows.delete(id);
    else this.rows.set(id, price);
    this.underWay.push({ id, price, committedUs: this.nowUs });
  }

  /** The sink takes up to so many changes. */
  apply(count: number): void {
    for (const { id, price, committedUs } of this.underWay.splice(0, count)) {
      if (price === undefined) this.index.delete(id);
      else this.index.set(id, { price, committedUs });
    }
  }

  /** @param between called before each reading: what others do meanwhile. */
  table(suspects: readonly number[], between: () => void = () => {}): SuspectTable {
    const price = (id: number) => this.rows.get(id);
    return {
      spec,
      suspects: new Map(suspects.map((id) => [`s:${id}`, [String(id)]])),
      rows: {
        nowUs: async () => await Promise.resolve(this.nowUs),
        byKeys: async (_, keys) => {
          between();
          const found = keys.map(([id]) => Number(id)).filter((id) => price(id) !== undefined);
          const rows = found.map((id) => rowOf(spec, "s", [id, price(id) ?? ""]));
          return await Promise.resolve(new Map(rows.map((row) => [row.id, row])));
        },
      },
      documents: async (ids) => {
        between();
        const found = ids
          .map((id) => Number(id.slice(2)))
          .flatMap((id) => {
            const document = this.index.get(id);
            return document === undefined ? [] : [documentOf(spec, "s", [id, document.price], document.committedUs)];
          });
        return await Promise.resolve(new Map(found.map((document) => [document.id, document])));
      },
    };
  }

  untilPassed = async (): Promise<void> => {
    this.waits += 1;
    this.apply(this.underWay.length);
    await Promise.resolve();
  };
}

describe("recheck", () => {
  it("waits for nothing where all agree by now", async () => {
    const world = new World();
    world.commit(1, "1.00");
    world.apply(1);
    expect(await recheck([world.table([1])], world.untilPassed)).toEqual([{ differences: [], changing: [] }]);
    expect(world.waits).toBe(0);
  });

  it("waits for changes under way", async () => {
    const world = new World();
    world.commit(1, "1.00");
    world.commit(2, "1.00");
    world.apply(1);
    world.commit(1, undefined);
    expect(await recheck([world.table([1, 2])], world.untilPassed)).toEqual([{ differences: [], changing: [] }]);
    expect(world.waits).toBe(1);
  });

  it("tells what stays: missing, extra, different with its columns", async () => {
    const world = new World();
    for (const id of [1, 2, 4]) world.commit(id, "1.00");
    world.apply(3);
    world.index.delete(1);
    world.index.set(2, { price: "2.00", committedUs: 5 });
    world.index.set(3, { price: "3.00", committedUs: 5 });
    const [rechecked] = await recheck([world.table([1, 2, 3, 4])], world.untilPassed);
    expect(rechecked?.differences).toEqual([
      { kind: "missing", id: "s:1", key: ["1"], columns: [] },
      {
        kind: "different",
        id: "s:2",
        key: ["2"],
        columns: [{ column: "price", database: '"1.00"', index: '"2.00"' }],
      },
      { kind: "extra", id: "s:3", key: ["3"], columns: [] },
    ]);
  });

  it("takes a document of which no key is known for an extra one", async () => {
    const world = new World();
    world.index.set(9, { price: "1.00", committedUs: 0 });
    const table = { ...world.table([]), suspects: new Map([["s:9", undefined]]) };
    const [rechecked] = await recheck([table], world.untilPassed);
    expect(rechecked?.differences).toEqual([{ kind: "extra", id: "s:9", key: undefined, columns: [] }]);
  });

  it("is not deceived by a row that is set back to what it was meanwhile", async () => {
    const world = new World();
    world.commit(1, "1.00");
    // Readings are: document, row, then after the wait document, row.
    const steps: (() => void)[] = [
      () => {},
      () => {},
      () => {
        world.commit(1, "2.00");
        world.apply(10);
      },
      () => world.commit(1, "1.00"),
    ];
    const table = world.table([1], () => steps.shift()?.());
    expect(await recheck([table], world.untilPassed)).toEqual([{ differences: [], changing: [] }]);
  });

  it("tells a row that changes all the time as such, after a bounded number of rounds", async () => {
    const world = new World();
    let price = 0;
    const table = world.table([1], () => world.commit(1, `${(price += 1)}.00`));
    expect(await recheck([table], world.untilPassed)).toEqual([{ differences: [], changing: ["s:1"] }]);
    expect(world.waits).toBe(5);
  });

  it("never calls a change under way a difference, and misses no difference", async () => {
    const change = fc.record({
      id: fc.integer({ min: 0, max: 5 }),
      price: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
      applied: fc.nat(3),
    });
    // Rows 6 to 9 are left alone by the writer: there faults stay.
    const fault = fc.record({ id: fc.integer({ min: 6, max: 9 }), price: fc.constantFrom(undefined, "7.00") });
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { maxLength: 60 }),
        fc.array(fault, { maxLength: 4 }),
        async (changes, faults) => {
          const world = new World();
          for (let id = 0; id < 10; id += 1) if (id !== 9) world.commit(id, `${id}.00`);
          world.apply(10);
          for (const { id, price } of faults) {
            if (price === undefined) world.index.delete(id);
            else world.index.set(id, { price, committedUs: 1 });
          }
          let unique = 100;
          const left = [...changes];
          const between = () => {
            const next = left.shift();
            if (next === undefined) return;
            // Every state of a row is another one, as a row with a time of its last change has it.
            world.commit(next.id, next.price === undefined ? undefined : `${(unique += 1)}.00`);
            world.apply(next.applied);
          };
          const [rechecked] = await recheck([world.table([...Array(10).keys()], between)], world.untilPassed);
          const wrong = [6, 7, 8, 9].filter((id) => Number(world.rows.get(id)) !== Number(world.index.get(id)?.price));
          const expected = wrong.filter((id) => world.rows.has(id) || world.index.has(id)).map((id) => `s:${id}`);
          expect(rechecked?.differences.map(({ id }) => id).toSorted()).toEqual(expected);
        },
      ),
    );
  });
});
