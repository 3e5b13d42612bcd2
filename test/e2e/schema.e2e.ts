/** Schema files on a real stack: no edit of theirs loses rows without a word, and a failed one goes on where it stopped. */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Checkout, committedConfig, dockerLines } from "./support/checkout.ts";
import { failed, succeeded } from "./support/results.ts";

const portOffset = 25_000;
const checkout = new Checkout("schema");
const server = `${checkout.prefix}-mysql-3308`;
const fields = {
  portOffset,
  shards: [{ name: "shard0", port: 3308 }],
  schema: "shop",
  tables: ["shop.orders"],
  guard: { enabled: false },
};

/** As mysqldump writes it, with --databases --add-drop-database --triggers --routines. */
const dump = `
/*!40101 SET NAMES utf8mb4 */;
/*!40000 DROP DATABASE IF EXISTS \`shop\`*/;
CREATE DATABASE /*!32312 IF NOT EXISTS*/ \`shop\` /*!40100 DEFAULT CHARACTER SET utf8mb4 */;
USE \`shop\`;
DROP TABLE IF EXISTS \`orders\`;
CREATE TABLE \`orders\` (\`id\` int NOT NULL AUTO_INCREMENT, \`what\` varchar(64) NOT NULL, PRIMARY KEY (\`id\`));
LOCK TABLES \`orders\` WRITE;
/*!40000 ALTER TABLE \`orders\` DISABLE KEYS */;
INSERT INTO \`orders\` VALUES (1,'it''s; one'),(2,'방수 재킷');
/*!40000 ALTER TABLE \`orders\` ENABLE KEYS */;
UNLOCK TABLES;
DELIMITER ;;
/*!50003 CREATE*/ /*!50003 TRIGGER \`trimmed\` BEFORE INSERT ON \`orders\` FOR EACH ROW BEGIN
  -- don't stop here;
  SET NEW.what = TRIM(NEW.what);
END */;;
CREATE PROCEDURE \`fill\`() BEGIN INSERT INTO orders (what) VALUES ('a'); INSERT INTO orders (what) VALUES ('b'); END;;
DELIMITER ;
`;

const file = (name: string) => join(checkout.folder, "sql", "shop", name);
const root =
  'MYSQL_PWD="$(cat /run/secrets/mysql-root-password)" mysql -uroot --default-character-set=utf8mb4 -N -e "$0"';
const sql = async (statement: string) => await dockerLines("exec", server, "sh", "-c", root, statement);
const orders = async () => await sql("SELECT what FROM shop.orders ORDER BY id");
const up = async () => succeeded(await checkout.make("up"));

beforeAll(async () => {
  await checkout.create(fields);
  await mkdir(join(checkout.folder, "sql", "shop"));
  await writeFile(file("10-dump.sql"), dump);
  await up();
});

afterAll(async () => {
  await checkout.remove();
});

test("a dump that drops its database is applied once, and an edit of a comment takes no row", async () => {
  await sql("INSERT INTO shop.orders (what) VALUES ('  of the application ')");
  const rows = ["it's; one", "방수 재킷", "of the application"];
  expect(await orders()).toEqual(rows);
  const again = await checkout.pulumi("up", "--yes", "--skip-preview");
  expect(again.output).toMatch(/Resources:\n\s+\d+ unchanged/);

  await writeFile(file("10-dump.sql"), `-- a comment\n${dump}`);
  expect((await checkout.pulumi("preview", "--diff")).output).toMatch(
    /~ shop\/10-dump\.sql *:[^]*shard0: shop\/10-dump\.sql: comments or spaces changed, nothing runs/,
  );
  await up();
  expect(await orders()).toEqual(rows);
});

test("a real change is refused by preview and `up` with what would go; with its word it runs", async () => {
  await writeFile(file("10-dump.sql"), dump.replace("'it''s; one'", "'another'"));
  const refused =
    /CDC-840 shard0 sql\/shop\/10-dump\.sql line 3: .*DROP DATABASE.* would delete from shop\.orders \(3 rows, 0\.0\d MiB\)/;
  const output = failed(await checkout.pulumi("preview"));
  expect(output).toMatch(refused);
  expect(failed(await checkout.make("up"))).toMatch(refused);
  expect(await orders()).toHaveLength(3);

  const word = /file:shop\/10-dump\.sql@[0-9a-f]{12}/.exec(output)?.[0] ?? "";
  await checkout.writeConfig({ ...(await committedConfig("dev")), ...fields, allowDelete: [word] });
  await up();
  expect(await orders()).toEqual(["another", "방수 재킷"]);
  await checkout.writeConfig({ ...(await committedConfig("dev")), ...fields });
  expect((await checkout.pulumi("preview")).output).toMatch(/Resources:\n\s+\d+ unchanged/);
});

test("a failing statement is named, and the next `up` goes on with it; a new file is shown by its name and runs once", async () => {
  await writeFile(
    file("20-more.sql"),
    "USE shop;\nINSERT INTO orders (what) VALUES ('once');\n\nINSERT INTO orders (wat) VALUES ('x');\n",
  );
  await writeFile(file("30-last.sql"), "CALL shop.fill();\n");
  // What a procedure does is not in the statement, and there are rows.
  expect(failed(await checkout.make("up"))).toMatch(
    /CDC-841 shard0 sql\/shop\/30-last\.sql line 1: `CALL shop\.fill\(\)`/,
  );
  await writeFile(file("30-last.sql"), "INSERT INTO shop.orders (what) VALUES ('last');\n");
  expect(failed(await checkout.make("up"))).toMatch(
    /CDC-844 shard0 sql\/shop\/20-more\.sql line 4: statement 3 of 3, `INSERT INTO orders \(wat\) .*Unknown column 'wat'/,
  );
  await writeFile(file("20-more.sql"), (await readFile(file("20-more.sql"), "utf8")).replace("wat", "what"));
  const { output } = await checkout.pulumi("preview", "--diff");
  expect(output).toMatch(/\+ shop\/30-last\.sql *: "[0-9a-f]{12}"/);
  expect(output).toMatch(/shard0: shop\/20-more\.sql: stopped after 2 of 3 statements, 1 statement to run/);
  expect(output).toMatch(/shard0: shop\/30-last\.sql: new, 1 statement to run/);
  await up();
  await up();
  expect((await orders()).slice(2)).toEqual(["once", "x", "last"]);
});

test("databases stay when their tables are captured no longer", async () => {
  await rm(join(checkout.folder, "sql", "shop"), { recursive: true });
  await checkout.writeConfig({
    ...(await committedConfig("dev")),
    ...fields,
    schema: "products",
    tables: ["products.products"],
    allowDelete: fields.tables.map((table) => `topic:shard0.${table}`),
  });
  await up();
  expect(await orders()).toHaveLength(5);
});

test("a server whose volume was kept, while the state was lost, is taken up again with its rows and its account", async () => {
  succeeded(await checkout.pulumi("stack", "rm", "--force", "--yes", "--preserve-config"));
  const mine = ["--filter", `label=cdc.stack=${checkout.prefix}`];
  for (const container of await dockerLines("container", "ls", "--all", "--quiet", ...mine))
    await dockerLines("container", "rm", "--force", container);
  for (const volume of await dockerLines("volume", "ls", "--quiet", ...mine))
    if (!volume.endsWith("-mysql-shard0-data")) await dockerLines("volume", "rm", volume);
  for (const network of await dockerLines("network", "ls", "--quiet", ...mine))
    await dockerLines("network", "rm", network);
  await up();
  expect(await orders()).toHaveLength(5);
});
