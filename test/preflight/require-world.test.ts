import * as pulumi from "@pulumi/pulumi";
import { beforeEach, expect, test, vi } from "vitest";
import type { Problem } from "../../lib/problem.ts";
import { requireServer } from "../../preflight/require-world.ts";
import { checkServer } from "../../preflight/server.ts";
import { planWith } from "../support/config.ts";

vi.mock("../../preflight/server.ts", () => ({ checkServer: vi.fn<typeof checkServer>() }));

const plan = planWith({});
const shard = plan.shards[0];
const problem = (code: Problem["code"]): Problem => ({ code, path: "shard0", message: "found", remedy: "by hand" });
let warnings: string[];

async function inspect(found: Problem[]): Promise<unknown> {
  vi.mocked(checkServer).mockResolvedValue(found);
  if (shard === undefined) throw new Error("the plan has a shard");
  return await requireServer(plan, shard, { user: "debezium", password: "password" }).catch((error: unknown) => error);
}

beforeEach(() => {
  warnings = [];
  vi.spyOn(pulumi.log, "warn").mockImplementation((text) => {
    warnings.push(text);
    return Promise.resolve();
  });
});

test("a server that is as planned is passed in silence, asked with the CDC account", async () => {
  expect(await inspect([])).toBeUndefined();
  expect(warnings).toEqual([]);
  expect(vi.mocked(checkServer).mock.lastCall).toEqual([
    { host: "127.0.0.1", port: 3308, user: "debezium", password: "password", path: "shard0" },
    {
      timeZone: "Asia/Seoul",
      databases: ["products", "cdc"],
      keyNeeds: { "products.products": "topic", "products.stock": "topic" },
    },
  ]);
});

test("a changed variable stops the program without a stack trace", async () => {
  const error = await inspect([problem("CDC-712")]);
  expect(pulumi.RunError.isInstance(error)).toBe(true);
  expect(String(error)).toMatch(/shard0 cannot be captured:\n {2}CDC-712 shard0: found\n {4}what to do: by hand/);
});

test("missing privileges only warn, as stopping would keep a refresh from giving them back", async () => {
  expect(await inspect([problem("CDC-715")])).toBeUndefined();
  expect(warnings.join()).toMatch(/CDC-715 shard0: found\n.*by hand/);
});
