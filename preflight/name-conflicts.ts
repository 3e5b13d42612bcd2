/** CDC-720 to CDC-723: what goes by this stack's name and is not its own, and what to do about it. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { engineKinds, type EngineKind } from "../clients/docker/things.ts";
import { engineNames, plannedPorts, type EngineNames } from "../plan/owner.ts";
import type { PipelinePlan } from "../plan/types.ts";
import type { Problem } from "../lib/problem.ts";
import { shellWord } from "../lib/shell.ts";
import type { Thing } from "../clients/docker/things.ts";
import { makerOf, conflictingThings, whoseIs, type Us } from "./whose.ts";

/** The stack as a person calls it, and what a further one has to differ in. */
export interface Asked {
  /** Pulumi's name of the stack: `dev`. */
  readonly name: string;
  /** What the plan is going to use; undefined where there is no plan. */
  readonly names: EngineNames | undefined;
  /** Ports that the plan publishes, `cdc:portOffset` added. */
  readonly ports: readonly number[];
  readonly portOffset: number;
}

/** What a plan is going to use. @param name Pulumi's name of the stack: `dev`. */
export function askedBy(plan: PipelinePlan, name: string): Asked {
  return { name, names: engineNames(plan), ports: plannedPorts(plan), portOffset: plan.portOffset };
}

/** Everything that is in the way and not ours, as problems: one for each maker. */
export function conflictProblems(things: readonly Thing[], us: Us, asked: Asked): Problem[] {
  const groups = Map.groupBy(conflictingThings(things, us, asked.names), (thing) =>
    [whoseIs(thing, us), thing.identity, thing.checkout, thing.stack ?? thing.kept].join("\t"),
  );
  return [...groups.values()].map((group) => problemOf(group, things, us, asked));
}

function problemOf(group: readonly Thing[], things: readonly Thing[], us: Us, asked: Asked): Problem {
  const [first] = group;
  if (first === undefined) throw new Error("a group has a thing");
  const path = `stack ${us.stack}`;
  const facts = `${describeThings(group)} on this engine: made by ${makerOf(first, us)}`;
  const beside = besideIt(things, us.checkout, asked);
  switch (whoseIs(first, us)) {
    case "nobody":
      return {
        code: "CDC-721",
        path,
        message: `${facts}; they may hold data, so they are neither taken over nor removed`,
        remedy: `${byHand(group)}; or have both: ${beside}`,
      };
    case "twin":
      return copyProblem(us, String(first.checkout), beside);
    default:
      return { code: "CDC-720", path, message: facts, remedy: `to have both: ${beside}; ${away(first, us)}` };
  }
}

/** CDC-722. @param original the folder that made the stack, and knows the same identity. */
export function copyProblem(us: Pick<Us, "checkout" | "stack">, original: string, beside: string): Problem {
  return {
    code: "CDC-722",
    path: `stack ${us.stack}`,
    message: `this folder is a copy of the checkout ${original}, .cdc/ with its state included; what is on the engine is that one's`,
    remedy:
      `work in ${original}; or make this folder a checkout of its own (rm -r ${shellWord(`${us.checkout}/.cdc`)}, which removes the copy of the state only) ` +
      `and then ${beside}`,
  };
}

/** CDC-723. @param folder of the other checkout. */
export function environmentProblem(us: Pick<Us, "checkout" | "stack">, folder: string): Problem {
  return {
    code: "CDC-723",
    path: "PULUMI_BACKEND_URL",
    message: `this shell uses the state of another checkout (${folder}), as its .cdc/env was read here`,
    remedy: `cd ${shellWord(us.checkout)} && make toolchain && . .cdc/env; or work in ${folder}`,
  };
}

/** How what another has made is removed by who may. */
function away(thing: Thing, us: Us): string {
  const { checkout, identity, stack, kept } = thing;
  if (checkout !== undefined && resolve(checkout) === resolve(us.checkout) && !us.identities.has(String(identity)))
    return `or, if it was this folder, make it known here again and remove it: mkdir -p ${shellWord(`${us.checkout}/.cdc`)} && echo ${identity} >> ${shellWord(`${us.checkout}/.cdc/identity`)}, then make down`;
  if (checkout !== undefined && existsSync(checkout))
    return `or, to be rid of it: make -C ${shellWord(checkout)} STACK=${(stack ?? kept ?? "").replace(/^cdc-/, "")} down`;
  return `or, to be rid of it, by hand: see docker ps --all --filter label=cdc.identity=${identity}, docker volume ls with the same`;
}

function byHand(group: readonly Thing[]): string {
  const named = engineKinds.flatMap((kind) => {
    const names = group.filter((thing) => thing.kind === kind).map(({ name }) => name);
    return names.length === 0 ? [] : [`docker ${kind} rm ${kind === "container" ? "--force " : ""}${names.join(" ")}`];
  });
  return (
    "take it down with the version of this project that made it (git checkout of that version, make down); or by hand, " +
    `which deletes the data in its volumes for good: ${named.join("; ")}`
  );
}

/** The two lines that differ, as commands. */
export function besideIt(things: readonly Thing[], checkout: string, asked: Asked): string {
  const file = (stack: string) => `Pulumi.${stack}.yaml`;
  const used = new Set(things.flatMap(({ stack, kept }) => [stack, kept]));
  let number = 2;
  while (used.has(`cdc-${asked.name}${number}`) || existsSync(join(checkout, file(`${asked.name}${number}`))))
    number += 1;
  const name = `${asked.name}${number}`;
  const offset = freeOffset(asked, new Set(things.flatMap(({ ports }) => [...ports])));
  const indent = indentOf(join(checkout, file(asked.name)));
  // Pulumi's own line in the file goes with this stack's state alone.
  const awk = `awk '!/^encryptionsalt:|cdc:portOffset.?:/; /^config:/ { print "${indent}cdc:portOffset: ${offset}" }'`;
  return `${awk} ${file(asked.name)} > ${file(name)} && make STACK=${name} up`;
}

/** The next offset, in steps of 1000, with which no container that publishes a port now is met. */
export function freeOffset(
  { ports, portOffset }: Pick<Asked, "ports" | "portOffset">,
  taken: ReadonlySet<number>,
): number {
  const offsets = Array.from({ length: 60 }, (_, step) => (portOffset + (step + 1) * 1000) % 61_000);
  const isFree = (port: number) => port <= 65_535 && !taken.has(port);
  return offsets.find((offset) => ports.every((port) => isFree(port - portOffset + offset))) ?? portOffset + 1000;
}

function indentOf(file: string): string {
  try {
    return /^config:[^\n]*\n([ \t]+)\S/m.exec(readFileSync(file, "utf8"))?.[1] ?? "  ";
  } catch {
    return "  ";
  }
}

/** In words: "5 containers, 3 volumes, 1 network". */
export function describeThings(things: readonly { readonly kind: EngineKind }[]): string {
  return engineKinds
    .flatMap((kind) => {
      const count = things.filter((thing) => thing.kind === kind).length;
      return count === 0 ? [] : [`${count} ${kind}${count === 1 ? "" : "s"}`];
    })
    .join(", ");
}
