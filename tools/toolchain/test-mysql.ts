/** A MySQL server for the tests of the mysql plugin: a container of its own on a free port of 127.0.0.1, gone afterwards. */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { attempt, docker } from "../../clients/docker/client.ts";
import { itself, loopback } from "../../plan/endpoints.ts";
import { UserError } from "../../lib/run.ts";

const startLimitMs = 120_000;

/**
 * Does `work` with the variables that the tests read: where the server is, and how to log in.
 * @param image laid out as the official mysql image is.
 * @throws {UserError} when the server does not take a login within 2 minutes.
 */
export async function withMysql<T>(image: string, work: (variables: Record<string, string>) => Promise<T>): Promise<T> {
  const password = randomBytes(18).toString("hex");
  const name = `cdc-go-tests-${process.pid}`;
  const args = [
    "run",
    "--detach",
    "--name",
    name,
    "--env",
    "MYSQL_ROOT_PASSWORD",
    "--publish",
    `${loopback}::3306`,
    image,
  ];
  try {
    await docker(args, { env: { MYSQL_ROOT_PASSWORD: password } });
    await untilLogin(name, password);
    const address = await docker(["port", name, "3306/tcp"]);
    return await work({
      CDC_TEST_MYSQL_ENDPOINT: address.trim(),
      CDC_TEST_MYSQL_USER: "root",
      CDC_TEST_MYSQL_PASSWORD: password,
    });
  } finally {
    await attempt(["container", "rm", "--force", "--volumes", name]);
  }
}

/** By TCP, as the server that the image starts for its initialisation listens on no port. */
async function untilLogin(name: string, password: string): Promise<void> {
  const login = [
    "exec",
    "--env",
    "MYSQL_PWD",
    name,
    "mysql",
    `--host=${itself.address}`,
    "--user=root",
    "--execute=SELECT 1",
  ];
  const deadline = performance.now() + startLimitMs;
  for (;;) {
    const answer = await attempt(login, { env: { MYSQL_PWD: password } });
    if (answer.ok) return;
    if (performance.now() > deadline) {
      const { stdout, stderr } = await attempt(["logs", "--tail", "10", name]);
      throw new UserError(
        `the MySQL server for the Go tests takes no login: ${answer.stderr}\n${stdout}\n${stderr}`,
        "see its log above",
      );
    }
    await sleep(500);
  }
}
