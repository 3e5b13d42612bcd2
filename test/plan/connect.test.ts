import { describe, expect, test } from "vitest";
import { planOf } from "../support/config.ts";
import { renderProperties } from "../../plan/connect.ts";

describe("the worker's properties", () => {
  const properties = planOf("dev").connect.workers[0]?.properties;

  test("let exactly-once sources run, leave topics to the plan, and read passwords from one file only", () => {
    expect(properties).toMatchObject({
      "exactly.once.source.support": "enabled",
      "topic.creation.enable": "false",
      "config.providers": "file",
      "config.providers.file.param.allowed.paths": "/run/secrets/connectors.properties",
      "plugin.path": "/opt/cdc/plugins/3.6.1.Final,/opt/cdc/plugins/sink",
    });
  });

  test("are rendered sorted, whatever the order of the keys", () => {
    expect(renderProperties({ b: "2", a: "1" })).toBe("a=1\nb=2\n");
    expect(renderProperties({ a: "1", b: "2" })).toBe("a=1\nb=2\n");
  });

  test("escape a backslash, which Java's properties format would take for an escape", () => {
    expect(renderProperties({ a: "x\\y" })).toBe("a=x\\\\y\n");
  });
});
