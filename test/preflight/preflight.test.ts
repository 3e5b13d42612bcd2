import { ownServers } from "../../plan/servers.ts";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { segmentLines } from "../../clients/docker/segment.ts";
import { preflight } from "../../preflight/index.ts";
import type { VolumeView } from "../../clients/docker/volume.ts";
import type { World } from "../../preflight/world.ts";
import { container, emptyWorld, images, planWith, runningContainers, runningWorld } from "../support/fake-world.ts";

const plan = planWith();
const nothing = { problems: [], warnings: [] };
const never = () =>
  Promise.reject(new Error("dial unix /var/run/docker.sock: connect: no such file or directory\nusage"));

afterEach(() => vi.unstubAllEnvs());

describe("a world without anything to complain of", () => {
  it("is one with an empty engine", async () => {
    expect(await preflight(plan, images, emptyWorld())).toEqual(nothing);
  });

  it("is one where this plan runs already: its own ports, volumes, topics and memory are its own", async () => {
    const full = { totalMemoryMiB: 16_384, freeMemoryMiB: 100 };
    expect(await preflight(plan, images, runningWorld(plan, { machine: () => full }))).toEqual(nothing);
  });

  it("asks the engine each thing once", async () => {
    const asked: string[] = [];
    const count = (world: World): World =>
      Object.fromEntries(
        Object.entries(world).map(([name, look]) => [
          name,
          (...args: never[]) => {
            asked.push(name);
            return (look as (...some: never[]) => unknown)(...args);
          },
        ]),
      ) as unknown as World;
    await preflight(plan, images, count(emptyWorld()));
    expect(asked.filter((name) => name !== "portIsTaken").toSorted()).toEqual([
      "containers",
      "engine",
      "freeDiskMiB",
      "images",
      "machine",
      "volumes",
    ]);
  });
});

describe("CDC-701: no engine", () => {
  it.each(["engine", "containers", "volumes", "images"] as const)(
    "when %s is not answered: one problem and no more",
    async (look) => {
      vi.stubEnv("DOCKER_HOST", undefined);
      const world = emptyWorld({ [look]: never, portIsTaken: async () => true });
      const { problems, warnings } = await preflight(plan, images, world);
      expect(problems).toEqual([
        {
          code: "CDC-701",
          path: "Docker engine",
          message: "no engine answers: dial unix /var/run/docker.sock: connect: no such file or directory",
          remedy: expect.stringContaining("systemctl start docker") as string,
        },
      ]);
      expect(warnings).toEqual([]);
    },
  );

  it("when this user may not use the engine: says so, and how to be let in", async () => {
    const refused = "permission denied while trying to connect to the docker API at unix:///var/run/docker.sock";
    const world = emptyWorld({ engine: async () => await Promise.reject(new Error(refused)) });
    const { problems } = await preflight(plan, images, world);
    expect(problems.map(({ code }) => code)).toEqual(["CDC-701"]);
    expect(problems[0]?.message).toMatch(/may not use it/);
    expect(problems[0]?.remedy).toMatch(/groups docker/);
  });

  it("names DOCKER_HOST", async () => {
    vi.stubEnv("DOCKER_HOST", "tcp://127.0.0.1:1");
    expect((await preflight(plan, images, emptyWorld({ engine: never }))).problems).toMatchObject([
      {
        path: "Docker engine at DOCKER_HOST=tcp://127.0.0.1:1",
        remedy: expect.stringContaining("unset DOCKER_HOST") as string,
      },
    ]);
  });

  it("does not take a mistake of the program's own for a missing engine", async () => {
    const broken = {
      machine: () => {
        throw new TypeError("not a function");
      },
    };
    await expect(preflight(plan, images, emptyWorld(broken))).rejects.toThrow(TypeError);
  });
});

