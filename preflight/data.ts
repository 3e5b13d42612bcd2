/** Whether the planned state would delete what the stack has: asks engine and broker as far as they answer, and has it judged. */
import type { Held } from "../plan/held.ts";
import { judgeLosses, type Amount } from "../plan/losses.ts";
import { kafkaEndpoint, type KafkaEndpoint, type KafkaSecrets } from "../lib/endpoint.ts";
import type { Problem } from "../lib/problem.ts";
import { foreignTopics, maybeForeign, type LivingTopic } from "../plan/topic-losses.ts";
import { lookAtAmounts, lookAtTopics } from "./broker.ts";
import type { Findings } from "./findings.ts";
import { firstLine } from "./no-engine.ts";
import { allContainers, type ContainerView } from "../clients/docker/containers.ts";

/** What is to be, what was, and what may go. */
export interface DataChange extends KafkaSecrets {
  readonly planned: Held;
  /** Undefined without a state of it. */
  readonly before: Held | undefined;
  /** `cdc:allowDelete`. */
  readonly words: readonly string[];
}

/** What the check asks. */
export interface DataWorld {
  readonly containers: () => Promise<readonly ContainerView[]>;
  /** Topics by name, without Kafka's internal ones. */
  readonly topics: (kafka: KafkaEndpoint) => Promise<ReadonlyMap<string, LivingTopic>>;
  /** Brokers that want a login, with it. @throws Error when it is in none of the containers. */
  readonly login: (kafka: KafkaEndpoint, containers: readonly string[]) => Promise<KafkaEndpoint>;
  readonly amounts: (kafka: KafkaEndpoint, topics: readonly string[]) => Promise<ReadonlyMap<string, Amount>>;
}

const realWorld: DataWorld = {
  containers: allContainers,
  topics: lookAtTopics,
  async login(kafka, containers) {
    const { asOperator } = await import("../clients/kafka/operator.ts");
    const known = await asOperator(kafka, containers);
    if (known === undefined) throw new Error("its containers do not have the file by which cdc logs in");
    return known;
  },
  amounts: lookAtAmounts,
};

/**
 * Judges the change by the state and by the living topics. Where the broker cannot be asked, the state alone decides: what it
 * has and the plan has not is refused, and CDC-806 (a warning) says that nothing more could be compared.
 */
export async function checkData(
  { planned, before, words, ...secrets }: DataChange,
  world = realWorld,
): Promise<Findings> {
  // What runs is what the last `up` was about; its ports may be about to change.
  const broker = await (planned.existing === undefined
    ? askBroker(before ?? planned, world)
    : askExisting(kafkaEndpoint(planned.existing.bootstrap, secrets), world));
  const facts = { planned, before, living: broker.living };
  const found = judgeLosses(facts, words);
  const foreign = maybeForeign(facts);
  const asked = [...new Set([...found.topics, ...foreign])];
  if (asked.length === 0 || broker.living === undefined)
    return { problems: found.problems, warnings: [...found.warnings, ...notCompared(broker)] };
  const amounts = await world.amounts(broker.kafka, asked).catch((error: unknown) => {
    // Of topics that may be another's the amounts decide; of others they are only told.
    if (foreign.length > 0) throw error;
    return undefined;
  });
  const judged = judgeLosses(facts, words, amounts);
  return { ...judged, problems: [...judged.problems, ...foreignTopics(facts, amounts ?? new Map())] };
}

/** Brokers that somebody else runs: that they answer was required before. */
async function askExisting(kafka: KafkaEndpoint, world: DataWorld): Promise<Broker> {
  return { kafka, living: await world.topics(kafka) };
}

interface Broker {
  readonly kafka: KafkaEndpoint;
  /** Undefined when it could not be asked. */
  readonly living: ReadonlyMap<string, LivingTopic> | undefined;
  /** The containers that were to answer, and why they did not. */
  readonly silent?: { readonly containers: readonly string[]; readonly why: string };
}

/** Only what this stack runs is asked, whatever else goes by the name. */
async function askBroker({ stack, brokers, security }: Held, world: DataWorld): Promise<Broker> {
  const names = brokers.map(({ container }) => container);
  const notAsked = (containers: readonly string[], why: string): Broker => ({
    kafka: { bootstrap: "" },
    living: undefined,
    ...(containers.length === 0 ? {} : { silent: { containers, why } }),
  });
  let containers: readonly ContainerView[];
  try {
    containers = await world.containers();
  } catch (error) {
    return notAsked(names, `cannot be looked for (${firstLine(error)})`);
  }
  const own = new Map(containers.filter((one) => one.stack === stack).map((one) => [one.name, one.running]));
  const all = brokers.filter(({ container }) => own.has(container));
  const running = all.filter(({ container }) => own.get(container) === true);
  if (running.length === 0)
    return notAsked(
      all.map(({ container }) => container),
      "is stopped",
    );
  const address = { bootstrap: running.map((one) => one.bootstrap).join(",") };
  try {
    const kafka =
      security === "tls"
        ? await world.login(
            address,
            running.map(({ container }) => container),
          )
        : address;
    return { kafka, living: await world.topics(kafka) };
  } catch (error) {
    return notAsked(
      running.map(({ container }) => container),
      `does not answer (${firstLine(error)})`,
    );
  }
}

function notCompared({ silent }: Broker): Problem[] {
  if (silent === undefined) return [];
  const names = silent.containers;
  return [
    {
      code: "CDC-806",
      path: `container ${names.join(", ")}`,
      message: `${silent.why}, so the planned topics could be compared with what the last up declared only`,
      remedy: `nothing, if nobody changed topics by hand; else see to it first (docker start ${names.join(" ")}) and preview again`,
    },
  ];
}
