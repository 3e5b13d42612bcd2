/** Images from packages, each in a container of its own: MySQL finishes what was killed, OpenSearch takes the official variables. */
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { lookForImages, pull } from "../../clients/docker/image.ts";
import { packagedImage } from "../../config/packaged-images.ts";
import { digests } from "../../tools/toolchain/digests.ts";
import { buildPackagedImages } from "../../tools/toolchain/images.ts";
import { run } from "../../lib/run.ts";
import { prepareImage } from "../../provider/prepared-image.ts";
import { opensearchVersion } from "../../lib/versions.ts";
import { startRegistry } from "../support/registry.ts";
import { until } from "./support/until.ts";

const name = `cdc-e2e-images-${randomBytes(4).toString("hex")}`;
const engine = `${name}-opensearch`;
const docker = async (...args: string[]) => (await run("docker", args)).stdout.trim();
const state = (container = name) => docker("inspect", "--format", "{{.State.Status}} {{.State.ExitCode}}", container);
/** Over TCP, as the server of the initialisation does not listen there. */
const query = (sql: string) => docker("exec", name, "mysql", "-h127.0.0.1", "-uroot", "--skip-column-names", "-e", sql);

async function log(container = name): Promise<string> {
  let lines = "";
  await run("docker", ["logs", container], { onLine: (line) => (lines += `${line}\n`) });
  return lines;
}

/** With the container's log where it does not come. */
async function waitFor(what: string, condition: () => Promise<boolean>, container = name): Promise<void> {
  await until(what, condition).catch(async (error: unknown) => {
    throw new Error(await log(container), { cause: error });
  });
}

beforeAll(async () => {
  await buildPackagedImages({ log: () => {} });
});

afterAll(async () => {
  for (const container of [name, engine]) await run("docker", ["rm", "--force", "--volumes", container]);
});

it("a tag that moves in its registry is told, and what is pinned stays what it was", async () => {
  const registry = await startRegistry();
  const image = `${registry.address}/cdc/moving:1`;
  const folder = await mkdtemp(join(tmpdir(), "cdc-digests-"));
  const file = join(folder, "digests.json");
  const said: string[] = [];
  const command = async (isCheck: boolean) =>
    await digests({ isCheck, references: [image], file, log: (line) => said.push(line) });
  try {
    const before = registry.tag("cdc/moving", "1", "before");
    await writeFile(file, "{}");
    expect(await command(false)).toBe(0);
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual({ [image]: before });
    expect(await command(true)).toBe(0);

    const after = registry.tag("cdc/moving", "1", "after");
    expect(await command(true)).toBe(1);
    expect(said.at(-1)).toBe(`${image}: ${before} → ${after}`);
    expect(await pull(`${image}@${before}`)).toBeUndefined();
    expect(await docker("image", "inspect", "--format", "{{.Config.Labels.label}}", `${image}@${before}`)).toBe(
      "before",
    );
    expect([...(await lookForImages([image, `${image}@${before}`, `${image}@${after}`]))]).toEqual([
      `${image}@${before}`,
    ]);

    await registry.close();
    expect(await command(false)).toBe(1);
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual({ [image]: before });
    // No registry is needed any more for what is here.
    expect([...(await lookForImages([`${image}@${before}`]))]).toHaveLength(1);
    await docker("image", "rm", `${image}@${before}`);
  } finally {
    await registry.close();
    await rm(folder, { recursive: true });
  }
});

it("a killed initialisation is finished by the next start", async () => {
  const settings = ["--env", "MYSQL_ALLOW_EMPTY_PASSWORD=1", "--env", "MYSQL_DATABASE=shop"];
  const options = ["--default-time-zone=Asia/Seoul", "--gtid-mode=ON", "--enforce-gtid-consistency=ON"];
  await docker("run", "--detach", "--name", name, ...settings, packagedImage("mysql"), ...options);
  // Late enough that the data directory looks whole from outside.
  await waitFor("the set-up server runs", async () => (await log()).includes("port: 0"));
  await docker("kill", "--signal", "KILL", name);
  await waitFor("it is killed", async () => (await state()) === "exited 137");
  expect(await log()).not.toContain("[Entrypoint]: initialised");

  await docker("start", name);
  await waitFor("the server answers", async () => {
    return await query("SELECT 1").then(
      () => true,
      () => false,
    );
  });
  expect(await log()).toContain("beginning anew");
  expect(
    await query("SELECT @@time_zone; SHOW DATABASES LIKE 'shop'; SELECT COUNT(*) FROM mysql.user WHERE user = 'root'"),
  ).toBe("Asia/Seoul\nshop\n2");

  await docker("stop", "--time", "300", name);
  expect(await state()).toBe("exited 0"); // mysqld is process 1 and heard the signal
});

