/** The list of rooms: the code keeps it, a planted import that breaks it is found, and the docs show it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { checkoutFolder } from "../../../lib/checkout.ts";
import { addressesIn } from "../../../tools/rooms/addresses.ts";
import { breachesIn, findBreaches } from "../../../tools/rooms/check.ts";
import { connectionsIn } from "../../../tools/rooms/connections.ts";
import { withRooms } from "../../../tools/rooms/document.ts";
import { breach, importsOf } from "../../../tools/rooms/imports.ts";
import { rooms } from "../../../tools/rooms/rules.ts";

test("every module of the checkout keeps to the list", () => {
  expect(findBreaches(checkoutFolder)).toEqual([]);
});

test("the table of docs/architecture.md is the list", () => {
  const text = readFileSync(join(checkoutFolder, "docs", "architecture.md"), "utf8");
  expect(withRooms(text)).toBe(text);
});

test("no arrow leads back: who follows the arrows never comes to where he was", () => {
  const next = new Map(rooms.map(({ path, uses, types = [] }) => [path, [...uses, ...types]]));
  // Types of config alone, which knows nothing of the plan.
  const reach = (path: string, seen: readonly string[]): string[] => {
    if (seen.includes(path)) return [[...seen, path].join(" → ")];
    const used = [...next.keys()].filter((one) =>
      (next.get(path) ?? []).some((u) => one === u || one.startsWith(`${u}/`)),
    );
    return used.flatMap((one) => reach(one, [...seen, path]));
  };
  expect(rooms.flatMap(({ path }) => reach(path, []))).toEqual([]);
});

describe.each(rooms)("$path", ({ path, uses, types = [], packages = [] }) => {
  const file = /\.\w+$/.test(path) ? path : `${path}/planted.ts`;
  const up = "../".repeat(file.split("/").length - 1) || "./";
  const broken = (text: string) => importsOf(text).flatMap((one) => breach(file, one, rooms) ?? []);
  const others = rooms.filter(
    (room) => room.path !== path && !uses.some((used) => room.path === used || room.path.startsWith(`${used}/`)),
  );

  it.each(others.map((room) => room.path))("may not import %s, in any way", (other) => {
    const target = /\.\w+$/.test(other) ? `${up}${other}` : `${up}${other}/a.ts`;
    for (const text of [
      `import { a } from "${target}";`,
      `import "${target}";`,
      `import { type A, b } from "${target}";`,
      `export { a } from "${target}";`,
      `async function f() { return await import("${target}"); }`,
    ])
      expect(broken(text), text).toHaveLength(1);
    const isType = types.some((one) => other === one || other.startsWith(`${one}/`));
    for (const text of [`import type { A } from "${target}";`, `import { type A } from "${target}";`])
      expect(broken(text), text).toHaveLength(isType ? 0 : 1);
  });

  it("imports values of no package but its own", () => {
    expect(broken('import { a } from "left-pad/part";')).toHaveLength(1);
    expect(broken('import type { A } from "left-pad/part";')).toEqual([]);
    for (const name of packages) expect(broken(`import { a } from "${name.replace("*", "a")}/part";`)).toEqual([]);
  });
});

it("plan/ is pure", () => {
  const file = "plan/planted.ts";
  const broken = (specifier: string) => breach(file, { specifier, isTypeOnly: false, line: 1 }, rooms);
  expect(["node:fs/promises", "node:child_process", "node:https"].filter((one) => broken(one) === undefined)).toEqual(
    [],
  );
  expect(broken("node:crypto")).toBeUndefined();
});

it("a file that is in no room is told", () => {
  expect(breach("cellar/a.ts", { specifier: "zod", isTypeOnly: false, line: 1 }, rooms)).toMatch(/is in no room/);
});

describe("the program docker", () => {
  const others = rooms.map(({ path }) => path).filter((path) => !["sql", "tools/bench"].includes(path));

  it.each(others)("is not started by %s", (path) => {
    const file = /\.\w+$/.test(path) ? path : `${path}/planted.ts`;
    for (const text of ['run("docker", []);', "spawn(`docker`, args);", 'const engine = "docker";'])
      expect(breachesIn(file, text), text).toEqual([
        expect.stringMatching(/^\S+:1 names the program docker: only clients/),
      ]);
    expect(breachesIn(file, 'tell("docker logs " + name);')).toEqual([]);
  });

  it.each(["clients/docker/a.ts", "tools/bench/lib/a.ts", "tools/toolchain/engine.ts"])("is by %s", (file) => {
    expect(breachesIn(file, 'run("docker", []);')).toEqual([]);
  });
});

describe("an address of this machine", () => {
  it.each([
    ['const host = "127.0.0.1";', "components/a.ts"],
    ["const url = `http://localhost:${port}`;", "cli/a.ts"],
    ["const both = `${name} at 127.0.0.1:${port}`;", "flow/a.ts"],
    ["const isNear = /^127\\.0/.test(host);", "plan/a.ts"],
    ['const account = "root@localhost";', "components/mysql-shard.ts"],
  ])("%s is told in %s", (text, file) => {
    expect(addressesIn(file, `\n${text}\n`)).toEqual([expect.stringMatching(`^${file}:2 .*plan/endpoints.ts`)]);
  });

  it.each([
    ["// 127.0.0.1:3308\nconst host = plan.host;", "components/a.ts"],
    ['const host = "127.0.0.1";', "plan/endpoints.ts"],
    ['const hosts = ["localhost", "%"];', "components/mysql-shard.ts"],
  ])("%s may stand in %s", (text, file) => {
    expect(addressesIn(file, text)).toEqual([]);
  });
});

describe("a connection", () => {
  const opened = [
    "const answer = await fetch(url);",
    "const answer = await globalThis.fetch(url);",
    "const socket = new WebSocket(url);",
    'import { connect } from "node:net";',
    'import { createServer, connect as to } from "node:tls";',
    'import { request } from "https";',
    'import * as http from "node:http";',
    'import http from "node:http";',
    'export { request } from "node:http";',
    'const { connect } = await import("node:http2");',
  ];
  it.each(opened)("%s is told, but in clients/", (text) => {
    for (const file of ["cli/a.ts", "apps/search-page/a.ts", "tools/bench/lib/a.ts"])
      expect(connectionsIn(file, `\n${text}`)).toEqual([expect.stringMatching(`^${file}:2 .*ask a client$`)]);
    expect(connectionsIn("clients/connect/a.ts", text)).toEqual([]);
  });

  it.each([
    'import { createServer } from "node:http";',
    'import { isIP } from "node:net";',
    'import type { Socket } from "node:net";',
    'import { type Socket, createServer } from "node:net";',
    "const { responses } = await consumer.fetch(from);",
    'const health = `node -e "fetch(0)"`;',
  ])("%s is none", (text) => {
    expect(connectionsIn("cli/a.ts", text)).toEqual([]);
  });
});
