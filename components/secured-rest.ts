/** What a worker serves its REST API with by HTTPS: certificate, key, and who may log in. */
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import {
  connectHealthPort,
  connectUser,
  restAuthorityFile,
  restJaasFile,
  restKeystoreFile,
  restLoginsFile,
  restTruststoreFile,
} from "../lib/constants.ts";
import type { HttpAccess } from "../lib/endpoint.ts";
import { javaKeystore } from "../lib/java-keystore.ts";
import { javaTruststore } from "../lib/java-truststore.ts";
import { itself } from "../plan/endpoints.ts";
import type { WorkerPlan } from "../plan/types.ts";
import { Certificate, type CertificateAuthority } from "../provider/certificate-resources.ts";

export interface SecuredRestArgs {
  readonly authority: CertificateAuthority;
  readonly access: pulumi.Output<Required<HttpAccess>>;
  /** Names in the certificate. */
  readonly names: readonly string[];
}

/** The name is Kafka's (JaasBasicAuthFilter). */
const jaas = `KafkaConnect {
  org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule required file="${restLoginsFile}";
};
`;

/** The files of one worker, each readable by the container's one user. */
export class SecuredRest {
  readonly uploads: docker.types.input.ContainerUpload[];

  constructor(name: string, { authority, access, names }: SecuredRestArgs, opts: pulumi.CustomResourceOptions) {
    const { certificate, privateKey } = new Certificate(`${name}-certificate`, { authority, names }, opts);
    const trusted = authority.certificate;
    const permissions = "0444";
    this.uploads = [
      {
        file: restLoginsFile,
        content: access.apply(({ password }) => `${connectUser}=${password}\n`),
        permissions,
      },
      { file: restJaasFile, content: jaas, permissions },
      {
        file: restKeystoreFile,
        contentBase64: pulumi
          .all([certificate, privateKey])
          .apply(([known, key]) => javaKeystore(known, key).toString("base64")),
        permissions,
      },
      {
        file: restTruststoreFile,
        contentBase64: trusted.apply((known) => javaTruststore(known).toString("base64")),
        permissions,
      },
      { file: restAuthorityFile, content: trusted, permissions },
    ];
  }
}

/** Shell line that succeeds once the worker has joined its group and read its topics: 200 then (KIP-1017). */
export function workerHealth({ port, certificateNames }: WorkerPlan): string {
  const [at, login] =
    certificateNames === undefined
      ? [port.internal, ""]
      : // A pipe: the password stands in no process's arguments.
        [connectHealthPort, `Authorization: Basic $(tr -d "\\n" < ${restLoginsFile} | tr = : | base64 -w0)\\r\\n`];
  return (
    `bash -c 'exec 3<>/dev/tcp/${itself.name}/${at} && ` +
    `printf "GET /health HTTP/1.0\\r\\n${login}\\r\\n" >&3 && head -n1 <&3 | grep -q " 200 "'`
  );
}
