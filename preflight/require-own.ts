/** The check of whose the things on the engine are, before anything is made, changed or removed. */
import { statePlace } from "../lib/identity.ts";
import type { Problem } from "../lib/problem.ts";
import { noEngine } from "./no-engine.ts";
import { besideIt, copyProblem, environmentProblem, conflictProblems, type Asked } from "./name-conflicts.ts";
import { thingsOnEngine, type Thing } from "../clients/docker/things.ts";
import { ourselves, type StateOwner, type Us } from "./whose.ts";

export interface Asker extends Asked {
  /** The plan's `stack`. */
  readonly stack: string;
  /** This checkout's folder. */
  readonly checkout: string;
  /** What the state says of its maker; undefined for a stack that is new, or of an earlier version. */
  readonly state: StateOwner | undefined;
  /** `PULUMI_BACKEND_URL` of who uses the state. */
  readonly backendUrl: string | undefined;
}

/** What was found: everything on the engine, who we are, and what keeps us from going on. */
export interface Looked {
  readonly things: readonly Thing[];
  readonly us: Us;
  readonly problems: readonly Problem[];
}

/**
 * Looks at the engine and judges.
 * @throws EngineError when the engine does not answer.
 */
export async function lookWhose(asker: Asker): Promise<Looked> {
  const { stack, checkout, state } = asker;
  const things = await thingsOnEngine();
  const place = statePlace(asker.backendUrl, checkout);
  const us = await ourselves({ stack, checkout, state, place }, things);
  if (place.kind === "other checkout") return { things, us, problems: [environmentProblem(us, place.folder)] };
  if (state !== undefined && us.twins.has(state.checkout))
    return { things, us, problems: [copyProblem(us, state.checkout, besideIt(things, checkout, asker))] };
  return { things, us, problems: conflictProblems(things, us, asker) };
}

/** The same with the engine's silence as a problem (CDC-701). */
export async function ownProblems(asker: Asker): Promise<readonly Problem[]> {
  try {
    return (await lookWhose(asker)).problems;
  } catch (error) {
    return noEngine(error).problems;
  }
}
