/** cdc:index:DataVolume */
import { fileSaysKeep } from "../config/stack-file.ts";
import { mysqlVersionLabel, shardLabel, stackLabel } from "../lib/constants.ts";
import { labelsOf } from "../clients/docker/labels.ts";
import { createVolume, removeVolume } from "../clients/docker/volume.ts";
import { isEqual, type Properties, type ResourceHandler } from "./handler.ts";
import { checkoutFolder } from "../lib/checkout.ts";

interface DataVolumeInputs {
  /** Name on the engine of one that is made; one that is there keeps the name under which it was made. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly keepData: boolean;
}

/** What tells whose rows are in it. */
const identity = [stackLabel, shardLabel];

export const dataVolumeHandler: ResourceHandler = {
  /** One that is there and somebody else's is refused before anything is made. */
  async check(news, olds) {
    const { name, labels } = asInputs(news);
    if (Object.keys(olds).length > 0) return { inputs: news };
    const found = await labelsOf("volume", name);
    const failures =
      found === undefined || isOwn(found, labels) ? [] : [{ property: "", reason: notOurs(name, found) }];
    return { inputs: news, failures };
  },

  /** Never a replacement: that would be another volume, without the rows. Labels are what they were when it was made. */
  async diff(_id, olds, news) {
    const keys = ["keepData", "labels"];
    return { changes: keys.some((key) => !isEqual(olds[key], news[key])), replaces: [] };
  },

  async create(inputs, say) {
    const { name, labels } = asInputs(inputs);
    const found = await labelsOf("volume", name);
    if (found === undefined) await createVolume(name, labels);
    else if (isOwn(found, labels))
      say(
        `volume ${name} is taken up again, with the rows of ${found[shardLabel]} (made by MySQL ${found[mysqlVersionLabel] ?? "of an unknown version"})`,
      );
    else throw new Error(notOurs(name, found));
    return { id: name, outs: inputs };
  },

  async read(id, props) {
    return (await labelsOf("volume", id)) === undefined ? undefined : { props, inputs: props };
  },

  async update(id, _olds, news) {
    return { outs: { ...news, name: id } };
  },

  /**
   * An edit only releases it, and it stays. `pulumi destroy` runs no program, and removes it unless it is to be kept.
   */
  async delete(id, props, say, context) {
    if (context === undefined || context.isProgramRunning) {
      say(`volume ${id} is released; its rows stay on the engine (docker volume rm ${id} removes them for good)`);
    } else if (props["keepData"] === true || (await fileSaysKeep(checkoutFolder, context.stack))) {
      say(`volume ${id} stays, as cdc:keepData says (docker volume rm ${id} removes it)`);
    } else await removeVolume(id);
  },
};

function isOwn(found: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): boolean {
  return identity.every((label) => found[label] === wanted[label]);
}

function notOurs(name: string, found: Readonly<Record<string, string>>): string {
  const labels = identity.map((label) => `${label}=${found[label] ?? "(none)"}`).join(", ");
  return (
    `CDC-824 volume ${name}: is on the engine already, and is not this shard's (its labels: ${labels})\n` +
    `    what to do: see what is in it; docker volume rm ${name} removes it for good, and another name for the shard leaves it`
  );
}

/** The shape is given by the resource class (resources.ts), the only maker of such inputs. */
function asInputs(properties: Properties): DataVolumeInputs {
  return properties as unknown as DataVolumeInputs;
}
