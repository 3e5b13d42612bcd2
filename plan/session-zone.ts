/**
 * How a snapshot reads a TIMESTAMP: its session is in UTC. In the server's own zone an hour that the clocks repeat is two
 * instants with one text, and one that they leave out is none. `database.connectionTimeZone` stays the server's zone.
 *
 * Upstream: Connector/J's properties, which Debezium passes on under `driver.`, and under `database.` before it.
 */
import type { Problem } from "../lib/problem.ts";

type Properties = Readonly<Record<string, string>>;

/** The driver's property for what a session sets; the plan's zone, and what else a person asks for. */
const variables = "driver.sessionVariables";

/**
 * The zone in numbers: a name is known only to servers whose tables of zones are filled. And the longest `wait_timeout` that MySQL
 * takes: a connection that the server closed, idle for its 8 hours, would fail every incremental snapshot from then on
 * (dbz#2275).
 */
const planned = "time_zone='+00:00',wait_timeout=31536000";

/**
 * The plan's own part: the driver takes the session's texts for what the worker's zone says, which is UTC (plan/jvm.ts),
 * and gives the session no zone of its own.
 */
export const instantProperties: Properties = {
  "driver.forceConnectionTimeZoneToSession": "false",
  "driver.preserveInstants": "false",
};

/** The session's variables: the plan's first, then those that are configured, of which a later value counts. */
export function sessionVariables(properties: Properties): Record<string, string> {
  const free = properties[variables]?.trim() ?? "";
  return { [variables]: free === "" ? planned : `${planned},${free}` };
}

/** Properties of one's own that would give snapshots another zone. */
export function findZoneProblems(path: string, properties: Properties): Problem[] {
  return Object.entries(properties).flatMap(([key, value]) => {
    const at = `${path}.${key}`;
    if (key === variables && /\btime_zone\b/i.test(value))
      return [
        {
          code: "CDC-302",
          path: at,
          message: `found ${value}, but the plan sets time_zone to +00:00 there, so that snapshots read every TIMESTAMP exactly`,
          remedy: "leave time_zone out of it; the servers' zone is cdc:timeZone",
        },
      ];
    const driverKey = key.replace(/^database\./, "driver.");
    if (driverKey === key || (driverKey !== variables && instantProperties[driverKey] === undefined)) return [];
    return [
      {
        code: "CDC-302",
        path: at,
        message: `would be taken in place of ${driverKey}, with which the plan has snapshots read TIMESTAMPs in UTC`,
        remedy: driverKey === variables ? `rename it to ${variables}, without time_zone` : "remove it",
      },
    ];
  });
}
