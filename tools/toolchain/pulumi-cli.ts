/** Finds the Pulumi CLI and the plugins for it: the user's own when it will do, else the official one, else ours, built from Go modules. */
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, symlink } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import type { Log } from "./log.ts";
import { findOnPath } from "./places.ts";
import { checkoutFolder } from "../../lib/checkout.ts";
import { probe } from "./probe.ts";
import { buildToolchain, builtToolchain, type BuiltToolchain } from "./pulumi-build.ts";
import { fetchCli } from "./pulumi-npm.ts";
import { atLeast } from "./version.ts";

/** A resource plugin and the very version that its npm package wants. */
export interface Plugin {
  name: string;
  version: string;
}

/** The CLI that is used from here on. */
export interface PulumiCli {
  /** Put in front of PATH; undefined for the user's own CLI. */
  binDir: string | undefined;
  /** PULUMI_HOME; undefined for the user's own. */
  home: string | undefined;
}

/** The oldest that the program is tested with: the one of toolchain/go. Much older ones lack what it uses (resource hooks, replaceWith). */
export const oldestCli = "3.228.0";
const pluginInstallLimitMs = 60_000;

/** The plugins that the `@pulumi/*` packages in package.json want; their versions are exact there. */
export function wantedPlugins(packageJson: string): Plugin[] {
  const { dependencies = {} } = JSON.parse(packageJson) as { dependencies?: Record<string, string> };
  return Object.entries(dependencies).flatMap(([name, version]) => {
    const plugin = /^@pulumi\/(.+)$/.exec(name)?.[1];
    return plugin === undefined || plugin === "pulumi" ? [] : [{ name: plugin, version }];
  });
}

/** Where a plugin's binary lies under a PULUMI_HOME. */
export function pluginFile(home: string, plugin: Plugin): string {
  return join(home, "plugins", `resource-${plugin.name}-v${plugin.version}`, `pulumi-resource-${plugin.name}`);
}

/** What was found of the user's own. */
export interface CliFacts {
  /** `pulumi version`; undefined when there is none or it does not run. */
  version: string | undefined;
  /** pulumi-language-nodejs lies beside it or on PATH. */
  languageHost: boolean;
}

/** Whether the user's own CLI will do, and the reason when it will not. */
export function judgeCli(facts: CliFacts): { use: boolean; reason: string } {
  if (facts.version === undefined) return { use: false, reason: "no pulumi on PATH" };
  if (!atLeast(facts.version, oldestCli))
    return { use: false, reason: `pulumi ${facts.version} on PATH is older than ${oldestCli}` };
  if (!facts.languageHost) return { use: false, reason: "the pulumi on PATH has no language host for Node.js" };
  return { use: true, reason: `pulumi ${facts.version} on PATH` };
}

async function look(): Promise<CliFacts> {
  const path = process.env["PATH"];
  const file = findOnPath("pulumi", path);
  if (file === undefined) return { version: undefined, languageHost: false };
  const answer = await probe(file, ["version"], { env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" } });
  const beside = `${dirname(file)}${delimiter}${path ?? ""}`;
  return {
    version: answer.ok ? answer.stdout : undefined,
    languageHost: findOnPath("pulumi-language-nodejs", beside) !== undefined,
  };
}

/**
 * Returns a CLI with all plugins, fetching or building what is missing.
 * @throws {UserError} when the build cannot be done here.
 */
export async function ensurePulumi(log: Log): Promise<PulumiCli> {
  const plugins = wantedPlugins(await readFile(join(checkoutFolder, "package.json"), "utf8"));
  const own = judgeCli(await look());
  if (own.use) {
    const home = process.env["PULUMI_HOME"] || join(homedir(), ".pulumi");
    await ensurePlugins(log, "pulumi", home, plugins);
    return { binDir: undefined, home: undefined };
  }
  // What was built here before needs no network.
  const fetched = (await builtToolchain()) === undefined ? await fetchCli(log, own.reason) : undefined;
  if (fetched !== undefined) {
    await ensurePlugins(log, join(fetched.bin, "pulumi"), fetched.home, plugins);
    return { binDir: fetched.bin, home: fetched.home };
  }
  const built = await buildToolchain(log, own.reason);
  await linkPlugins(built, built.home, plugins);
  return { binDir: built.bin, home: built.home };
}

/** Brings the plugins for an official CLI: the official ones, or ours where they cannot be had. */
async function ensurePlugins(log: Log, cli: string, home: string, plugins: Plugin[]): Promise<void> {
  const missing = plugins.filter((plugin) => !existsSync(pluginFile(home, plugin)));
  if (missing.length === 0 || (await installPlugins(log, cli, home, missing))) return;
  const names = missing.map((plugin) => plugin.name).join(", ");
  const built = await buildToolchain(log, `plugins ${names} are missing and could not be installed`);
  await linkPlugins(built, home, missing);
  log(`pulumi: linked our plugins ${names} into ${join(home, "plugins")}`);
}

/**
 * Tries the official way, once; false when a plugin could not be had. A mirror that PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES names
 * is asked by the CLI itself.
 */
async function installPlugins(log: Log, cli: string, home: string, plugins: Plugin[]): Promise<boolean> {
  return await log.during(
    `pulumi: trying to install plugins ${plugins.map((plugin) => `${plugin.name} ${plugin.version}`).join(", ")}`,
    async () => {
      for (const { name, version } of plugins) {
        const answer = await probe(cli, ["plugin", "install", "resource", name, version], {
          env: { ...process.env, PULUMI_HOME: home },
          timeoutMs: pluginInstallLimitMs,
        });
        if (!answer.ok) return false;
      }
      return true;
    },
  );
}

/** Links the built plugins to where the engine looks for them; touches none that is there. */
export async function linkPlugins(
  built: Pick<BuiltToolchain, "plugins">,
  home: string,
  plugins: Plugin[],
): Promise<void> {
  for (const plugin of plugins) {
    const link = pluginFile(home, plugin);
    if (existsSync(link)) continue;
    await mkdir(dirname(link), { recursive: true });
    await rm(link, { force: true }); // a link to a build that was removed from the cache
    await symlink(join(built.plugins, `pulumi-resource-${plugin.name}`), link);
  }
}
