/** cdc:index:RandomPassword */
import { randomInt } from "node:crypto";
import { asKnown, type Properties, type ResourceHandler } from "./handler.ts";

/** Letters and digits only: it passes through SQL, properties files and shells unharmed. */
const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

export const randomPasswordHandler: ResourceHandler = {
  async diff(_id, olds, news) {
    const replaces = olds["length"] === news["length"] ? [] : ["length"];
    return { changes: replaces.length > 0 || isRotated(olds, news), replaces };
  },

  async create(inputs) {
    return { id: "password", outs: { ...inputs, result: madeUp(inputs) } };
  },

  read: asKnown("result"),

  /** In place: those that have the old one know it from their own state. */
  async update(_id, _olds, news) {
    return { outs: { ...news, result: madeUp(news) } };
  },

  async delete() {},
};

/** A word that is taken out again rotates nothing, and nor does the same one put back. */
function isRotated(olds: Properties, news: Properties): boolean {
  return news["rotation"] !== undefined && news["rotation"] !== olds["rotation"];
}

function madeUp(inputs: Properties): string {
  return Array.from({ length: Number(inputs["length"]) }, () => alphabet[randomInt(alphabet.length)]).join("");
}
