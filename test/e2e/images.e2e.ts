/** The MySQL image from packages, in a container of its own: an initialisation that was killed is finished by the next start. */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { packagedImage } from "../../images/tags.ts";
import { buildPackagedImages } from "../../toolchain/images.ts";
import { run } from "../../lib/run.ts";

const name = `cdc-e2e-images-${randomBytes(4).toString("hex")}`;
const docker = async (...args: string[]) => (await run("docker", args)).stdout.trim();
const state = () => docker("inspect", "--format", "{{.State.Status}} {{.State.ExitCode}}", name);
/** Over TCP, as the server of the initialisation does not listen there. */
const query = (sql: string) => docker("exec", name, "mysql", "-h127.0.0.1", "-uroot", "--skip-column-names", "-e", sql);

async function log(): Promise<string> {
  let lines = "";
  await run("docker", ["logs", name], { onLine: (line) => (lines += `${line}\n`) });
  return lines;
}

async function until(what: string, limitMs: number, condition: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${limitMs / 1000} s: ${what}\n${await log()}`);
    await sleep(100);
  }
}

beforeAll(async () => {
  await buildPackagedImages({ log: () => {} });
}, 600_000);

afterAll(async () => {
  await run("docker", ["rm", "--force", "--volumes", name]);
}, 60_000);

it("a killed initialisation is finished by the next start", { timeout: 180_000 }, async () => {
  const settings = ["--env", "MYSQL_ALLOW_EMPTY_PASSWORD=1", "--env", "MYSQL_DATABASE=shop"];
  const options = ["--default-time-zone=Asia/Seoul", "--gtid-mode=ON", "--enforce-gtid-consistency=ON"];
  await docker("run", "--detach", "--name", name, ...settings, packagedImage("mysql"), ...options);
  // Late enough that the data directory looks whole from outside.
  await until("the set-up server runs", 60_000, async () => (await log()).includes("port: 0"));
  await docker("kill", "--signal", "KILL", name);
  expect(await state()).toBe("exited 137");
  expect(await log()).not.toContain("[Entrypoint]: initialised");

  await docker("start", name);
  await until("the server answers", 120_000, async () => {
    return await query("SELECT 1").then(
      () => true,
      () => false,
    );
  });
  expect(await log()).toContain("beginning anew");
  expect(
    await query("SELECT @@time_zone; SHOW DATABASES LIKE 'shop'; SELECT COUNT(*) FROM mysql.user WHERE user = 'root'"),
  ).toBe("Asia/Seoul\nshop\n2");

  await docker("stop", "--time", "30", name);
  expect(await state()).toBe("exited 0"); // mysqld is process 1 and heard the signal
});
