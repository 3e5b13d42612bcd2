/** A cluster that is there stays the one that it is, with the KRaft controllers that it has. Pure. */
import type { Held } from "./held.ts";
import type { Problem } from "../lib/problem.ts";

/** CDC-808: brokers of the stack's own in place of somebody else's, or the other way round. Nothing moves what topics hold. */
export function otherBrokers(planned: Held, before: Held | undefined): Problem[] {
  if (before === undefined || (planned.existing === undefined) === (before.existing === undefined)) return [];
  const [found, wanted] =
    planned.existing === undefined
      ? ["brokers that somebody else runs", "brokers of the stack's own"]
      : ["brokers of the stack's own", "brokers that somebody else runs"];
  return [
    {
      code: "CDC-808",
      path: "cdc:kafka.existing",
      message: `the stack was made with ${found}, ${wanted} are planned; topics, offsets and schema histories would stay behind`,
      remedy:
        "keep cdc:kafka as it was; a stack with other brokers has to be a new one (another stack's file with a portOffset of its own), " +
        "or this one after `make down`, which takes the topics of brokers of its own with it",
    },
  ];
}

/**
 * CDC-807: other controllers than the cluster was made with. Their set is written into every broker (`controller.quorum.voters`),
 * and Kafka has no way to change it: with another one, two halves could each take themselves for the cluster.
 */
export function otherControllers(planned: Held, before: Held | undefined): Problem[] {
  if (before === undefined || planned.existing !== undefined || before.existing !== undefined) return [];
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

/**
 * CDC-809: the switch `cdc:security` on brokers that are there. Brokers that speak TLS and brokers that do not are no cluster, so there
 * is no way from one to the other that leaves it at work; and who took part in the open keeps what was read there.
 */
export function otherSecurity(planned: Held, before: Held | undefined): Problem[] {
  const [wanted, found] = [planned.security ?? "plain", before?.security ?? "plain"];
  if (before === undefined || before.brokers.length === 0 || planned.existing !== undefined || wanted === found)
    return [];
  return [
    {
      code: "CDC-809",
      path: "cdc:security",
      message: `the brokers were made with ${found}, ${wanted} is planned; a cluster cannot be half of each`,
      remedy:
        `write cdc:security: ${found}; for ${wanted} the brokers have to be new ones: \`make down\`, then \`make up\` ` +
        "(with cdc:keepData: true, and one `make up` before, the servers keep their rows, and a snapshot fills the topics)",
    },
  ];
}

function controllersOf({ controllers }: Held): readonly number[] {
  return controllers ?? [1];
}
