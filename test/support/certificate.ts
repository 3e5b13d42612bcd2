/** A certificate that is its own authority, made on the spot: no file of the checkout is a private key. Upstream: RFC 5280. */
import { generateKeyPairSync, sign } from "node:crypto";

export interface SelfSigned {
  /** PEM; also what `tls.ca` has to be for whoever trusts it. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
}

/** @param names that it is for: host names and IPv4 addresses. @param until its end, as `YYMMDDHHMMSSZ`. */
export function selfSigned(names: readonly string[], until = "491231235959Z"): SelfSigned {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = sequence(der(0x31, sequence(commonName, der(0x0c, Buffer.from("cdc test")))));
  const toBeSigned = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    sequence(ecdsaWithSha256),
    name,
    sequence(der(0x17, Buffer.from("200101000000Z")), der(0x17, Buffer.from(until))),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(
      0xa3,
      sequence(
        sequence(isAuthority, der(0x04, sequence(yes))),
        sequence(altNames, der(0x04, sequence(...names.map(altName)))),
      ),
    ),
  );
  const signature = der(0x03, Buffer.from([0]), sign("sha256", toBeSigned, privateKey));
  const bytes = sequence(toBeSigned, sequence(ecdsaWithSha256), signature);
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${bytes.toString("base64").replaceAll(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

/** A tag, the length, and the content, which stays below 64 KiB. */
function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const { length } = body;
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), body]);
}

function sequence(...content: readonly Buffer[]): Buffer {
  return der(0x30, ...content);
}

function altName(name: string): Buffer {
  return /^[\d.]+$/.test(name) ? der(0x87, Buffer.from(name.split(".").map(Number))) : der(0x82, Buffer.from(name));
}

/** Object identifiers, as they are encoded. */
const commonName = der(0x06, Buffer.from("550403", "hex"));
const ecdsaWithSha256 = der(0x06, Buffer.from("2a8648ce3d040302", "hex"));
const isAuthority = der(0x06, Buffer.from("551d13", "hex"));
const altNames = der(0x06, Buffer.from("551d11", "hex"));
const yes = der(0x01, Buffer.from([0xff]));