/** One world for each code, and what is said of it. */
const refusals: [string, Partial<World>, { code: string; path: string; message: RegExp; remedy: RegExp }][] = [
  [
    "a port that another process holds",
    { portIsTaken: async (port) => port === 3309 },
    {
      code: "CDC-702",
      path: "port 3309",
      message: /MySQL of shard1.*another process/,
      remedy: /ss -ltnp.*3309.*portOffset 1000/,
    },
  ],
  [
    "a port that somebody's container holds",
    {
      containers: async () => [container("redpanda", { ports: new Set([9092]) })],
      portIsTaken: async (port) => port === 9092,
    },
    { code: "CDC-702", path: "port 9092", message: /Kafka broker.*container redpanda/, remedy: /docker stop redpanda/ },
  ],
  [
    "a port of another stack",
    { containers: async () => [container("cdc-b-connect", { ports: new Set([8083]), stack: "cdc-b" })] },
    { code: "CDC-702", path: "port 8083", message: /Kafka Connect.*of stack cdc-b/, remedy: /portOffset 1000/ },
  ],
  [
    "a port of this stack's own container that something took while it was stopped",
    {
      containers: async () => [container("cdc-dev-mysql-3308", { running: false, stack: "cdc-dev" })],
      portIsTaken: async (port) => port === 3308,
    },
    { code: "CDC-702", path: "port 3308", message: /another process/, remedy: /3308/ },
  ],
  [
    "a machine that is too small",
    { engine: async () => ({ totalMemoryMiB: 2048, rootFolder: undefined, opensToSegment: undefined }) },
    {
      code: "CDC-703",
      path: "memory",
      message: /MySQL of shard0 \(\d+ MiB\).*want \d+ MiB.*has 2048 MiB; at most 90 %/,
      remedy: /cdc:kafka.heapMiB/,
    },
  ],
  [
    "a full disk before the first start",
    { freeDiskMiB: async () => 1500 },
    {
      code: "CDC-705",
      path: "disk /var/lib/docker",
      message: /1500 MiB are free.*2048 MiB/,
      remedy: /docker system df/,
    },
  ],
  [
    "a packaged image that was not built",
    { images: async () => new Set([images.mysql, images.node]) },
    { code: "CDC-706", path: `image ${images.kafka}`, message: /not on the engine/, remedy: /make images/ },
  ],
];

describe("one thing wrong gives one problem", () => {
  it.each(refusals)("%s", async (_, changes, { code, path, message, remedy }) => {
    const { problems, warnings } = await preflight(plan, images, emptyWorld(changes));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ code, path });
    expect(problems[0]?.message).toMatch(message);
    expect(problems[0]?.remedy).toMatch(remedy);
    expect(warnings).toEqual([]);
  });

  it("and many give all of them at once", async () => {
    const { problems } = await preflight(
      plan,
      images,
      emptyWorld({
        engine: async () => ({ totalMemoryMiB: 1024, rootFolder: "/var/lib/docker", opensToSegment: undefined }),
        portIsTaken: async () => true,
        freeDiskMiB: async () => 0,
        images: async () => new Set(),
      }),
    );
    expect(problems.map(({ path }) => path)).toEqual([
      "port 3308",
      "port 3309",
      "port 9092",
      "port 8083",
      "memory",
      "disk /var/lib/docker",
      `image ${images.mysql}`,
      `image ${images.kafka}`,
      `image ${images.node}`,
    ]);
  });
});

