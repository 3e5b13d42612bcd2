/** The Pulumi resources of a stack's certificates. Keys are secrets of the state. */
import * as pulumi from "@pulumi/pulumi";

/** An authority of the stack's own. A preview tells when its end is near, and `up` renews it with a new key. */
export class CertificateAuthority extends pulumi.CustomResource {
  /** PEM; public. */
  declare readonly certificate: pulumi.Output<string>;
  /** PEM (PKCS #8); a secret. */
  declare readonly privateKey: pulumi.Output<string>;
  /** Its end (ISO 8601). */
  declare readonly until: pulumi.Output<string>;

  /** @param args.name Its subject's common name. */
  constructor(name: string, args: { readonly name: string }, opts?: pulumi.CustomResourceOptions) {
    super("cdc:index:CertificateAuthority", name, { ...args, ...outputs }, { ...opts, ...secret });
  }
}

export interface CertificateArgs {
  /** Who signs it. */
  readonly authority: CertificateAuthority;
  /** Host names and IP addresses by which the server is reached; the first one is its subject's common name. */
  readonly names: readonly string[];
  /** Whether the server shows it to others too, as whose client it is known by that name. Default: it does not. */
  readonly isClient?: boolean;
}

/** A server's certificate. A preview tells when its end is near, and `up` renews it with a new key. */
export class Certificate extends pulumi.CustomResource {
  /** PEM; public. */
  declare readonly certificate: pulumi.Output<string>;
  /** PEM (PKCS #8); a secret. */
  declare readonly privateKey: pulumi.Output<string>;
  /** Its end (ISO 8601). */
  declare readonly until: pulumi.Output<string>;

  constructor(name: string, { authority, names, isClient }: CertificateArgs, opts?: pulumi.CustomResourceOptions) {
    const { certificate, privateKey } = authority;
    const inputs = { names, authority: { certificate, privateKey }, ...(isClient === true && { isClient }) };
    super("cdc:index:Certificate", name, { ...inputs, ...outputs }, { ...opts, ...secret });
  }
}

const outputs = { certificate: undefined, privateKey: undefined, until: undefined };
const secret = { additionalSecretOutputs: ["privateKey"] };
