import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseContainers } from "../../../clients/docker/containers.ts";
import { EngineError } from "../../../clients/docker/client.ts";
import { parseEngine } from "../../../clients/docker/engine.ts";
import { publishedPorts } from "../../../clients/docker/listing.ts";
import { parseVolumes, sizeOf } from "../../../clients/docker/volume.ts";

describe("what the docker CLI answers", () => {
  it("containers: name, state, status, ports, stack, MySQL version", () => {
    const answer =
      "cdc-dev-mysql-3308\trunning\tUp 2 minutes\t127.0.0.1:3308->3306/tcp, 33060/tcp\tcdc-dev\t9.7\n" +
      "web/db,db\texited\tExited (0) 1 hour ago\t\t\t\n" +
      "odd\n\n";
    expect(parseContainers(answer)).toEqual([
      {
        name: "cdc-dev-mysql-3308",
        state: "running",
        running: true,
        health: undefined,
        status: "Up 2 minutes",
        ports: new Set([3308]),
        stack: "cdc-dev",
        mysqlVersion: "9.7",
      },
      {
        name: "db",
        state: "exited",
        running: false,
        health: undefined,
        status: "Exited (0) 1 hour ago",
        ports: new Set(),
        stack: undefined,
        mysqlVersion: undefined,
      },
      {
        name: "odd",
        state: "",
        running: false,
        health: undefined,
        status: "",
        ports: new Set(),
        stack: undefined,
        mysqlVersion: undefined,
      },
    ]);
  });

  it.each([
    ["running", true],
    ["paused", true],
    ["restarting", true],
    ["exited", false],
    ["created", false],
    ["dead", false],
    ["", false],
  ])("a container that is %j counts as running: %j", (state, running) => {
    expect(parseContainers(`a\t${state}\t\t\t\t`)).toMatchObject([{ running }]);
  });

  it("containers are read with what their health check says", () => {
    const lines = [
      "a\trunning\tUp 2 minutes (healthy)",
      "b\trunning\tUp 2 seconds (health: starting)",
      "c\trunning\tUp 1 hour (unhealthy)",
      "d\texited\tExited (137) 3 minutes ago",
      "e\tpaused\tUp 15 minutes (Paused)",
    ];
    expect(parseContainers(`${lines.join("\n")}\n`).map(({ name, health }) => [name, health])).toEqual([
      ["a", "healthy"],
      ["b", "starting"],
      ["c", "unhealthy"],
      ["d", undefined],
      ["e", undefined],
    ]);
  });

  it("volumes: name, MySQL version, shard", () => {
    expect(parseVolumes("a\t8.4\tshard0\nb\t\nc\n")).toEqual([
      { name: "a", mysqlVersion: "8.4", shard: "shard0" },
      { name: "b", mysqlVersion: undefined },
      { name: "c", mysqlVersion: undefined },
    ]);
  });

  it.each([
    [
      '{"MemTotal":2147483648,"DockerRootDir":"/d"}',
      { totalMemoryMiB: 2048, rootFolder: "/d", opensToSegment: undefined },
    ],
    [
      '{"MemTotal":0,"DockerRootDir":""}',
      { totalMemoryMiB: undefined, rootFolder: undefined, opensToSegment: undefined },
    ],
    [
      '{"MemTotal":"2GB","ServerErrors":[]}',
      { totalMemoryMiB: undefined, rootFolder: undefined, opensToSegment: undefined },
    ],
    ["[]", { totalMemoryMiB: undefined, rootFolder: undefined, opensToSegment: undefined }],
    ["null", { totalMemoryMiB: undefined, rootFolder: undefined, opensToSegment: undefined }],
    ["WARNING: odd", { totalMemoryMiB: undefined, rootFolder: undefined, opensToSegment: undefined }],
    ["", { totalMemoryMiB: undefined, rootFolder: undefined, opensToSegment: undefined }],
  ])("engine: %s", (answer, expected) => {
    expect(parseEngine(answer)).toEqual(expected);
  });

  it("engine: errors within the answer are errors", () => {
    expect(() => parseEngine('{"ID":"","ServerErrors":["Cannot connect to the Docker daemon"]}')).toThrow(
      "Cannot connect",
    );
    expect(() => parseEngine('{"ServerErrors":["no"]}')).toThrow(EngineError);
  });

  it.each([
    ["127.0.0.1:3308->3306/tcp", [3308]],
    ["127.0.0.1:8083->8083/tcp, 33060/tcp", [8083]],
    ["0.0.0.0:9092->9092/tcp, [::]:9092->9092/tcp", [9092]],
    ["127.0.0.1:8000-8002->8000-8002/tcp, 127.0.0.1:9->9/tcp", [8000, 8001, 8002, 9]],
    ["127.0.0.1:9-5->5/tcp", []],
    ["127.0.0.1:65534-99999->1/tcp", [65_534, 65_535]],
    ["3306/tcp", []],
    ["", []],
  ])("ports of %j", (column, expected) => {
    expect([...publishedPorts(column)]).toEqual(expected);
  });

  it.each([
    ["0B", 0],
    ["12.5kB", 12_500],
    ["203.4MB", 203_400_000],
    ["N/A", undefined],
  ])("the engine's size %s is %s bytes", (text, expected) => {
    expect(sizeOf(text)).toBe(expected);
  });

  it("never throws on odd text, and makes no nameless things of it", () => {
    const odd = fc.oneof(
      fc.string({ unit: "binary" }),
      fc
        .array(fc.constantFrom("\t", "\n", ",", "/", ":65000-99999->", "->", "name", "running", "{", '"'), {
          maxLength: 30,
        })
        .map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(odd, (text) => {
        for (const { name } of [...parseContainers(text), ...parseVolumes(text)]) expect(name).not.toBe("");
        publishedPorts(text);
      }),
    );
    const answers = fc.oneof(
      odd,
      fc.json(),
      fc.record({ MemTotal: fc.anything(), DockerRootDir: fc.anything() }).map((one) => fc.stringify(one)),
    );
    fc.assert(
      fc.property(answers, (text) => {
        const { totalMemoryMiB, rootFolder } = parseEngine(text);
        expect(totalMemoryMiB === undefined || totalMemoryMiB > 0).toBe(true);
        expect(rootFolder).not.toBe("");
      }),
    );
  });
});

describe("an engine whose published ports the network segment reaches", () => {
  it.each([
    [{ ServerVersion: "20.10.24+dfsg1" }, "20.10.24+dfsg1"],
    [{ ServerVersion: "27.5.1", OperatingSystem: "Ubuntu 24.04" }, "27.5.1"],
    [{ ServerVersion: "28.0.0" }, undefined],
    [{ ServerVersion: "29.1.2" }, undefined],
    [{ ServerVersion: "27.5.1", OperatingSystem: "Docker Desktop" }, undefined],
    [{ ServerVersion: "27.5.1", SecurityOptions: ["name=seccomp,profile=builtin", "name=rootless"] }, undefined],
    [{ ServerVersion: "library-import" }, undefined],
    [{}, undefined],
  ])("%o: %s", (answer, version) => {
    expect(parseEngine(JSON.stringify(answer)).opensToSegment).toBe(version);
  });
});
