/** A MySQL server of somebody else's, with TLS by an authority of its own and an account of least privileges: judged, and not touched. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cdcPrivileges } from "../../lib/cdc-privileges.ts";
import type { Properties } from "../../provider/handler.ts";
import { createdAccountHandler } from "../../provider/created-account-handler.ts";
import { ownAuthority, ServerElsewhere } from "./support/elsewhere.ts";

let server: ServerElsewhere;
let folder = "";
let ca = "";

interface Answer {
  readonly code: number;
  readonly canBeCaptured: boolean | null;
  readonly problems: readonly { readonly code: string; readonly message: string; readonly remedy: string }[];
}

/** `cdc check-server` as a person runs it. */
async function check(...options: string[]): Promise<Answer> {
  const address = ["--host", server.host, "--port", String(server.port), "--user", "capture", "--time-zone", "UTC"];
  const args = ["--json", "check-server", ...address, "--database", "shop", ...options];
  const child = spawn(join(import.meta.dirname, "..", "..", "bin", "cdc"), args, {
    env: { ...process.env, MYSQL_PWD: server.password },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += String(chunk)));
  const [code] = (await once(child, "close")) as [number];
  expect(said).not.toContain(server.password);
  return { ...(JSON.parse(said) as Omit<Answer, "code">), code };
}

const trusted = () => ["--ca", join(folder, "ca.pem")];

beforeAll(async () => {
  const authority = await ownAuthority();
  ca = authority.certificate;
  folder = await mkdtemp(join(tmpdir(), "cdc-trusted-"));
  await writeFile(join(folder, "ca.pem"), authority.certificate);
  server = new ServerElsewhere(authority, "127.0.0.1");
  await server.start();
  await server.sql(
    "CREATE DATABASE shop; CREATE TABLE shop.orders (id INT PRIMARY KEY, state TEXT); INSERT INTO shop.orders VALUES (1, 'new'); " +
      "CREATE DATABASE cdc",
  );
});

afterAll(async () => {
  await server?.remove();
  if (folder !== "") await rm(folder, { recursive: true });
});

it("an account that is missing, and what it lacks, are told with the statements of an administrator", async () => {
  const missing = await check(...trusted());
  expect(missing).toMatchObject({ code: 3, canBeCaptured: null, problems: [{ code: "CDC-711" }] });
  expect(missing.problems[0]?.remedy).toContain("CREATE USER 'capture'@'%' IDENTIFIED BY …");
  await server.sql(`CREATE USER 'capture'@'%' IDENTIFIED BY '${server.password}' REQUIRE SSL`);

  const bare = await check(...trusted());
  expect(bare).toMatchObject({ code: 1, canBeCaptured: false, problems: [{ code: "CDC-715" }] });
  await server.sql(bare.problems[0]?.remedy ?? "");
  expect(await check(...trusted())).toEqual({
    code: 0,
    server: `127.0.0.1:${server.port}`,
    canBeCaptured: true,
    problems: [],
  });
});

