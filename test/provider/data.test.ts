import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import * as pulumi from "@pulumi/pulumi";
import { heldOf } from "../../plan/held.ts";
import type { DataChange } from "../../preflight/data.ts";
import { dataHandlerWith } from "../../provider/data-handler.ts";
import { dataVolumeHandler } from "../../provider/data-volume-handler.ts";
import { fileSaysKeep } from "../../config/stack-file.ts";
import { CdcProvider } from "../../provider/provider.ts";
import { beginToken } from "../../provider/resources.ts";
import { planWith } from "../support/fake-world.ts";

const say = () => {};
let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cdc-data-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe("cdc:index:Data", () => {
  const inputs = { ...heldOf(planWith()), allowDelete: ["topic:a.b.c"] };
  const problem = { code: "CDC-804", path: "topic a.b.c", message: "would go", remedy: "keep it" } as const;

  test("is judged by what the last up was about, and by the words", async () => {
    const asked: DataChange[] = [];
    const handler = dataHandlerWith(async (change) => {
      asked.push(change);
      return { problems: [], warnings: [] };
    });
    expect(await handler.check?.(inputs, {}, false, say)).toEqual({ inputs });
    expect(await handler.check?.(inputs, inputs, true, say)).toEqual({ inputs });
    expect(asked.map(({ before, words }) => [before?.stack, words])).toEqual([
      [undefined, ["topic:a.b.c"]],
      ["cdc-dev", ["topic:a.b.c"]],
    ]);
  });

  test("says what would go as one failure, which stops preview and up, and warns of the rest", async () => {
    const warned: string[] = [];
    const handler = dataHandlerWith(async () => ({
      problems: [problem],
      warnings: [{ ...problem, code: "CDC-822" as const }],
    }));
    const { failures } = (await handler.check?.(inputs, inputs, false, (line) => warned.push(line))) ?? {};
    expect(failures).toEqual([
      {
        property: "",
        reason:
          "nothing was changed, as data would be deleted:\n  CDC-804 topic a.b.c: would go\n    what to do: keep it",
      },
    ]);
    expect(warned).toEqual(["CDC-822 topic a.b.c: would go\n  what to do: keep it"]);
  });

  test("is changed in place, and never gone", async () => {
    const handler = dataHandlerWith(async () => ({ problems: [], warnings: [] }));
    expect(await handler.diff("data", inputs, { ...inputs }, say)).toEqual({ changes: false });
    expect(await handler.diff("data", inputs, { ...inputs, shards: [] }, say)).toEqual({ changes: true });
    expect(await handler.read("data", inputs, say)).toEqual({ props: inputs, inputs });
  });
});

