/** A shipped stack's resources as rules see them, registered under mocks; and resources made up for a test. */
import { CdcPipeline } from "../../components/cdc-pipeline.ts";
import { officialImages } from "../../config/images.ts";
import { secretValue, types, unknownValue, type Resource } from "../../policy/rules/resource.ts";
import { stackConfig, planFrom } from "../support/config.ts";
import { owner } from "../support/fake-world.ts";
import { register, reveal } from "../support/mocks.ts";

/** What Pulumi writes in a preview for a value that is not known yet. */
const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/**
 * All resources of a stack.
 * @param stack name of a stack file that is shipped.
 * @param secrets whether secrets come as marks (as remediations see them) or uncovered (as validations do).
 * @param preview whether computed values are unknown.
 * @param more fields that are set otherwise; who is told of alerts is a webhook with a token.
 */
export async function stackGraph(
  stack: string,
  secrets: "marked" | "uncovered" = "uncovered",
  preview = false,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Resource[]> {
  const plan = planFrom({ ...stackConfig(stack), ...more }, "cdc-test");
  const receiver = { webhook_configs: [{ url: "https://alerts.example.com/?token=s3cret" }] };
  const program = { owner, plan, images: officialImages, receiver };
  const registered = await register((options) => void new CdcPipeline("pipeline", program, options), preview);
  return registered.map(({ type, name, inputs }) => ({ type, name, inputs: plain(inputs) as Record<string, unknown> }));

  function plain(value: unknown): unknown {
    if (value === unknownText) return unknownValue;
    const uncovered = reveal(value);
    if (uncovered !== value) return secrets === "marked" ? secretValue : plain(uncovered);
    if (Array.isArray(value)) return value.map(plain);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
  }
}

/** The graph with some inputs of one resource set otherwise. */
export function planted(graph: readonly Resource[], name: string, type: string, inputs: object): Resource[] {
  const found = graph.find((resource) => resource.name === name && resource.type === type);
  if (found === undefined) throw new Error(`no ${type} ${name} among ${graph.map((known) => known.name).join(", ")}`);
  return graph.map((resource) =>
    resource === found ? { ...found, inputs: { ...found.inputs, ...inputs } } : resource,
  );
}

export function container(inputs: Record<string, unknown>, name = "box"): Resource {
  return { type: types.container, name, inputs };
}

/** A MySQL server as the rules want it, reached as `db:3306`. */
export function mysqlServer(inputs: Record<string, unknown> = {}, name = "db"): Resource {
  const command = ["mysqld", "--server-id=1", "--default-time-zone=Asia/Seoul"];
  const volumes = [{ volumeName: `${name}-data`, containerPath: "/var/lib/mysql" }];
  return container({ name, hostname: name, command, volumes, destroyGraceSeconds: 30, ...inputs }, name);
}

/** A connector of that server. */
export function connector(config: Record<string, unknown> = {}, name = "capture"): Resource {
  const whole = {
    "connector.class": "io.debezium.connector.mysql.MySqlConnector",
    "database.hostname": "db",
    "database.port": "3306",
    "database.server.id": "5001",
    "database.connectionTimeZone": "Asia/Seoul",
    "topic.prefix": "db",
    "schema.history.internal.kafka.topic": "schemahistory.db",
    ...config,
  };
  return { type: types.connector, name, inputs: { name, workerUrl: "http://localhost:8083", config: whole } };
}

export function topic(inputs: Record<string, unknown> = {}): Resource {
  const config = { "cleanup.policy": "delete", "retention.bytes": "-1", "retention.ms": "-1" };
  return { type: types.topic, name: "history", inputs: { name: "schemahistory.db", partitions: 1, config, ...inputs } };
}
