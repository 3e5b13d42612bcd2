import { expect, test } from "vitest";
import { usersBackend } from "../../../tools/toolchain/checkout.ts";
import { demandSpace } from "../../../tools/toolchain/disk.ts";
import { chooseImages, type ImagesWishes } from "../../../tools/toolchain/images-choice.ts";
import { isHeld } from "../../../tools/toolchain/mend-lock.ts";
import { halfMade } from "../../../tools/toolchain/mend-pending.ts";
import type { PendingOperation } from "../../../tools/toolchain/state.ts";
import { checkStackName } from "../../../config/stack-name.ts";

const silent: ImagesWishes = { environment: undefined, configuration: undefined, remembered: undefined };

test.each<[Partial<ImagesWishes>, string | undefined]>([
  [{}, undefined],
  [{ environment: "" }, undefined],
  [{ remembered: "packages" }, "packages"],
  [{ remembered: "packages", configuration: "official" }, "official"],
  [{ remembered: "packages", configuration: "packages", environment: "official" }, "official"],
])("chooseImages(%j) is %s", (wishes, expected) => {
  expect(chooseImages({ ...silent, ...wishes }).images).toBe(expected);
});

test("images of an unknown kind are refused, naming where that was said", () => {
  expect(() => chooseImages({ ...silent, environment: "offical" })).toThrow(
    /CDC_IMAGES in the environment is "offical"/,
  );
});

test.each<[Record<string, string>, string, string | undefined]>([
  [{}, "", undefined],
  [{}, '{"current":""}', undefined],
  [{}, "{}", undefined],
  [{}, "not JSON", undefined],
  [{}, '{"current":"https://pulumi.example"}', "your pulumi login"],
  [{ PULUMI_ACCESS_TOKEN: "t" }, "", "PULUMI_ACCESS_TOKEN"],
  [{ PULUMI_BACKEND_URL: "s3://states" }, '{"current":""}', "PULUMI_BACKEND_URL"],
])("usersBackend with %j and credentials %j is %s", (env, credentials, expected) => {
  expect(usersBackend({ env, credentials })).toBe(expected);
});

test("too little space is an error that says how much is missing where", () => {
  expect(() => demandSpace("building", "/cache", 1024 ** 3, 3 * 1024 ** 3)).toThrow(
    "building needs about 3.0 GiB in /cache, 1.0 GiB are free",
  );
  expect(() => demandSpace("building", "/cache", 3 * 1024 ** 3, 3 * 1024 ** 3)).not.toThrow();
});

test.each([
  ["a living pulumi holds it", "here", { 7: "pulumi" }, true],
  ["its process is gone", "here", {}, false],
  ["its number went to another program", "here", { 7: "bash" }, false],
  ["it is from another host", "there", {}, true],
])("a lock: %s", (_, host, programs: Record<number, string>, expected) => {
  const lock = { pid: 7, hostname: host, timestamp: "" };
  expect(isHeld(lock, { hostname: "here", program: (pid) => programs[pid] })).toBe(expected);
});

test("half-made things are creations whose names would be taken the next time", () => {
  const operation = (type: string, resource: string, inputs?: Record<string, unknown>): PendingOperation => ({
    type,
    resource: {
      type: resource,
      parent: "urn:pulumi:dev::cdc::cdc:index:MysqlShard::shard0",
      ...(inputs && { inputs }),
    },
  });
  const made = halfMade([
    operation("creating", "docker:index/container:Container", { name: "cdc-dev-kafka" }),
    operation("creating", "docker:index/volume:Volume", { name: "cdc-dev-data" }),
    operation("updating", "docker:index/network:Network", { name: "cdc-dev" }),
    operation("creating", "docker:index/container:Container"),
    operation("creating", "kafka:index/topic:Topic", { name: "shard0" }),
    operation("creating", "mysql:index/user:User", { user: "debezium" }),
    operation("creating", "mysql:index/grant:Grant", { user: "debezium" }),
    operation("creating", "cdc:index:Connector", { name: "c" }),
  ]);
  expect(made.map(({ kind, name }) => `${kind} ${name}`)).toEqual(["topic shard0", "user debezium"]);
  expect(made.at(-1)).toMatchObject({ shard: "shard0" });
});

test.each(["dev", "e2e-12", "my_stack"])("%s is a stack's name", (name) => {
  expect(checkStackName(name)).toBe(name);
});

test.each(["", "../x", "a/b", "-x", "a b"])("%j is no stack's name", (name) => {
  expect(() => checkStackName(name)).toThrow(/no name for a stack/);
});
