/** A checkout of its own for a test, with a stack of its own, driven as a person would: `make up`, plain `pulumi`, `make down`. */
import { execFile, spawn } from "node:child_process";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { parse, stringify } from "yaml";
import { loginOf } from "../../../lib/connector-secrets.ts";
import type { MysqlLogin } from "../../../lib/endpoint.ts";
import { removeMadeIn } from "../../../tools/toolchain/owned.ts";

const execFileAsync = promisify(execFile);
const root = join(import.meta.dirname, "..", "..", "..");

export interface Result {
  readonly code: number;
  /** stdout and stderr as they came. */
  readonly output: string;
}

/** Runs a program to its end; its exit code is part of the result. */
export async function execute(
  command: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Result> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { cwd: options.cwd ?? root, env: options.env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
  const code = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => resolve(exitCode ?? 1));
  });
  return { code, output };
}

/** The lines that a docker command prints. */
export async function dockerLines(...args: string[]): Promise<string[]> {
  const { stdout } = await execFileAsync("docker", args);
  return stdout.split("\n").filter((line) => line !== "");
}

/** Everything on the engine that carries the label of a stack: `KIND NAME`. */
export async function namesOwnedBy(stack: string): Promise<string[]> {
  const filter = `label=cdc.stack=${stack}`;
  const kinds = [
    ["container", "ls", "--all", "--filter", filter, "--format", "container {{.Names}}"],
    ["volume", "ls", "--filter", filter, "--format", "volume {{.Name}}"],
    ["network", "ls", "--filter", filter, "--format", "network {{.Name}}"],
  ];
  return (await Promise.all(kinds.map(async (args) => await dockerLines(...args)))).flat();
}

/** The values of a committed stack file, by their keys without `cdc:`; without its read side, which few tests look at. */
export async function committedConfig(stack: string): Promise<Record<string, unknown>> {
  const file = parse(await readFile(join(root, `Pulumi.${stack}.yaml`), "utf8")) as { config: Record<string, unknown> };
  const values = Object.fromEntries(
    Object.entries(file.config).map(([key, value]) => [key.replace(/^cdc:/, ""), value]),
  );
  return { ...values, readSide: { enabled: false } };
}

export class Checkout {
  readonly folder: string;
  /** Name of the Pulumi stack. */
  readonly stack: string;

  /** @param name of the stack; @param folder under .cdc/e2e, by default of that name. */
  constructor(name: string, folder = name) {
    this.stack = name;
    this.folder = join(root, ".cdc", "e2e", folder);
  }

  /** Prefix of the stack's names on the engine. */
  get prefix(): string {
    return `cdc-${this.stack}`;
  }

  /**
   * Copies the working tree (what git tracks, and what it would) and commits it there, so that `git status` can be asked.
   * @param config values that differ from those of the committed stack `base`.
   */
  async create(config: Record<string, unknown>, base = "dev"): Promise<void> {
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
    // What a run that was killed has left on the engine would be in the way, and nobody knows of it any more.
    await removeMadeIn(this.folder, this.prefix);
    const { stdout } = await execFileAsync("git", ["ls-files", "-co", "--exclude-standard", "-z"], { cwd: root });
    for (const file of stdout.split("\0").filter((name) => name !== "")) {
      await mkdir(dirname(join(this.folder, file)), { recursive: true });
      await cp(join(root, file), join(this.folder, file), { force: true }).catch((error: unknown) => {
        // A file that was deleted and not yet committed.
        if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
      });
    }
    // Links instead of a further `npm ci`: the same bytes, in two seconds.
    await execFileAsync("cp", ["-al", join(root, "node_modules"), join(this.folder, "node_modules")]);
    await this.writeConfig({ ...(await committedConfig(base)), ...config });
    const git = async (...args: string[]) =>
      await execFileAsync("git", ["-c", "user.name=test", "-c", "user.email=test@localhost", ...args], {
        cwd: this.folder,
      });
    await git("init", "--quiet");
    await git("add", "--all", ".");
    await git("add", "--force", `Pulumi.${this.stack}.yaml`);
    await git("commit", "--quiet", "--message", "as cloned");
  }

