/**
 * Who is on the network segment of the engine's machine, and can reach what is published on 127.0.0.1 alone: before Docker
 * Engine 28 everybody with a route (moby#45610). Two ways in, and a rule of iptables for each.
 */
import { messageOf, run, ToolError } from "../../lib/run.ts";
import { attempt } from "./client.ts";

/** The first release that closes both ways by itself. */
export const firstClosedMajor = 28;

interface Rule {
  readonly table: string;
  readonly chain: string;
  /** What it matches; what matches is dropped. */
  readonly match: string;
}

const rules: readonly Rule[] = [
  {
    // To 127.0.0.1 from outside: the engine would send it on to the container before anybody asks whether that can be.
    table: "raw",
    chain: "PREROUTING",
    match: "--destination 127.0.0.0/8 ! --in-interface lo",
  },
  {
    // To a container's own address. What came to a published port of another address has been translated (DNAT), and may pass;
    // so may answers, and what goes from container to container of one network.
    table: "filter",
    chain: "DOCKER-USER",
    match:
      "--out-interface br-+ --match physdev ! --physdev-is-bridged --match conntrack ! --ctstate ESTABLISHED,RELATED,DNAT",
  },
];

type Verb = "--check" | "--insert" | "--delete";

function argumentsOf({ table, chain, match }: Rule, verb: Verb): string[] {
  return ["--wait", "--table", table, verb, chain, ...match.split(" "), "--jump", "DROP"];
}

/** Lines for a shell, to be run as root; `--delete` takes the rules away again. */
export function segmentLines(verb: Exclude<Verb, "--check"> = "--insert"): string[] {
  return rules.map((rule) => ["iptables", ...argumentsOf(rule, verb)].join(" "));
}

/** Whether both rules are set; undefined where this process may not look, there is no iptables, or the engine is on another machine. */
export async function segmentIsClosed(): Promise<boolean | undefined> {
  if (process.getuid?.() !== 0 || !(await isHere())) return undefined;
  const set = await Promise.all(rules.map(isSet));
  return set.includes(undefined) ? undefined : set.every((one) => one === true);
}

/** Whether the engine that docker asks is this machine's: DOCKER_HOST, or a context, may name another one's. */
async function isHere(): Promise<boolean> {
  const { ok, stdout } = await attempt(["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]);
  return ok && stdout.startsWith("unix:");
}

/**
 * Sets the rules that are not set; needs root.
 * @returns what hindered it; undefined when both are set.
 */
export async function closeSegment(): Promise<string | undefined> {
  try {
    for (const rule of rules) if ((await isSet(rule)) !== true) await run("iptables", argumentsOf(rule, "--insert"));
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

async function isSet(rule: Rule): Promise<boolean | undefined> {
  try {
    await run("iptables", argumentsOf(rule, "--check"));
    return true;
  } catch (error) {
    // 1: there is no such rule, or no such chain. Everything else says nothing of it.
    return error instanceof ToolError && error.exitCode === 1 ? false : undefined;
  }
}
