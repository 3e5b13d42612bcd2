/** cdc:index:Network */
import { labelsOf } from "../clients/docker/labels.ts";
import { createNetwork, removeNetwork } from "../clients/docker/network.ts";
import { identityLabel, stackLabel } from "../lib/constants.ts";
import { ownerLabels, type Owner } from "../plan/owner.ts";
import type { Properties, ResourceHandler } from "./handler.ts";

/** Name on the engine, and who makes it. */
interface NetworkInputs extends Owner {
  readonly name: string;
}

export const networkHandler: ResourceHandler = {
  async diff(_id, olds, news) {
    const replaces = ["name", "stack", "identity"].filter((key) => olds[key] !== news[key]);
    return { changes: replaces.length > 0, replaces, deleteBeforeReplace: true };
  },

  /** One of our own that is there already is taken up: an `up` that was killed has made it, and the state does not know. */
  async create(inputs, say) {
    const wanted = asInputs(inputs);
    const { name } = wanted;
    if (!(await createNetwork(name, ownerLabels(wanted)))) {
      if ((await makerOf(name)) !== makerIn(wanted)) {
        throw new Error(
          `network ${name} is there already and not of this stack's making; see whose it is (docker network inspect ${name}), ` +
            "and give this stack another name",
        );
      }
      say(`${name} was there already, made by an \`up\` that did not end`);
    }
    return { id: name, outs: inputs };
  },

  async read(id, props) {
    return (await makerOf(id)) === undefined ? undefined : { props, inputs: props };
  },

  /** Any change replaces. */
  async update() {
    throw new Error("a network has nothing to update");
  },

  /** Another's of that name is left alone. */
  async delete(id, props, say) {
    const maker = await makerOf(id);
    if (maker === undefined) return;
    // A state of an earlier version knows no identity; what it made has none either.
    if (maker !== makerIn(asInputs(props))) {
      say(`${id} is not of this stack's making by now, so it stays`);
      return;
    }
    await removeNetwork(id);
  },
};

/** The labels that tell whose a network is, as one text; undefined when there is none of that name. */
async function makerOf(name: string): Promise<string | undefined> {
  const labels = await labelsOf("network", name);
  return labels && `${labels[stackLabel] ?? ""}\t${labels[identityLabel] ?? ""}`;
}

function makerIn({ stack, identity }: Partial<Owner>): string {
  return `${stack ?? ""}\t${identity ?? ""}`;
}

/** The shape is given by the resource class (resources.ts), the only maker of such inputs. */
function asInputs(properties: Properties): NetworkInputs {
  return properties as Properties & NetworkInputs;
}
