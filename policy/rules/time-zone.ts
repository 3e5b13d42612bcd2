/** A connector reads TIMESTAMPs in its server's time zone; otherwise snapshot rows are off by the difference. */
import { ofType, shown, types, unknownValue, type StackRule, type Violation } from "./resource.ts";
import {
  capturedAddress,
  connectorSetting,
  isMysqlServer,
  mysqlAddresses,
  mysqlConnectors,
  mysqldOption,
} from "./servers.ts";

/** `database.connectionTimeZone` of a connector is `--default-time-zone` of its server, if that is in the stack. */
export const sameTimeZone: StackRule = (resources) => {
  const servers = ofType(resources, types.container).filter(isMysqlServer);
  return mysqlConnectors(resources).flatMap((connector) => {
    const address = capturedAddress(connector);
    const server = servers.find((container) => mysqlAddresses(container).some((known) => known === address));
    const zone = connectorSetting(connector, "database.connectionTimeZone");
    if (server === undefined || server.inputs["command"] === unknownValue || zone === unknownValue) return [];
    const serverZone = mysqldOption(server, "default-time-zone");
    if (zone !== undefined && zone === serverZone) return [];
    const violation: Violation =
      serverZone === undefined
        ? {
            resource: server,
            property: "command --default-time-zone",
            found: "not set",
            allowed: `the zone of its connector ${connector.name}, ${shown(zone)}`,
            remedy: "start mysqld with --default-time-zone=ZONE",
          }
        : {
            resource: connector,
            property: "config.database.connectionTimeZone",
            found: shown(zone),
            allowed: `${shown(serverZone)}, the --default-time-zone of ${server.name}`,
            remedy: `set database.connectionTimeZone to ${serverZone}`,
          };
    return [violation];
  });
};
