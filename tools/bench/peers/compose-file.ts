/**
 * The pipeline as people write it for Docker Compose today: plain images, health checks every 5 s (Debezium's tutorials and
 * blogs have 5 to 10 s), `depends_on` that waits for them, tables and account out of the image's init folder, and a service
 * that registers the connectors when all is healthy.
 */
import { hasOwnServer, ownServers } from "../../../plan/servers.ts";
import { stringify } from "yaml";
import type { Images } from "../../../config/images.ts";
import { checkoutLabel, stackLabel } from "../../../lib/constants.ts";
import { checkoutFolder } from "../../../lib/checkout.ts";
import { itself, publishOption } from "../../../plan/endpoints.ts";
import type { PipelinePlan, PublishedPlan, ServerPlan } from "../../../plan/types.ts";
import {
  plainBrokerEnvironment,
  plainMysqldArgs,
  plainWorkerFiles,
  workerCommand,
  type Passwords,
  plainConnector,
} from "./containers.ts";
import { serverSql } from "./server-sql.ts";

export interface ComposeArgs {
  readonly plan: PipelinePlan;
  readonly images: Images;
  readonly passwords: Passwords;
  /** Folder on this machine with an unpacked folder for each version of the plugin, as an image of one's own would have it. */
  readonly plugins: string;
}

/** Files to be written into one folder, from which `docker compose up` is run. */
export type ComposeFiles = readonly { readonly name: string; readonly content: string }[];

/** Writes `compose.yaml` and what its services mount. */
export function composeFiles(args: ComposeArgs): ComposeFiles {
  const { plan, passwords } = args;
  const workers = plan.connect.workers.map((worker) => ({
    worker,
    files: plainWorkerFiles(worker, passwords.cdc).map(({ path, content }, index) => ({
      name: `${worker.alias}-${index}`,
      path,
      content,
    })),
  }));
  return [
    { name: "compose.yaml", content: stringify(composition(args, workers)) },
    { name: "register.mjs", content: registerScript },
    {
      name: "connectors.json",
      content: JSON.stringify(
        Object.fromEntries(plan.shards.map(({ connector }) => [connector.name, plainConnector(connector)])),
      ),
    },
    ...workers.flatMap(({ files }) => files.map(({ name, content }) => ({ name, content }))),
    ...plan.shards.filter(hasOwnServer).map((shard) => ({
      name: `${shard.server.alias}.sql`,
      content: serverSql(plan, shard, passwords.cdc),
    })),
  ];
}

interface Worker {
  readonly worker: PublishedPlan;
  readonly files: readonly { readonly name: string; readonly path: string }[];
}

function composition({ plan, images, passwords, plugins }: ComposeArgs, workers: readonly Worker[]) {
  const labels = { [stackLabel]: plan.stack, [checkoutLabel]: checkoutFolder };
  const whenHealthy = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, { condition: "service_healthy" }]));
  const brokers = plan.kafka.brokers.map(({ alias }) => alias);
  const servers = ownServers(plan.shards);
  const everything = [...workers.map(({ worker }) => worker.alias), ...servers.map(({ alias }) => alias)];
  return {
    networks: { default: { labels } },
    volumes: Object.fromEntries([...plan.kafka.brokers, ...servers].map(({ volume }) => [volume, { labels }])),
    services: Object.fromEntries([
      ...plan.kafka.brokers.map((broker) => [
        broker.alias,
        {
          ...common(broker, images.kafka, labels),
          environment: escaped(plainBrokerEnvironment(broker)),
          volumes: [`${broker.volume}:/var/lib/kafka/data`],
          healthcheck: check(`bash -c '</dev/tcp/${itself.name}/${broker.port.internal}'`),
        },
      ]),
      ...servers.map((server) => [server.alias, mysqlService(server, images.mysql, passwords.root, labels)]),
      ...workers.map(({ worker, files }) => [
        worker.alias,
        {
          ...common(worker, images.kafka, labels),
          command: [...workerCommand],
          depends_on: whenHealthy(brokers),
          volumes: [
            ...files.map(({ name, path }) => `./${name}:${path}:ro`),
            ...plan.connect.plugins.map(({ version, path }) => `${plugins}/${version}:${path}:ro`),
          ],
          // `curl --fail http://localhost:8083/connectors` where the image has curl.
          healthcheck: check(
            `bash -c 'exec 3<>/dev/tcp/${itself.name}/${worker.port.internal} && ` +
              `printf "GET /connectors HTTP/1.0\\r\\n\\r\\n" >&3 && head -n1 <&3 | grep -q " 200 "'`,
          ),
        },
      ]),
      [
        "register",
        {
          image: images.node,
          labels,
          command: ["node", "/register/register.mjs", plan.connect.endpoints.inNetwork.url],
          depends_on: whenHealthy(everything),
          volumes: ["./register.mjs:/register/register.mjs:ro", "./connectors.json:/register/connectors.json:ro"],
        },
      ],
    ]),
  };
}

function mysqlService(server: ServerPlan, image: string, rootPassword: string, labels: Record<string, string>) {
  return {
    ...common(server, image, labels),
    command: plainMysqldArgs(server),
    environment: escaped({ MYSQL_ROOT_PASSWORD: rootPassword }),
    volumes: [`${server.volume}:/var/lib/mysql`, `./${server.alias}.sql:/docker-entrypoint-initdb.d/10-tables.sql:ro`],
    // Over TCP: on the socket the server that initialises would pass for the real one.
    healthcheck: check(`MYSQL_PWD="$$MYSQL_ROOT_PASSWORD" mysqladmin ping -uroot -h${itself.address} --silent`),
  };
}

function common({ container, alias, port }: PublishedPlan, image: string, labels: Record<string, string>) {
  return {
    image,
    labels,
    container_name: container,
    hostname: alias,
    ports: [publishOption(port)],
  };
}

/** Compose takes `$` for a variable of its own. */
function escaped(variables: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, value.replaceAll("$", "$$$$")]));
}

function check(line: string) {
  return { test: ["CMD-SHELL", line], interval: "5s", timeout: "5s", retries: 30 };
}

const registerScript = `// Registers the connectors; asks again every 2 s while the worker is not ready.
import { readFileSync } from "node:fs";

const worker = process.argv[2];
const connectors = JSON.parse(readFileSync("/register/connectors.json", "utf8"));
for (const [name, config] of Object.entries(connectors)) {
  for (let attempt = 1; ; attempt += 1) {
    const response = await fetch(worker + "/connectors/" + name + "/config", {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(config),
    }).catch((error) => ({ ok: false, text: async () => String(error) }));
    if (response.ok) break;
    if (attempt === 30) throw new Error(name + ": " + (await response.text()));
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
}
`;
