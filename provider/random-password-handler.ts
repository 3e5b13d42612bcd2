/** cdc:index:RandomPassword */
import { randomInt } from "node:crypto";
import { asKnown, type ResourceHandler } from "./handler.ts";

/** Letters and digits only: it passes through SQL, properties files and shells unharmed. */
const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

export const randomPasswordHandler: ResourceHandler = {
  async diff(_id, olds, news) {
    const replaces = olds["length"] === news["length"] ? [] : ["length"];
    return { changes: replaces.length > 0, replaces };
  },

  async create(inputs) {
    const length = Number(inputs["length"]);
    const result = Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");
    return { id: "password", outs: { ...inputs, result } };
  },

  read: asKnown("result"),

  /** Any change replaces. */
  async update() {
    throw new Error("a password has nothing to update");
  },

  async delete() {},
};
