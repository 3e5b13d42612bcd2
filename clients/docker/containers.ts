/** The containers of the engine, as one listing tells of them. */
import { mysqlVersionLabel, stackLabel } from "../../lib/constants.ts";
import { ask } from "./client.ts";
import { labelField, publishedPorts, rowsOf } from "./listing.ts";

/** A container of the engine, whoever's it is. */
export interface ContainerView {
  readonly name: string;
  /** created, running, paused, restarting, exited, dead. */
  readonly state: string;
  /** Started and not stopped; paused counts too. */
  readonly running: boolean;
  /** What its health check said last; undefined when it has none. */
  readonly health: "healthy" | "unhealthy" | "starting" | undefined;
  /** The engine's own words: `Up 2 minutes (healthy)`. */
  readonly status: string;
  /** Ports of the host that it publishes now; none while it is stopped. */
  readonly ports: ReadonlySet<number>;
  /** Its label `cdc.stack`; undefined for a container that no pipeline made. */
  readonly stack: string | undefined;
  /** Its label `cdc.mysql.version`. */
  readonly mysqlVersion: string | undefined;
}

const fields = [
  "{{.Names}}",
  "{{.State}}",
  "{{.Status}}",
  "{{.Ports}}",
  labelField(stackLabel),
  labelField(mysqlVersionLabel),
];

/** All containers, running or not. @throws EngineError when the engine does not answer. */
export async function allContainers(): Promise<ContainerView[]> {
  return await listed([]);
}

/**
 * The containers of a stack, running or not.
 * @param stack `PROJECT-STACK`, the value of their label.
 * @throws EngineError when the engine does not answer.
 */
export async function containersOf(stack: string): Promise<ContainerView[]> {
  return await listed(["--filter", `label=${stackLabel}=${stack}`]);
}

async function listed(filter: readonly string[]): Promise<ContainerView[]> {
  return parseContainers(
    await ask(["container", "ls", "--all", "--no-trunc", ...filter, "--format", fields.join("\t")]),
  );
}

/** A paused container, and one between two tries, hold their memory and come back without a start. */
const aliveStates: ReadonlySet<string> = new Set(["running", "paused", "restarting"]);

/** Lines of name, state, status, ports, stack, MySQL version; a line that has no name is passed over. */
export function parseContainers(stdout: string): ContainerView[] {
  return rowsOf(stdout).map(({ name, fields: [state = "", status = "", ports = "", stack, mysqlVersion] }) => {
    const said = /\((?:health: )?(healthy|unhealthy|starting)\)/.exec(status)?.[1];
    return {
      name,
      state,
      running: aliveStates.has(state),
      health: said as ContainerView["health"],
      status,
      ports: publishedPorts(ports),
      stack: stack || undefined,
      mysqlVersion: mysqlVersion || undefined,
    };
  });
}
