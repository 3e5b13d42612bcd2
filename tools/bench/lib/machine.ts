/** What the figures were measured on. */
import { readFile } from "node:fs/promises";
import { cpus, release, totalmem } from "node:os";
import { run } from "../../../lib/run.ts";
import { planOf } from "./stack.ts";
import { stackLabel } from "../../../config/stack-name.ts";

/** Facts in words, by what they are of; `cpu`, `cores` and `memory` tell one machine from another. */
export type Machine = Readonly<Record<string, string>>;

/** Asks the machine, the engine and the tools. */
export async function machineFacts(env: NodeJS.ProcessEnv): Promise<Machine> {
  const { images } = await planOf({ name: "dev", label: stackLabel("dev") });
  const first = async (command: string, ...args: string[]) => (await run(command, args, { env })).stdout.trim();
  return {
    cores: String(cpus().length),
    cpu: cpus()[0]?.model ?? "unknown",
    memory: `${Math.round(totalmem() / 1024 ** 3)} GiB`,
    system: await system(),
    kernel: release(),
    engine: `Docker ${await first("docker", "version", "--format", "{{.Server.Version}}")}`,
    node: process.versions.node,
    pulumi: await first("pulumi", "version"),
    ...Object.fromEntries(Object.entries(images).map(([name, image]) => [`image of ${name}`, image])),
  };
}

/** Whether two runs were made on the same kind of machine. */
export function isSameMachine(one: Machine, other: Machine): boolean {
  return ["cores", "cpu", "memory"].every((fact) => one[fact] === other[fact]);
}

/** The commit that was measured, with `+` where the files were others. */
export async function commitOf(folder: string): Promise<string> {
  const git = async (...args: string[]) => (await run("git", args, { cwd: folder })).stdout.trim();
  const [commit, changes] = [await git("rev-parse", "--short", "HEAD"), await git("status", "--porcelain")];
  return changes === "" ? commit : `${commit}+`;
}

async function system(): Promise<string> {
  const text = await readFile("/etc/os-release", "utf8").catch(() => "");
  return /^PRETTY_NAME="?([^"\n]*)/m.exec(text)?.[1] ?? process.platform;
}
