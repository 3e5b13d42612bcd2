/** cdc:index:CertificateAuthority and cdc:index:Certificate */
import { X509Certificate } from "node:crypto";
import { makeAuthority, makeCertificate, type KeyPair } from "./certificates.ts";
import { asKnown, hasUnknown, isEqual, type Properties, type ResourceHandler, type Say, without } from "./handler.ts";
import { reveal } from "./secrets.ts";

const outputs = ["certificate", "privateKey", "until"] as const;

/** With less than this of its life left a certificate is renewed. */
const renewedWith = 1 / 3;

/** @param now in milliseconds since 1970; tests have one of their own. */
export function certificateAuthorityHandler(now: () => number = Date.now): ResourceHandler {
  return renewing(now, "authority", async (inputs) => await makeAuthority(String(inputs["name"]), now()));
}

/** @param now as above. */
export function certificateHandler(now: () => number = Date.now): ResourceHandler {
  return renewing(now, "certificate", async (inputs) => {
    const { authority, names, isClient } = inputs as {
      readonly authority: KeyPair;
      readonly names: readonly string[];
      readonly isClient?: boolean;
    };
    return await makeCertificate(authority, names, now(), isClient);
  });
}

/** What both have in common: made anew in place, by other inputs or when its end is near. */
function renewing(now: () => number, id: string, make: (inputs: Properties) => Promise<KeyPair>): ResourceHandler {
  const made = async (inputs: Properties): Promise<Properties> => {
    const pair = await make(reveal(inputs) as Properties);
    return { ...inputs, ...pair, until: endOf(pair.certificate).toISOString() };
  };
  return {
    async diff(_id, olds, news, say) {
      if (hasUnknown(news) || !isEqual(reveal(without(outputs, olds)), reveal(news))) return { changes: true };
      return { changes: isNearEnd(String(reveal(olds["certificate"])), now(), say) };
    },
    create: async (inputs) => ({ id, outs: await made(inputs) }),
    read: asKnown(...outputs),
    update: async (_id, _olds, news) => ({ outs: await made(news) }),
    /** It is nowhere but in the state, and in the containers that were given it. */
    async delete() {},
  };
}

function isNearEnd(certificate: string, now: number, say: Say): boolean {
  const begin = new Date(new X509Certificate(certificate).validFrom).getTime();
  const end = endOf(certificate);
  if (end.getTime() - now > (end.getTime() - begin) * renewedWith) return false;
  say(`ends on ${end.toISOString().slice(0, 10)}: up renews it, and what has it is started anew`);
  return true;
}

function endOf(certificate: string): Date {
  return new Date(new X509Certificate(certificate).validTo);
}
