import { expect, test } from "vitest";
import { parseThings } from "../../../clients/docker/things.ts";

test("things as the engine lists them", () => {
  const line = "cdc-dev-kafka,other/link\tabc\t127.0.0.1:9092->9092/tcp\tcdc-dev\t\taa\t/a folder\tshard0\t9.7\n";
  expect(parseThings("container", `${line}\nplain\tdef\t\t\t\t\t\t\t\n`)).toEqual([
    {
      kind: "container",
      name: "cdc-dev-kafka",
      id: "abc",
      ports: new Set([9092]),
      stack: "cdc-dev",
      kept: undefined,
      identity: "aa",
      checkout: "/a folder",
      shard: "shard0",
      mysqlVersion: "9.7",
    },
    expect.objectContaining({ name: "plain", stack: undefined, identity: undefined, ports: new Set() }),
  ]);
});
