/** What containers run, read off their arguments and environment. */
import { fields, objects, ofType, texts, types, unknownValue, type Resource } from "./resource.ts";

/** The value of a container's environment variable. */
export function environmentVariable(container: Resource, name: string): string | undefined {
  const entry = texts(container.inputs["envs"]).find((variable) => variable.startsWith(`${name}=`));
  return entry?.slice(name.length + 1);
}

/** The value of one of mysqld's options, `server-id` for `--server-id=3308`. */
export function mysqldOption(container: Resource, option: string): string | undefined {
  for (const argument of texts(container.inputs["command"])) {
    const [, name = "", value] = /^--([^=]+)=(.*)$/s.exec(argument) ?? [];
    // MySQL takes dashes and underscores for the same.
    if (name.replaceAll("_", "-") === option) return value;
  }
  return undefined;
}

export function isMysqlServer(container: Resource): boolean {
  if (container.type !== types.container) return false;
  const runsMysqld = texts(container.inputs["command"])[0]?.endsWith("mysqld") === true;
  return runsMysqld || texts(container.inputs["envs"]).some((variable) => variable.startsWith("MYSQL_ROOT_PASSWORD"));
}

/** A worker runs from the broker's image; what tells them apart is the broker's own settings. */
export function isKafkaBroker(container: Resource): boolean {
  if (container.type !== types.container) return false;
  return texts(container.inputs["envs"]).some((variable) =>
    /^KAFKA_(PROCESS_ROLES|LOG_DIRS?|LISTENERS)=/.test(variable),
  );
}

/** A node of OpenSearch, by what its image reads at its start. */
export function isSearchEngine(container: Resource): boolean {
  return container.type === types.container && environmentVariable(container, "OPENSEARCH_JAVA_OPTS") !== undefined;
}

/** The folders in which a server keeps its data; none when the container runs no server that keeps any. */
export function dataFolders(container: Resource): string[] {
  if (isMysqlServer(container)) return [mysqldOption(container, "datadir") ?? "/var/lib/mysql"];
  if (isSearchEngine(container)) {
    return [environmentVariable(container, "path.data") ?? "/usr/share/opensearch/data"];
  }
  if (!isKafkaBroker(container)) return [];
  const folders = environmentVariable(container, "KAFKA_LOG_DIRS") ?? environmentVariable(container, "KAFKA_LOG_DIR");
  // The default is that of the server.properties in Kafka's image.
  return (folders ?? "/tmp/kraft-combined-logs").split(",").map((folder) => folder.trim());
}

/** A MySQL server's `HOST:PORT`s inside the network. */
export function mysqlAddresses(container: Resource): string[] {
  const { name, hostname, networksAdvanced } = container.inputs;
  const aliases = objects(networksAdvanced).flatMap((network) => texts(network["aliases"]));
  const port = mysqldOption(container, "port") ?? "3306";
  return [...new Set([...texts([name, hostname]), ...aliases])].map((host) => `${host}:${port}`);
}

/** The connectors that capture MySQL servers. */
export function mysqlConnectors(resources: readonly Resource[]): Resource[] {
  return ofType(resources, types.connector).filter((connector) => {
    const type = connectorSetting(connector, "connector.class");
    return typeof type === "string" && /(^|\.)MySqlConnector$/.test(type);
  });
}

/** One of a connector's settings: text, `unknownValue`, or undefined when it is not set. */
export function connectorSetting(connector: Resource, key: string): string | typeof unknownValue | undefined {
  const { config } = connector.inputs;
  if (config === unknownValue) return unknownValue;
  const value = fields(config)[key];
  return typeof value === "string" || value === unknownValue ? value : undefined;
}

/** Which server a connector captures, as `HOST:PORT`. */
export function capturedAddress(connector: Resource): string | typeof unknownValue {
  const host = connectorSetting(connector, "database.hostname");
  const port = connectorSetting(connector, "database.port") ?? "3306";
  return host === unknownValue || port === unknownValue ? unknownValue : `${host ?? ""}:${port}`;
}
