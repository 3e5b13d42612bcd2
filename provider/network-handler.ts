/** cdc:index:Network */
import { run, ToolError } from "../lib/run.ts";
import { stackLabel } from "../plan/constants.ts";
import type { Properties, ResourceHandler } from "./handler.ts";

interface NetworkInputs {
  /** Name on the engine. */
  readonly name: string;
  /** Value of the stack's label. */
  readonly stack: string;
}

export const networkHandler: ResourceHandler = {
  async diff(_id, olds, news) {
    const replaces = ["name", "stack"].filter((key) => olds[key] !== news[key]);
    return { changes: replaces.length > 0, replaces, deleteBeforeReplace: true };
  },

  async create(inputs) {
    const { name, stack } = asInputs(inputs);
    await run("docker", ["network", "create", "--label", `${stackLabel}=${stack}`, name], {
      remedy: `another stack's network of this name has to go first: docker network inspect ${name}`,
    });
    return { id: name, outs: inputs };
  },

  async read(id, props) {
    try {
      await run("docker", ["network", "inspect", id]);
      return { props, inputs: props };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },

  /** Any change replaces. */
  async update() {
    throw new Error("a network has nothing to update");
  },

  async delete(id) {
    try {
      await run("docker", ["network", "rm", id]);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  },
};

function isMissing(error: unknown): boolean {
  return error instanceof ToolError && /no such network|network \S+ not found/i.test(error.stderr);
}

/** The shape is given by the resource class (resources.ts), the only maker of such inputs. */
function asInputs(properties: Properties): NetworkInputs {
  return properties as Properties & NetworkInputs;
}
