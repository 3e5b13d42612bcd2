/** A topic brought to what is wanted of it, on brokers where others have topics too. */
import { Admin, ConfigResourceTypes, IncrementalAlterConfigOperationTypes } from "@platformatic/kafka";
import { UserError } from "../../lib/run.ts";
import { TopicAdmin, type TopicDescription } from "./admin.ts";
import { answerFrom } from "./answer.ts";
import { connectionTo, type KafkaAddress } from "./connection.ts";
import { deleteTopic } from "./delete-topic.ts";

/** What a topic is to be. */
export interface WantedTopic {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** What is set on the topic itself. */
  readonly config: Readonly<Record<string, string>>;
}

/** How a topic is otherwise than wanted; undefined where there is none. Replicas are the brokers' owner's to move. */
export interface Difference {
  /** Partitions that it has too few. */
  readonly lacking: number;
  /** Settings that are others, or not there. */
  readonly config: Readonly<Record<string, string>>;
}

/** @param found what is there. Settings that nobody wants from here are somebody else's. */
export function differenceOf(found: TopicDescription, wanted: WantedTopic): Difference | undefined {
  const lacking = Math.max(0, wanted.partitions - found.partitions);
  const config = Object.fromEntries(
    Object.entries(wanted.config).filter(([key, value]) => found.config[key] !== value),
  );
  return lacking === 0 && Object.keys(config).length === 0 ? undefined : { lacking, config };
}

/** @returns undefined when there is no such topic. @throws Error when no broker answers. */
export async function readTopic(kafka: KafkaAddress, name: string): Promise<TopicDescription | undefined> {
  const admin = new TopicAdmin(kafka);
  try {
    return (await admin.describe([name]))[0];
  } finally {
    await admin.close();
  }
}

/**
 * Makes the topic, or brings the one that is there to what is wanted.
 * @returns whether it was made.
 * @throws UserError when the brokers refuse it, with the command for who may; Error when none answers.
 */
export async function declareTopic(kafka: KafkaAddress, wanted: WantedTopic): Promise<boolean> {
  const found = await readTopic(kafka, wanted.name);
  const admin = new Admin(connectionTo(kafka, "cdc-topics"));
  try {
    if (found === undefined) {
      await told(
        kafka,
        wanted,
        createCommand(wanted),
        answerFrom(kafka, async () => await create(admin, wanted)),
      );
      return true;
    }
    const difference = differenceOf(found, wanted);
    if (difference !== undefined) {
      const altered = answerFrom(kafka, async () => await alter(admin, wanted, difference));
      await told(kafka, wanted, alterCommand(wanted, difference), altered);
    }
    return false;
  } finally {
    await admin.close();
  }
}

/**
 * Deletes the topic with all its records. One that does not exist is fine.
 * @throws as `declareTopic`.
 */
export async function dropTopic(kafka: KafkaAddress, name: string): Promise<void> {
  await told(kafka, { name }, `kafka-topics.sh --delete --topic ${name}`, deleteTopic(kafka, name));
}

async function create(admin: Admin, { name, partitions, replicationFactor, config }: WantedTopic): Promise<void> {
  const configs = Object.entries(config).map(([key, value]) => ({ name: key, value }));
  await admin.createTopics({ topics: [name], partitions, replicas: replicationFactor, configs });
}

async function alter(admin: Admin, { name, partitions }: WantedTopic, { lacking, config }: Difference): Promise<void> {
  if (lacking > 0) await admin.createPartitions({ topics: [{ name, count: partitions }] });
  const configs = Object.entries(config).map(([key, value]) => ({
    name: key,
    value,
    configOperation: IncrementalAlterConfigOperationTypes.SET,
  }));
  if (configs.length === 0) return;
  await admin.incrementalAlterConfigs({
    resources: [{ resourceType: ConfigResourceTypes.TOPIC, resourceName: name, configs }],
  });
}

/** What a broker answers passes with the command by which its administrator does the same. */
async function told(
  kafka: KafkaAddress,
  { name }: Pick<WantedTopic, "name">,
  command: string,
  answered: Promise<void>,
): Promise<void> {
  await answered.catch((error: unknown) => {
    const reason = refusalIn(error);
    if (reason === undefined) throw error;
    throw new UserError(
      `topic ${name}: the brokers at ${kafka.bootstrap} refuse it: ${reason}`,
      `have their administrator run \`${command}\`, or give ${kafka.sasl?.user ?? kafka.certificate?.subject ?? "everybody"} the right to (docs/existing-kafka.md)`,
      { cause: error },
    );
  });
}

/** A broker's own words: the library has them in the innermost errors. */
function refusalIn(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("apiId" in error && typeof error.apiId === "string") {
    const words = "serverErrorMessage" in error ? error.serverErrorMessage : undefined;
    return typeof words === "string" && words !== "" ? `${error.apiId}: ${words}` : error.apiId;
  }
  const inner = error instanceof AggregateError ? error.errors : [error.cause];
  return inner.map(refusalIn).find((one) => one !== undefined);
}

function createCommand({ name, partitions, replicationFactor, config }: WantedTopic): string {
  const settings = Object.entries(config).map(([key, value]) => ` --config ${key}=${value}`);
  return (
    `kafka-topics.sh --create --if-not-exists --topic ${name} --partitions ${partitions} ` +
    `--replication-factor ${replicationFactor}${settings.join("")}`
  );
}

function alterCommand({ name, partitions }: WantedTopic, { lacking, config }: Difference): string {
  const settings = Object.entries(config).map(([key, value]) => `${key}=${value}`);
  const commands = [
    ...(lacking > 0 ? [`kafka-topics.sh --alter --topic ${name} --partitions ${partitions}`] : []),
    ...(settings.length > 0
      ? [`kafka-configs.sh --alter --entity-type topics --entity-name ${name} --add-config ${settings.join(",")}`]
      : []),
  ];
  return commands.join(" && ");
}
