import { describe, expect, test } from "vitest";
import { publishedAddresses } from "../../policy/rules/addresses.ts";
import { oneConnectorPerShard } from "../../policy/rules/connectors.ts";
import { pinnedImages } from "../../policy/rules/images.ts";
import { leastRights } from "../../policy/rules/least-rights.ts";
import { limitedMemory, limitedProcesses } from "../../policy/rules/limits.ts";
import { renderViolation, types, unknownValue, type Resource, type Violation } from "../../policy/rules/resource.ts";
import { sameTimeZone } from "../../policy/rules/time-zone.ts";
import { orderedTopics } from "../../policy/rules/topics.ts";
import { uniqueIds } from "../../policy/rules/unique.ts";
import { gracefulStop, keptVolumes } from "../../policy/rules/volumes.ts";
import { connector, container, mysqlServer, topic } from "./graph.ts";

/** Each violation's first line. */
const told = (violations: readonly Violation[]) => violations.map((found) => renderViolation(found).split("\n")[0]);

/** [what is looked at, the resources, the beginnings of what is told] */
type Case = readonly [string, Resource | readonly Resource[], readonly string[]];

function table(rule: (resources: readonly Resource[]) => Violation[], cases: readonly Case[]): void {
  test.each(cases)("%s", (_title, resources, expected) => {
    const lines = told(rule([resources].flat()));
    expect(lines).toHaveLength(expected.length);
    for (const [index, line] of expected.entries()) expect(lines[index]).toContain(line);
  });
}

const each = (rule: (resource: Resource) => Violation[]) => (resources: readonly Resource[]) => resources.flatMap(rule);
const image = (name: unknown): Resource => ({ type: types.remoteImage, name: "image", inputs: { name } });
const prepared = (from: string): Resource => ({
  type: types.preparedImage,
  name: "prepared",
  inputs: { kind: "mysql", image: from, baseId: digest },
});
const digest = `sha256:${"0".repeat(64)}`;

test("a violation says resource, property, what was found, what is allowed and what to do", () => {
  const [violation] = pinnedImages(image("mysql:latest"));
  expect(violation && renderViolation(violation)).toBe(
    'image: name is "mysql:latest"; allowed is a reference with a tag other than latest, or with a digest.\n' +
      "What to do: write the version, for example mysql:9.7 or mysql@sha256:DIGEST.",
  );
});

describe("pinned images", () => {
  table(each(pinnedImages), [
    ["a tag", image("mysql:9.7"), []],
    ["a tag behind a path", image("cdc-packages/mysql:9.7-0123456789ab"), []],
    ["a digest", image(`mysql@${digest}`), []],
    ["a tag and a digest", image(`mysql:9.7@${digest}`), []],
    ["no tag", image("mysql"), ['image: name is "mysql"']],
    ["latest", image("apache/kafka:latest"), ['image: name is "apache/kafka:latest"']],
    ["a port is no tag", image("localhost:5000/mysql"), ['image: name is "localhost:5000/mysql"']],
    ["a container of an image id", container({ image: digest }), []],
    ["a container of a pinned image", container({ image: "mysql:9.7" }), []],
    ["a container of an image not known yet", container({ image: unknownValue }), []],
    ["a container of any image", container({ image: "mysql" }), ['box: image is "mysql"']],
    ["an image prepared from a pinned one", prepared("mysql:9.7"), []],
    ["an image prepared from any", prepared("mysql"), ['prepared: image is "mysql"']],
    ["other resources", topic(), []],
  ]);
});

describe("published addresses", () => {
  const port = (ip?: unknown) =>
    container({ ports: [{ internal: 1, external: 3308, ...(ip === undefined ? {} : { ip }) }] });
  table(
    each((resource) => publishedAddresses(resource)),
    [
      ["loopback", port("127.0.0.1"), []],
      ["loopback, IPv6", port("::1"), []],
      ["not known yet", port(unknownValue), []],
      ["no port at all", container({}), []],
      ["every address", port("0.0.0.0"), ['box: ports[0].ip is "0.0.0.0" (port 3308); allowed is 127.0.0.1, ::1']],
      ["no address", port(), ["box: ports[0].ip is not set, which is every address (port 3308)"]],
      ["an empty address", port(""), ["box: ports[0].ip is not set, which is every address"]],
      ["all ports", container({ publishAllPorts: true }), ["box: publishAllPorts is true"]],
      ["the host's network", container({ networkMode: "host" }), ['box: networkMode is "host"']],
    ],
  );

  test("another address, when the configuration names it; then no other", () => {
    expect(publishedAddresses(port("192.0.2.1"), ["192.0.2.1"])).toEqual([]);
    expect(told(publishedAddresses(port("127.0.0.1"), ["192.0.2.1"]))).toEqual([
      'box: ports[0].ip is "127.0.0.1" (port 3308); allowed is 192.0.2.1.',
    ]);
  });
});

