/** cdc:index:GoneContainers */
import { inspectAll } from "../clients/docker/container.ts";
import { dataVolumesOf, volumeNames } from "../clients/docker/volume.ts";
import type { HeldVolume } from "../plan/owner.ts";
import { inStateOnly, isEqual, type Properties, type ResourceHandler } from "./handler.ts";

interface GoneContainersInputs {
  readonly stack: string;
  /** Names of the containers that the plan has. */
  readonly containers: readonly string[];
  /** By container, the volume with what it holds. */
  readonly volumes: Readonly<Record<string, HeldVolume>>;
  /** By name, how often one had to be made again; one that never was is not in it. */
  readonly times: Readonly<Record<string, number>>;
}

/** What is asked of the engine; `thisEngine`, or a test's. */
export interface AskedEngine {
  /** Those of the containers that are there, by name. */
  readonly inspectAll: (containers: readonly string[]) => Promise<ReadonlyMap<string, unknown>>;
  readonly volumeNames: typeof volumeNames;
  readonly dataVolumesOf: typeof dataVolumesOf;
}

const thisEngine: AskedEngine = { inspectAll, volumeNames, dataVolumesOf };

export function goneContainersHandlerWith(engine: AskedEngine): ResourceHandler {
  return {
    /**
     * Looks at the engine in a preview as in an update, so that both say the same. Counted is what the last `up` planned: a
     * container of a shard that is new has never been there. Not counted is one whose volume is gone too: made again, it would
     * get an empty one from the engine, without labels, which nobody owns.
     */
    async check(news, olds, _isUpdate, warn) {
      const { stack, containers, volumes } = asInputs(news);
      const before = asInputs({ containers: [], times: {}, ...olds });
      const known = containers.filter((name) => before.containers.includes(name));
      const there = await engine.inspectAll(known);
      const gone = known.filter((name) => !there.has(name));
      const lost = gone.length === 0 ? [] : await lostOf(engine, stack, gone, volumes);
      for (const { container, held } of lost) warn(lostText(container, held));
      const times: Record<string, number> = {};
      for (const name of containers) {
        const isCounted = gone.includes(name) && !lost.some(({ container }) => container === name);
        const count = (before.times[name] ?? 0) + (isCounted ? 1 : 0);
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

export const goneContainersHandler = goneContainersHandlerWith(thisEngine);

/** Those of the containers that hold something, and whose volume is not there. */
async function lostOf(
  engine: AskedEngine,
  stack: string,
  gone: readonly string[],
  volumes: GoneContainersInputs["volumes"],
): Promise<{ container: string; held: HeldVolume }[]> {
  const names = new Set(await engine.volumeNames());
  const ofShards = await engine.dataVolumesOf(stack);
  return gone.flatMap((container) => {
    const held = volumes[container];
    if (held === undefined || names.has(held.volume)) return [];
    // One that a former release made keeps the name that it was given then.
    const isThere = ofShards.some(({ shard }) => shard === held.shard || shard === container);
    return isThere ? [] : [{ container, held }];
  });
}

function lostText(container: string, { volume, isFilledAgain }: HeldVolume): string {
  const remedy = isFilledAgain
    ? "pulumi up --refresh makes both anew, and fills it"
    : "make down, then make up make everything anew; cdc:keepData: true, written before that, keeps the rows of shards that have theirs";
  return (
    `container ${container} is gone, and so is its volume ${volume}, with all that it held; it is not made again without it\n` +
    `  what to do: ${remedy}`
  );
}

/** The shape is given by the resource class (resources.ts), the only maker of such inputs. */
function asInputs(properties: Properties): GoneContainersInputs {
  return properties as unknown as GoneContainersInputs;
}
