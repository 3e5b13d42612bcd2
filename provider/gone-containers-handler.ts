/** cdc:index:GoneContainers */
import { inspect as inspectOnEngine } from "../clients/docker/container.ts";
import type { Docker } from "./container.ts";
import { inStateOnly, isEqual, type Properties, type ResourceHandler } from "./handler.ts";

interface GoneContainersInputs {
  /** Names of the containers that the plan has. */
  readonly containers: readonly string[];
  /** By name, how often one had to be made again; one that never was is not in it. */
  readonly times: Readonly<Record<string, number>>;
}

/** @param inspect the engine's, or a test's. */
export function goneContainersHandlerWith(inspect: Docker["inspect"]): ResourceHandler {
  return {
    /**
     * Looks at the engine in a preview as in an update, so that both say the same. Counted is what the last `up` planned: a
     * container of a shard that is new has never been there.
     */
    async check(news, olds) {
      const { containers } = asInputs(news);
      const before = asInputs({ containers: [], times: {}, ...olds });
      const times: Record<string, number> = {};
      for (const name of containers) {
        const isGone = before.containers.includes(name) && (await inspect(name)) === undefined;
        const count = (before.times[name] ?? 0) + (isGone ? 1 : 0);
        if (count > 0) times[name] = count;
      }
      return { inputs: { ...news, times } };
    },

    /** Another list is no change of its own. */
    async diff(_id, olds, news) {
      return { changes: !isEqual(olds["times"], news["times"]) };
    },

    ...inStateOnly("gone-containers"),
  };
}

export const goneContainersHandler = goneContainersHandlerWith(inspectOnEngine);

/** The shape is given by the resource class (resources.ts), the only maker of such inputs. */
function asInputs(properties: Properties): GoneContainersInputs {
  return properties as unknown as GoneContainersInputs;
}
