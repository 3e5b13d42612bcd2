/** Removing what a stack owns on the Docker engine, found by whose it is and not by Pulumi's state. */
import { docker } from "../../clients/docker/client.ts";
import { engineKinds, thingsOnEngine, type Thing } from "../../clients/docker/things.ts";
import { ToolError } from "../../lib/run.ts";

/** What is removed of each kind; containers first, as they hold the rest, with their volumes that have no name. */
const removal = {
  container: ["container", "rm", "--force", "--volumes"],
  volume: ["volume", "rm"],
  network: ["network", "rm"],
} as const;

/**
 * Removes things; one that is gone meanwhile is no error.
 * @param things all of them one's own: whoever calls has looked (preflight/whose.ts).
 */
export async function removeThings(things: readonly Thing[]): Promise<void> {
  for (const kind of engineKinds) {
    const ids = things.filter((thing) => thing.kind === kind).map(({ id }) => id);
    await Promise.all(ids.map(async (id) => await removeOne([...removal[kind], id])));
  }
}

async function removeOne(command: readonly string[]): Promise<void> {
  try {
    await docker(command);
  } catch (error) {
    if (!(error instanceof ToolError && /no such|not found|already in progress/i.test(error.stderr))) throw error;
  }
}

/**
 * Removes what a folder has made of a stack, what it kept too, whatever its identity was: for tests and benchmarks, whose folders come again.
 * @param stack value of the label `cdc.stack`.
 */
export async function removeMadeIn(folder: string, stack: string): Promise<void> {
  const things = await thingsOnEngine();
  await removeThings(things.filter((thing) => (thing.stack ?? thing.kept) === stack && thing.checkout === folder));
}

/** What becomes of a volume. */
export interface VolumeDecision {
  readonly volume: Thing;
  readonly goes: boolean;
  /** Why it stays; "" for what goes. */
  readonly because: string;
}

/**
 * Which volumes go with the stack. A shard's data goes only while the state knows it: what a shard that was taken out has left
 * is nobody's but a person's to remove, by name.
 * @param own the stack's own things.
 * @param known names of the volumes in the state; undefined where it cannot be read.
 * @param keepsData whether the shards' volumes outlive the stack.
 */
export function decideVolumes(
  own: readonly Thing[],
  { known, keepsData }: { readonly known: ReadonlySet<string> | undefined; readonly keepsData: boolean },
): VolumeDecision[] {
  return own
    .filter(({ kind }) => kind === "volume")
    .map((volume) => {
      const stays = (because: string): VolumeDecision => ({ volume, goes: false, because });
      if (volume.shard === undefined) return { volume, goes: true, because: "" };
      if (keepsData) return stays(`data of ${volume.shard}; cdc:keepData`);
      if (known === undefined) return stays(`data of ${volume.shard}; the state cannot tell what became of it`);
      if (!known.has(volume.name)) return stays(`data of ${volume.shard}, which is not in the stack any more`);
      return { volume, goes: true, because: "" };
    });
}