it.each([
  ["some of them", "rm -f server-cert.pem client-*.pem public_key.pem"],
  ["one half written", "head -c 100 ca-key.pem > half && mv half server-key.pem && truncate -s 0 private_key.pem"],
])("keys of a server that was killed while it made them are made anew: %s", async (_, harm) => {
  const base = packagedImage("mysql");
  const owner = { stack: name, identity: "0".repeat(16), checkout: process.cwd() };
  const baseId = await docker("image", "inspect", "--format", "{{.Id}}", base);
  const image = await prepareImage({ kind: "mysql", image: base, baseId, owner }, () => {});
  await run("docker", ["rm", "--force", "--volumes", name]);
  await docker("run", "--detach", "--name", name, image);
  await waitFor("TLS and RSA keys", hasKeys);
  await docker("exec", "--workdir", "/var/lib/mysql", name, "bash", "-c", harm);
  await docker("kill", name);
  await docker("start", name);
  await waitFor("TLS and RSA keys once more", hasKeys);
  expect(await log()).toContain("moved to server-key.pem.not-whole");
});

/** Over the socket, as the prepared image's root from elsewhere is locked. */
async function hasKeys(): Promise<boolean> {
  const enabled = "SELECT property, value FROM performance_schema.tls_channel_status WHERE property = 'Enabled'";
  const rsa = "SHOW GLOBAL STATUS LIKE 'Caching_sha2_password_rsa_public_key'";
  const { stdout } = await run("docker", ["exec", name, "mysql", "-uroot", "-N", "-e", `${enabled}; ${rsa}`]).catch(
    () => ({ stdout: "" }),
  );
  return /Enabled\s+Yes/.test(stdout) && stdout.includes("BEGIN PUBLIC KEY");
}

it("OpenSearch takes settings as variables, keeps its data over a restart and ends when told", async () => {
  const settings = ["discovery.type=single-node", "cluster.name=of-the-test", "DISABLE_SECURITY_PLUGIN=true"];
  const heap = "OPENSEARCH_JAVA_OPTS=-Xms256m -Xmx256m";
  const environment = [...settings, heap].flatMap((variable) => ["--env", variable]);
  const volume = ["--volume", "/usr/share/opensearch/data"];
  await docker(
    "run",
    "--detach",
    "--name",
    engine,
    "--publish",
    "127.0.0.1::9200",
    ...environment,
    ...volume,
    packagedImage("opensearch"),
  );
  expect(await docker("exec", engine, "id", "--user", "--name")).toBe("opensearch");

  expect(await answer("/")).toMatchObject({ cluster_name: "of-the-test", version: { number: opensearchVersion } });
  await answer("/shop/_doc/1?refresh=wait_for", { method: "PUT", body: '{"name": "방수 재킷"}' });
  await docker("stop", "--time", "300", engine);
  expect(await state(engine)).toBe("exited 143"); // Java is process 1 and heard the signal
  await docker("start", engine);
  expect(await answer("/shop/_search?q=name:재킷")).toMatchObject({ hits: { total: { value: 1 } } });

  const asRoot = run("docker", ["run", "--rm", "--user", "0", packagedImage("opensearch")]);
  await expect(asRoot).rejects.toThrow("OpenSearch refuses to run as root");
});

/** The engine's answer, once it gives one. */
async function answer(path: string, request: RequestInit = {}): Promise<unknown> {
  let found: unknown;
  await waitFor(
    `OpenSearch answers ${path}`,
    async () => {
      const port = (await docker("port", engine, "9200/tcp")).split(":").at(-1);
      const headers = { "content-type": "application/json" };
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { ...request, headers }).catch(() => undefined);
      // 503 while it starts.
      if (response === undefined || response.status === 503) return false;
      found = await response.json();
      return response.ok;
    },
    engine,
  );
  return found;
}
