/** The preflight against a real engine, a real broker and real MySQL servers, all of them of this test's own. */
import { randomBytes } from "node:crypto";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { Admin, Producer, stringSerializers } from "@platformatic/kafka";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { packagedImage } from "../../config/packaged-images.ts";
import { run } from "../../lib/run.ts";
import { mysqlVersionLabel, stackLabel } from "../../lib/constants.ts";
import type { Problem } from "../../lib/problem.ts";
import { heldOf } from "../../plan/held.ts";
import { checkData } from "../../preflight/data.ts";
import { preflight } from "../../preflight/index.ts";
import { checkServer } from "../../preflight/server.ts";
import { segmentLines } from "../../clients/docker/segment.ts";
import { dockerCommand, makeReady } from "../../provider/container.ts";
import { buildPackagedImages } from "../../tools/toolchain/images.ts";
import { planWith } from "../support/fake-world.ts";
import { limitMs, untilSucceeds } from "./support/until.ts";

const stack = `cdc-preflight-${randomBytes(4).toString("hex")}`;
const images = {
  mysql: packagedImage("mysql"),
  kafka: packagedImage("kafka"),
  node: packagedImage("node"),
  opensearch: packagedImage("opensearch"),
  prometheus: packagedImage("prometheus"),
  alertmanager: packagedImage("alertmanager"),
};
const docker = async (...args: string[]) => (await run("docker", args)).stdout.trim();
const codes = (problems: readonly Problem[]) => problems.map(({ code }) => code);

const servers: Server[] = [];
const sockets: Socket[] = [];

