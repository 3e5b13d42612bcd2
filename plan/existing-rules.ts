/** What is asked of fields that name servers which somebody else runs, and of the others beside them. */
import type { PipelineConfig } from "../config/schema.ts";
import type { KafkaSasl } from "../config/existing-schema.ts";
import { accountFields, tokenFields } from "../lib/sasl-fields.ts";
import { kafkaVersion as latestKafka } from "../lib/versions.ts";
import { isOlder } from "./compatibility.ts";
import type { ShardConfig } from "../config/shard-schema.ts";
import { hostAndPort } from "../lib/endpoint.ts";
import type { Problem } from "../lib/problem.ts";
import { isLoopbackHost } from "./endpoints.ts";

/**
 * CDC-230 no server, or two; CDC-231 a field that only a server of the stack's own has; CDC-232 an address that means the container
 * that asks; CDC-233 two shards on one server; CDC-237 a field of another way to log in; CDC-238 tokens for workers that know none;
 * CDC-239 an account that is to make itself.
 */
export function existingProblems({ shards, kafka }: PipelineConfig): Problem[] {
  const seen = new Map<string, string>();
  return [...kafkaProblems(kafka), ...shards.flatMap(mysqlProblems)];

  function mysqlProblems(shard: ShardConfig, index: number): Problem[] {
    const path = `cdc:shards[${index}]`;
    const { mysql } = shard;
    if (mysql === undefined) return shard.port === undefined ? [withoutServer(path)] : [];
    const address = hostAndPort({ ...mysql, host: mysql.host.toLowerCase() });
    const other = seen.get(address);
    seen.set(address, other ?? `${path}.mysql`);
    return [
      ...ownFields(path, shard),
      ...(isLoopbackHost(mysql.host) ? [loopback(`${path}.mysql.host`, mysql.host, "bind_address")] : []),
      ...(other === undefined ? [] : [sameServer(path, address, other)]),
      ...(mysql.createAccount?.user === mysql.user ? [ownMaker(path, mysql.user)] : []),
    ];
  }
}

/** Before, the class was in the package `oauthbearer.secured`. */
const oldestKafkaWithTokens = "4.0";

/** CDC-234: passwords and rows in clear. */
export function existingWarnings({ shards, kafka: { existing } }: PipelineConfig): Problem[] {
  const inClear = (path: string, server: string, what: string): Problem => ({
    code: "CDC-234",
    path: `${path}.tls`,
    message: `found false: whoever is between the containers and ${server} can read ${what}`,
    remedy: "have the server speak TLS, and leave tls out or give its authority by caFile",
  });
  const { mechanism, tokenEndpoint } = existing?.sasl ?? {};
  const shown = { PLAIN: "its password and all rows", OAUTHBEARER: "its token and all rows" } as const;
  const password = mechanism === "PLAIN" || mechanism === "OAUTHBEARER" ? shown[mechanism] : "all rows";
  return [
    ...(tokenEndpoint?.startsWith("http:") === true ? [tokensInClear(tokenEndpoint)] : []),
    ...(existing?.tls === false ? [inClear("cdc:kafka.existing", existing.bootstrapServers.join(", "), password)] : []),
    ...shards.flatMap(({ mysql }, index) =>
      mysql?.tls === false ? [inClear(`cdc:shards[${index}].mysql`, mysql.host, "its rows")] : [],
    ),
  ];
}

function kafkaProblems({ existing, version }: PipelineConfig["kafka"]): Problem[] {
  const path = "cdc:kafka.existing.bootstrapServers";
  const inward = (existing?.bootstrapServers ?? []).flatMap((address, index) => {
    const host = address.replace(/:\d+$/, "");
    return isLoopbackHost(host) ? [loopback(`${path}[${index}]`, host, "listeners, advertised.listeners")] : [];
  });
  return [...inward, ...(existing?.sasl === undefined ? [] : saslProblems(existing.sasl, version))];
}