describe("one connector per shard", () => {
  const sink: Resource = { type: types.connector, name: "sink", inputs: { config: { "connector.class": "a.Sink" } } };
  table(oneConnectorPerShard, [
    ["a server and its connector", [mysqlServer(), connector()], []],
    [
      "a connector by the container's name",
      [mysqlServer({ name: "cdc-db", hostname: "x" }), connector({ "database.hostname": "cdc-db" })],
      [],
    ],
    [
      "a connector by an alias",
      [mysqlServer({ networksAdvanced: [{ aliases: ["shard"] }] }), connector({ "database.hostname": "shard" })],
      [],
    ],
    ["a server outside the stack", [connector({ "database.hostname": "elsewhere" })], []],
    ["connectors of other kinds", [mysqlServer(), connector(), sink], []],
    ["a server without connector", [mysqlServer(), mysqlServer({}, "db2"), connector()], ["db2: connector is none"]],
    [
      "a server with two",
      [mysqlServer(), connector(), connector({}, "second")],
      ["second: config.database.hostname is db:3306, which capture captures already"],
    ],
    [
      "a server with two, by different names",
      [
        mysqlServer({ networksAdvanced: [{ aliases: ["shard"] }] }),
        connector(),
        connector({ "database.hostname": "shard" }, "second"),
      ],
      ["second: config.database.hostname is shard:3306, which capture captures already"],
    ],
    [
      "a server outside the stack with two",
      [connector({ "database.hostname": "x" }), connector({ "database.hostname": "x" }, "second")],
      ["second: config.database.hostname is x:3306"],
    ],
    [
      "another port is another server",
      [mysqlServer(), connector({ "database.port": "3307" })],
      ["db: connector is none"],
    ],
    [
      "a connector whose server is not known yet",
      [mysqlServer(), connector({ "database.hostname": unknownValue })],
      [],
    ],
  ]);
});

describe("limited memory and processes", () => {
  const ready = (inputs: Record<string, unknown>): Resource => ({ type: types.containerReady, name: "ready", inputs });
  const box = container({ name: "cdc-box" });
  table(limitedProcesses, [
    ["a limit", [box, ready({ container: "cdc-box", pidsLimit: 4096 })], []],
    ["none of the kind", [box], ["box: pidsLimit is not set"]],
    ["one without a limit", [box, ready({ container: "cdc-box" })], ["box: pidsLimit is not set"]],
    ["none at all", [box, ready({ container: "cdc-box", pidsLimit: -1 })], ["box: pidsLimit is -1"]],
    ["another's", [box, ready({ container: "cdc-other", pidsLimit: 4096 })], ["box: pidsLimit is not set"]],
    ["a limit that is not known yet", [box, ready({ container: "cdc-box", pidsLimit: unknownValue })], []],
    ["a container that is not known yet", [box, ready({ container: unknownValue, pidsLimit: 4096 })], []],
    ["a name that is not known yet", [container({ name: unknownValue }), ready({ container: "x", pidsLimit: 1 })], []],
  ]);
  table(limitedMemory, [
    ["a limit", [box, ready({ container: "cdc-box", memoryLimitMiB: 256 })], []],
    [
      "one of processes alone",
      [box, ready({ container: "cdc-box", pidsLimit: 1 })],
      ["box: memoryLimitMiB is not set"],
    ],
    ["none at all", [box, ready({ container: "cdc-box", memoryLimitMiB: 0 })], ["box: memoryLimitMiB is 0"]],
    ["a limit that is not known yet", [box, ready({ container: "cdc-box", memoryLimitMiB: unknownValue })], []],
  ]);
});

