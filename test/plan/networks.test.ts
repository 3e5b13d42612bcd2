import { ownServers } from "../../plan/servers.ts";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hostnameOf, plannedContainers, plannedNetworks } from "../../plan/networks.ts";
import { engineNames } from "../../plan/owner.ts";
import type { ContainerPlan, PipelinePlan } from "../../plan/types.ts";
import { planWith, shardLists } from "../support/config.ts";

const usualParts = ["MySQL", "Kafka", "Kafka Connect", "guard", "OpenSearch", "search page"] as const;
const monitoringParts = ["Prometheus", "Alertmanager"] as const;
type Part = (typeof usualParts)[number] | (typeof monitoringParts)[number];

/** Whom each has to ask: what the networks are for. */
const asks: Readonly<Record<Part, readonly Part[]>> = {
  MySQL: [],
  Kafka: ["Kafka"],
  "Kafka Connect": ["MySQL", "Kafka", "Kafka Connect", "OpenSearch"],
  guard: ["MySQL", "Kafka", "Kafka Connect"],
  OpenSearch: [],
  "search page": ["OpenSearch"],
  Prometheus: ["guard", "Alertmanager"],
  Alertmanager: [],
};

/** Pairs that share a network though the one does not ask the other. */
const reachedForNothing = [
  "MySQL → MySQL",
  "MySQL → Kafka Connect",
  "MySQL → guard",
  "Kafka → Kafka Connect",
  "Kafka → guard",
  "Kafka Connect → guard",
  "OpenSearch → Kafka Connect",
  "OpenSearch → search page",
];

/** The same of the monitoring. */
const monitoringReached = [
  "guard → Prometheus",
  "guard → Alertmanager",
  "Alertmanager → guard",
  "Alertmanager → Prometheus",
  // The guard asks the engine for its health where it serves metrics.
  "guard → OpenSearch",
  "OpenSearch → guard",
];

const whole = {
  shards: [1, 2].map((number) => ({ name: `s${number}`, port: 3300 + number })),
  kafka: { brokers: 2 },
  connect: { workers: 2 },
};
const monitoring = { enabled: true, prometheus: { enabled: true }, alertsTo: { secure: "v1:x" } };
const full = planWith(whole);
const monitored = planWith({ ...whole, monitoring });

function containersOf(plan: PipelinePlan): Record<Part, ContainerPlan[]> {
  const { shards, kafka, connect, guard, readSide } = plan;
  const there = (one: ContainerPlan | undefined) => (one === undefined ? [] : [one]);
  return {
    MySQL: ownServers(shards),
    Kafka: [...kafka.brokers],
    "Kafka Connect": [...connect.workers],
    guard: there(guard),
    OpenSearch: there(readSide?.engine),
    "search page": there(readSide?.page),
    Prometheus: there(plan.monitoring?.prometheus),
    Alertmanager: there(plan.monitoring?.alertmanager),
  };
}

const shared = (one: ContainerPlan, other: ContainerPlan) =>
  other.networks.filter(({ name }) => one.networks.some((place) => place.name === name));

/** Of each two containers that are not the same: whose they are, and what they share. */
function pairsOf(plan: PipelinePlan) {
  const all = Object.entries(containersOf(plan)).flatMap(([part, containers]) =>
    containers.map((container) => ({ part: part as Part, container })),
  );
  return all.flatMap((from) =>
    all
      .filter((to) => to !== from)
      .map((to) => ({ from, to, pair: `${from.part} → ${to.part}`, places: shared(from.container, to.container) })),
  );
}

describe("who asks whom", () => {
  test("finds it by its name, and never at an address where it is not asked", () => {
    for (const { from, to, pair, places } of pairsOf(monitored).filter((one) =>
      asks[one.from.part].includes(one.to.part),
    )) {
      const named = places.filter(({ aliases }) => aliases.includes(to.container.alias));
      expect(named, pair).not.toEqual([]);
      // A worker refuses what comes by another network, and a name may stand for any address that both sides share.
      if (to.part === "Kafka Connect")
        expect(
          named.map(({ name }) => name),
          from.part,
        ).toEqual(["cdc-test"]);
    }
  });

  test.each([
    ["a stack", full, reachedForNothing],
    ["one with monitoring", monitored, [...reachedForNothing, ...monitoringReached]],
  ])("and who does not, shares no network, but for what is known: %s", (_what, plan, known) => {
    const found = pairsOf(plan).filter(
      ({ from, to, places }) => places.length > 0 && !asks[from.part].includes(to.part),
    );
    expect([...new Set(found.map(({ pair }) => pair))].toSorted()).toEqual(known.toSorted());
  });

  test("the page and the engine share none with a database or a broker, whatever the topology", () => {
    fc.assert(
      fc.property(shardLists, fc.integer({ min: 1, max: 3 }), (shards, several) => {
        const plan = planWith({ shards, kafka: { brokers: several }, connect: { workers: several } });
        const { MySQL, Kafka, OpenSearch, "search page": page } = containersOf(plan);
        for (const one of [...OpenSearch, ...page])
          for (const other of [...MySQL, ...Kafka]) expect(shared(one, other)).toEqual([]);
      }),
    );
  });

  test("is what docs/networks.md shows", () => {
    const page = readFileSync(join(import.meta.dirname, "..", "..", "docs", "networks.md"), "utf8");
    expect(page).toContain(tableOf(full, usualParts));
    expect(page).toContain(tableOf(monitored, ["guard", ...monitoringParts]));
    expect(page).toContain(pictureOf(planWith({}, "STACK")));
  });
});

