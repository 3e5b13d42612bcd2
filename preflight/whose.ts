/** Whose the things on the engine are: pure, but for the look at other checkouts' folders in `ourselves`. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { identitiesOf, knowsIdentity, type StatePlace } from "../lib/identity.ts";
import type { EngineNames } from "../plan/owner.ts";
import type { Thing } from "../clients/docker/things.ts";

/** Who asks: one stack of one checkout. */
export interface Us {
  /** The plan's `stack`. */
  readonly stack: string;
  /** This checkout's folder. */
  readonly checkout: string;
  /** Every identity that is ours: the state's, and those of `.cdc/identity`. */
  readonly identities: ReadonlySet<string>;
  /** Other folders that have one of these identities: of them this one is a copy, or they of it. */
  readonly twins: ReadonlySet<string>;
}

/**
 * `own`: ours to change and to remove. `sibling`: of another stack of this checkout. `twin`: made by the checkout of which this
 * one is a copy. `other`: another checkout's. `nobody`: without an identity, so made by hand or by an earlier version.
 */
export type Whose = "own" | "sibling" | "twin" | "other" | "nobody";

/** @returns whose a thing is. Nothing but its labels counts, least of all its name. */
export function whoseIs(thing: Thing, us: Us): Whose {
  if (thing.identity === undefined) return "nobody";
  if (!us.identities.has(thing.identity)) return "other";
  if (thing.checkout !== undefined && us.twins.has(thing.checkout)) return "twin";
  return (thing.stack ?? thing.kept) === us.stack ? "own" : "sibling";
}

/** The stack's own, of all that is on the engine: what it may change and remove. What is kept on purpose is not among it. */
export function ownThings(things: readonly Thing[], us: Us): Thing[] {
  return things.filter((thing) => thing.stack === us.stack && whoseIs(thing, us) === "own");
}

/** What goes by the stack's name, or by a name that it plans, and is not its own: nothing of that may be touched. */
export function conflictingThings(things: readonly Thing[], us: Us, planned: EngineNames | undefined): Thing[] {
  return things.filter((thing) => {
    const isMet = thing.stack === us.stack || planned?.[thing.kind].includes(thing.name) === true;
    return isMet && whoseIs(thing, us) !== "own";
  });
}

/** The stack's state, as far as it tells who made the stack. */
export interface StateOwner {
  readonly identity: string;
  readonly checkout: string;
}

/**
 * Who asks, with what the folders on this machine tell.
 * @param state what the state says, where there is one; it wins over the checkout's file.
 * @param place where that state is: one that is shared makes its identity everybody's who uses it.
 * @param things those on the engine, whose folders are looked at.
 */
export async function ourselves(
  {
    stack,
    checkout,
    state,
    place,
  }: { stack: string; checkout: string; state?: StateOwner | undefined; place: StatePlace },
  things: readonly Thing[],
): Promise<Us> {
  const known = await identitiesOf(checkout);
  const identities = new Set([...known.map(({ id }) => id), ...(state === undefined ? [] : [state.identity])]);
  const isShared = (id: string) =>
    (id === state?.identity && place.kind !== "own") || known.some((one) => one.id === id && one.shared);
  const makers = new Map<string, string>();
  if (state !== undefined && !isShared(state.identity)) makers.set(state.checkout, state.identity);
  for (const { identity, checkout: folder } of things)
    if (identity !== undefined && folder !== undefined && identities.has(identity) && !isShared(identity))
      makers.set(folder, identity);
  const twins = new Set<string>();
  for (const [folder, id] of makers)
    if (resolve(folder) !== resolve(checkout) && (await knowsIdentity(folder, id))) twins.add(folder);
  return { stack, checkout, identities, twins };
}

/** Who made a thing, in words: a folder where it is known. */
export function makerOf({ identity, checkout }: Pick<Thing, "identity" | "checkout">, us: Us): string {
  if (identity === undefined) return "an earlier version of this project, or somebody by hand (no label cdc.identity)";
  if (checkout === undefined) return `a checkout that its labels do not name (identity ${identity})`;
  if (resolve(checkout) === resolve(us.checkout))
    return us.identities.has(identity)
      ? `this checkout (${checkout})`
      : `this folder, before its .cdc/ was removed, or one of that name on another machine (identity ${identity})`;
  return existsSync(checkout)
    ? `the checkout ${checkout}`
    : `the checkout ${checkout}, a folder that is not on this machine`;
}