describe("unique ids", () => {
  const second = {
    "database.hostname": "db2",
    "database.server.id": "5002",
    "topic.prefix": "b",
    "schema.history.internal.kafka.topic": "h",
  };
  const port = (external: number, more = {}) => ({ ports: [{ internal: 1, external, ...more }] });
  table(uniqueIds, [
    [
      "all differ",
      [
        mysqlServer(),
        mysqlServer({ command: ["mysqld", "--server-id=2"] }, "db2"),
        connector(),
        connector(second, "b"),
      ],
      [],
    ],
    [
      "server ids of two connectors",
      [connector(), connector({ ...second, "database.server.id": "5001" }, "b")],
      ["b: config.database.server.id is 5001, which capture has already"],
    ],
    [
      "server ids of two servers",
      [mysqlServer(), mysqlServer({}, "db2")],
      ["db2: command --server-id is 1, which db has already"],
    ],
    [
      "a connector's id and a server's",
      [mysqlServer({ command: ["mysqld", "--server_id=5001"] }), connector()],
      ["capture: config.database.server.id is 5001, which db has already"],
    ],
    ["prefixes", [connector(), connector({ ...second, "topic.prefix": "db" }, "b")], ["b: config.topic.prefix is db"]],
    [
      "history topics",
      [connector(), connector({ ...second, "schema.history.internal.kafka.topic": "schemahistory.db" }, "b")],
      ["b: config.schema.history.internal.kafka.topic is schemahistory.db"],
    ],
    ["connector names", [connector(), connector(second)], ["capture: name is capture"]],
    [
      "container names",
      [container({ name: "x" }), container({ name: "x" }, "box2")],
      ["box2: name is x, which box has already"],
    ],
    [
      "host ports",
      [container(port(3308)), container(port(3308), "box2")],
      ["box2: ports[0].external is 3308/tcp, which box has already"],
    ],
    ["host ports of other protocols", [container(port(3308)), container(port(3308, { protocol: "udp" }), "box2")], []],
    [
      "one port on two addresses of one container",
      container({
        ports: [
          { external: 1, ip: "127.0.0.1" },
          { external: 1, ip: "::1" },
        ],
      }),
      [],
    ],
    [
      "data volumes",
      [mysqlServer(), mysqlServer({ command: ["mysqld"], volumes: mysqlServer().inputs["volumes"] }, "db2")],
      ["db2: volume at /var/lib/mysql is db-data"],
    ],
    ["what is not known yet", [container({ name: unknownValue }), container({ name: unknownValue }, "box2")], []],
  ]);
});

describe("kept volumes", () => {
  const broker = (inputs: object) =>
    container({ envs: ["KAFKA_LOG_DIRS=/data/a,/data/b", "KAFKA_PROCESS_ROLES=broker"], ...inputs });
  const at = (containerPath: string, more: object = { volumeName: "v" }) => ({ volumes: [{ containerPath, ...more }] });
  table(each(keptVolumes), [
    ["a named volume", mysqlServer(), []],
    [
      "a named volume under mounts",
      mysqlServer({ volumes: [], mounts: [{ type: "volume", source: "v", target: "/var/lib/mysql" }] }),
      [],
    ],
    ["a volume not known yet", mysqlServer(at("/var/lib/mysql", { volumeName: unknownValue })), []],
    ["a volume above the folder", broker(at("/data")), []],
    ["no volume", mysqlServer({ volumes: [] }), ["db: /var/lib/mysql is not on a volume"]],
    ["a volume elsewhere", mysqlServer(at("/var/lib/mysql2")), ["db: /var/lib/mysql is not on a volume"]],
    [
      "an anonymous volume",
      mysqlServer(at("/var/lib/mysql", {})),
      ["db: /var/lib/mysql is not on a named volume (volumes[0])"],
    ],
    [
      "a folder of the host",
      mysqlServer(at("/var/lib/mysql", { hostPath: "/srv" })),
      ["db: /var/lib/mysql is not on a named volume (volumes[0])"],
    ],
    [
      "a read-only volume",
      mysqlServer(at("/var/lib/mysql", { volumeName: "v", readOnly: true })),
      ["db: /var/lib/mysql is read-only (volumes[0])"],
    ],
    [
      "memory over a volume",
      mysqlServer({ ...at("/var/lib"), tmpfs: { "/var/lib/mysql": "" } }),
      ["db: /var/lib/mysql is not on a named volume (tmpfs)"],
    ],
    ["another data folder", mysqlServer({ command: ["mysqld", "--datadir=/data"] }), ["db: /data is not on a volume"]],
    ["one of a broker's two folders", broker(at("/data/a")), ["box: /data/b is not on a volume"]],
    [
      "a broker at its image's default",
      container({ envs: ["KAFKA_PROCESS_ROLES=broker"] }),
      ["box: /tmp/kraft-combined-logs is not on a volume"],
    ],
    ["a worker from the broker's image", container({ envs: ["KAFKA_HEAP_OPTS=-Xmx1g"] }), []],
  ]);
});

describe("graceful stop", () => {
  table(each(gracefulStop), [
    ["thirty seconds", mysqlServer(), []],
    ["ten seconds", mysqlServer({ destroyGraceSeconds: 10 }), []],
    ["nine seconds", mysqlServer({ destroyGraceSeconds: 9 }), ["db: destroyGraceSeconds is 9; allowed is 10 or more"]],
    ["not set", mysqlServer({ destroyGraceSeconds: undefined }), ["db: destroyGraceSeconds is not set"]],
    ["a container without data", container({}), []],
  ]);
});

