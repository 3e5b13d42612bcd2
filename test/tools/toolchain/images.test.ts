/** The builder against stand-ins for docker and mvn; real builds are in test/e2e/images.e2e.ts. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { imageRecipes, packagedImage } from "../../../config/packaged-images.ts";
import { nodeVersion } from "../../../lib/versions.ts";
import { kafkaLibs } from "../../../tools/toolchain/images-kafka-libs.ts";
import { opensearchDistribution } from "../../../tools/toolchain/images-opensearch.ts";
import { buildPackagedImages, firstComplaint } from "../../../tools/toolchain/images.ts";
import { UserError } from "../../../lib/run.ts";

let folder: string;
let cache: string;
let bin: string;
let calls: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cdc-images-"));
  cache = join(folder, "cache");
  bin = join(folder, "bin");
  calls = join(folder, "calls");
  mkdirSync(bin);
  writeFileSync(calls, "");
  vi.stubEnv("CDC_CACHE_DIR", cache);
  vi.stubEnv("PATH", `${bin}:/usr/bin:/bin`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** Puts a program on PATH; it notes its arguments in `calls` first. */
function standIn(name: string, script: string): void {
  writeFileSync(join(bin, name), `#!/bin/bash\necho "${name} $*" >> ${calls}\n${script}\n`);
  chmodSync(join(bin, name), 0o755);
}

async function userError(promise: Promise<unknown>): Promise<UserError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof UserError)) throw new Error("expected a UserError", { cause: error });
  return error;
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

describe("kafkaLibs", () => {
  const log = () => join(folder, "log");
  let recipe: string;
  beforeEach(() => {
    recipe = join(folder, "recipe");
    mkdirSync(recipe);
    mkdirSync(cache);
    writeFileSync(join(recipe, "pom.xml"), "<project/>");
    writeFileSync(join(recipe, "libs.sha256"), `${sha256("a")}  a.jar\n`);
  });
  const mvnWriting = (text: string) =>
    standIn(
      "mvn",
      `for argument; do case $argument in -DoutputDirectory=*) printf ${text} > "\${argument#*=}/a.jar";; esac; done`,
    );

  it("fetches once and takes them from the cache then", async () => {
    mvnWriting("a");
    const libs = await kafkaLibs(recipe, cache, log());
    expect(readFileSync(join(libs, "a.jar"), "utf8")).toBe("a");
    expect(await kafkaLibs(recipe, cache, log())).toBe(libs);
    expect(readFileSync(calls, "utf8").trimEnd().split("\n")).toHaveLength(1);
    expect(readdirSync(cache)).toHaveLength(1); // no staging folder left
  });

  it("fetches again what was damaged in the cache", async () => {
    mvnWriting("a");
    const libs = await kafkaLibs(recipe, cache, log());
    writeFileSync(join(libs, "a.jar"), "damaged");
    expect(readFileSync(join(await kafkaLibs(recipe, cache, log()), "a.jar"), "utf8")).toBe("a");
  });

  it("refuses other bytes and keeps nothing of them", async () => {
    mvnWriting("evil");
    const error = await userError(kafkaLibs(recipe, cache, log()));
    expect(error.message).toContain(`a.jar has sha256 ${sha256("evil")}`);
    expect(readdirSync(cache)).toEqual([]);
  });

  it("says what mvn is for when it is missing", async () => {
    vi.stubEnv("PATH", bin);
    const error = await userError(kafkaLibs(recipe, cache, log()));
    expect(error.message).toBe("mvn not found: it brings the jars of the Kafka image");
    expect(error.remedy).toContain("apt-get install maven");
  });

  it("names the log when mvn fails", async () => {
    standIn("mvn", "echo '[ERROR] no route'; exit 1");
    expect((await userError(kafkaLibs(recipe, cache, log()))).message).toContain(log());
    expect(readFileSync(log(), "utf8")).toContain("no route");
    expect(readdirSync(cache)).toEqual([]);
  });
});

describe("opensearchDistribution", () => {
  const recipe = () => join(folder, "recipe");
  beforeEach(() => {
    mkdirSync(recipe());
    writeFileSync(join(recipe(), "pom.xml"), "<project/>");
    writeFileSync(join(recipe(), "zip.sha256"), `${sha256("zip")}  opensearch-1.zip\n`);
  });
  const distribution = () => opensearchDistribution(recipe(), folder, join(folder, "log"));
  /** Brings an archive of these bytes, or unpacks it. */
  const mvnBringing = (bytes: string) =>
    standIn(
      "mvn",
      `for argument; do case $argument in -DoutputDirectory=*) out="\${argument#*=}";; esac; done
       if [[ $* == *:copy-dependencies* ]]; then mkdir -p $out; printf ${bytes} > $out/opensearch-1.zip
       else mkdir -p $out/opensearch-1/bin; fi`,
    );

  it("is the unpacked folder", async () => {
    mvnBringing("zip");
    expect(await distribution()).toBe(join(folder, "opensearch"));
    expect(readdirSync(join(folder, "opensearch"))).toEqual(["bin"]);
  });

  it("is not unpacked from other bytes", async () => {
    mvnBringing("evil");
    const error = await userError(distribution());
    expect(error.message).toContain(`differs from tools/images/opensearch/zip.sha256: opensearch-1.zip has sha256`);
    expect(readFileSync(calls, "utf8")).not.toContain("unpack-dependencies");
  });

  it("says what mvn is for when it is missing", async () => {
    vi.stubEnv("PATH", bin);
    expect((await userError(distribution())).message).toBe(
      "mvn not found: it brings the archive of the OpenSearch image",
    );
  });
});