describe("a worker", () => {
  test("has no hostname, which would be a name of it in every network; nor has who is asked by nobody", () => {
    const named = plannedContainers(full).filter((one) => hostnameOf(one) !== undefined);
    expect(named.map(({ alias }) => alias).toSorted()).toEqual(
      ["mysql-3301", "mysql-3302", "kafka", "kafka-2", "opensearch", "search"].toSorted(),
    );
  });

  test.each([["connect"], ["connect-2"]])("%s is asked in the network where its port is published alone", (alias) => {
    const worker = full.connect.workers.find((one) => one.alias === alias);
    expect(worker?.networks).toEqual([
      { name: "cdc-test", aliases: [alias] },
      { name: "cdc-test-databases", aliases: [] },
      { name: "cdc-test-read-side", aliases: [] },
    ]);
    // The engine publishes the ports of who is in several networks in the one whose name comes first.
    expect(worker?.networks.map(({ name }) => name).toSorted()[0]).toBe("cdc-test");
    expect(worker?.own["cdc.rest.doors"]).toBe(`${alias}.cdc-test`);
  });
});

describe("the networks", () => {
  test("are the claim and those that somebody is in, each once, and the plan's names on the engine", () => {
    expect(plannedNetworks(full)).toEqual(["cdc-test", "cdc-test-databases", "cdc-test-read-side", "cdc-test-page"]);
    expect(engineNames(full).network).toEqual(plannedNetworks(full));
  });

  test.each([
    [{ readSide: { enabled: false } }, []],
    [{ readSide: { enabled: true, page: { enabled: false } } }, ["cdc-test-read-side", "cdc-test-page"]],
    [{ readSide: { enabled: true, engineUrl: "http://search.example:9200" } }, ["cdc-test-page"]],
  ])("with %j are those of the write side and %j", (fields, further) => {
    expect(plannedNetworks(planWith(fields))).toEqual(["cdc-test", "cdc-test-databases", ...further]);
  });

  test("are the same with a further shard, and so is every other container's place", () => {
    const more = planWith({
      shards: [...full.shards, { name: "s3" }].map(({ name }, index) => ({
        name,
        port: 3301 + index,
      })),
      kafka: { brokers: 2 },
      connect: { workers: 2 },
    });
    const places = (plan: PipelinePlan) =>
      plannedContainers(plan).map(({ alias, networks }) => [alias, networks] as const);
    expect(Object.fromEntries(places(more))).toMatchObject(Object.fromEntries(places(full)));
  });
});

/** A row for each who opens connections, a column for each who is to be reached. */
function tableOf(plan: PipelinePlan, parts: readonly Part[]): string {
  const pairs = pairsOf(plan);
  const cell = (from: Part, to: Part): string => {
    const found = pairs.filter((one) => one.from.part === from && one.to.part === to);
    if (found.length === 0) return "–";
    if (asks[from].includes(to)) return "**asks**";
    if (found.every(({ places }) => places.length === 0)) return "no way";
    const isNamed = found.some(({ places, to: { container } }) =>
      places.some(({ aliases }) => aliases.includes(container.alias)),
    );
    if (to === "guard") return isNamed ? "reaches" : "nothing listens";
    return isNamed ? "reaches" : "403";
  };
  const rows = [
    ["from \\ to", ...parts],
    ["---", ...parts.map(() => "---")],
    ...parts.map((from) => [from, ...parts.map((to) => cell(from, to))]),
  ];
  return rows.map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** The networks with who is in them. */
function pictureOf(plan: PipelinePlan): string {
  const containers = Object.entries(containersOf(plan));
  const lines = plannedNetworks(plan).map((network) => {
    const inIt = containers.flatMap(([part, of]) =>
      of.some(({ networks }) => networks.some(({ name }) => name === network)) ? [part] : [],
    );
    return inIt
      .map((part) => `  ${part.replaceAll(" ", "")}["${part}"] --- ${network.replaceAll("-", "_")}(("${network}"))`)
      .join("\n");
  });
  return `flowchart LR\n${lines.join("\n")}\n`;
}
