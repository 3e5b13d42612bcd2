/** What is asked of the engine, against a stand-in for docker; test/e2e makes real ones. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { unknownValue, type Properties } from "../../provider/handler.ts";
import { preparedImageHandler } from "../../provider/prepared-image-handler.ts";
import { owner } from "../support/fake-world.ts";
import { prepareImage, preparedTag, type PreparedImageInputs } from "../../provider/prepared-image.ts";

const mysql = { kind: "mysql", image: "mysql:9.7", baseId: "sha256:base", owner } as const;
const forWorker = { pluginVersion: "3.6.1.Final", pluginVolume: "cdc-dev-debezium", mysqlImage: "sha256:prepared" };
const worker = {
  kind: "worker",
  image: "apache/kafka:4.3.1",
  baseId: "sha256:base",
  owner,
  worker: forWorker,
} as const;

describe("the tag", () => {
  test("names the kind, and is the same for the same inputs", () => {
    expect(preparedTag(mysql, "script")).toMatch(/^cdc-prepared\/mysql:[0-9a-f]{12}$/);
    expect(preparedTag({ ...mysql }, "script")).toBe(preparedTag(mysql, "script"));
  });

  test.each<[string, PreparedImageInputs, string]>([
    ["base image", { ...worker, baseId: "sha256:other" }, "script"],
    ["script", worker, "another script"],
    ["version of the plugin", { ...worker, worker: { ...forWorker, pluginVersion: "3.5.0.Final" } }, "script"],
  ])("is another one for another %s", (_what, inputs, script) => {
    expect(preparedTag(inputs, script)).not.toBe(preparedTag(worker, "script"));
  });

  test.each<[string, PreparedImageInputs]>([
    ["volume of the plugin", { ...worker, worker: { ...forWorker, pluginVolume: "cdc-other-debezium" } }],
    ["mysql image to read from", { ...worker, worker: { ...forWorker, mysqlImage: "sha256:other" } }],
    ["reference of the same base image", { ...worker, image: "registry/kafka:4.3.1" }],
  ])("is the same for another %s: stacks share the image", (_what, inputs) => {
    expect(preparedTag(inputs, "script")).toBe(preparedTag(worker, "script"));
  });
});

describe("on the engine", () => {
  let folder: string;
  const calls = () => readFileSync(join(folder, "calls"), "utf8").split("\n").slice(0, -1);

  /** Puts a docker on PATH whose engine knows images by these patterns, and can do nothing else. */
  function engineWith(images: string): void {
    const script = `
echo "$*" >> ${folder}/calls
case $* in
  "image inspect"*${images}*) echo sha256:found;;
  "image inspect"*) echo "Error response from daemon: No such image: x" >&2; exit 1;;
  *) echo "no space left on device" >&2; exit 1;;
esac`;
    writeFileSync(join(folder, "docker"), `#!/bin/bash${script}\n`);
    chmodSync(join(folder, "docker"), 0o755);
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cdc-prepared-"));
    writeFileSync(join(folder, "calls"), "");
    vi.stubEnv("PATH", `${folder}:/usr/bin:/bin`);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test.each<[string, string, Properties, boolean]>([
    ["neither an input nor the engine has", "sha256:mine", { ...mysql }, false],
    ["the image was removed from the engine", "sha256:another", { ...mysql }, true],
    ["there is another base image", "sha256:mine", { ...mysql, baseId: "sha256:other" }, true],
    ["the base image is not known yet", "sha256:mine", { ...mysql, baseId: unknownValue }, true],
  ])("a difference is seen when there is one: %s", async (_what, images, news, changes) => {
    engineWith(images);
    const state = { ...mysql, imageId: "sha256:mine" };
    expect(await preparedImageHandler.diff("mysql", state, news, () => {})).toEqual({ changes });
  });

  test("an image that is there is taken, and nothing made", async () => {
    engineWith("cdc-prepared/mysql:");
    const created = await preparedImageHandler.create({ ...mysql }, () => {});
    expect(created).toEqual({ id: "mysql", outs: { ...mysql, imageId: "sha256:found" } });
    expect(calls()).toEqual([expect.stringMatching(/^image inspect --format \{\{\.Id\}\} cdc-prepared\/mysql:/)]);
  });

  test("where no class-data archive can be made, Kafka runs the image as it is, and that is said", async () => {
    engineWith("nothing");
    const said: string[] = [];
    expect(await prepareImage(worker, (message) => said.push(message))).toBe("sha256:base");
    expect(said).toEqual([
      "preparing apache/kafka:4.3.1 for fast starts (worker), once",
      expect.stringMatching(/^no class-data archive for the worker, so it starts slower: [^]*no space left on device/),
    ]);
  });

  test("a data directory that cannot be made is an error: no server would start without it", async () => {
    engineWith("nothing");
    await expect(prepareImage(mysql, () => {})).rejects.toThrow("no space left on device");
  });

  test("a refresh keeps the image, and takes its id for no input; a deletion leaves it for the next stack", async () => {
    engineWith("nothing");
    const state = { ...mysql, imageId: "sha256:mine" };
    expect(await preparedImageHandler.read("mysql", state, () => {})).toEqual({ props: state, inputs: mysql });
    await preparedImageHandler.delete("mysql", state, () => {});
    expect(calls()).toEqual([]);
  });
});
