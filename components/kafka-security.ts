/** Brokers of the stack's own with TLS and logins: their certificates, everybody's passwords, and the accounts. */
import type * as docker from "@pulumi/docker";
import type * as kafka from "@pulumi/kafka";
import * as pulumi from "@pulumi/pulumi";
import { connectorSecrets, principalLogins, takenLogin } from "../lib/connector-secrets.ts";
import { kafkaKeystoreFile, brokerSecretsFile, kafkaAuthorityFile, operatorSecretsFile } from "../lib/constants.ts";
import { principalAcls, principals, providerPrincipal, type Principal } from "../plan/principals.ts";
import type { BrokerPlan, KafkaPlan, PipelinePlan } from "../plan/types.ts";
import { Certificate, type CertificateAuthority } from "../provider/certificate-resources.ts";
import type { KafkaLogins } from "./kafka.ts";
import { createPrincipal } from "./kafka-principals.ts";
import { rotatedPassword } from "./rotated.ts";

const mechanism = "SCRAM-SHA-512";

export class KafkaSecurity {
  readonly logins: KafkaLogins;
  readonly providerPassword: pulumi.Output<string>;
  /** Of `kafka.Provider`. */
  readonly providerSettings: Omit<kafka.ProviderArgs, "bootstrapServers">;
  readonly #authority: CertificateAuthority;
  readonly #passwords: Readonly<Record<Principal, pulumi.Output<string>>>;
  readonly #options: pulumi.CustomResourceOptions;

  /** Makes the passwords. @param rotation word of the accounts' passwords. @param options of all resources. */
  constructor(authority: CertificateAuthority, rotation: string | undefined, options: pulumi.CustomResourceOptions) {
    const password = (of: string) => rotatedPassword(`kafka-${of}-password`, rotation, options);
    const made = principals.map((principal) => [principal, password(principal)] as const);
    this.#authority = authority;
    this.#options = options;
    this.#passwords = Object.fromEntries(made) as Record<Principal, pulumi.Output<string>>;
    this.providerPassword = password(providerPrincipal);
    const ca = authority.certificate;
    this.providerSettings = {
      tlsEnabled: true,
      caCert: ca,
      saslMechanism: "plain",
      saslUsername: providerPrincipal,
      saslPassword: this.providerPassword,
    };
    const ofConnectors: Principal[] = ["worker", "source", "sink"];
    const workers = pulumi
      .all(ofConnectors.map((principal) => this.#passwords[principal]))
      .apply((known) =>
        principalLogins(ofConnectors.map((user, at) => ({ mechanism, user, password: known[at] ?? "" }))),
      );
    this.logins = { workers, guard: this.#fileOf("guard"), ca };
  }

  /** The plan as resources of this program take it. */
  planned(plan: KafkaPlan): KafkaPlan {
    const fromHost = {
      bootstrap: plan.endpoints.fromHost.bootstrap,
      // An Output, which Pulumi resolves wherever it stands in a resource's inputs.
      tls: { ca: this.#authority.certificate as unknown as string },
      sasl: { mechanism: "PLAIN" as const, user: providerPrincipal },
    };
    return { ...plan, endpoints: { ...plan.endpoints, fromHost } };
  }

  /** A broker's files, readable by its one user. */
  uploadsFor({ name, certificateNames = [] }: BrokerPlan): docker.types.input.ContainerUpload[] {
    const { certificate, privateKey } = new Certificate(
      `${name}-certificate`,
      { authority: this.#authority, names: certificateNames, isClient: true },
      this.#options,
    );
    const file = (path: string, content: pulumi.Input<string>) => ({ file: path, content, permissions: "0444" });
    return [
      file(kafkaAuthorityFile, this.#authority.certificate),
      file(kafkaKeystoreFile, pulumi.interpolate`${privateKey}${certificate}`),
      file(
        brokerSecretsFile,
        this.providerPassword.apply((known) => takenLogin(providerPrincipal, known)),
      ),
      file(operatorSecretsFile, this.#fileOf("cdc")),
    ];
  }

  /** Accounts and ACLs; whoever logs in waits for them. */
  createPrincipals(
    plan: PipelinePlan,
    provider: kafka.Provider,
    container: docker.Container,
    ready: readonly pulumi.Resource[],
  ): pulumi.CustomResource[] {
    const acls = principalAcls(plan);
    return principals.flatMap((principal) =>
      createPrincipal(
        { principal, password: this.#passwords[principal], acls: acls[principal], provider, container },
        { ...this.#options, dependsOn: [...ready] },
      ),
    );
  }

  /** For whoever is no Java program. */
  #fileOf(user: Principal): pulumi.Output<string> {
    return pulumi
      .all([this.#passwords[user], this.#authority.certificate])
      .apply(([password, ca]) => connectorSecrets([], { kafka: { mechanism, user, password, ca } }));
  }
}