describe("same time zone", () => {
  const zone = (value: unknown) => connector({ "database.connectionTimeZone": value });
  table(sameTimeZone, [
    ["the same", [mysqlServer(), connector()], []],
    [
      "another",
      [mysqlServer(), zone("UTC")],
      ['capture: config.database.connectionTimeZone is "UTC"; allowed is "Asia/Seoul", the --default-time-zone of db'],
    ],
    [
      "none at the connector",
      [mysqlServer(), zone(undefined)],
      ["capture: config.database.connectionTimeZone is not set"],
    ],
    [
      "none at the server",
      [mysqlServer({ command: ["mysqld"] }), connector()],
      ["db: command --default-time-zone is not set"],
    ],
    ["not known yet", [mysqlServer(), zone(unknownValue)], []],
    ["a server outside the stack", zone("UTC"), []],
  ]);
});

describe("ordered topics", () => {
  const box = (config: object) => [connector(), topic({ config: { "retention.ms": "-1", ...config } })];
  table(orderedTopics, [
    ["a history as it has to be", [connector(), topic()], []],
    ["one on brokers that somebody else runs", [connector(), { ...topic(), type: types.sharedTopic }], []],
    [
      "partitions of such a one",
      [connector(), { ...topic({ partitions: 3 }), type: types.sharedTopic }],
      ["history: partitions is 3; allowed is 1"],
    ],
    ["partitions", [connector(), topic({ partitions: 3 })], ["history: partitions is 3; allowed is 1"]],
    ["partitions not known yet", [connector(), topic({ partitions: unknownValue })], []],
    ["no retention", [connector(), topic({ config: {} })], ["history: config.retention.ms is not set"]],
    ["a week's retention", box({ "retention.ms": "604800000" }), ['history: config.retention.ms is "604800000"']],
    ["limited size", box({ "retention.bytes": "1000" }), ['history: config.retention.bytes is "1000"']],
    ["compaction", box({ "cleanup.policy": "compact" }), ['history: config.cleanup.policy is "compact"']],
    [
      "a history that is not declared",
      [connector()],
      ["capture: schema.history.internal.kafka.topic is schemahistory.db, which the stack does not declare"],
    ],
    ["a topic whose name is not known yet", [connector(), topic({ name: unknownValue })], []],
    [
      "a connector whose history is not known yet",
      [connector({ "schema.history.internal.kafka.topic": unknownValue }), topic()],
      [],
    ],
    ["other topics", [topic({ partitions: 3, config: {} })], []],
  ]);
});

describe("least rights", () => {
  const rights = { capabilities: { drops: ["ALL"] }, securityOpts: ["no-new-privileges:true"] };
  const box = (inputs: Record<string, unknown>) => container({ ...rights, ...inputs });
  table(each(leastRights), [
    ["none", box({}), []],
    ["spelled otherwise", box({ capabilities: { drops: ["all"] }, securityOpts: ["no-new-privileges"] }), []],
    ["not known yet", container({ capabilities: unknownValue, securityOpts: unknownValue }), []],
    ["nothing said", container({}), ["box: capabilities.drops is not set", "box: securityOpts is not set"]],
    ["one dropped", box({ capabilities: { drops: ["NET_RAW"] } }), ['box: capabilities.drops is ["NET_RAW"]']],
    [
      "one taken back",
      box({ capabilities: { drops: ["ALL"], adds: ["SYS_NICE"] } }),
      ['box: capabilities.adds is ["SYS_NICE"]'],
    ],
    ["privileged", box({ privileged: true }), ["box: privileged is true"]],
    [
      "new privileges, said to be allowed",
      box({ securityOpts: ["no-new-privileges:false"] }),
      ['box: securityOpts is ["no-new-privileges:false"]'],
    ],
    [
      "no profile",
      box({ securityOpts: ["no-new-privileges:true", "seccomp=unconfined"] }),
      ["box: securityOpts is seccomp=unconfined"],
    ],
    ["a user", box({ user: "1000:1000" }), []],
    ["a user that begins like root", box({ user: "rootless" }), []],
    ["root", box({ user: "root" }), ['box: user is "root"']],
    ["root by number", box({ user: "0:1000" }), ['box: user is "0:1000"']],
    ["the machine's processes", box({ pidMode: "host" }), ['box: pidMode is "host"']],
    ["the machine's memory", box({ ipcMode: "host" }), ['box: ipcMode is "host"']],
    ["the machine's users", box({ usernsMode: "host" }), ['box: usernsMode is "host"']],
    ["a folder of one's own", box({ volumes: [{ hostPath: "/srv/data", containerPath: "/data" }] }), []],
    [
      "the engine",
      box({ volumes: [{ hostPath: "/var/run/docker.sock", containerPath: "/s" }] }),
      ["box: volumes is /var/run/docker.sock"],
    ],
    [
      "the machine's settings",
      box({ mounts: [{ type: "bind", source: "/etc/", target: "/e" }] }),
      ["box: volumes is /etc/"],
    ],
    ["other resources", topic(), []],
  ]);
});
