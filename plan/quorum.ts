/** The KRaft controllers of a cluster that is there stay who they are. Pure. */
import type { Held } from "./held.ts";
import type { Problem } from "../lib/problem.ts";

/**
 * CDC-807: other controllers than the cluster was made with. Their set is written into every broker (`controller.quorum.voters`),
 * and Kafka has no way to change it: with another one, two halves could each take themselves for the cluster.
 */
export function otherControllers(planned: Held, before: Held | undefined): Problem[] {
  if (before === undefined) return [];
  const [wanted, found] = [controllersOf(planned), controllersOf(before)];
  if (wanted.join() === found.join()) return [];
  const keep =
    found.length === 1
      ? "write cdc:kafka.controllers: 1"
      : "keep at least 3 brokers (cdc:kafka.brokers), and cdc:kafka.controllers: 3";
  return [
    {
      code: "CDC-807",
      path: "cdc:kafka.controllers",
      message: `the cluster was made with ${found.length} of its brokers as controllers, ${wanted.length} are planned; Kafka cannot change that`,
      remedy: `${keep}; a cluster with ${wanted.length} has to be a new one: \`make down\`, then \`make up\``,
    },
  ];
}

function controllersOf({ controllers }: Held): readonly number[] {
  return controllers ?? [1];
}
