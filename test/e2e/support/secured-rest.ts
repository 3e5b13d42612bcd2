/** The tests of `cdc:security: tls` at Kafka Connect, the operator's page and metrics: HTTPS and a login, on a stack with two workers. */
import { expect, test } from "vitest";
import { ConnectClient } from "../../../clients/connect/client.ts";
import { askHttp } from "../../../clients/http.ts";
import type { HttpEndpoint } from "../../../lib/endpoint.ts";
import { dockerLines, type Checkout } from "./checkout.ts";
import { succeeded } from "./results.ts";
import { limitMs, until } from "./until.ts";

const connector = "shard0-connector";
const unchanged = /Resources:\s+\d+ unchanged/;

async function ask(address: HttpEndpoint, path: string, method = "GET", body?: unknown) {
  return await askHttp("Kafka Connect", address, { method, path, body, signal: AbortSignal.timeout(limitMs) });
}

async function isIn(state: string, worker: HttpEndpoint): Promise<void> {
  await until(
    `${connector} is ${state} for ${worker.url}`,
    async () => await new ConnectClient(worker).getStatus(connector),
    (status) => status?.connector.state === state,
  );
}

/**
 * @param reached the two workers as the pipeline's own programs reach them; a function, as that is known once the stack is up.
 * @param guardUrl root of the operator's page.
 */
export function securedRestTests(checkout: Checkout, reached: () => readonly HttpEndpoint[], guardUrl: string): void {
  test("with TLS and the login every worker answers, and passes on what is the other one's", async () => {
    const workers = reached();
    for (const worker of workers) {
      const client = new ConnectClient(worker);
      await isIn("RUNNING", worker);
      // Only the leader does it: the other one sends it there, by TLS and with the same login.
      await client.pause(connector);
      await isIn("PAUSED", worker);
      await client.resume(connector);
      await client.putConfig(connector, (await client.getConfig(connector)) ?? {});
    }
  });

  test("nobody comes in without TLS, by another authority, without the login or with another's", async () => {
    const workers = reached();
    for (const worker of workers) {
      const { tls: _, ...untrusting } = worker;
      const { login: __, access: ___, ...anonymous } = worker;
      await expect(ask({ url: worker.url.replace("https:", "http:") }, "/connectors")).rejects.toThrow(
        /socket hang up|ECONNRESET|Parse Error/,
      );
      await expect(ask(untrusting, "/connectors")).rejects.toThrow(/certificate that is not trusted/);
      const inside = ["/connectors", "/health", "/", "/admin/loggers", `/connectors/${connector}/config`];
      for (const path of inside) expect([path, (await ask(anonymous, path)).status]).toEqual([path, 401]);
      expect((await ask({ ...worker, access: async () => ({ password: "wrong" }) }, "/connectors")).status).toBe(401);
      expect((await ask({ ...worker, login: { user: "debezium" } }, "/connectors")).status).toBe(401);
      expect((await ask(anonymous, `/connectors/${connector}`, "DELETE")).status).toBe(401);
      // What workers ask each other wants no login, but their signature (KIP-507).
      expect((await ask(anonymous, `/connectors/${connector}/tasks`, "POST", [])).status).toBe(400);
      expect((await ask(anonymous, `/connectors/${connector}/fence`, "PUT", [])).status).toBe(400);
    }
    await isIn("RUNNING", workers[0]!);
  });

  test("the filter stands in front of the login: a secret's placeholder goes nowhere but where it was", async () => {
    const workers = reached();
    const client = new ConnectClient(workers[0]!);
    const config = (await client.getConfig(connector)) ?? {};
    const stolen = { ...config, name: "e2e", "tasks.max": config["database.password"] ?? "" };
    await expect(client.validate(stolen)).rejects.toThrow("tasks.max holds a placeholder of a secret");
  });

  test("no other container reaches the port without TLS that the health check has", async () => {
    const listening = await inWorker(checkout, "cat /proc/net/tcp /proc/net/tcp6");
    const at = listening.filter((line) => line.includes(":1F94 ") && / 0A /.test(line));
    expect(at).toHaveLength(1);
    expect(at[0]).toMatch(/ (0100007F|0000000000000000FFFF00000100007F):1F94 /);
  });

  test("the operator's page and the metrics are by HTTPS, for who logs in", async () => {
    const workers = reached();
    const guard = { ...workers[0]!, url: guardUrl };
    const { login: _, access: __, ...anonymous } = guard;
    const { tls: ___, ...untrusting } = guard;
    await until("the metrics know the connector", async () =>
      (await ask(guard, "/metrics")).text.includes(`connector="${connector}"`),
    );
    // Of the brokers, by the guard's own account.
    await until("the metrics know the brokers' disks and topics", async () => {
      const { text } = await ask(guard, "/metrics");
      return text.includes("cdc_broker_disk_free_bytes") && text.includes("cdc_topics_size_bytes");
    });
    // Signed by the stack's authority, whom the guard finds beside the login.
    await until("the metrics know when the certificates of brokers and workers end", async () => {
      const { text } = await ask(guard, "/metrics");
      return ["kafka:29092", "connect:8083", "connect-2:8083"].every((server) =>
        text.includes(`cdc_certificate_end_timestamp_seconds{server="${server}"}`),
      );
    });
    for (const path of ["/", "/metrics", "/api/state"]) {
      expect([path, (await ask(guard, path)).status]).toEqual([path, 200]);
      expect([path, (await ask(anonymous, path)).status]).toEqual([path, 401]);
      expect([path, (await ask({ ...guard, access: async () => ({ password: "wrong" }) }, path)).status]).toEqual([
        path,
        401,
      ]);
    }
    await expect(ask(untrusting, "/metrics")).rejects.toThrow(/certificate that is not trusted/);
    await expect(ask({ url: guard.url.replace("https:", "http:") }, "/metrics")).rejects.toThrow(
      /socket hang up|ECONNRESET|Parse Error/,
    );
  });

  test("drift: what was paused and changed behind our back is shown by a preview, and mended by up", async () => {
    const workers = reached();
    const client = new ConnectClient(workers[1]!);
    await client.putConfig(connector, { ...(await client.getConfig(connector)), "poll.interval.ms": "77" });
    await client.pause(connector);
    expect(succeeded(await checkout.pulumi("preview", "--diff"))).toMatch(/poll\.interval\.ms/);
    succeeded(await checkout.pulumi("up", "--yes", "--skip-preview"));
    expect(await client.getConfig(connector)).not.toHaveProperty("poll.interval.ms", "77");
    expect(succeeded(await checkout.pulumi("preview"))).toMatch(unchanged);
  });

  test("files: nobody in the container may write them, and no connector may name one", async () => {
    const files = await inWorker(checkout, "stat -c '%a %U %n' /opt/cdc/rest/*");
    expect(files.map((line) => line.replace(/.*\//, "")).toSorted()).toEqual([
      "authority.jks",
      "authority.pem",
      "jaas.conf",
      "key.jks",
      "logins.properties",
    ]);
    for (const line of files) expect(line).toMatch(/^444 root /);
  });
}

async function inWorker({ prefix }: Checkout, line: string): Promise<string[]> {
  return await dockerLines("exec", `${prefix}-connect`, "sh", "-c", line);
}
