/** The step, and that of the worker's filter, with stand-ins for docker, mvn and apt-get; `docker run` does on this machine what the container would. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { codeHash, sinkPlugin, sourcesOf } from "../../../provider/scripts/plugin-code.ts";

const root = join(import.meta.dirname, "..", "..", "..");
/** Programs that take a second on an idle machine. */
const limitMs = 60_000;
vi.setConfig({ testTimeout: 2 * limitMs });

let folder: string;
let volume: string;
let calls: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cdc-bring-sink-"));
  volume = join(folder, "volume");
  calls = join(folder, "calls");
  mkdirSync(volume);
  mkdirSync(join(folder, "bin"));
  writeFileSync(calls, "");
  // The last argument is the script, which is for the volume's place in the container.
  standIn("docker", `script=\${!#}; exec sh -c "\${script//\\/volume/${volume}}"`);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function standIn(name: string, script: string): void {
  const program = join(folder, "bin", name);
  // A volume without labels, of which no test counts the looks.
  const volumes = name === "docker" ? '[[ "$1 $2" == "volume inspect" ]] && echo null && exit\n' : "";
  writeFileSync(program, `#!/bin/bash\n${volumes}echo "${name} $*" >> ${calls}\n${script}\n`);
  chmodSync(program, 0o755);
}

/** @param env beside what the step is always told. */
function bring(env: Record<string, string> = {}, step = "install-sink.ts") {
  return spawnSync(process.execPath, [join(root, "provider", "scripts", step)], {
    env: {
      PATH: `${join(folder, "bin")}:/usr/bin:/bin`,
      CDC_CACHE_DIR: join(folder, "cache"),
      CDC_SINK_VOLUME: "cdc-test-sink-0123",
      CDC_SINK_IMAGE: "kafka:test",
      ...env,
    },
    encoding: "utf8",
    timeout: limitMs,
  });
}

const callsOf = (program: string) =>
  readFileSync(calls, "utf8")
    .split("\n")
    .filter((line) => line.startsWith(`${program} `));

