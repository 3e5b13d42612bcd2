/** cdc:index:BrokersInSync */
import { inspect } from "../clients/docker/container.ts";
import { awaitInSync, type BrokersInSyncInputs, type Cluster } from "./brokers-in-sync.ts";
import { reveal } from "./secrets.ts";
import { hasUnknown, inStateOnly, isEqual, type Properties, type ResourceHandler } from "./handler.ts";

const real: Cluster = {
  inspect,
  async replicas(kafka) {
    const { readReplicas } = await import("../clients/kafka/replicas.ts");
    return await readReplicas(kafka);
  },
};

export const brokersInSyncHandler: ResourceHandler = {
  // A new cluster is made as a whole: the first broker alone would never be ready where several are controllers.
  ...inStateOnly("brokers-in-sync"),

  async diff(_id, olds, news) {
    return { changes: hasUnknown(news) || !isEqual(reveal(olds), reveal(news)) };
  },

  async update(_id, olds, news) {
    // Of another number of brokers, or another time to wait, nothing was exchanged.
    if (olds["containerId"] !== news["containerId"]) await awaitInSync(real, asInputs(news));
    return { outs: news };
  },
};

/** The shape is given by the resource class (resources.ts), the only maker of such inputs. */
function asInputs(properties: Properties): BrokersInSyncInputs {
  return reveal(properties) as BrokersInSyncInputs;
}
