/** The filter in front of the workers' REST API (apps/connect-filter/): who may ask, and where a placeholder of a secret may stand. */
import type { PipelineConfig } from "../config/schema.ts";
import { filterPluginFolder } from "../lib/constants.ts";
import type { Problem } from "../lib/problem.ts";
import { isOlder } from "./compatibility.ts";
import { ownNames } from "./endpoints.ts";
import type { FilterPlan } from "./types.ts";

/** Kafka 4.0 went from Jersey 2 to Jersey 3, whose classes have other names (KIP-1032). */
const oldestKafka = "4.0";

/** What the filter takes for one (apps/connect-filter, `Placeholders.java`): Kafka's own pattern wants the closing brace too. */
const placeholder = /\$\{[^}:]*:/;

type Properties = Readonly<Record<string, string>>;

/** @returns undefined where the workers cannot load it; `filterWarnings` says so. */
export function planFilter(stack: string, config: PipelineConfig): FilterPlan | undefined {
  return loads(config) ? { volume: `${stack}-connect-filter`, path: filterPluginFolder } : undefined;
}

/**
 * The worker's properties that load and configure the filter.
 * @param worker.aliases its names in the network, beside those on this machine.
 * @param worker.door a name for its address in the one network where it may be asked.
 * @param worker.configs the configurations of all planned connectors. What holds a placeholder there may hold it in a request.
 */
export function filterProperties(
  config: PipelineConfig,
  worker: { readonly aliases: readonly string[]; readonly door: string; readonly configs: readonly Properties[] },
): Record<string, string> {
  if (!loads(config)) return {};
  const planned = worker.configs
    .flatMap((one) => Object.entries(one))
    .filter(([, value]) => placeholder.test(value))
    // Encoded: the worker would put the secret in here too.
    .map(([property, value]) => encodeURIComponent(`${property}=${value}`));
  return {
    "rest.extension.classes": "cdc.filter.ConnectFilter",
    "cdc.rest.doors": worker.door,
    "cdc.rest.hosts": ownNames(...worker.aliases).join(","),
    "cdc.rest.placeholders": [...new Set(planned)].toSorted().join(","),
  };
}

/** Says where the REST API stays open. */
export function filterWarnings(config: PipelineConfig): Problem[] {
  if (loads(config)) return [];
  return [
    {
      code: "CDC-615",
      path: "cdc:kafka.version",
      message:
        `found ${config.kafka.version}; the filter of Kafka Connect's REST API needs Kafka ${oldestKafka}, ` +
        "so pages of other sites in a browser on this machine reach the worker, and a request can read its secrets",
      remedy: `use Kafka ${oldestKafka} or later, or open no browser on this machine while the stack runs`,
    },
  ];
}

function loads({ kafka }: PipelineConfig): boolean {
  return !isOlder(kafka.version, oldestKafka);
}