describe("a plugin that is built", () => {
  const jdk = () => join(folder, "jdk");
  /** An mvn on a Java with or without a compiler, whose build runs these lines in the project's folder. */
  function mvn(build: string, java: { version?: number; hasCompiler?: boolean } = {}): void {
    mkdirSync(join(jdk(), "bin"), { recursive: true });
    if (java.hasCompiler ?? true) writeFileSync(join(jdk(), "bin", "javac"), "");
    const about = `Java version: ${java.version ?? 17}.0.15, vendor: Debian, runtime: ${jdk()}`;
    standIn("mvn", `if [[ $1 == --version ]]; then echo '${about}'; exit; fi\n${build}`);
  }
  const noApt = () => standIn("apt-get", "exit 1");

  test("is not used when the jars that come with it are not those of the list, and nothing of it is kept", () => {
    mvn(`mkdir -p cdc-opensearch-sink target && echo x > cdc-opensearch-sink/cdc-opensearch-sink-1.0.0.jar
         echo evil > cdc-opensearch-sink/parsson-1.1.7.jar && tar -czf target/sink.tar.gz cdc-opensearch-sink`);
    const { status, stderr } = bring();
    expect(status).toBe(1);
    expect(stderr).toMatch(/\d+ of the jars that come with the sink differ from apps\/sink\/libs\.sha256, the first: /);
    expect(stderr).not.toContain("    at ");
    expect(readdirSync(join(folder, "cache", "artifacts"))).toEqual([]);
    expect(callsOf("docker")).toEqual([]);
  });

  test("may be the worker's filter, which brings no jar of somebody else's", () => {
    const step = () =>
      bring({ CDC_FILTER_VOLUME: "cdc-test-filter-0123", CDC_FILTER_IMAGE: "kafka:test" }, "install-filter.ts");
    const packed = "tar -czf target/filter.tar.gz cdc-connect-filter";
    const jar = "mkdir -p cdc-connect-filter target && echo own > cdc-connect-filter/cdc-connect-filter-1.0.0.jar";
    mvn(`${jar} && echo x > cdc-connect-filter/x.jar && ${packed}`);
    expect(step().stderr).toContain("differ from apps/connect-filter/libs.sha256, the first: x.jar is not listed");
    mvn(`[[ -f src/main/java/cdc/filter/ConnectFilter.java ]] && ${jar} && ${packed}`);
    const { status, stderr } = step();
    expect(status, stderr).toBe(0);
    expect(readFileSync(join(volume, "cdc-connect-filter", "cdc-connect-filter-1.0.0.jar"), "utf8")).toBe("own\n");
    expect(stderr).toMatch(/^filter: building the worker's filter with mvn$/m);
  });

  test("is taken from the cache while it is whole, and built anew when it is not", () => {
    const artifacts = join(folder, "cache", "artifacts");
    mkdirSync(artifacts, { recursive: true });
    mkdirSync(join(folder, "cdc-opensearch-sink"));
    writeFileSync(join(folder, "cdc-opensearch-sink", "sink.jar"), "jar");
    const archive = join(artifacts, `cdc-opensearch-sink-${codeHash(sourcesOf(sinkPlugin))}.tar.gz`);
    spawnSync("tar", ["-czf", archive, "-C", folder, "cdc-opensearch-sink"]);
    writeFileSync(`${archive}.sha256`, createHash("sha256").update(readFileSync(archive)).digest("hex"));
    writeFileSync(join(volume, "left"), "");
    mvn("echo '[ERROR] no compiler today'; exit 1");

    expect(bring().status).toBe(0);
    expect(readFileSync(join(volume, "cdc-opensearch-sink", "sink.jar"), "utf8")).toBe("jar");
    expect(existsSync(join(volume, "left"))).toBe(false);
    expect(callsOf("mvn")).toEqual([]);

    writeFileSync(archive, "half");
    const { status, stderr } = bring();
    expect(status).toBe(1);
    expect(stderr).toContain("the sink in apps/sink/ could not be built: no compiler today\nthe whole output: ");
  });

  test.each<[string, () => void, string]>([
    ["there is no Maven", () => {}, "mvn not found: it builds the sink"],
    [
      "Maven's Java does not compile",
      () => mvn("exit 1", { hasCompiler: false }),
      "the Java that mvn runs on has no compiler (javac)",
    ],
    ["Maven's Java is too old", () => mvn("exit 1", { version: 11 }), "mvn runs on Java 11, the sink needs 17"],
  ])("when %s and nothing can be installed, that is said with what to install", (_what, prepare, said) => {
    prepare();
    noApt();
    // Whatever this machine has.
    const path = `${join(folder, "bin")}:${bare()}`;
    const { status, stderr } = bring({ PATH: path });
    expect(status).toBe(1);
    expect(stderr).toBe(
      `${said}\nInstall Maven and a JDK of Java 17 or newer (Debian: \`apt-get install maven default-jdk-headless\`), then run the command again.\n`,
    );
  });

  test("without Maven and apt-get it is built in Maven's image, whose container goes, also when the build fails", () => {
    noApt();
    standIn("docker", "[[ $1 == start ]] && echo '[ERROR] no compiler there' && exit 1; exit 0");
    const { status, stderr } = bring({ PATH: `${join(folder, "bin")}:${bare()}` });
    expect(status).toBe(1);
    expect(stderr).toMatch(/mvn not found.*; building it in a container of maven:\S+\n/);
    expect(stderr).toContain("the sink in apps/sink/ could not be built: no compiler there\nthe whole output: ");
    const [, container = ""] = /--name (\S+)/.exec(callsOf("docker").join("\n")) ?? [];
    expect(callsOf("docker").map((call) => call.split(" ")[1])).toEqual(["create", "cp", "start", "rm"]);
    expect(callsOf("docker").at(-1)).toBe(`docker rm --force --volumes ${container}`);
  });

  test.runIf(process.getuid?.() === 0)("Maven and a JDK are installed where apt-get can", () => {
    mvn("echo '[ERROR] as far as this'; exit 1");
    // Present only after the installation.
    const hidden = join(folder, "mvn");
    renameSync(join(folder, "bin", "mvn"), hidden);
    standIn("apt-get", `if [[ $1 == install ]]; then /bin/mv ${hidden} ${join(folder, "bin")}/; fi`);
    const { stderr } = bring({ PATH: `${join(folder, "bin")}:${bare()}` });
    expect(stderr).toContain("mvn not found: it builds the sink; installing Maven and a JDK by apt-get");
    expect(stderr).toContain("as far as this");
    expect(callsOf("apt-get").at(-1)).toBe("apt-get install --yes --no-install-recommends maven default-jdk-headless");
  });

  /** A PATH with bash alone. */
  function bare(): string {
    const bin = join(folder, "bare");
    mkdirSync(bin);
    spawnSync("ln", ["-s", "/bin/bash", join(bin, "bash")]);
    return bin;
  }
});

describe("a plugin of the configuration", () => {
  let archive: string;
  let file: string;
  beforeEach(() => {
    mkdirSync(join(folder, "other-sink"));
    writeFileSync(join(folder, "other-sink", "other.jar"), "jar");
    archive = join(folder, "other.tar.gz");
    file = relative(root, archive);
    spawnSync("tar", ["-czf", archive, "-C", folder, "other-sink"]);
  });

  test("is unpacked when it has the pinned bytes", () => {
    const sha256 = createHash("sha256").update(readFileSync(archive)).digest("hex");
    const { status, stderr } = bring({ CDC_SINK_ARCHIVE: file, CDC_SINK_SHA256: sha256 });
    expect(status, stderr).toBe(0);
    expect(readFileSync(join(volume, "other-sink", "other.jar"), "utf8")).toBe("jar");
  });

  test("is refused when it has others", () => {
    const { status, stderr } = bring({ CDC_SINK_ARCHIVE: file, CDC_SINK_SHA256: "0".repeat(64) });
    expect(status).toBe(1);
    expect(stderr).toContain(`the configuration says ${"0".repeat(64)}; nothing was installed`);
    expect(readdirSync(volume)).toEqual([]);
  });

  test("that is not there is named", () => {
    const { status, stderr } = bring({ CDC_SINK_ARCHIVE: "plugins/none.tar.gz", CDC_SINK_SHA256: "" });
    expect(status).toBe(1);
    expect(stderr).toContain("cdc:readSide.sink.plugin.archive: there is no plugins/none.tar.gz in the checkout");
  });
});
