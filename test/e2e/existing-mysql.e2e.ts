/** A MySQL server of somebody else's, with TLS by an authority of its own and an account of least privileges: judged, and not touched. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { packagedImage } from "../../config/packaged-images.ts";
import { stackLabel } from "../../lib/constants.ts";
import { run } from "../../lib/run.ts";
import { makeAuthority, makeCertificate } from "../../provider/certificates.ts";
import { buildPackagedImages } from "../../tools/toolchain/images.ts";
import { untilSucceeds } from "./support/until.ts";

const name = `cdc-theirs-${randomBytes(4).toString("hex")}`;
const password = randomBytes(18).toString("hex");
const root = { ...process.env, MYSQL_PWD: password, MYSQL_ROOT_PASSWORD: password };
const docker = async (...args: string[]) => (await run("docker", args, { env: root })).stdout.trim();
const sql = async (text: string) =>
  await docker("exec", "--env", "MYSQL_PWD", name, "mysql", "-uroot", "--batch", "--skip-column-names", "-e", text);

let folder = "";
let port = 0;

interface Answer {
  readonly code: number;
  readonly canBeCaptured: boolean | null;
  readonly problems: readonly { readonly code: string; readonly message: string; readonly remedy: string }[];
}

/** `cdc check-server` as a person runs it. */
async function check(...options: string[]): Promise<Answer> {
  const server = ["--host", "127.0.0.1", "--port", String(port), "--user", "capture", "--time-zone", "UTC"];
  const args = ["--json", "check-server", ...server, "--database", "shop", ...options];
  const child = spawn(join(import.meta.dirname, "..", "..", "bin", "cdc"), args, { env: root });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += String(chunk)));
  const [code] = (await once(child, "close")) as [number];
  expect(said).not.toContain(password);
  return { ...(JSON.parse(said) as Omit<Answer, "code">), code };
}

const trusted = () => ["--ca", join(folder, "ca.pem")];

/** The port that the engine chose, another one after each start, and a server that answers. */
async function answers(): Promise<void> {
  port = Number((await docker("port", name, "3306/tcp")).split("\n")[0]?.split(":").at(-1));
  await untilSucceeds("the server answers over TCP", () =>
    docker("exec", "--env", "MYSQL_PWD", name, "mysql", "-uroot", "-h127.0.0.1", "-e", "SELECT 1"),
  );
}

async function restart(): Promise<void> {
  await docker("restart", "--time", "30", name);
  await answers();
}

/** All that an administrator would look for: accounts with their privileges, schemas, rows, and every transaction that there ever was. */
async function everything(): Promise<string> {
  const accounts = await sql("SELECT CONCAT(QUOTE(user), '@', QUOTE(host)) FROM mysql.user ORDER BY 1");
  const grants = accounts.split("\n").map((account) => `SHOW CREATE USER ${account}; SHOW GRANTS FOR ${account};`);
  return [
    await sql(grants.join(" ")),
    await sql("SELECT * FROM mysql.tables_priv; SELECT @@GLOBAL.gtid_executed; SELECT * FROM shop.orders"),
    await sql("SELECT table_schema, table_name, create_time FROM information_schema.tables ORDER BY 1, 2"),
  ].join("\n");
}

beforeAll(async () => {
  await buildPackagedImages({ log: () => {} });
  folder = await mkdtemp(join(tmpdir(), "cdc-theirs-"));
  const authority = await makeAuthority("somebody else's", Date.now());
  const { certificate, privateKey } = await makeCertificate(authority, ["127.0.0.1"], Date.now());
  await docker("network", "create", "--label", `${stackLabel}=${name}`, name);
  await writeFile(join(folder, "ca.pem"), authority.certificate);
  await writeFile(join(folder, "cert.pem"), certificate);
  await writeFile(join(folder, "key.pem"), privateKey);
  const container = [
    "--name",
    name,
    "--label",
    `${stackLabel}=${name}`,
    "--network",
    name,
    "--env",
    "MYSQL_ROOT_PASSWORD",
  ];
  const tls = ["--ssl-ca=/etc/theirs/ca.pem", "--ssl-cert=/etc/theirs/cert.pem", "--ssl-key=/etc/theirs/key.pem"];
  const gtid = ["--gtid-mode=ON", "--enforce-gtid-consistency=ON"];
  const mysqld = ["--require-secure-transport=ON", "--server-id=4711", "--default-time-zone=+00:00", ...gtid, ...tls];
  await docker("create", ...container, "--publish", "127.0.0.1::3306", packagedImage("mysql"), ...mysqld);
  // Into a folder that is made by it: no path of this machine has to be one of the engine's.
  await run("sh", ["-c", `chmod 0755 "${folder}" && chmod 0644 "${folder}"/*.pem`]);
  await docker("cp", folder, `${name}:/etc/theirs`);
  await docker("start", name);
  await answers();
  await sql(
    "CREATE DATABASE shop; CREATE TABLE shop.orders (id INT PRIMARY KEY, state TEXT); INSERT INTO shop.orders VALUES (1, 'new'); " +
      "CREATE DATABASE cdc",
  );
});