describe("buildPackagedImages", () => {
  const progress: string[] = [];
  const build = () => buildPackagedImages({ log: (line) => progress.push(line) });
  beforeEach(() => void progress.splice(0));

  /** What went in is what is locked. */
  const locks = ["base", "mysql"].map((kind) => join(imageRecipes, kind, "packages.lock")).join(" ");

  /** A docker that holds all images but one; `onBuild` is what its build does, with the context in $context. */
  const dockerWithout = (kind: "mysql" | "node", onBuild: string) =>
    standIn(
      "docker",
      `if [[ $* == "image inspect"*${packagedImage(kind)} ]]; then echo "Error: No such image: x" >&2; exit 1; fi
       if [[ $1 == run ]]; then cat ${locks}; fi
       if [[ $1 == build && \${!#} != - ]]; then context=\${!#}; ${onBuild}; fi`,
    );

  it("builds nothing when all is there", async () => {
    standIn("docker", "exit 0");
    await build();
    expect(progress).toEqual([]);
    expect(readFileSync(calls, "utf8")).not.toContain("docker build");
  });

  it("builds only what is missing, on its parent, from files with fixed modes", async () => {
    const modes = join(folder, "modes");
    dockerWithout("mysql", `(cd "$context" && stat -c '%a %n' .  *) > ${modes}`);
    const umask = process.umask(0o077);
    try {
      await build();
    } finally {
      process.umask(umask);
    }
    expect(progress).toEqual([
      expect.stringMatching(`^building ${packagedImage("mysql")} \\(about \\d+ s\\)$`),
      expect.stringMatching(`^built ${packagedImage("mysql")} in \\d+ s$`),
    ]);
    const builds = readFileSync(calls, "utf8")
      .split("\n")
      .filter((call) => call.startsWith("docker build"));
    // The second gives it the label with its packages.
    expect(builds).toHaveLength(2);
    expect(builds[0]).toContain(`--build-arg BASE=${packagedImage("base")} --tag ${packagedImage("mysql")}`);
    expect(readFileSync(modes, "utf8").trimEnd().split("\n")).toEqual([
      "755 .",
      "644 Dockerfile",
      "755 docker-entrypoint.sh",
      "644 my.cnf",
      "644 packages.lock",
    ]);
    expect(readdirSync(join(cache, "staging"))).toEqual([]);
  });

  it("puts the checkout's own Node for Linux into the image of Node", async () => {
    dockerWithout("node", `"$context"/node --version > ${join(folder, "version")}`);
    await build();
    expect(readFileSync(join(folder, "version"), "utf8")).toBe(`v${nodeVersion}\n`);
  });

  it("names image, cause and log when a build fails, and leaves no work files", async () => {
    dockerWithout(
      "mysql",
      "echo Get:1 x; echo 'E: Failed to fetch x'; echo 'The command returned a non-zero code: 100' >&2; exit 100",
    );
    const error = await userError(build());
    const [what, where] = error.message.split("\n");
    expect(what).toBe(`could not build ${packagedImage("mysql")}: E: Failed to fetch x`);
    expect(where?.startsWith("the whole output: ")).toBe(true);
    expect(readFileSync(where?.slice("the whole output: ".length) ?? "", "utf8")).toContain("Get:1 x");
    expect(readdirSync(join(cache, "staging"))).toEqual([]);
  });

  it("says when the disk is full", async () => {
    dockerWithout("mysql", "echo 'write /x: no space left on device' >&2; exit 1");
    const error = await userError(build());
    expect(error.message).toBe(`could not build ${packagedImage("mysql")}: no space left`);
    expect(error.remedy).toContain(cache);
  });

  it("does not take an engine that is down for a missing image", async () => {
    standIn("docker", "echo 'Cannot connect to the Docker daemon' >&2; exit 1");
    const error = await userError(build());
    expect(error.message).toContain("Cannot connect to the Docker daemon");
    expect(error.remedy).toBe("start it, then see docker info");
  });

  it("says when docker is missing", async () => {
    vi.stubEnv("PATH", bin);
    expect((await userError(build())).message).toBe("the docker command is not on PATH");
  });

  it("removes the work files of an interrupted run, not those of a running one", async () => {
    const dead = join(cache, "staging", "images-4194305-abc"); // above Linux's highest process id
    const alive = join(cache, "staging", `images-${process.ppid}-abc`);
    for (const left of [dead, alive]) mkdirSync(left, { recursive: true });
    dockerWithout("mysql", "true");
    await build();
    expect(existsSync(dead)).toBe(false);
    expect(existsSync(alive)).toBe(true);
  });
});

describe("firstComplaint", () => {
  it("is the cause, not what follows from it", () => {
    const output = `${"Get:1 error-page\n".repeat(40)}${"Unpacking x\n".repeat(30)}\u001b[91mupdate-alternatives: error: cannot link\u001b[0m
dpkg: error processing package x
E: Sub-process dpkg returned an error code (1)
`;
    expect(firstComplaint(output)).toBe("update-alternatives: error: cannot link");
  });

  it("is undefined when nothing complains", () => {
    expect(firstComplaint("Step 1\nStep 2\n")).toBeUndefined();
  });
});
