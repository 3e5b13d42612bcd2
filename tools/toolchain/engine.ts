/** Makes sure that a Docker engine answers: uses the one that is there, else starts or installs Debian's. */
import { spawn } from "node:child_process";
import { existsSync, openSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { checkSpace } from "./disk.ts";
import { isAlive } from "../../lib/alive.ts";
import type { Log } from "./log.ts";
import { findOnPath } from "./places.ts";
import { attempt } from "../../clients/docker/client.ts";
import { isNoAccess, noAccess } from "../../clients/docker/access.ts";
import { lookAtEngine } from "../../clients/docker/engine.ts";
import { closeSegment } from "../../clients/docker/segment.ts";
import { run, UserError } from "../../lib/run.ts";

/** What decides how an engine is brought. */
export interface EngineFacts {
  /** `docker version` got an answer from an engine. */
  answers: boolean;
  /** What it wrote otherwise. */
  complaint: string;
  /** DOCKER_HOST, when set: an engine elsewhere that is not ours to start. */
  dockerHost: string | undefined;
  client: boolean;
  dockerd: boolean;
  root: boolean;
  /** systemd runs this machine. */
  systemd: boolean;
  /** Debian or a descendant of it. */
  debianLike: boolean;
}

export type EngineAction = "ready" | "start" | "install and start";

/**
 * What to do for an engine.
 * @throws {UserError} when it is for the user to do.
 */
export function planEngine(facts: EngineFacts): EngineAction {
  if (facts.answers) return "ready";
  if (isNoAccess(facts.complaint)) throw new UserError(noAccess.message, noAccess.remedy);
  if (facts.dockerHost) {
    throw new UserError(
      `no Docker engine answers at DOCKER_HOST=${facts.dockerHost}`,
      "start it there, or unset DOCKER_HOST to use an engine on this machine",
    );
  }
  if (facts.dockerd && facts.client) {
    if (facts.root) return "start";
    throw new UserError(
      "the Docker engine is installed but does not run",
      "start it (sudo systemctl start docker) and run the same command again",
    );
  }
  if (facts.root && facts.debianLike) return "install and start";
  throw new UserError(
    "no Docker engine was found",
    facts.debianLike
      ? "install it (sudo apt-get install docker.io iptables) and run the same command again, or run that as root"
      : "install and start Docker, then run the same command again",
  );
}

/** Whether an /etc/os-release is of Debian, Ubuntu or another descendant of Debian. */
export function isDebianLike(osRelease: string): boolean {
  const values = new Map(
    osRelease.split("\n").flatMap((line) => {
      const match = /^([A-Z_]+)=["']?(.*?)["']?$/.exec(line.trim());
      return match ? [[match[1], match[2]] as const] : [];
    }),
  );
  return [values.get("ID"), ...(values.get("ID_LIKE") ?? "").split(" ")].some(
    (id) => id === "debian" || id === "ubuntu",
  );
}

async function look(): Promise<EngineFacts> {
  const version = await attempt(["version", "--format", "{{.Server.Version}}"]);
  return {
    answers: version.ok,
    complaint: version.stderr,
    dockerHost: process.env["DOCKER_HOST"],
    // Whether there is a command at all; what starts it is clients/docker.
    client: findOnPath("docker", process.env["PATH"]) !== undefined,
    dockerd: findOnPath("dockerd", process.env["PATH"]) !== undefined,
    root: process.getuid?.() === 0,
    systemd: existsSync("/run/systemd/system"),
    debianLike: isDebianLike(await readFile("/etc/os-release", "utf8").catch(() => "")),
  };
}

/** Whether an engine answers now; brings none. */
export async function engineAnswers(): Promise<boolean> {
  return (await attempt(["version", "--format", "{{.Server.Version}}"])).ok;
}

/**
 * Returns when a Docker engine answers.
 * @throws {UserError} when there is none and none could be brought.
 */
export async function ensureEngine(log: Log): Promise<void> {
  const facts = await look();
  const action = planEngine(facts);
  if (action === "ready") return;
  if (action === "install and start") {
    await log.during("engine: no Docker engine here, installing Debian's (docker.io, iptables)", install);
  }
  // The package's own scripts may have started it already.
  if (!(await engineAnswers())) await log.during("engine: starting the Docker engine", () => start(facts.systemd));
  await closeToSegment(log);
}

/** An engine that we brought lets nobody in from the network segment; one that was here is its owner's, whom preflight tells (CDC-710). */
async function closeToSegment(log: Log): Promise<void> {
  if (process.getuid?.() !== 0 || (await lookAtEngine()).opensToSegment === undefined) return;
  const hindrance = await closeSegment();
  log(
    hindrance === undefined
      ? "engine: published ports closed to other machines by two rules of iptables (SECURITY.md says how they go)"
      : `engine: published ports stay open to other machines of the network segment: ${hindrance}`,
  );
}

async function install(): Promise<void> {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const remedy =
    "mend what apt-get complains about (apt-get install docker.io iptables), then run the same command again";
  await run("apt-get", ["update"], { env, remedy });
  await run("apt-get", ["install", "--yes", "--no-install-recommends", "docker.io", "iptables"], { env, remedy });
}

const engineLog = "/var/log/dockerd.log";
const startLimitMs = 60_000;

async function start(systemd: boolean): Promise<void> {
  if (systemd) {
    await run("systemctl", ["start", "docker"], { remedy: "see what hinders it: journalctl --unit docker" });
    return await untilItAnswers(() => undefined, "journalctl --unit docker");
  }
  await removeStalePid("/var/run/docker.pid", "dockerd");
  await removeStalePid("/var/run/docker/containerd/containerd.pid", "containerd");
  const output = openSync(engineLog, "a");
  const engine = spawn("dockerd", [], { detached: true, stdio: ["ignore", output, output] });
  let end: string | undefined;
  engine.on("error", (error) => (end = error.message));
  engine.on("exit", (code) => (end = `it ended with exit code ${code}`));
  engine.unref();
  await untilItAnswers(() => end, `the end of ${engineLog}`);
}

/** A pid file that outlived its process (a machine switched off) keeps a new one from starting when the number is in use again. */
async function removeStalePid(file: string, program: string): Promise<void> {
  const pid = (await readFile(file, "utf8").catch(() => "")).trim();
  if (pid === "") return;
  const holder = (await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "")).trim();
  if (holder !== program || !isAlive(Number(pid))) await rm(file, { force: true });
}

async function untilItAnswers(ended: () => string | undefined, whereToLook: string): Promise<void> {
  const deadline = performance.now() + startLimitMs;
  for (;;) {
    if (await engineAnswers()) return;
    const end = ended();
    if (end === undefined && performance.now() < deadline) {
      await sleep(300);
      continue;
    }
    throw new UserError(
      `the Docker engine did not start: ${end ?? `no answer within ${startLimitMs / 1000} s`}`,
      `read ${whereToLook}, mend what it says and run the same command again`,
    );
  }
}

/** Checks that the engine's disk has room for a first start: images, volumes, containers. */
export async function checkEngineSpace(): Promise<void> {
  const folder = (await attempt(["info", "--format", "{{.DockerRootDir}}"])).stdout;
  // An engine in a virtual machine or elsewhere names a folder that is not ours to look at.
  if (folder !== "" && existsSync(folder)) await checkSpace("a first start of the pipeline", folder, 3);
}