  /** The values of the stack's file, by their keys without `cdc:`. */
  async config(): Promise<Record<string, unknown>> {
    const file = await readFile(join(this.folder, `Pulumi.${this.stack}.yaml`), "utf8");
    const { config } = parse(file) as { config: Record<string, unknown> };
    return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace(/^cdc:/, ""), value]));
  }

  /** Writes the stack's file, and leaves the line of Pulumi's own in it, as somebody with an editor would. */
  async writeConfig(config: Record<string, unknown>): Promise<void> {
    const file = join(this.folder, `Pulumi.${this.stack}.yaml`);
    const before = await readFile(file, "utf8").catch(() => "");
    const salt = /^encryptionsalt: .*\n/m.exec(before)?.[0] ?? "";
    const named = Object.fromEntries(Object.entries(config).map(([key, value]) => [`cdc:${key}`, value]));
    await writeFile(file, stringify({ config: named }) + salt);
  }

  /** The environment of a person who has just opened a shell in the folder. */
  environment(): NodeJS.ProcessEnv {
    return withoutOwn(process.env);
  }

  async make(...args: string[]): Promise<Result> {
    return await execute(["make", `STACK=${this.stack}`, ...args], { cwd: this.folder, env: this.environment() });
  }

  /** Plain pulumi, with the one line of environment that the README gives. */
  async pulumi(...args: string[]): Promise<Result> {
    const line = `. .cdc/env && exec pulumi "$@" --stack ${this.stack} --non-interactive --color never`;
    return await execute(["sh", "-c", line, "pulumi", ...args], { cwd: this.folder, env: withoutOwn(process.env) });
  }

  /** What `git status` has to say. */
  async gitStatus(): Promise<string> {
    return (await execute(["git", "status", "--porcelain"], { cwd: this.folder })).output;
  }

  /** The stack's state, secrets encrypted or (with `--show-secrets`) in clear. */
  async state(...args: string[]): Promise<string> {
    const { code, output } = await this.pulumi("stack", "export", ...args);
    if (code !== 0) throw new Error(output);
    return output;
  }

  /** A generated password, by the logical name of its resource. */
  async password(
    resource: "mysql-root-password" | "cdc-password" | "connect-password" | `kafka-${string}-password`,
  ): Promise<string> {
    const state = JSON.parse(await this.state("--show-secrets")) as {
      deployment: { resources: { urn: string; outputs?: { result?: { plaintext: string } } }[] };
    };
    const found = state.deployment.resources.find(({ urn }) => urn.endsWith(`::${resource}`))?.outputs?.result;
    if (found === undefined) throw new Error(`no ${resource} in the state`);
    return JSON.parse(found.plaintext) as string;
  }

  /** The CDC account, with the authority of the stack's servers. */
  async cdcLogin(): Promise<MysqlLogin> {
    return loginOf({ password: await this.password("cdc-password"), ca: await this.authority() });
  }

  /** Certificate (PEM) of the authority of the stack's servers. */
  async authority(): Promise<string> {
    const state = JSON.parse(await this.state()) as {
      deployment: { resources: { urn: string; outputs?: { certificate?: string } }[] };
    };
    const found = state.deployment.resources.find(({ urn }) => urn.endsWith("::authority"))?.outputs?.certificate;
    if (found === undefined) throw new Error("no authority in the state");
    return found;
  }

  /** Keeps the containers' logs where CI collects them. */
  async keepLogs(): Promise<void> {
    const logs = join(root, "test-results", "logs");
    await mkdir(logs, { recursive: true });
    for (const container of await dockerLines(
      "container",
      "ls",
      "--all",
      "--filter",
      `label=cdc.stack=${this.prefix}`,
      "--format",
      "{{.Names}}",
    )) {
      const { output } = await execute(["docker", "logs", "--timestamps", container]);
      await writeFile(join(logs, `${container}.log`), output);
    }
  }

  /** Takes the stack down, by force if need be, and removes the folder. */
  async remove(): Promise<void> {
    await this.keepLogs();
    const { code, output } = await this.make("down");
    if (code !== 0) {
      console.error(output);
      await this.make("FORCE=1", "down");
    }
    await removeMadeIn(this.folder, this.prefix);
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The environment without what concerns another checkout: the test run's own Pulumi settings. */
function withoutOwn(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(
    ([key]) => !/^(PULUMI_|MAKE|MFLAGS|STACK$|VITEST|NODE_ENV$|NODE_OPTIONS$|npm_)/.test(key),
  );
  return Object.fromEntries(kept);
}
