/** cdc:index:SharedTopic */
import type { WantedTopic } from "../clients/kafka/declare-topic.ts";
import { kafkaEndpoint, type KafkaEndpoint, type KafkaSecrets, type Written } from "../lib/endpoint.ts";
import { messageOf } from "../lib/run.ts";
import { hasUnknown, isEqual, type Properties, type ResourceHandler } from "./handler.ts";
import { reveal } from "./secrets.ts";
import { within } from "./within.ts";

interface SharedTopicInputs extends WantedTopic, KafkaSecrets {
  readonly bootstrap: Written<KafkaEndpoint>;
  /** Whether it goes with the stack, with its records. */
  readonly deleteWithStack: boolean;
}

/** `wasMade`: by this stack; another's is never deleted. */
type SharedTopicOutputs = SharedTopicInputs & { readonly wasMade: boolean };

/** What a check of the brokers may take while the user waits for a preview. */
const lookMs = 5000;

/** @param declared topics that the program has declared so far, as `where` says it; the process has one program. */
export const sharedTopicHandler = (declared = new Set<string>()): ResourceHandler => ({
  async check(news) {
    if (!hasUnknown(news)) declared.add(where(asInputs(news)));
    return { inputs: news };
  },

  /** Looks at the brokers too: a topic that is gone, or was changed, is mended by a plain `up`. */
  async diff(_id, olds, news, say) {
    const { wasMade: _, ...known } = olds;
    if (hasUnknown(news)) return { changes: true };
    const wanted = asInputs(news);
    const found = await within(lookMs, differences(wanted), []);
    if (found.length > 0) say(`topic ${wanted.name}: ${found.join(", ")}`);
    return { changes: !isEqual(reveal(known), reveal(news)) || found.length > 0 };
  },

  async create(inputs) {
    return { id: asInputs(inputs).name, outs: { ...inputs, wasMade: await declare(inputs) } };
  },

  async read(_id, props, say) {
    const { wasMade: _, ...inputs } = props;
    try {
      const { readTopic } = await import("../clients/kafka/declare-topic.ts");
      const known = asInputs(props);
      if ((await readTopic(kafkaOf(known), known.name)) === undefined) return undefined;
    } catch (error) {
      say(`${asInputs(props).name} is taken to be as it was: ${messageOf(error)}`);
    }
    return { props, inputs };
  },

  /** At another address it may be another topic of that name. */
  async update(_id, olds, news) {
    const isElsewhere = kafkaOf(asOutputs(olds)).bootstrap !== kafkaOf(asInputs(news)).bootstrap;
    const isMade = await declare(news);
    return { outs: { ...news, wasMade: isMade || (!isElsewhere && asOutputs(olds).wasMade) } };
  },

  /** Taken out of the plan, with a word where it holds records (CDC-804), or with the stack, where that was said before. */
  async delete(_id, props, say, context) {
    const known = asOutputs(props);
    const why = whyKept(known, context?.isProgramRunning === true, declared);
    if (why !== undefined) {
      say(`topic ${known.name} stays on ${kafkaOf(known).bootstrap}: ${why}`);
      return;
    }
    const { dropTopic } = await import("../clients/kafka/declare-topic.ts");
    await dropTopic(kafkaOf(known), known.name);
  },
});

/** @returns undefined when it goes. */
function whyKept(
  topic: SharedTopicOutputs,
  isProgramRunning: boolean,
  declared: ReadonlySet<string>,
): string | undefined {
  if (!topic.wasMade) return "it was there before this stack";
  // It moved to another part of the plan (merged topics have another parent than a shard's), under which it was taken a moment ago.
  if (declared.has(where(topic))) return "the plan still has it";
  return isProgramRunning || topic.deleteWithStack ? undefined : "cdc:kafka.existing.deleteTopics is false";
}

/** Of which brokers it is, and its name. */
function where(topic: SharedTopicInputs): string {
  return `${kafkaOf(topic).bootstrap} ${topic.name}`;
}

async function declare(inputs: Properties): Promise<boolean> {
  const wanted = asInputs(inputs);
  // The client of Kafka takes half a second to load: most runs of the plugin need none.
  const { declareTopic } = await import("../clients/kafka/declare-topic.ts");
  return await declareTopic(kafkaOf(wanted), wanted);
}

async function differences(wanted: SharedTopicInputs): Promise<string[]> {
  const { differenceOf, readTopic } = await import("../clients/kafka/declare-topic.ts");
  const found = await readTopic(kafkaOf(wanted), wanted.name);
  if (found === undefined) return ["missing → created"];
  const { lacking = 0, config = {} } = differenceOf(found, wanted) ?? {};
  return [
    ...(lacking > 0 ? [`${found.partitions} partitions → ${wanted.partitions}`] : []),
    ...Object.entries(config).map(([key, value]) => `${key} ${found.config[key] ?? "not set"} → ${value}`),
  ];
}

function kafkaOf({ bootstrap, kafkaPassword, kafkaKeystore }: SharedTopicInputs): KafkaEndpoint {
  return kafkaEndpoint(bootstrap, { kafkaPassword, kafkaKeystore });
}

/** The shape is given by the resource class (shard-resources.ts), the only maker of such inputs. */
function asInputs(properties: Properties): SharedTopicInputs {
  return reveal(properties) as SharedTopicInputs;
}

function asOutputs(properties: Properties): SharedTopicOutputs {
  return reveal(properties) as SharedTopicOutputs;
}
