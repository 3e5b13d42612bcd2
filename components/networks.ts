/** The stack's networks. */
import type * as pulumi from "@pulumi/pulumi";
import { plannedNetworks } from "../plan/networks.ts";
import type { Owner } from "../plan/owner.ts";
import type { PipelinePlan } from "../plan/types.ts";
import { Network } from "../provider/resources.ts";

export class Networks {
  /** Made before everything else: who has it has the stack's name. */
  readonly claim: Network;
  readonly #byName: ReadonlyMap<string, Network>;

  /** Creates `network`, and `network-ROLE` for each further one. */
  constructor(owner: Owner, plan: PipelinePlan, parent: pulumi.CustomResourceOptions) {
    const claim = new Network("network", { name: plan.network, ...owner }, parent);
    const others = plannedNetworks(plan).filter((name) => name !== plan.network);
    this.claim = claim;
    this.#byName = new Map([
      [plan.network, claim],
      ...others.map((name): [string, Network] => {
        const role = name.slice(plan.network.length + 1);
        return [name, new Network(`network-${role}`, { name, ...owner }, { ...parent, dependsOn: claim })];
      }),
    ]);
  }

  /** The name of a planned network, known once it is made. */
  nameOf(planned: string): pulumi.Output<string> {
    const network = this.#byName.get(planned);
    if (network === undefined) throw new Error(`${planned} is no network of the plan`);
    return network.name;
  }
}