it("one that lets nobody in without TLS, and whose authority is unknown, is told so", async () => {
  for (const required of ["SSL", "NONE"]) {
    await server.sql(`ALTER USER 'capture'@'%' REQUIRE ${required}`);
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

  await server.sql("CHANGE REPLICATION SOURCE TO SOURCE_HOST = 'nobody', SOURCE_USER = 'x', SOURCE_AUTO_POSITION = 1");
  await server.sql("SET PERSIST_ONLY log_replica_updates = OFF");
  await server.restart();
  const refused = await check(...trusted());
  expect(refused).toMatchObject({ code: 1, canBeCaptured: false, problems: [{ code: "CDC-717" }] });
  const [, statement = ""] =
    /^(SET PERSIST_ONLY \w+ = ON) and restart it/.exec(refused.problems[0]?.remedy ?? "") ?? [];
  await server.sql(statement);
  await server.restart();
  expect(await check(...trusted())).toMatchObject({ code: 0, problems: [] });
});

/** Every transaction that there ever was among it. */
const judged = async () => `${await server.everything()}\n${await server.sql("SELECT @@GLOBAL.gtid_executed")}`;

it("nothing of theirs is touched, whatever is found", async () => {
  await server.sql("SET GLOBAL binlog_row_image = 'MINIMAL'; REVOKE REPLICATION SLAVE ON *.* FROM 'capture'@'%'");
  const before = await judged();
  const found = await check(...trusted(), "--server-id", "4712");
  expect(found.problems.map(({ code }) => code)).toEqual(["CDC-712", "CDC-715"]);
  expect(found.problems[1]?.remedy).toBe("GRANT REPLICATION SLAVE ON *.* TO 'capture'@'%';");
  expect(await judged()).toBe(before);
  expect(before).toContain("GRANT SELECT ON `shop`.* TO `capture`@`%`");
});

describe("an account that is made", () => {
  const said: string[] = [];
  const say = (text: string) => said.push(text);
  /** What a person may have made up, not only what we would. */
  const password = String.raw`it's \"ü#!$1 ${randomBytes(6).toString("hex")}`;
  const inputs = (fields: Properties = {}): Properties => ({
    shard: "theirs",
    stack: "cdc-e2e-account",
    server: { host: server.host, port: server.port, tls: { ca } },
    admin: "root",
    password: server.password,
    user: "made",
    accountPassword: password,
    privileges: cdcPrivileges(["shop"]),
    ...fields,
  });
  const differs = async (olds: Properties, news = inputs()) =>
    (await createdAccountHandler.diff("made", { madeDatabase: true, ...olds }, news, say)).changes;
  const accounts = async () => await server.sql("SELECT user FROM mysql.user WHERE user IN ('capture', 'made')");
  const inDestroy = { isProgramRunning: false, stack: "e2e-account" };
  let before: string;

  it("has password, privileges and the pipeline's own database, and needs nothing more", async () => {
    await server.sql("DROP DATABASE cdc");
    before = await server.everything();
    const { outs } = await createdAccountHandler.create(inputs(), say);
    expect(outs).toMatchObject({ madeDatabase: true });
    expect(await server.sql("SHOW TABLES IN cdc")).toBe("heartbeat\nprobe\nsignal");
    expect(await differs(inputs())).toBe(false);
    expect(said).toEqual([]);
    expect(await server.sql("SHOW CREATE USER 'made'@'%'")).toContain("REQUIRE SSL");
  });

  it("an up that was killed before it was known goes on with it", async () => {
    await server.sql("REVOKE SELECT ON shop.* FROM 'made'@'%'");
    const { outs } = await createdAccountHandler.create(inputs(), say);
    // Whether that up made the database nobody knows: then it stays.
    expect(outs).toMatchObject({ madeDatabase: false });
    expect(await differs(inputs())).toBe(false);
  });

  it("what is taken away, or changed, is told by a preview and given back", async () => {
    await server.sql("REVOKE FLUSH_TABLES ON *.* FROM 'made'@'%'");
    await server.sql("ALTER USER 'made'@'%' IDENTIFIED BY 'an other one'");
    said.length = 0;
    expect(await differs(inputs())).toBe(true);
    expect(said).toEqual([
      "theirs: made@% lacks FLUSH_TABLES ON *.*",
      "theirs: made@% is refused with the pipeline's password; `up` gives it that one",
    ]);
    await createdAccountHandler.update("made", inputs(), inputs(), say);
    expect(await differs(inputs())).toBe(false);
    await server.sql("DROP USER 'made'@'%'");
    expect(await differs(inputs())).toBe(true);
    await createdAccountHandler.update("made", inputs(), inputs(), say);
    expect(await differs(inputs())).toBe(false);
  });

  it("a database that is captured no longer is not read any more", async () => {
    const wider = inputs({ privileges: cdcPrivileges(["shop", "crm"]) });
    await createdAccountHandler.update("made", inputs(), wider, say);
    expect(await server.sql("SHOW GRANTS FOR 'made'@'%'")).toContain("`crm`");
    await createdAccountHandler.update("made", wider, inputs(), say);
    expect(await server.sql("SHOW GRANTS FOR 'made'@'%'")).not.toContain("`crm`");
  });

  it("a database that was made on another server does not make this one's the stack's", async () => {
    const known = { ...inputs(), madeDatabase: true };
    const elsewhere = { ...known, server: { host: "db2.example.com", port: 3306 } };
    expect((await createdAccountHandler.update("made", elsewhere, inputs(), say)).outs).toMatchObject({
      madeDatabase: false,
    });
    expect((await createdAccountHandler.update("made", known, inputs(), say)).outs).toMatchObject({
      madeDatabase: true,
    });
  });

  it("somebody else's account, or another stack's, is refused and left", async () => {
    const theirs = await server.everything();
    await expect(createdAccountHandler.create(inputs({ user: "capture" }), say)).rejects.toThrow(
      /made by somebody else/,
    );
    await expect(createdAccountHandler.create(inputs({ stack: "cdc-other" }), say)).rejects.toThrow(
      /made by the stack cdc-e2e-account/,
    );
    await createdAccountHandler.delete(
      "made",
      { ...inputs({ stack: "cdc-other" }), madeDatabase: false },
      say,
      inDestroy,
    );
    expect(await server.everything()).toBe(theirs);
  });

  it("an administrator who may not is told what is needed", async () => {
    const lesser = inputs({ admin: "capture", user: "further" });
    await expect(createdAccountHandler.create(lesser, say)).rejects.toMatchObject({
      message: expect.stringMatching(/^theirs: as capture at 127\.0\.0\.1:\d+: .*denied/) as string,
      remedy: expect.stringContaining("it needs CREATE USER") as string,
    });
  });

  it("stays in an up whose plan has it no longer, and goes with the stack; nothing else does", async () => {
    const known = { ...inputs(), madeDatabase: true };
    await createdAccountHandler.delete("made", known, say, { ...inDestroy, isProgramRunning: true });
    expect(await accounts()).toContain("made");
    await createdAccountHandler.delete("made", known, say, inDestroy);
    expect(await accounts()).toBe("capture");
    expect(await server.sql("SHOW DATABASES LIKE 'cdc'")).toBe("");
    expect(await server.everything()).toBe(before);
  });
});
