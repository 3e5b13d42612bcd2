/** The resource graph with brokers that somebody else runs: topics on them, logins where they are needed, and no secret in clear. */
import { beforeAll, expect, test } from "vitest";
import { CdcPipeline } from "../../components/cdc-pipeline.ts";
import { kafkaKeystore, kafkaPassword, mysqlPassword } from "../../lib/passwords.ts";
import { existingKafka } from "../config/refusals/write.ts";
import { planFrom, rawWith } from "../support/config.ts";
import { images, ownerOf } from "../support/fake-world.ts";
import { inClear, register, reveal, type Registered } from "../support/mocks.ts";

const password = String.raw`pa ss="w\örd`;
const tls = { caFile: "test/support/authority.pem" };

async function registered(existing: object | undefined): Promise<Registered[]> {
  const kafka = existing === undefined ? {} : { kafka: { existing } };
  const plan = planFrom(rawWith({ ...kafka, readSide: { enabled: true } }), "cdc-test");
  const passwords = new Map([[kafkaPassword, password]]);
  return await register(
    (options) => void new CdcPipeline("pipeline", { owner: ownerOf(plan.stack), plan, images, passwords }, options),
  );
}

let ours: Registered[];
let theirs: Registered[];
const kindOf = ({ type }: Registered) => type.split(":").at(-1) ?? "";
const named = (name: string): Registered => {
  const found = theirs.find((resource) => resource.name === name);
  if (found === undefined) throw new Error(`no ${name} among ${theirs.map((one) => one.name).join(", ")}`);
  return found;
};

beforeAll(async () => {
  ours = await registered(undefined);
  theirs = await registered({ ...existingKafka, tls });
});

test("in place of the broker and its topics there are topics on theirs, the workers' among them; all else is as it was", () => {
  const names = (all: Registered[]) => all.map((one) => `${kindOf(one)} ${one.name}`).toSorted();
  const [own, other] = [names(ours), names(theirs)];
  const gone = own.filter((name) => !other.includes(name) && !name.startsWith("Topic "));
  const come = other.filter((name) => !own.includes(name));
  expect(gone).toEqual([
    "Container kafka-container",
    "ContainerReady kafka-ready",
    "KafkaCluster kafka",
    "PreparedImage broker-prepared",
    "Volume kafka-data",
    "kafka kafka-kafka",
  ]);
  const topics = own.filter((name) => name.startsWith("Topic ")).map((name) => `Shared${name}`);
  const ofWorkers = ["configs", "offsets", "status"].map((what) => `SharedTopic topic-cdc-test-connect-${what}`);
  expect(come).toEqual(["ExistingKafka kafka", ...[...topics, ...ofWorkers].toSorted()]);
});

test("the workers start after their topics, and connectors are taken off the brokers by themselves", () => {
  const waits = named("connect-container").options.dependsOn as unknown as { __name?: string }[];
  expect(waits.map((one) => one.__name)).toContain("topic-cdc-test-connect-offsets");
  for (const name of ["shard0-connector", "read-side-sink"])
    expect(named(name).options.deletedWith, name).toBeUndefined();
});

test("workers and guard have the login as Java and they themselves take it; everybody else none", () => {
  const holders = theirs.filter(({ inputs }) => JSON.stringify(inputs).includes("kafka.jaas="));
  expect(holders.map(({ name }) => name).toSorted()).toEqual(["connect-container", "guard-container"]);
  for (const { inputs } of holders) {
    const uploads = reveal(inputs["uploads"]) as { file: string; content?: unknown }[];
    const text = String(reveal(uploads.find(({ file }) => file.endsWith("connectors.properties"))?.content));
    expect(text.split("\n")).toContain(String.raw`kafka.password=pa\ ss="w\\\u00f6rd`);
    expect(text).toContain(String.raw`\ password="pa\ ss=\\"w\\\\\u00f6rd";`);
  }
  const files = (reveal(named("connect-container").inputs["uploads"]) as { file: string }[]).map(({ file }) => file);
  expect(files).toContain("/run/secrets/kafka-authority.pem");
});

test("who asks the brokers for Pulumi is given the password as a secret", () => {
  const asking = ["shard0-connector", "read-side-sink", "shard0-flow", "shard0-read", "shard0-indexed"];
  for (const name of [...asking, "topic-shard0.products.products"])
    expect(reveal(named(name).inputs["kafkaPassword"])).toBe(password);
  for (const one of theirs) expect(`${one.name}: ${inClear(one.inputs)}`).not.toContain(password);
});

test("certificate and key are a file of workers and guard, and a secret of who asks the brokers for Pulumi", async () => {
  const fields = {
    bootstrapServers: existingKafka.bootstrapServers,
    tls: { certFile: tls.caFile, key: { secure: "v1:x" } },
  };
  const plan = planFrom(rawWith({ kafka: { existing: fields }, readSide: { enabled: true } }), "cdc-test");
  expect(plan.kafka.endpoints.inNetwork).toMatchObject({ certificate: { subject: "CN=cdc test" } });
  const passwords = new Map([[kafkaKeystore, password]]);
  const all = await register(
    (options) => void new CdcPipeline("pipeline", { owner: ownerOf(plan.stack), plan, images, passwords }, options),
  );
  const holders = all.filter(({ inputs }) =>
    ((reveal(inputs["uploads"]) ?? []) as { file: string; content?: unknown }[]).some(
      ({ file, content }) => file === "/run/secrets/kafka-keystore.pem" && reveal(content) === password,
    ),
  );
  expect(holders.map(({ name }) => name).toSorted()).toEqual(["connect-container", "guard-container"]);
  const asking = ["shard0-connector", "read-side-sink", "shard0-flow", "shard0-read", "shard0-indexed"];
  for (const name of [...asking, "topic-shard0.products.products"])
    expect(reveal(all.find((one) => one.name === name)?.inputs["kafkaKeystore"]), name).toBe(password);
  for (const one of all) {
    expect(`${one.name}: ${inClear(one.inputs)}`).not.toContain(password);
    expect(one.inputs).not.toHaveProperty("kafkaPassword");
  }
});

test("with shards and brokers that somebody else runs, workers, guard and read side are left", async () => {
  const mysql = { host: "db1.example.com", user: "capture", password: { secure: "v1:x" } };
  const fields = { shards: [{ name: "far", mysql }], kafka: { existing: existingKafka }, readSide: { enabled: true } };
  const plan = planFrom(rawWith(fields), "cdc-test");
  const passwords = new Map([
    [kafkaPassword, password],
    [mysqlPassword("far"), password],
  ]);
  const all = await register(
    (options) => void new CdcPipeline("pipeline", { owner: ownerOf(plan.stack), plan, images, passwords }, options),
  );
  expect(all.flatMap((one) => (kindOf(one) === "Container" ? [one.name] : [])).toSorted()).toEqual([
    "connect-container",
    "guard-container",
    "opensearch-container",
    "search-container",
  ]);
});
