/** One connector per shard, neither more nor fewer. */
import { ofType, types, unknownValue, type StackRule, type Violation } from "./resource.ts";
import { capturedAddress, isMysqlServer, mysqlAddresses, mysqlConnectors } from "./servers.ts";

const allowed = "one connector per MySQL server";

/** No two connectors capture the same server, and every MySQL container has its connector. */
export const oneConnectorPerShard: StackRule = (resources) => {
  const violations: Violation[] = [];
  const servers = ofType(resources, types.container).filter(isMysqlServer);
  const captured = new Map<string, string>();
  let complete = true;
  for (const connector of mysqlConnectors(resources)) {
    const address = capturedAddress(connector);
    if (address === unknownValue) {
      complete = false;
      continue;
    }
    // Two names of one container are one server.
    const server = servers.find((container) => mysqlAddresses(container).includes(address))?.name ?? address;
    const other = captured.get(server);
    if (other === undefined) captured.set(server, connector.name);
    else
      violations.push({
        resource: connector,
        property: "config.database.hostname",
        found: `${address}, which ${other} captures already`,
        allowed,
        remedy: "point the connector at a shard of its own, or remove it: two would write every change twice",
      });
  }
  // A connector whose server is not known yet may belong to any container.
  if (!complete) return violations;
  for (const server of servers.filter(({ name }) => !captured.has(name)))
    violations.push({
      resource: server,
      property: "connector",
      found: "none",
      allowed,
      remedy: `add a connector with database.hostname=${mysqlAddresses(server).at(-1)?.split(":")[0] ?? "its name"}, or remove the shard`,
    });
  return violations;
};