describe("what is near a limit", () => {
  const guards = plan.guard === undefined ? [] : [plan.guard];
  const planned = [...ownServers(plan.shards), ...plan.kafka.brokers, ...plan.connect.workers, ...guards].reduce(
    (sum, one) => sum + one.expectedMemoryMiB,
    0,
  );
  const codes = async (changes: Partial<World>) => {
    const { problems, warnings } = await preflight(plan, images, emptyWorld(changes));
    return [...problems, ...warnings].map(({ code }) => code);
  };
  const engineOf = (totalMemoryMiB: number): Partial<World> => ({
    engine: async () => ({ totalMemoryMiB, rootFolder: undefined, opensToSegment: undefined }),
  });

  it("memory: nine tenths of the engine's are allowed, a megabyte less is not enough", async () => {
    expect(planned).toBeGreaterThan(1000);
    expect(await codes(engineOf(planned / 0.9 + 1))).toEqual([]);
    expect(await codes(engineOf(planned / 0.9 - 1))).toEqual(["CDC-703"]);
  });

  it("memory that is taken now is a warning (CDC-704), for what does not run yet", async () => {
    const machine = () => ({ totalMemoryMiB: 16_384, freeMemoryMiB: planned - 1 });
    expect(await codes({ machine })).toEqual(["CDC-704"]);
    const { warnings } = await preflight(plan, images, emptyWorld({ machine }));
    expect(warnings[0]?.message).toContain(`${planned - 1} MiB are free now`);
    expect(await codes({ machine, containers: async () => runningContainers(plan).slice(0, 1) })).toEqual([]);
  });

  it("memory of this machine says nothing about an engine elsewhere", async () => {
    const machine = () => ({ totalMemoryMiB: 8192, freeMemoryMiB: 10 });
    expect(await codes({ machine })).toEqual([]);
  });

  it("an engine that does not tell its memory is believed to have enough", async () => {
    expect(
      await codes({
        engine: async () => ({ totalMemoryMiB: undefined, rootFolder: undefined, opensToSegment: undefined }),
      }),
    ).toEqual([]);
  });

  it("disk: of no concern once the stack has volumes, or where the folder is not here", async () => {
    const full = async () => 10;
    expect(
      await codes({
        freeDiskMiB: full,
        volumes: async () => [{ name: "cdc-dev-x", mysqlVersion: undefined, shard: undefined }],
      }),
    ).toEqual([]);
    expect(await codes({ freeDiskMiB: async () => undefined })).toEqual([]);
    expect(await codes({ freeDiskMiB: async () => 2048 })).toEqual([]);
  });

  it("a guard that is switched off needs neither memory nor an image", async () => {
    const off = planWith({ guard: { enabled: false } });
    const limit = (planned - (plan.guard?.expectedMemoryMiB ?? 0)) / 0.9 + 1;
    const world = { ...engineOf(limit), images: async () => new Set([images.mysql, images.kafka]) };
    expect(await preflight(off, images, emptyWorld(world))).toEqual(nothing);
    expect(await codes(world)).toEqual(["CDC-703", "CDC-706"]);
  });

  it("a read side needs memory, ports and images, and one with an engine elsewhere only its page's", async () => {
    const on = planWith({ readSide: { enabled: true }, guard: { enabled: false } });
    const { engine, page } = on.readSide ?? {};
    const { problems } = await preflight(
      on,
      images,
      emptyWorld({
        ...engineOf(planned / 0.9 + 1),
        portIsTaken: async (port) => [9200, 8090].includes(port),
        images: async () => new Set([images.mysql, images.kafka]),
      }),
    );
    expect(problems.map(({ path }) => path)).toEqual([
      "port 9200",
      "port 8090",
      "memory",
      `image ${images.node}`,
      `image ${images.opensearch}`,
    ]);
    expect(problems[2]?.message).toContain(
      `OpenSearch (${engine?.expectedMemoryMiB} MiB), search page (${page?.expectedMemoryMiB} MiB)`,
    );
    const elsewhere = planWith({ readSide: { enabled: true, engineUrl: "http://engine:9200" } });
    const world = emptyWorld({
      portIsTaken: async (port) => port === 9200,
      images: async () => new Set([images.mysql, images.kafka, images.node]),
    });
    expect(await preflight(elsewhere, images, world)).toEqual(nothing);
  });

  it("a read side that runs is its own", async () => {
    const on = planWith({ readSide: { enabled: true } });
    expect(await preflight(on, images, runningWorld(on))).toEqual(nothing);
  });
});

