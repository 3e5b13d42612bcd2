/** Classes that no worker has: the connector's task would fail at its start, or the worker at its own. */
import type { PipelineConfig } from "../config/schema.ts";
import { fullNames, hasClass, kindNamedBy, releaseWith, type PluginKind } from "./plugin-classes.ts";
import type { Problem } from "../lib/problem.ts";

/**
 * Finds properties that name a converter, transform or predicate which nothing brings.
 * An image of one's own, and the plugin of another sink, may bring what is not known here.
 * @param versions Debezium releases that have to have the classes, one of which each runs on.
 */
export function findClassProblems(
  path: string,
  properties: Readonly<Record<string, string>>,
  config: PipelineConfig,
  versions: readonly string[],
): Problem[] {
  if (config.kafka.image !== undefined) return [];
  if (config.readSide.enabled && config.readSide.sink.plugin !== undefined) return [];
  return Object.entries(properties).flatMap(([key, name]) => {
    const kind = kindNamedBy(key);
    const lacking = kind && versions.find((version) => !hasClass(kind, name, version));
    return kind === undefined || lacking === undefined
      ? []
      : [missing(`${path}.${key}`, kind, name, `Kafka ${config.kafka.version}`, lacking)];
  });
}

function missing(path: string, kind: PluginKind, name: string, kafka: string, debezium: string): Problem {
  const since = releaseWith(kind, name);
  const full = fullNames(kind, name);
  const found = `found ${name}, but no plugin of this pipeline brings that ${kind}`;
  const problem = { code: "CDC-307", path } as const;
  if (since !== undefined)
    return {
      ...problem,
      message: `${found}: Debezium ${debezium} does not have it yet`,
      remedy: `set debeziumVersion to ${since} or later, or remove it`,
    };
  if (full.length > 0)
    return { ...problem, message: `${found} under this name`, remedy: `write the class: ${full.join(" or ")}` };
  return {
    ...problem,
    message: `${found}: neither ${kafka} nor Debezium's MySQL plugin ${debezium} has it`,
    remedy: `use a ${kind} of theirs, or a Kafka image of your own that has it in /opt/kafka/libs (cdc:kafka.image)`,
  };
}
