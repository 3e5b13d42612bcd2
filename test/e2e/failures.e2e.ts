/** What a person meets when something goes wrong during `up`, and that the next `up` carries on. */
import { createServer } from "node:net";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Checkout, dockerLines, ownedBy } from "./support/checkout.ts";

const portOffset = 18_000;
const checkout = new Checkout("e2e-failures");
const shard = { name: "shard0", port: 3308 };
const container = "cdc-e2e-failures-mysql-3308";

beforeAll(async () => {
  await checkout.create({ portOffset, shards: [shard] });
});

afterAll(async () => {
  await checkout.remove();
});

test("a port in use is refused before anything is created, naming the port and the remedy", async () => {
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(shard.port + portOffset, "127.0.0.1", resolve));
  try {
    const { code, output } = await checkout.make("up");
    expect(code).not.toBe(0);
    expect(output).toMatch(/port 21308 \(MySQL of shard0\) is in use/);
    expect(output).toMatch(/portOffset/);
    expect(await ownedBy(checkout.prefix)).toEqual([]);
  } finally {
    await new Promise((resolve) => squatter.close(resolve));
  }
});

test("a shard killed during `up` fails it with its name and its last log lines; the next `up` finishes the job", async () => {
  const up = checkout.make("up");
  await killOnceRunning();
  const { code, output } = await up;
  expect(code, output).not.toBe(0);
  expect(output).toContain(`container ${container} ended (exit code 137, killed)`);
  expect(output).toMatch(/Last lines of its log:\n\s+.*\S/);

  const again = await checkout.make("up");
  expect(again.code, again.output).toBe(0);
  expect(again.output).toMatch(/shard0 .*RUNNING .*RUNNING .*\d+ ms/);
});

test("a wrong password of the CDC account fails the flow check at the database, by name", async () => {
  const root = await checkout.password("mysql-root-password");
  const mysql = ["exec", "-e", `MYSQL_PWD=${root}`, container, "mysql", "-uroot", "-e"];
  await dockerLines(...mysql, "ALTER USER debezium@'%' IDENTIFIED BY 'another'");
  await dockerLines("restart", `${checkout.prefix}-kafka`);
  const target = {
    shard: "shard0",
    mysqlHostPort: shard.port + portOffset,
    connector: "shard0-connector",
    connectUrl: `http://localhost:${8083 + portOffset}`,
    bootstrap: `localhost:${9092 + portOffset}`,
    probeTopic: "shard0.cdc.probe",
  };
  const { checkFlow } = await import("../../steps/flow.ts");
  await expect(checkFlow(target, await checkout.password("cdc-password"), 5000)).rejects.toThrow(
    /shard0: no change flows; stuck at database: debezium cannot log in/,
  );
});

async function killOnceRunning(): Promise<void> {
  for (let tries = 0; tries < 1200; tries += 1) {
    const [state] = await dockerLines("container", "ls", "--filter", `name=^${container}$`, "--format", "{{.State}}");
    if (state === "running") {
      // Into the initialisation of the data directory.
      await setTimeout(1500);
      await dockerLines("kill", container);
      return;
    }
    await setTimeout(200);
  }
  throw new Error(`${container} did not start`);
}
