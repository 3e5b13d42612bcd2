/** The plan as the checks need it: what it would take from the world. The only file of preflight/ that reads the plan's shape. */
import type { Images } from "../config/images.ts";
import type { PublishedPort } from "../plan/endpoints.ts";
import { hasOwnServer } from "../plan/servers.ts";
import type { ContainerPlan, PipelinePlan, PublishedPlan } from "../plan/types.ts";

/** A container of the plan. */
export interface WantedService {
  /** In words: "MySQL of shard0". */
  readonly what: string;
  readonly container: string;
  /** Undefined when none is published. */
  readonly port: PublishedPort | undefined;
  /** About what it will hold of the machine's memory, in MiB. */
  readonly memoryMiB: number;
}

export interface WantedShard {
  readonly name: string;
  readonly container: string;
  readonly volume: string;
  /** Line or version of MySQL: `9.7`. */
  readonly mysqlVersion: string;
}

/** An image that containers are made of. */
export interface WantedImage {
  /** `name:tag` */
  readonly reference: string;
  /** The field that names it; undefined where it follows from `cdc:images` and the versions. */
  readonly givenBy: string | undefined;
}

export interface Wanted {
  readonly stack: string;
  readonly services: readonly WantedService[];
  readonly shards: readonly WantedShard[];
  /** Each reference once. */
  readonly images: readonly WantedImage[];
}

/** Everything that the plan wants of the world. */
export function wantedOf(plan: PipelinePlan, images: Images): Wanted {
  const shards = plan.shards.filter(hasOwnServer);
  const { brokers } = plan.kafka;
  const { workers } = plan.connect;
  const { engine, page } = plan.readSide ?? {};
  const { prometheus, alertmanager } = plan.monitoring ?? {};
  return {
    stack: plan.stack,
    services: [
      ...shards.map(({ name, server }) => service(`MySQL of ${name}`, server)),
      ...brokers.map((broker) => service(numbered("Kafka broker", broker, brokers.length), broker)),
      ...workers.map((worker) => service(numbered("Kafka Connect", worker, workers.length), worker)),
      ...(plan.guard === undefined ? [] : [service("guard", plan.guard)]),
      ...(engine === undefined ? [] : [service("OpenSearch", engine)]),
      ...(page === undefined ? [] : [service("search page", page)]),
      ...(prometheus === undefined ? [] : [service("Prometheus", prometheus)]),
      ...(alertmanager === undefined ? [] : [service("Alertmanager", alertmanager)]),
    ],
    shards: shards.map(({ name, server: { container, volume } }) => ({
      name,
      container,
      volume,
      mysqlVersion: plan.images.mysqlVersion,
    })),
    images: onceEach([
      { reference: images.mysql, givenBy: plan.images.mysql && "cdc:mysql.image" },
      { reference: images.kafka, givenBy: plan.images.kafka && "cdc:kafka.image" },
      ...(plan.guard === undefined && page === undefined
        ? []
        : [{ reference: images.node, givenBy: plan.images.node && "cdc:guard.image" }]),
      ...(engine === undefined
        ? []
        : [{ reference: images.opensearch, givenBy: plan.images.opensearch && "cdc:readSide.image" }]),
      ...(prometheus === undefined
        ? []
        : [{ reference: images.prometheus, givenBy: plan.images.prometheus && "cdc:monitoring.prometheus.image" }]),
      ...(alertmanager === undefined
        ? []
        : [
            {
              reference: images.alertmanager,
              givenBy: plan.images.alertmanager && "cdc:monitoring.alertmanager.image",
            },
          ]),
    ]),
  };
}

function onceEach(images: readonly WantedImage[]): WantedImage[] {
  return [...new Map(images.map((image) => [image.reference, image])).values()];
}

function service(what: string, plan: ContainerPlan | PublishedPlan): WantedService {
  const { container, expectedMemoryMiB } = plan;
  return { what, container, port: "port" in plan ? plan.port : undefined, memoryMiB: expectedMemoryMiB };
}

function numbered(what: string, { alias }: { readonly alias: string }, count: number): string {
  return count === 1 ? what : `${what} ${alias}`;
}

/** What all services together will hold of the machine's memory, in MiB: heaps and buffer pools, and what comes beside. */
export function plannedMemoryMiB(services: readonly WantedService[]): number {
  return services.reduce((sum, { memoryMiB }) => sum + memoryMiB, 0);
}
