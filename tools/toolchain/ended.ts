/** Which of a stack's containers do not run, told when an `up` failed: what pulumi names then may only have met their absence. */
import { containersOf, type ContainerView } from "../../clients/docker/containers.ts";
import { messageOf } from "../../lib/run.ts";

/** One that was never started is waiting for its turn, and no cause of anything. */
const resting: ReadonlySet<string> = new Set(["exited", "dead", "restarting", "paused"]);

/** A line for each container that was started and does not run; pure. */
export function describeEnded(containers: readonly ContainerView[]): string[] {
  return containers
    .filter(({ state }) => resting.has(state))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(
      ({ name, status }) => `container ${name} does not run: ${status}; \`docker logs --tail 15 ${name}\` shows why`,
    );
}

/** @param stack value of the containers' label. @param log given each line. */
export async function tellEnded(stack: string, log: (line: string) => void): Promise<void> {
  try {
    for (const line of describeEnded(await containersOf(stack))) log(line);
  } catch (error) {
    log(`whether the stack's containers run is not known: ${messageOf(error)}`);
  }
}
