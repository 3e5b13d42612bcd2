/** Everything on the Docker engine with the labels that say whose it is. */
import {
  checkoutLabel,
  identityLabel,
  keptLabel,
  mysqlVersionLabel,
  shardLabel,
  stackLabel,
} from "../../lib/constants.ts";
import { ask } from "./client.ts";
import { labelField, publishedPorts, rowsOf } from "./listing.ts";

export const engineKinds = ["container", "volume", "network"] as const;
export type EngineKind = (typeof engineKinds)[number];

/** A container, volume or network, whoever's it is. */
export interface Thing {
  readonly kind: EngineKind;
  readonly name: string;
  /** What commands take: a container's or network's id, a volume's name. */
  readonly id: string;
  /** Ports of the host that a container publishes now. */
  readonly ports: ReadonlySet<number>;
  /** Label `cdc.stack`. */
  readonly stack: string | undefined;
  /** Label `cdc.kept`: the stack that left it on purpose. */
  readonly kept: string | undefined;
  /** Label `cdc.identity`. */
  readonly identity: string | undefined;
  /** Label `cdc.checkout`. */
  readonly checkout: string | undefined;
  /** Label `cdc.shard`. */
  readonly shard: string | undefined;
  /** Label `cdc.mysql.version`, on a shard's container and data volume. */
  readonly mysqlVersion: string | undefined;
}

const labels = [stackLabel, keptLabel, identityLabel, checkoutLabel, shardLabel, mysqlVersionLabel];
const labelFields = labels.map(labelField);

/** How each kind is listed: name, id, ports, then the labels. */
const listings: readonly (readonly [kind: EngineKind, args: readonly string[]])[] = [
  ["container", ["container", "ls", "--all", "--no-trunc", "--format", fields("{{.Names}}", "{{.ID}}", "{{.Ports}}")]],
  ["volume", ["volume", "ls", "--format", fields("{{.Name}}", "{{.Name}}", "")]],
  ["network", ["network", "ls", "--no-trunc", "--format", fields("{{.Name}}", "{{.ID}}", "")]],
];

function fields(...first: string[]): string {
  return [...first, ...labelFields].join("\t");
}

/**
 * All containers (stopped ones too), volumes and networks of the engine.
 * @throws EngineError when the engine does not answer.
 */
export async function thingsOnEngine(): Promise<Thing[]> {
  const found = await Promise.all(listings.map(async ([kind, args]) => parseThings(kind, await ask(args))));
  return found.flat();
}

/** Lines as the listings above ask for them. */
export function parseThings(kind: EngineKind, stdout: string): Thing[] {
  return rowsOf(stdout).map(({ name, fields: [id = "", ports = "", ...values] }) => {
    const [stack, kept, identity, checkout, shard, mysqlVersion] = values.map((value) => value || undefined);
    return { kind, name, id, ports: publishedPorts(ports), stack, kept, identity, checkout, shard, mysqlVersion };
  });
}
