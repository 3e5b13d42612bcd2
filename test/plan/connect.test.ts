import { describe, expect, test } from "vitest";
import { planOf } from "../support/config.ts";

describe("the worker's properties", () => {
  const properties = planOf("dev").connect.workers[0]?.properties;

  test("let exactly-once sources run, leave topics to the plan, and read secrets from one folder only", () => {
    expect(properties).toMatchObject({
      "exactly.once.source.support": "enabled",
      "topic.creation.enable": "false",
      "config.providers": "file",
      "config.providers.file.param.allowed.paths": "/run/secrets",
      "plugin.path": "/opt/cdc/plugins/3.6.1.Final,/opt/cdc/plugins/connect-filter,/opt/cdc/plugins/sink",
    });
  });
});