/** A server on a free port of loopback that takes connections and never says a word. */
async function listen(): Promise<number> {
  const server = createServer((socket) => sockets.push(socket));
  servers.push(server);
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

async function close(): Promise<void> {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
}

/** Ports on which nothing listens now, each another one. */
async function freePorts(count: number): Promise<number[]> {
  const ports = await Promise.all(Array.from({ length: count }, listen));
  await close();
  return ports;
}

const started: string[] = [];

/** A container of this stack; `of` another one. */
async function start(
  name: string,
  image: string,
  options: string[],
  command: string[] = [],
  of = stack,
): Promise<void> {
  started.push(name);
  await docker("run", "--detach", "--name", name, "--label", `${stackLabel}=${of}`, ...options, image, ...command);
}

/** A network namespace that is another machine on this one's segment, with a route to whatever this machine has. */
async function withNeighbour(work: (fetchThere: (url: string) => Promise<string>) => Promise<void>): Promise<void> {
  const [space, here, there] = ["cdc-segment", "cdc-segment-0", "cdc-segment-1"];
  const ip = async (line: string) => await run("ip", line.split(" "), { remedy: "apt-get install iproute2" });
  const inside = async (...command: string[]) => await run("ip", ["netns", "exec", space, ...command]);
  await ip(`netns del ${space}`).catch(() => {}); // of a run that was killed
  await ip(`netns add ${space}`);
  try {
    await ip(`link add ${here} type veth peer name ${there} netns ${space}`);
    await ip(`addr add 198.51.100.1/24 dev ${here}`);
    await ip(`link set ${here} up`);
    await ip(`-n ${space} addr add 198.51.100.2/24 dev ${there}`);
    await ip(`-n ${space} link set ${there} up`);
    await ip(`-n ${space} route add default via 198.51.100.1`);
    // As somebody does who knows the hole: their own machine sends what is for 127.0.0.1 out to this one.
    await inside("sh", "-c", "echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet");
    await ip(`-n ${space} route add 127.0.0.0/8 via 198.51.100.1`);
    await work(async (url) => {
      const look = `fetch("${url}", { signal: AbortSignal.timeout(15_000) }).then((a) => a.text()).then(console.log, () => console.log("closed"))`;
      return (await inside(process.execPath, "--eval", look)).stdout.trim();
    });
  } finally {
    // Its end of the wire goes with it, and the other end with that.
    await ip(`netns del ${space}`);
  }
}

/** The plan of the smallest stack: nothing of it runs, unless a test starts it. */
let ports: number[];
const plan = (fields: Record<string, unknown> = {}) =>
  planWith(
    {
      shards: [{ name: "shard0", port: ports[0] }],
      kafka: { port: ports[1] },
      connect: { port: ports[2] },
      ...fields,
    },
    stack,
  );

beforeAll(async () => {
  await buildPackagedImages({ log: () => {} });
  await docker("network", "create", "--label", `${stackLabel}=${stack}`, stack);
  ports = await freePorts(3);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await close();
});

afterAll(async () => {
  if (started.length > 0) await docker("rm", "--force", "--volumes", ...started);
  await docker("network", "rm", stack);
});

describe("the engine", () => {
  it("has room for a stack that is not there: nothing to say", async () => {
    expect(await preflight(plan(), images)).toEqual({ problems: [], warnings: [] });
  });

  it("its published ports: the network segment does not reach them; without the rules it does, and is told so", async () => {
    const name = `${stack}-segment`;
    const [port] = await freePorts(1);
    await start(
      name,
      images.node,
      ["--network", stack, "--publish", `127.0.0.1:${port}:8000`],
      ["node", "--eval", "require('node:http').createServer((_, answer) => answer.end('reached')).listen(8000)"],
      // The stack is not there: what is asked of registries goes by that.
      name,
    );
    const address = await docker(
      "inspect",
      "--format",
      "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}",
      name,
    );
    const doors = [`http://127.0.0.1:${port}`, `http://${address}:8000`];
    await untilSucceeds("the container answers here", async () => await fetch(doors[0] ?? ""));
    await withNeighbour(async (fetchThere) => {
      const segment = async () => await Promise.all(doors.map(fetchThere));
      expect(await segment()).toEqual(["closed", "closed"]);
      for (const line of segmentLines("--delete")) await run("sh", ["-c", line]);
      try {
        expect(await segment()).toEqual(["reached", "reached"]);
        const { warnings } = await preflight(plan(), images);
        expect(warnings).toMatchObject([{ code: "CDC-710", path: "Docker engine" }]);
        for (const line of segmentLines()) expect(warnings[0]?.remedy).toContain(line);
      } finally {
        for (const line of segmentLines()) await run("sh", ["-c", line]);
      }
      expect(await segment()).toEqual(["closed", "closed"]);
      expect((await preflight(plan(), images)).warnings).toEqual([]);
    });
    // Whoever is on this machine, or in the same network of containers, still gets in.
    expect(await (await fetch(doors[0] ?? "")).text()).toBe("reached");
  });

  it("a port that another process holds is refused", async () => {
    const squatted = await listen();
    const { problems } = await preflight(plan({ shards: [{ name: "shard0", port: squatted }] }), images);
    expect(problems).toMatchObject([{ code: "CDC-702", path: `port ${squatted}` }]);
    expect(problems[0]?.message).toContain("MySQL of shard0, but another process");
  });

  it("an image that is not built is refused", async () => {
    const missing = "cdc-packages/kafka:4.3.1-000000000000";
    const { problems } = await preflight(plan(), { ...images, kafka: missing });
    expect(problems).toMatchObject([{ code: "CDC-706", path: `image ${missing}` }]);
  });

  it("an image that is neither there nor in a registry is refused: its registry is out of reach, or lacks it", async () => {
    const [port] = await freePorts(1);
    const missing = `localhost:${port}/kafka:4.3.1`;
    const { problems } = await preflight(plan({ kafka: { port: ports[1], image: missing } }), {
      ...images,
      kafka: missing,
    });
    expect(problems).toMatchObject([{ code: "CDC-709", path: `image ${missing}` }]);
    expect(problems[0]?.message).toMatch(/does not reach its registry: .*connection refused/);
    expect(problems[0]?.remedy).toContain("cdc:kafka.image");
  });

  it("a server that crashes again and again is told at its second crash, with its own reason", async () => {
    const name = `${stack}-crashing`;
    const options = ["--restart", "unless-stopped", "--env", "MYSQL_ROOT_PASSWORD=secret"];
    await start(name, images.mysql, options, ["--collation-server=nonsense_ci"]);
    const ready = makeReady(dockerCommand, {
      container: name,
      containerId: "",
      memoryLimitMiB: 2048,
      pidsLimit: 4096,
      timeoutSeconds: limitMs / 1000,
    });
    await expect(ready).rejects.toThrow(/crashes again and again: \d+ times[^]*Unknown collation: 'nonsense_ci'/);
    await docker("stop", name);
  });

  it("one that is not there is one problem, and not waited for", async () => {
    const [port = 0] = await freePorts(1);
    vi.stubEnv("DOCKER_HOST", `tcp://127.0.0.1:${port}`);
    const { problems } = await preflight(plan(), images);
    expect(problems).toMatchObject([{ code: "CDC-701", path: `Docker engine at DOCKER_HOST=tcp://127.0.0.1:${port}` }]);
    expect(problems[0]?.message).not.toContain("no answer within");
  });

  it("one that does not say a word is one problem, after fifteen seconds", async () => {
    vi.stubEnv("DOCKER_HOST", `tcp://127.0.0.1:${await listen()}`);
    const { problems } = await preflight(plan(), images);
    expect(problems).toMatchObject([{ code: "CDC-701", message: "no engine answers: no answer within 15 s" }]);
  });

  it.each([
    ["10.1", ["CDC-707"], []],
    ["8.0", ["CDC-707"], []],
    ["8.4", [], ["CDC-708"]],
    ["9.7", [], []],
  ])("a volume of MySQL %s: problems %j, warnings %j", async (version, problems, warnings) => {
    const volume = plan().shards[0]?.server?.volume ?? "";
    const labels = ["--label", `${stackLabel}=${stack}`, "--label", `${mysqlVersionLabel}=${version}`];
    await docker("volume", "create", ...labels, volume);
    try {
      const found = await preflight(plan(), images);
      expect([codes(found.problems), codes(found.warnings)]).toEqual([problems, warnings]);
    } finally {
      await docker("volume", "rm", volume);
    }
  });
});

describe("the broker", () => {
  const before = { cleanup: "delete", retentionHours: 240, partitions: 3 };
  const data = "shard0.products.products";

  beforeAll(async () => {
    const [broker] = plan().kafka.brokers;
    if (broker === undefined) throw new Error("no broker planned");
    const environment = Object.entries(broker.environment).flatMap(([key, value]) => ["--env", `${key}=${value}`]);
    const published = ["--publish", `127.0.0.1:${broker.port.host}:${broker.port.internal}`];
    await start(broker.container, images.kafka, [...environment, ...published, "--hostname", broker.alias]);
    const admin = new Admin({ clientId: "test", bootstrapBrokers: [`127.0.0.1:${broker.port.host}`], retries: 0 });
    try {
      await untilSucceeds("the broker answers", () => admin.listTopics({}));
      const planned = plan({ topics: before });
      const topics = [...planned.connect.topics, ...planned.shards.flatMap((shard) => shard.topics)];
      for (const topic of topics) {
        await admin.createTopics({
          topics: [topic.name],
          partitions: topic.partitions,
          replicas: topic.replicationFactor,
          configs: Object.entries(topic.config).map(([name, value]) => ({ name, value })),
        });
      }
      // On a busy machine the broker learns with some delay what its controller has decided.
      await untilSucceeds("the broker shows the topics", async () => {
        expect(await admin.listTopics({})).toHaveLength(topics.length);
      });
    } finally {
      await admin.close();
    }
  });

  /** Three records for each data topic. */
  const fill = async () => {
    const bootstrapBrokers = [`127.0.0.1:${ports[1]}`];
    const producer = new Producer({ clientId: "test", bootstrapBrokers, serializers: stringSerializers });
    try {
      const messages = [data, "shard0.products.stock"].flatMap((topic) =>
        ["a", "b", "c"].map((key) => ({ topic, key, value: key })),
      );
      await producer.send({ messages });
    } finally {
      await producer.close();
    }
  };

  /** @param known whether there is a state, which has what the broker was given. */
  const found = (fields: Record<string, unknown>, known = true) => {
    const planned = plan(fields);
    const state = known ? heldOf(plan({ topics: before })) : undefined;
    return checkData({ planned: heldOf(planned), before: state, words: planned.allowDelete });
  };

  it("holds the topics as planned: nothing to say, and its own port is its own", async () => {
    expect(await preflight(plan({ topics: before }), images)).toEqual({ problems: [], warnings: [] });
    const nothing = { problems: [], warnings: [] };
    expect(await found({ topics: before })).toMatchObject(nothing);
    expect(await found({ topics: { ...before, partitions: 4, retentionHours: 241 } })).toMatchObject(nothing);
    // An empty topic has nothing to lose.
    expect(await found({ topics: { ...before, partitions: 2 } })).toMatchObject(nothing);
    await fill();
  });

  it.each([
    [{ partitions: 2 }, "CDC-801", /has 3 partitions, 2 are planned/],
    [{ retentionHours: 24 }, "CDC-803", /retention.ms=86400000 is dropped \(until now 864000000\)/],
    [{ retentionHours: undefined }, "CDC-803", /retention.ms=604800000 is dropped \(until now 864000000\)/],
    [{ cleanup: "compact", retentionHours: undefined }, "CDC-803", /keeps only the newest/],
  ])("%j would lose data", async (change, code, message) => {
    // Both at once, so that a failure shows what was said instead.
    expect(await found({ topics: { ...before, ...change } })).toMatchObject({
      problems: [
        { code, path: `topics ${data}, shard0.products.stock`, message: expect.stringMatching(message) as string },
      ],
      warnings: [],
    });
  });

  it.each([
    ["with a state", true],
    ["without one", false],
  ])("a table that is taken out would lose its topic, unless that is allowed: %s", async (_, known) => {
    const fields = { tables: ["products.stock"], topics: before };
    const { problems } = await found(fields, known);
    expect(problems).toMatchObject([{ code: "CDC-804", path: `topic ${data}` }]);
    expect(problems[0]?.message).toContain(`${data} holds up to 3 records (less than 0.1 MiB)`);
    const allowed = await found({ ...fields, allowDelete: [`topic:${data}`] }, known);
    expect([codes(allowed.problems), codes(allowed.warnings)]).toEqual([[], ["CDC-804"]]);
  });

  it("when it does not answer, or is stopped, the state alone refuses", async () => {
    const broker = plan().kafka.brokers[0]?.container ?? "";
    const fewer = { topics: { ...before, partitions: 1 } };
    const refused = async () => {
      const { problems } = await found(fewer);
      expect(codes(problems)).toEqual(["CDC-801"]);
      expect(problems[0]?.message).toContain("unknown: the broker does not answer");
    };
    await docker("pause", broker);
    try {
      await refused();
      const { problems, warnings } = await found({ topics: before });
      expect([codes(problems), codes(warnings)]).toEqual([[], ["CDC-806"]]);
      // Nobody knows anything then.
      expect(codes((await found(fewer, false)).problems)).toEqual([]);
    } finally {
      await docker("unpause", broker);
    }
    await docker("kill", broker);
    await refused();
    const { problems, warnings } = await found({ topics: before });
    expect([codes(problems), codes(warnings)]).toEqual([[], ["CDC-806"]]);
    expect(warnings[0]?.message).toContain("is stopped");
  });
});

describe("a MySQL server that this project did not make", () => {
  const expected = { timeZone: "Asia/Seoul", databases: ["products", "cdc"], keyNeeds: {} };
  const password = randomBytes(18).toString("hex");
  const wrong = {
    name: `${stack}-wrong`,
    options: [
      "--binlog-format=STATEMENT",
      "--binlog-row-image=MINIMAL",
      "--binlog-row-value-options=PARTIAL_JSON",
      "--binlog-expire-logs-seconds=600",
      "--gtid-mode=OFF",
      "--default-time-zone=+08:00",
      "--performance-schema=OFF",
    ],
    port: 0,
  };
  const silent = {
    name: `${stack}-silent`,
    options: ["--skip-log-bin", "--default-time-zone=+09:00", "--gtid-mode=OFF"],
    port: 0,
  };
  const sql = async (server: { name: string }, text: string, user = "root") =>
    await docker("exec", "--env", "MYSQL_PWD", server.name, "mysql", "-h127.0.0.1", `-u${user}`, "-e", text);
  const check = (server: { port: number }, changes: object = {}) =>
    checkServer({ host: "127.0.0.1", port: server.port, user: "cdc", password, path: "shard0", ...changes }, expected);

  beforeAll(async () => {
    vi.stubEnv("MYSQL_PWD", password);
    vi.stubEnv("MYSQL_ROOT_PASSWORD", password);
    for (const server of [wrong, silent]) {
      const settings = ["--env", "MYSQL_ROOT_PASSWORD", "--publish", "127.0.0.1::3306"];
      await start(server.name, images.mysql, settings, server.options);
      server.port = Number((await docker("port", server.name, "3306/tcp")).split(":").at(-1));
    }
    for (const server of [wrong, silent]) {
      await untilSucceeds(`${server.name} answers`, () => sql(server, "SELECT 1"));
      await sql(
        server,
        `CREATE USER cdc@'%' IDENTIFIED BY '${password}'; CREATE DATABASE products; CREATE DATABASE cdc`,
      );
    }
  });

  it("is told all that is wrong, with remedies that mend it", async () => {
    vi.stubEnv("MYSQL_PWD", password);
    const problems = await check(wrong);
    expect(problems.map(({ code, message }) => [code, /has (\S+)=|lacks/.exec(message)?.[1]])).toEqual([
      ["CDC-712", "binlog_format"],
      ["CDC-712", "binlog_row_image"],
      ["CDC-712", "binlog_row_value_options"],
      ["CDC-712", "gtid_mode"],
      ["CDC-713", "binlog_expire_logs_seconds"],
      ["CDC-714", "time_zone"],
      ["CDC-715", undefined],
    ]);
    expect(problems.map(({ remedy }) => remedy).join("\n")).not.toContain(password);

    for (const { remedy } of problems) {
      const statement = /^(SET PERSIST \w+ = (?:'[^']*'|\d+)|GRANT .*;)/.exec(remedy)?.[1];
      if (statement !== undefined) await sql(wrong, statement);
    }
    expect(codes(await check(wrong))).toEqual(["CDC-712"]); // gtid_mode is changed in steps, or at a start
    await docker("stop", "--time", "30", wrong.name);
  });

  it("without a binlog is refused; an offset that is the zone's all year is that zone", async () => {
    vi.stubEnv("MYSQL_PWD", password);
    // By way of a role, as many servers have it.
    await sql(
      silent,
      "CREATE ROLE capture; GRANT ALL ON *.* TO capture; GRANT capture TO cdc; SET DEFAULT ROLE ALL TO cdc",
    );
    const problems = await check(silent);
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining("has log_bin=OFF; needed is ON") as string,
      expect.stringContaining("has gtid_mode=OFF; needed is ON") as string,
    ]);
  });

  it("that does not let the account in, or is not there, is one problem", async () => {
    expect(await check(silent, { password: "wrong" })).toMatchObject([
      { code: "CDC-711", path: "shard0", remedy: expect.stringContaining("CREATE USER 'cdc'@'%'") as string },
    ]);
    const [port = 0] = await freePorts(1);
    expect(await check({ port })).toMatchObject([
      { code: "CDC-711", message: expect.stringContaining("ECONNREFUSED") as string },
    ]);
    // One that says nothing is given up: by what it says, after ten seconds.
    const mute = await check({ port: await listen() });
    const givenUp = expect.stringMatching(/does not answer: nothing came for 10 s/) as string;
    expect(mute).toMatchObject([{ code: "CDC-711", message: givenUp }]);
  });
});