afterAll(async () => {
  await run("docker", ["rm", "--force", "--volumes", name]).catch(() => {});
  await run("docker", ["network", "rm", name]).catch(() => {});
  if (folder !== "") await rm(folder, { recursive: true });
});

it("an account that is missing, and what it lacks, are told with the statements of an administrator", async () => {
  const missing = await check(...trusted());
  expect(missing).toMatchObject({ code: 3, canBeCaptured: null, problems: [{ code: "CDC-711" }] });
  expect(missing.problems[0]?.remedy).toContain("CREATE USER 'capture'@'%' IDENTIFIED BY …");
  await sql(`CREATE USER 'capture'@'%' IDENTIFIED BY '${password}' REQUIRE SSL`);

  const bare = await check(...trusted());
  expect(bare).toMatchObject({ code: 1, canBeCaptured: false, problems: [{ code: "CDC-715" }] });
  await sql(bare.problems[0]?.remedy ?? "");
  expect(await check(...trusted())).toEqual({
    code: 0,
    server: `127.0.0.1:${port}`,
    canBeCaptured: true,
    problems: [],
  });
});

it("one that lets nobody in without TLS, and whose authority is unknown, is told so", async () => {
  for (const required of ["SSL", "NONE"]) {
    await sql(`ALTER USER 'capture'@'%' REQUIRE ${required}`);
    const plain = await check();
    expect(plain).toMatchObject({ code: 3, canBeCaptured: null, problems: [{ code: "CDC-711" }] });
    expect(plain.problems[0]?.remedy).toContain("--ca FILE");
  }
  const unknown = await check("--tls");
  expect(unknown).toMatchObject({ code: 3, problems: [{ code: "CDC-711" }] });
  expect(unknown.problems[0]?.message).toContain("has a certificate that is not trusted");
  expect(unknown.problems[0]?.remedy).toContain("--ca FILE");
});

it("a replica whose binlog lacks what it replicates, and an id that is taken, are refused, with remedies that mend it", async () => {
  expect(await check(...trusted(), "--server-id", "4711")).toMatchObject({ code: 1, problems: [{ code: "CDC-718" }] });
  expect(await check(...trusted(), "--server-id", "4712")).toMatchObject({ code: 0, problems: [] });

  await sql("CHANGE REPLICATION SOURCE TO SOURCE_HOST = 'nobody', SOURCE_USER = 'x', SOURCE_AUTO_POSITION = 1");
  await sql("SET PERSIST_ONLY log_replica_updates = OFF");
  await restart();
  const refused = await check(...trusted());
  expect(refused).toMatchObject({ code: 1, canBeCaptured: false, problems: [{ code: "CDC-717" }] });
  const [, statement = ""] =
    /^(SET PERSIST_ONLY \w+ = ON) and restart it/.exec(refused.problems[0]?.remedy ?? "") ?? [];
  await sql(statement);
  await restart();
  expect(await check(...trusted())).toMatchObject({ code: 0, problems: [] });
});

it("nothing of theirs is touched, whatever is found", async () => {
  await sql("SET GLOBAL binlog_row_image = 'MINIMAL'; REVOKE REPLICATION SLAVE ON *.* FROM 'capture'@'%'");
  const before = await everything();
  const found = await check(...trusted(), "--server-id", "4712");
  expect(found.problems.map(({ code }) => code)).toEqual(["CDC-712", "CDC-715"]);
  expect(found.problems[1]?.remedy).toBe("GRANT REPLICATION SLAVE ON *.* TO 'capture'@'%';");
  expect(await everything()).toBe(before);
  expect(before).toContain("GRANT SELECT ON `shop`.* TO `capture`@`%`");
});