function saslProblems(sasl: KafkaSasl, kafkaVersion: string): Problem[] {
  const path = "cdc:kafka.existing.sasl";
  const { mechanism, tokenEndpoint } = sasl;
  const others: readonly (keyof KafkaSasl)[] = mechanism === "OAUTHBEARER" ? accountFields : tokenFields;
  const host = tokenEndpoint === undefined ? "" : (URL.parse(tokenEndpoint)?.hostname ?? "");
  return [
    ...others
      .filter((field) => sasl[field] !== undefined)
      .map((field): Problem => ({
        code: "CDC-237",
        path: `${path}.${field}`,
        message: `found together with mechanism: ${mechanism}, which has no such field`,
        remedy: `take it out, or write the mechanism that it goes with in ${path}.mechanism`,
      })),
    ...(isLoopbackHost(host) ? [loopback(`${path}.tokenEndpoint`, host, "its own settings")] : []),
    ...(mechanism === "OAUTHBEARER" && isOlder(kafkaVersion, oldestKafkaWithTokens)
      ? [
          {
            code: "CDC-238",
            path: `${path}.mechanism`,
            message: `found OAUTHBEARER, and the workers' Kafka is ${kafkaVersion}: before ${oldestKafkaWithTokens} its client for tokens has another name`,
            remedy: `write cdc:kafka.version: ${latestKafka}`,
          } as const,
        ]
      : []),
  ];
}

function tokensInClear(endpoint: string): Problem {
  return {
    code: "CDC-234",
    path: "cdc:kafka.existing.sasl.tokenEndpoint",
    message: `found ${endpoint}: whoever is between the containers and it can read the client's secret`,
    remedy: "have it speak TLS, and write https://",
  };
}

function withoutServer(path: string): Problem {
  return {
    code: "CDC-230",
    path,
    message: "has neither port nor mysql: it has no server",
    remedy: `write ${path}.port for a server that the pipeline makes, or ${path}.mysql for one that is there`,
  };
}

/** Fields of an entry that say how a server of the stack's own is made. */
function ownFields(path: string, shard: ShardConfig): Problem[] {
  if (shard.port !== undefined) {
    return [
      {
        code: "CDC-230",
        path: `${path}.port`,
        message: "found together with mysql: a shard is one server, which the pipeline makes (port) or finds (mysql)",
        remedy: `take ${path}.port out; the port of an existing server is ${path}.mysql.port`,
      },
    ];
  }
  const found = [
    ...(["bufferPoolMiB", "memoryMiB"] as const).filter((field) => shard[field] !== undefined),
    ...(Object.keys(shard.mysqlOptions).length > 0 ? (["mysqlOptions"] as const) : []),
  ];
  return found.map((field) => ({
    code: "CDC-231",
    path: `${path}.${field}`,
    message: "found together with mysql: nothing about an existing server is set from here",
    remedy: `take it out, and have the administrator of ${shard.mysql?.host} set it`,
  }));
}

/** @param setting by which the server listens elsewhere too. */
function loopback(path: string, host: string, setting: string): Problem {
  return {
    code: "CDC-232",
    path,
    message: `found ${host}, which in a worker's container is that container itself`,
    remedy: `write a name or an address of the machine that containers reach too; the server has to listen there (${setting})`,
  };
}

/** Its privileges would be another's to take away with the stack. */
function ownMaker(path: string, user: string): Problem {
  return {
    code: "CDC-239",
    path: `${path}.mysql.createAccount.user`,
    message: `found ${user}, which is the account that is to be made`,
    remedy: `name the administrator's account there, or take ${path}.mysql.createAccount out where ${user} is there already`,
  };
}

/** Both connectors would write one heartbeat, and obey the signals of the other. */
function sameServer(path: string, address: string, other: string): Problem {
  return {
    code: "CDC-233",
    path: `${path}.mysql`,
    message: `${address} is already the server of ${other}; one server is one shard, with one connector`,
    remedy: "take one of the two out, and give the tables of both to the other",
  };
}
