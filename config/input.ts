/** What a plan is made of: the checked configuration, and what the schema's files say. */
import { tablesMadeBy } from "../schema/files.ts";
import { tablesWithoutKey } from "../schema/table-key.ts";
import { parseConfig } from "./parse.ts";
import type { PipelineConfig } from "./schema.ts";
import { refuseOwnKafka } from "./own-kafka.ts";
import { readAuthorities } from "./authorities.ts";
import { readClientCertificate } from "./client-certificate.ts";
import type { ClientCertificate } from "../lib/endpoint.ts";
import { readSql } from "./sql.ts";

export interface PlanInput {
  readonly config: PipelineConfig;
  /** `PROJECT-STACK`, the prefix of every name on the Docker engine. */
  readonly stack: string;
  /** Tables that the files of `schema` make, `DATABASE.TABLE`; undefined when tables are made elsewhere. */
  readonly declaredTables: readonly string[] | undefined;
  /** Those of them that certainly have no key; of others the server is asked. */
  readonly keylessTables: readonly string[];
  /** Certificates (PEM) of authorities, by the files that the configuration names. Default: none. */
  readonly authorities?: Readonly<Record<string, string>>;
  /** The certificate that brokers of somebody else's are shown. Default: none. */
  readonly kafkaCertificate?: ClientCertificate | undefined;
}

/**
 * Checks raw values, and reads the files of the schema that they name.
 * @param raw values by their keys without `cdc:`.
 * @param stack `PROJECT-STACK`.
 * @param file the file to be mended, as remedies name it.
 * @throws ProblemError with everything that is wrong.
 */
export function readInput(raw: Readonly<Record<string, unknown>>, stack: string, file = "the stack's file"): PlanInput {
  const config = parseConfig(raw, file);
  refuseOwnKafka(raw["kafka"]);
  const authorities = readAuthorities(config);
  const kafkaCertificate = readClientCertificate(config);
  const read = { config, stack, authorities, kafkaCertificate };
  if (config.schema === "") return { ...read, declaredTables: undefined, keylessTables: [] };
  const files = readSql(config.schema);
  return { ...read, declaredTables: tablesMadeBy(files), keylessTables: tablesWithoutKey(files) };
}