describe("cdc:index:DataVolume", () => {
  const name = "cdc-dev-mysql-a-data";
  const labels = { "cdc.stack": "cdc-dev", "cdc.shard": "a", "cdc.mysql.version": "9.7" };
  const inputs = { name, labels, keepData: false };
  const urn = `urn:pulumi:no-such-stack::cdc::cdc:index:DataVolume::a-data`;

  /** A docker on PATH whose volumes have these labels (undefined: there is none); notes what else it is told. */
  async function dockerWith(found: object | undefined): Promise<() => Promise<string>> {
    const inspect =
      found === undefined ? "echo 'Error: No such volume: x' >&2; exit 1" : `echo '${JSON.stringify(found)}'; exit 0`;
    const file = join(folder, "docker");
    await writeFile(
      file,
      `#!/bin/sh\nif [ "$2" = inspect ]; then ${inspect}; fi\necho "$@" >> ${join(folder, "calls")}\n`,
    );
    await chmod(file, 0o755);
    vi.stubEnv("PATH", `${folder}:${process.env["PATH"] ?? ""}`);
    return async () => await readFile(join(folder, "calls"), "utf8").catch(() => "");
  }

  test("is made with its labels where there is none", async () => {
    const calls = await dockerWith(undefined);
    expect(await dataVolumeHandler.check?.(inputs, {}, false, say)).toEqual({ inputs, failures: [] });
    expect(await dataVolumeHandler.create(inputs, say)).toEqual({ id: name, outs: inputs });
    expect(await calls()).toBe(
      `volume create --label=cdc.stack=cdc-dev --label=cdc.shard=a --label=cdc.mysql.version=9.7 ${name}\n`,
    );
  });

  test("is taken up again where it is there, whatever MySQL made it", async () => {
    const calls = await dockerWith({ ...labels, "cdc.mysql.version": "8.4", further: "x" });
    const said: string[] = [];
    await dataVolumeHandler.create(inputs, (line) => said.push(line));
    expect(said).toEqual([`volume ${name} is taken up again, with the rows of a (made by MySQL 8.4)`]);
    expect(await calls()).toBe("");
  });

  test.each([
    ["another shard's", { ...labels, "cdc.shard": "b" }],
    ["another stack's", { ...labels, "cdc.stack": "cdc-other" }],
    ["nobody's", {}],
    ["one without labels", null],
  ])("is refused at preview and up when it is %s", async (_, found) => {
    await dockerWith(found as object);
    const { failures } = (await dataVolumeHandler.check?.(inputs, {}, false, say)) ?? {};
    expect(failures?.[0]?.reason).toMatch(/^CDC-824 volume cdc-dev-mysql-a-data: is on the engine already/);
    await expect(dataVolumeHandler.create(inputs, say)).rejects.toThrow(/CDC-824/);
  });

  test("is never replaced, and keeps the name under which it was made", async () => {
    const old = {
      name: "cdc-dev-mysql-3308-data",
      driver: "local",
      labels: [{ label: "cdc.stack", value: "cdc-dev" }],
    };
    expect(await dataVolumeHandler.diff("x", old, inputs, say)).toEqual({ changes: true, replaces: [] });
    expect(await dataVolumeHandler.update("cdc-dev-mysql-3308-data", old, inputs, say)).toEqual({
      outs: { ...inputs, name: "cdc-dev-mysql-3308-data" },
    });
    const known = { ...inputs, name: "cdc-dev-mysql-3308-data" };
    expect(await dataVolumeHandler.diff("x", known, inputs, say)).toEqual({ changes: false, replaces: [] });
  });

  describe("deleted", () => {
    let said: string[];
    let provider: CdcProvider;
    beforeEach(() => {
      said = [];
      provider = new CdcProvider();
      vi.spyOn(pulumi.log, "info").mockImplementation(async (message) => {
        said.push(message);
      });
    });

    test("by an update stays: a program runs, and says so before all else", async () => {
      const calls = await dockerWith(labels);
      await provider.invoke(beginToken);
      await provider.delete(name, `${urn}-1`, inputs);
      expect(await calls()).toBe("");
      expect(said).toEqual([expect.stringContaining(`volume ${name} is released; its rows stay`)]);
    });

    test("by an update stays, even if nothing but a check was heard of it", async () => {
      const calls = await dockerWith(labels);
      await provider.check(urn, inputs, inputs);
      await provider.delete(name, `${urn}-2`, inputs);
      expect(await calls()).toBe("");
    });

    test("by a destroy is removed", async () => {
      const calls = await dockerWith(labels);
      await provider.delete(name, `${urn}-3`, inputs);
      expect(await calls()).toBe(`volume rm ${name}\n`);
    });

    test("by a destroy stays when it is to be kept", async () => {
      const calls = await dockerWith(labels);
      await provider.delete(name, `${urn}-4`, { ...inputs, keepData: true });
      expect(await calls()).toBe("");
      expect(said).toEqual([expect.stringContaining("stays, as cdc:keepData says")]);
    });
  });

  test.each([
    ["config:\n  cdc:keepData: true\n", true],
    ['config:\n  cdc:keepData: "true"\n', true],
    ["config:\n  cdc:keepData: false\n", false],
    ["config:\n  cdc:shards: 3\n", false],
    ["", false],
    ["config: [", true],
  ])("is kept by the stack's file, before an up has heard of it: %j", async (text, keeps) => {
    await writeFile(join(folder, "Pulumi.dev.yaml"), text);
    expect(await fileSaysKeep(folder, "dev")).toBe(keeps);
    expect(await fileSaysKeep(folder, "none")).toBe(false);
  });
});
