/** Connectors that the plan does not know. */
import { describe, expect, test } from "vitest";
import { judge } from "../../../../cli/status/judge.ts";
import type { Observation } from "../../../../cli/status/observation.ts";
import type { ExpandedConnector } from "../../../../clients/connect/client.ts";
import { statusOf, task } from "../../../support/fake-worker.ts";
import { messagesOf, plan, problemsOf, well } from "../observed.ts";

describe("a connector that the plan does not know", () => {
  const tutorial = (
    state: "RUNNING" | "FAILED" = "RUNNING",
    config: Record<string, string> = {},
  ): ExpandedConnector => ({
    info: {
      name: "inventory-connector",
      type: "source",
      config: {
        "connector.class": "io.debezium.connector.mysql.MySqlConnector",
        "topic.prefix": "tutorial",
        ...config,
      },
    },
    status: statusOf("inventory-connector", "RUNNING", [task(state, "Access denied for user")]),
  });
  const withUnmanaged = (one: ExpandedConnector, waited: readonly string[] = []): Observation => ({
    ...well,
    connectors: { value: { ...("value" in well.connectors ? well.connectors.value : {}), [one.info.name]: one } },
    waitedFor: new Map([[one.info.name, waited]]),
  });

  test("waits for ever, and is told with its topics", () => {
    const seen = withUnmanaged(tutorial("RUNNING", { "table.include.list": "inventory\\.orders" }), ["tutorial"]);
    const [problem, ...others] = problemsOf(seen);
    expect(others).toEqual([]);
    expect(problem?.message).toContain(
      "inventory-connector (io.debezium.connector.mysql.MySqlConnector) is not in the plan; it says RUNNING, but waits for topics that are not there",
    );
    expect(problem?.message).toContain("tutorial, tutorial.inventory.orders");
    expect(problem?.remedy).toContain("curl -X DELETE http://localhost:8083/connectors/inventory-connector");
    expect(judge(plan, seen).unmanagedConnectors).toMatchObject([
      { waitsFor: ["tutorial", "tutorial.inventory.orders"] },
    ]);
  });

  test("has failed", () => {
    expect(messagesOf(withUnmanaged(tutorial("FAILED"))).join()).toContain("is not in the plan, and has FAILED");
  });

  test("works, and is somebody's", () => {
    const seen = withUnmanaged(tutorial("RUNNING", { "topic.prefix": "shard0" }));
    expect(judge(plan, seen)).toMatchObject({
      healthy: true,
      unmanagedConnectors: [{ name: "inventory-connector", waitsFor: [] }],
    });
  });

  test.each(["read-side-reindex-products-stock", "read-side-reindex-cdc-probe"])(
    "is not %s, the pipeline's own",
    (name) => {
      const one = tutorial("FAILED");
      const own = { info: { ...one.info, name }, status: { ...one.status, name } };
      expect(judge(plan, withUnmanaged(own)).unmanagedConnectors).toEqual([]);
    },
  );
});