describe("data of another MySQL", () => {
  const volumeOf = (mysqlVersion: string | undefined): Partial<World> => {
    const volume: VolumeView = { name: "cdc-dev-mysql-3308-data", mysqlVersion, shard: undefined };
    return { volumes: async () => [volume] };
  };
  const found = async (from: string | undefined, to: string, changes: Partial<World> = {}) => {
    const planned = planWith();
    const other = { ...planned, images: { ...planned.images, mysqlVersion: to } };
    return await preflight(other, images, emptyWorld({ ...volumeOf(from), ...changes }));
  };

  it.each([
    ["9.7", "9.7"],
    ["9.7.0", "9.7"],
    ["9.7.4", "9.7.1"],
    ["8.4", "8.4.3"],
    [undefined, "9.7"],
    ["latest", "9.7"],
    ["", "9.7"],
    ["9.7", "lts"],
  ])("%s to %s: nothing to say", async (from, to) => {
    expect(await found(from, to)).toEqual(nothing);
  });

  it.each([
    ["8.4", "9.7"],
    ["8.4.3", "9.7.4"],
    ["8.0", "8.4"],
    ["8.4", "9.2"],
    ["9.2", "9.7"],
    ["8.3", "8.4"],
    ["9.7", "10.1"],
  ])("CDC-708: %s to %s is a way without return: a warning", async (from, to) => {
    const { problems, warnings } = await found(from, to);
    expect(problems).toEqual([]);
    expect(warnings).toMatchObject([{ code: "CDC-708", path: "volume cdc-dev-mysql-3308-data" }]);
    expect(warnings[0]?.message).toContain(`data of MySQL ${from}, shard0 is planned with ${to}`);
    expect(warnings[0]?.message).toContain("no way back");
  });

  it.each([
    ["9.7", "8.4", "set cdc:mysql.version to 9.7"],
    ["9.7.4", "9.6.0", "set cdc:mysql.version to 9.7.4"],
    ["10.1", "9.7", "set cdc:mysql.version to 10.1"],
  ])("CDC-707: %s to %s is a downgrade", async (from, to, remedy) => {
    const { problems, warnings } = await found(from, to);
    expect(problems).toMatchObject([{ code: "CDC-707", path: "volume cdc-dev-mysql-3308-data" }]);
    expect(problems[0]?.remedy).toContain(remedy);
    expect(warnings).toEqual([]);
  });

  it.each([
    ["8.0", "9.7", "8.4"],
    ["8.0.40", "9.1", "8.4"],
    ["8.3", "9.0", "8.4"],
    ["5.7", "8.4", "8.0"],
    ["8.4", "10.1", "9.7"],
  ])("CDC-707: %s to %s skips %s", async (from, to, between) => {
    const { problems } = await found(from, to);
    expect(problems).toMatchObject([{ code: "CDC-707" }]);
    expect(problems[0]?.remedy).toContain(`pulumi up with cdc:mysql.version ${between} first`);
  });

  it("what the server that had the data last has made of it counts", async () => {
    const last = async () => [
      container("cdc-dev-mysql-3308", { running: false, stack: "cdc-dev", mysqlVersion: "9.7" }),
    ];
    expect(await found("8.4", "9.7", { containers: last })).toEqual(nothing);
    expect((await found("8.0", "8.4", { containers: last })).problems).toMatchObject([{ code: "CDC-707" }]);
  });

  it("volumes that no planned shard takes over are of no concern", async () => {
    const others = async () => [{ name: "cdc-dev-mysql-4000-data", mysqlVersion: "5.7", shard: undefined }];
    expect(await preflight(plan, images, emptyWorld({ volumes: others }))).toEqual(nothing);
  });
});

describe("CDC-710: ports that the network segment reaches", () => {
  const old = async () => ({ totalMemoryMiB: 16_384, rootFolder: undefined, opensToSegment: "20.10.24" });

  it.each([
    [false, ["CDC-710"]],
    [undefined, ["CDC-710"]],
    [true, []],
  ])("an engine before 28, with rules that are set: %s", async (closed, expected) => {
    const world = emptyWorld({ engine: old, segmentIsClosed: async () => closed });
    const { problems, warnings } = await preflight(plan, images, world);
    expect([problems, warnings.map(({ code }) => code)]).toEqual([[], expected]);
  });

  it("names the version and two lines, and what nobody could look at", async () => {
    const { warnings } = await preflight(
      plan,
      images,
      emptyWorld({ engine: old, segmentIsClosed: async () => undefined }),
    );
    expect(warnings[0]?.message).toMatch(/^Docker Engine 20\.10\.24 lets other machines .*only root see/);
    expect(warnings[0]?.remedy.match(/iptables --wait --table (raw|filter) --insert/g)).toHaveLength(2);
  });

  it("SECURITY.md has the same lines", () => {
    const text = readFileSync(join(import.meta.dirname, "..", "..", "SECURITY.md"), "utf8");
    for (const line of segmentLines()) expect(text).toContain(line);
  });

  it("a newer engine closes them itself: no rule is looked at", async () => {
    const world = emptyWorld({ segmentIsClosed: async () => await Promise.reject(new Error("not to be asked")) });
    expect(await preflight(plan, images, world)).toEqual(nothing);
  });
});
