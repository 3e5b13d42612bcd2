/** Ids and names that may exist once: sharing them loses events or stops a container from starting. */
import { objects, ofType, types, type Resource, type StackRule, type Violation } from "./resource.ts";
import { connectorSetting, dataFolders, isMysqlServer, mysqlConnectors, mysqldOption } from "./servers.ts";
import { mountAt } from "./volumes.ts";

interface Claim {
  readonly resource: Resource;
  readonly property: string;
  readonly value: unknown;
}

/** Every kind of id with those who claim one. Server ids of connectors and of servers are of one kind: both replicate. */
export const uniqueIds: StackRule = (resources) => {
  const containers = ofType(resources, types.container);
  const connectors = mysqlConnectors(resources);
  const setting = (key: string) =>
    connectors.map((resource) => ({ resource, property: `config.${key}`, value: connectorSetting(resource, key) }));

  const serverIds = containers
    .filter(isMysqlServer)
    .map((resource) => ({ resource, property: "command --server-id", value: mysqldOption(resource, "server-id") }));
  const names = containers.map((resource) => ({ resource, property: "name", value: resource.inputs["name"] }));
  const connectorNames = ofType(resources, types.connector).map((resource) => ({
    resource,
    property: "name",
    value: resource.inputs["name"],
  }));
  const volumes = containers.flatMap((resource) =>
    dataFolders(resource).map((folder) => ({
      resource,
      property: `volume at ${folder}`,
      value: mountAt(resource, folder)?.volume,
    })),
  );

  return [
    ...clashes([...serverIds, ...setting("database.server.id")], "a server id of its own"),
    ...clashes(setting("topic.prefix"), "a topic prefix of its own"),
    ...clashes(setting("schema.history.internal.kafka.topic"), "a schema history topic of its own"),
    ...clashes(connectorNames, "a connector name of its own"),
    ...clashes(names, "a container name of its own"),
    ...clashes(volumes, "a data volume of its own"),
    ...clashes(containers.flatMap(publishedPorts), "a host port of its own"),
  ];
};

function publishedPorts(resource: Resource): Claim[] {
  return objects(resource.inputs["ports"]).flatMap((port, index) => {
    const { external, protocol = "tcp" } = port;
    if (typeof external !== "number" || typeof protocol !== "string") return [];
    return [{ resource, property: `ports[${index}].external`, value: `${external}/${protocol}` }];
  });
}

/** Claims of a value that somebody else has claimed before. One container may publish a port on several addresses. */
function clashes(claims: readonly Claim[], allowed: string): Violation[] {
  const first = new Map<string, Resource>();
  return claims.flatMap(({ resource, property, value }) => {
    // Not set, or not known yet.
    if (typeof value !== "string") return [];
    const other = first.get(value);
    if (other === undefined) first.set(value, resource);
    if (other === undefined || (other === resource && property.startsWith("ports["))) return [];
    const found = `${value}, which ${other.name} has already`;
    return [{ resource, property, found, allowed, remedy: `give ${resource.name} another one` }];
  });
}
