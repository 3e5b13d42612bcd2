import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseContainers, parseEngine, parseVolumes, publishedPorts } from "../../preflight/engine.ts";

describe("what the docker CLI answers", () => {
  it("containers: name, state, ports, stack, MySQL version", () => {
    const answer =
      "cdc-dev-mysql-3308\trunning\t127.0.0.1:3308->3306/tcp, 33060/tcp\tcdc-dev\t9.7\n" +
      "web/db,db\texited\t\t\t\n" +
      "odd\n\n";
    expect(parseContainers(answer)).toEqual([
      { name: "cdc-dev-mysql-3308", running: true, ports: new Set([3308]), stack: "cdc-dev", mysqlVersion: "9.7" },
      { name: "db", running: false, ports: new Set(), stack: undefined, mysqlVersion: undefined },
      { name: "odd", running: false, ports: new Set(), stack: undefined, mysqlVersion: undefined },
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
    expect(parseContainers(`a\t${state}\t\t\t`)).toMatchObject([{ running }]);
  });

  it("volumes: name, MySQL version", () => {
    expect(parseVolumes("a\t8.4\nb\t\nc\n")).toEqual([
      { name: "a", mysqlVersion: "8.4" },
      { name: "b", mysqlVersion: undefined },
      { name: "c", mysqlVersion: undefined },
    ]);
  });

  it.each([
    ['{"MemTotal":2147483648,"DockerRootDir":"/d"}', { totalMemoryMiB: 2048, rootFolder: "/d" }],
    ['{"MemTotal":0,"DockerRootDir":""}', { totalMemoryMiB: undefined, rootFolder: undefined }],
    ['{"MemTotal":"2GB","ServerErrors":[]}', { totalMemoryMiB: undefined, rootFolder: undefined }],
    ["[]", { totalMemoryMiB: undefined, rootFolder: undefined }],
    ["null", { totalMemoryMiB: undefined, rootFolder: undefined }],
    ["WARNING: odd", { totalMemoryMiB: undefined, rootFolder: undefined }],
    ["", { totalMemoryMiB: undefined, rootFolder: undefined }],
  ])("engine: %s", (answer, expected) => {
    expect(parseEngine(answer)).toEqual(expected);
  });

  it("engine: errors within the answer are errors", () => {
    expect(() => parseEngine('{"ID":"","ServerErrors":["Cannot connect to the Docker daemon"]}')).toThrow(
      "Cannot connect",
    );
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
