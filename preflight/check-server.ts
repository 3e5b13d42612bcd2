/**
 * Checks a MySQL server that this project did not create, before a connector is pointed at it:
 *
 *     MYSQL_PWD=… node preflight/check-server.ts --host db1 --user debezium --time-zone Asia/Seoul --database products
 *
 * Changes nothing. Exit code 0 when it can be captured, 1 when not, 2 when the arguments are off.
 */
import { parseArgs } from "node:util";
import { renderProblems } from "../plan/problem.ts";
import { checkServer } from "./server.ts";

const usage =
  "usage: MYSQL_PWD=... node preflight/check-server.ts --host HOST [--port 3306] --user USER --time-zone ZONE --database NAME [--database NAME ...]";

const { values } = parseArgs({
  options: {
    host: { type: "string" },
    port: { type: "string", default: "3306" },
    user: { type: "string" },
    "time-zone": { type: "string" },
    database: { type: "string", multiple: true },
  },
});
const { host, user, database: databases, "time-zone": timeZone } = values;
if (host === undefined || user === undefined || timeZone === undefined || databases === undefined) {
  console.error(usage);
  process.exitCode = 2;
} else {
  const address = { host, port: Number(values.port), user, password: process.env["MYSQL_PWD"] ?? "", path: host };
  const problems = await checkServer(address, { timeZone, databases });
  if (problems.length === 0) console.log(`${host}: can be captured`);
  else {
    console.error(renderProblems(`${host} cannot be captured`, problems));
    process.exitCode = 1;
  }
}
