/** A pipeline's containers as a person would start them: what `docker run` needs, and no Pulumi. */
import { ownServers } from "../../../plan/servers.ts";
import { renderProperties } from "../../../plan/java-properties.ts";
import { cdcPasswordKey, cdcUser, connectorSecretsFile, workerPropertiesFile } from "../../../lib/constants.ts";
import type { MysqlLogin } from "../../../lib/endpoint.ts";
import { publishOption } from "../../../plan/endpoints.ts";
import type { Images } from "../../../config/images.ts";
import type {
  BrokerPlan,
  ConnectorPlan,
  PipelinePlan,
  ServerPlan,
  StatefulPlan,
  WorkerPlan,
} from "../../../plan/types.ts";

/** A file that is mounted read-only. */
export interface MountedFile {
  readonly path: string;
  readonly content: string;
}

export interface MountedVolume {
  readonly volume: string;
  readonly path: string;
  readonly readOnly: boolean;
}

export interface ContainerSpec {
  readonly container: string;
  readonly image: string;
  /** Options of `docker run` that are no names, files, volumes and ports: `--hostname=kafka`, `--env=A=b` … */
  readonly options: readonly string[];
  readonly alias: string;
  readonly files: readonly MountedFile[];
  readonly volumes: readonly MountedVolume[];
  /** As `--publish` takes them. */
  readonly ports: readonly string[];
  /** What follows the image. */
  readonly command: readonly string[];
}

export interface Passwords {
  readonly root: string;
  readonly cdc: string;
}

/** What the plan's containers are, by the names that the plan gives them. */
export type Role = "broker" | "worker" | "shard" | "other";

/** @returns "other" for the guard: nothing waits for it. */
export function roleOf(plan: PipelinePlan, container: string): Role {
  const has = (containers: readonly { readonly container: string }[]) =>
    containers.some((one) => one.container === container);
  if (has(plan.kafka.brokers)) return "broker";
  if (has(plan.connect.workers)) return "worker";
  return has(ownServers(plan.shards)) ? "shard" : "other";
}

/**
 * What a person starts who knows what CDC needs and tunes nothing: plain images, default heaps and buffer pools, topics
 * made by whoever writes first, no guard.
 */
export function plainContainers(plan: PipelinePlan, images: Images, passwords: Passwords): ContainerSpec[] {
  return [
    ...plan.kafka.brokers.map((broker) => plainBroker(broker, images.kafka)),
    ...ownServers(plan.shards).map((server) => plainServer(server, images.mysql, passwords.root)),
    ...plan.connect.workers.map((worker) => plainWorker(worker, plan, images.kafka, passwords.cdc)),
  ];
}

function plainBroker(broker: BrokerPlan, image: string): ContainerSpec {
  return {
    ...common(broker, image),
    options: [`--hostname=${broker.alias}`, ...env(plainBrokerEnvironment(broker))],
    files: [],
    volumes: [data(broker, "/var/lib/kafka/data")],
    command: [],
  };
}

/** The plan's, with the JVM's options (KAFKA_…_OPTS) left to the image, and topics to whoever writes first. */
export function plainBrokerEnvironment({ environment }: BrokerPlan): Record<string, string> {
  const properties = Object.entries(environment).filter(([name]) => !name.endsWith("_OPTS"));
  return { ...Object.fromEntries(properties), KAFKA_AUTO_CREATE_TOPICS_ENABLE: "true" };
}

function plainServer(server: ServerPlan, image: string, rootPassword: string): ContainerSpec {
  return {
    ...common(server, image),
    options: [`--hostname=${server.alias}`, ...env({ MYSQL_ROOT_PASSWORD: rootPassword })],
    files: [],
    volumes: [data(server, "/var/lib/mysql")],
    command: plainMysqldArgs(server),
  };
}

/** What Debezium's documentation asks for, and the time zone. */
export function plainMysqldArgs({ mysqldArgs }: ServerPlan): string[] {
  const needed =
    /^--(server-id|log-bin|binlog-format|binlog-row-image|gtid-mode|enforce-gtid-consistency|default-time-zone)=/;
  return mysqldArgs.filter((argument) => needed.test(argument));
}

function plainWorker(worker: WorkerPlan, plan: PipelinePlan, image: string, cdcPassword: string): ContainerSpec {
  return {
    ...common(worker, image),
    options: [`--hostname=${worker.alias}`],
    files: plainWorkerFiles(worker, cdcPassword),
    volumes: plan.connect.plugins.map(({ volume, path }) => ({ volume, path, readOnly: true })),
    command: [...workerCommand],
  };
}

export const workerCommand = ["/opt/kafka/bin/connect-distributed.sh", workerPropertiesFile] as const;

/** The plan's properties with the worker's own way to find plugins, without our filter, whose plugin is not mounted; and the secrets. */
export function plainWorkerFiles({ properties }: WorkerPlan, cdcPassword: string): MountedFile[] {
  const { "plugin.discovery": _, "rest.extension.classes": __, ...others } = properties;
  return [
    { path: workerPropertiesFile, content: renderProperties(others) },
    { path: connectorSecretsFile, content: `${cdcPasswordKey}=${cdcPassword}\n` },
  ];
}

/** The plan's configuration, to a server whose certificate is its own affair. */
export function plainConnector({ config }: ConnectorPlan): Record<string, string> {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !key.startsWith("database.ssl.")));
}

/** The CDC account on such a server. */
export function plainCdcLogin({ cdc }: Passwords): MysqlLogin {
  return { user: cdcUser, password: cdc };
}

function common({ container, alias, port }: StatefulPlan | WorkerPlan, image: string) {
  return { container, alias, image, ports: [publishOption(port)] };
}

function data({ volume }: StatefulPlan, path: string): MountedVolume {
  return { volume, path, readOnly: false };
}

function env(variables: Readonly<Record<string, string>>): string[] {
  return Object.entries(variables).map(([name, value]) => `--env=${name}=${value}`);
}
