/**
 * Images that start fast: made on this engine from another image by a script that runs in a container of it
 * (provider/prepared/), once; what the script leaves in /out, a Dockerfile with its files, is built.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { docker } from "../clients/docker/client.ts";
import { buildFrom, imageIdOf } from "../clients/docker/image.ts";
import { labelOptions } from "../clients/docker/labels.ts";
import { messageOf } from "../lib/run.ts";
import { ownerLabels, type Owner } from "../plan/owner.ts";
import type { Say } from "./handler.ts";

/** `mysql`: an initialised data directory. `broker`, `worker` (of a Kafka image): a class-data archive of that program. */
export type PreparedKind = "mysql" | "broker" | "worker";

export interface PreparedImageInputs {
  readonly kind: PreparedKind;
  /** Reference of the image that it is made from, for the Dockerfile. */
  readonly image: string;
  /** That image's id. */
  readonly baseId: string;
  /** Whose containers it is made in: one that is killed meanwhile leaves them, and `make down` removes them. */
  readonly owner: Owner;
  /** What a worker's run needs beside the image: the plugin whose classes it is to know, and a MySQL server to read from. */
  readonly worker?: {
    readonly pluginVersion: string;
    readonly pluginVolume: string;
    /** Id of a prepared mysql image. */
    readonly mysqlImage: string;
  };
}

const folder = join(import.meta.dirname, "prepared");
/** Run as one, in this order. */
const scripts: Readonly<Record<PreparedKind, readonly string[]>> = {
  mysql: ["mysql.sh"],
  broker: ["kafka.sh", "broker.sh"],
  worker: ["kafka.sh", "worker.sh"],
};
const timeoutMs = 300_000;

/**
 * Makes the image unless this engine has it from the same base by the same script.
 * @returns its id; the base's where a class-data archive could not be made, as Kafka starts without one too, only slower.
 * @throws Error with the last lines of what the script, or the build, has said when there is no data directory.
 */
export async function prepareImage(inputs: PreparedImageInputs, say: Say): Promise<string> {
  try {
    return await foundOrMade(inputs, say);
  } catch (error) {
    if (inputs.kind === "mysql") throw error;
    say(`no class-data archive for the ${inputs.kind}, so it starts slower: ${messageOf(error)}`);
    return inputs.baseId;
  }
}

async function foundOrMade(inputs: PreparedImageInputs, say: Say): Promise<string> {
  const { kind, image, worker } = inputs;
  const parts = await Promise.all(scripts[kind].map(async (file) => await readFile(join(folder, file), "utf8")));
  const script = parts.join("\n");
  const tag = preparedTag(inputs, script);
  const found = await imageIdOf(tag);
  if (found !== undefined) return found;

  say(`preparing ${image} for fast starts (${kind}), once`);
  const containers: string[] = [];
  const create = async (...args: string[]): Promise<string> => {
    const answer = await docker([
      "container",
      "create",
      ...labelOptions({ "cdc.prepared": kind, ...ownerLabels(inputs.owner) }),
      "--interactive",
      "--user=0",
      ...args,
    ]);
    containers.push(answer.trim());
    return answer.trim();
  };
  try {
    const further = worker === undefined ? ["--network=none"] : await besideMysql(worker, create);
    const container = await create(...further, "--entrypoint=bash", image, "-s");
    await docker(["container", "start", "--attach", "--interactive", container], { input: script, timeoutMs });
    await buildFrom(container, "/out/.", [
      "--tag",
      tag,
      "--label",
      `cdc.prepared=${kind}`,
      "--build-arg",
      `BASE=${image}`,
    ]);
  } finally {
    if (containers.length > 0) await docker(["container", "rm", "--force", "--volumes", ...containers]);
  }
  const made = await imageIdOf(tag);
  if (made === undefined) throw new Error(`${tag} was built, but the engine does not have it`);
  return made;
}

/** A server of nobody's, out of reach of everybody: in a network of its own with the worker that reads from it. */
const rowsForWorker = [
  "CREATE USER prepare@'%' IDENTIFIED BY 'prepare';",
  "GRANT ALL ON *.* TO prepare@'%';",
  "CREATE DATABASE prepare;",
  "CREATE TABLE prepare.signal (id VARCHAR(64) PRIMARY KEY, type VARCHAR(32) NOT NULL, data TEXT);",
  "CREATE TABLE prepare.rows (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(50), price DECIMAL(10,2), at TIMESTAMP(6) DEFAULT NOW(6), on_day DATE, document JSON);",
  "INSERT INTO prepare.rows (name, price, on_day, document) VALUES ('a', 1.5, NOW(), '{}'), ('b', 2.5, NOW(), '{}');",
  "CREATE DEFINER = prepare@'%' EVENT prepare.write ON SCHEDULE EVERY 1 SECOND DO INSERT INTO prepare.rows (name, price, document) VALUES ('c', 3, '{}');",
];

async function besideMysql(
  { mysqlImage, pluginVolume }: NonNullable<PreparedImageInputs["worker"]>,
  create: (...args: string[]) => Promise<string>,
): Promise<string[]> {
  const start =
    'printf %s "$1" > /tmp/rows.sql && exec mysqld --user=mysql --init-file=/tmp/rows.sql --server-id=1 --log-bin=mysql-bin ' +
    "--gtid-mode=ON --enforce-gtid-consistency=ON --mysqlx=OFF --event-scheduler=ON";
  const statements = rowsForWorker.join("\n");
  const server = await create("--network=none", "--entrypoint=bash", mysqlImage, "-c", start, "mysqld", statements);
  await docker(["container", "start", server]);
  return [`--network=container:${server}`, `--volume=${pluginVolume}:/opt/cdc/plugins/debezium:ro`];
}

/** `cdc-prepared/KIND:HASH`, the hash over what it is made from and by. */
export function preparedTag(
  { kind, baseId, worker }: Omit<PreparedImageInputs, "image" | "owner">,
  script: string,
): string {
  const from = [kind, baseId, script, ...(worker === undefined ? [] : [worker.pluginVersion, rowsForWorker])];
  const hash = createHash("sha256").update(JSON.stringify(from)).digest("hex");
  return `cdc-prepared/${kind}:${hash.slice(0, 12)}`;
}
