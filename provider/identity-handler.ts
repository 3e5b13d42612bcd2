/** cdc:index:Identity */
import { checkoutFolder } from "../lib/checkout.ts";
import { identitiesOf, newIdentity, noteIdentity, statePlace } from "../lib/identity.ts";
import { renderProblems } from "../lib/problem.ts";
import { ownProblems } from "../preflight/require-own.ts";
import type { Asked } from "../preflight/name-conflicts.ts";
import type { StateOwner } from "../preflight/whose.ts";
import { asKnown, type Properties, type ResourceHandler } from "./handler.ts";

interface IdentityInputs {
  readonly stack: string;
  readonly identity: string;
  readonly checkout: string;
}

export const identityHandler: ResourceHandler = {
  /**
   * Fills in who makes the stack, as a name is made up for a resource that is given none: what the state has stays; a stack
   * that is new takes the checkout's. Refuses what is on the engine and is another's; `asked`, for that alone, is no input.
   */
  async check(news, olds) {
    const { asked, ...inputs } = news;
    const { stack } = inputs as unknown as IdentityInputs;
    const state = stateOwner(olds);
    const problems = await ownProblems({
      ...(asked as Asked),
      stack,
      checkout: checkoutFolder,
      state,
      backendUrl: process.env["PULUMI_BACKEND_URL"],
    });
    const owner = state ?? { identity: await ownIdentity(), checkout: checkoutFolder };
    const reason = renderProblems("the pipeline cannot be brought up here", problems);
    return { inputs: { ...inputs, ...owner }, failures: problems.length === 0 ? [] : [{ property: "", reason }] };
  },

  /** A checkout that does not know the state's identity yet comes to know it. */
  async diff(_id, _olds, news) {
    const known = await identitiesOf(checkoutFolder);
    return { changes: !known.some(({ id }) => id === asInputs(news).identity), replaces: [] };
  },

  async create(inputs) {
    await note(inputs);
    return { id: asInputs(inputs).identity, outs: inputs };
  },

  read: asKnown("asked"),

  async update(_id, _olds, news) {
    await note(news);
    return { outs: news };
  },

  /** The checkout keeps it: a later life of the stack recognises what was kept on the engine. */
  async delete() {},
};

async function note(inputs: Properties): Promise<void> {
  const { kind } = statePlace(process.env["PULUMI_BACKEND_URL"], checkoutFolder);
  const { identity, checkout } = asInputs(inputs);
  await noteIdentity(checkoutFolder, { id: identity, shared: kind === "shared" && checkout !== checkoutFolder });
}

/** The checkout's own one; those that it knows through a shared state are no names for what is new. */
async function ownIdentity(): Promise<string> {
  const known = await identitiesOf(checkoutFolder);
  return known.find(({ shared }) => !shared)?.id ?? newIdentity();
}

function stateOwner(olds: Properties): StateOwner | undefined {
  const { identity, checkout } = olds;
  return typeof identity === "string" && typeof checkout === "string" ? { identity, checkout } : undefined;
}

/** The shape is given by the resource class (resources.ts) and by `check`. */
function asInputs(properties: Properties): IdentityInputs {
  return properties as Properties & IdentityInputs;
}
