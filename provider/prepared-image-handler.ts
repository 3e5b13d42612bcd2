/** cdc:index:PreparedImage */
import { imageIdOf } from "../clients/docker/image.ts";
import { prepareImage, type PreparedImageInputs } from "./prepared-image.ts";
import { asKnown, hasUnknown, isEqual, type Properties, type ResourceHandler, type Say } from "./handler.ts";

export const preparedImageHandler: ResourceHandler = {
  /**
   * Looks at the engine too: an image that was removed there is made again by a plain `up`. What could not be prepared stays as
   * it is until its inputs change: the same would fail again, for half a minute.
   */
  async diff(_id, olds, news) {
    const { imageId, ...known } = olds;
    if (!isEqual(known, news) || hasUnknown(news)) return { changes: true };
    return { changes: (await imageIdOf(String(imageId))) === undefined };
  },

  async create(inputs, say) {
    return { id: String(inputs["kind"]), outs: await prepare(inputs, say) };
  },

  read: asKnown("imageId"),

  async update(_id, _olds, news, say) {
    return { outs: await prepare(news, say) };
  },

  /** It stays, as the image does that it was made from: the next stack starts as fast. */
  async delete() {},
};

async function prepare(inputs: Properties, say: Say): Promise<Properties> {
  return { ...inputs, imageId: await prepareImage(inputs as Properties & PreparedImageInputs, say) };
}
