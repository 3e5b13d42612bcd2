/** What a read side cannot do with: rows whose deletion it never learns of, values that it cannot read, documents that would collide. */
import type { PipelineConfig } from "../config/schema.ts";
import { isLoopback } from "./endpoints.ts";
import { converterSettings, jsonConverter } from "./connect.ts";
import { hasOwnSink, isAlias } from "./indices.ts";
import type { Problem } from "../lib/problem.ts";
import type { ResolvedShard } from "./resolved-shard.ts";
import type { PipelinePlan, ReadSidePlan, ShardPlan } from "./types.ts";

/** Finds what contradicts `cdc:readSide`; nothing when it is switched off. */
export function findReadSideProblems(
  config: PipelineConfig,
  resolved: readonly ResolvedShard[],
  { shards, readSide }: PipelinePlan,
): Problem[] {
  if (readSide === undefined) return [];
  const ofWorkers = converterSettings(config.connect.properties);
  const converters = shards.map(({ connector }) => effectiveConverters(converterSettings(connector.config), ofWorkers));
  return [
    ...engineProblems(config),
    ...sinkProblems(config),
    ...converterClashes(converters),
    ...(hasOwnSink(config)
      ? [...deleteProblems(config), ...schemalessProblems(shards, converters), ...aliasClashes(readSide, resolved)]
      : []),
  ];
}

function engineProblems({ readSide }: PipelineConfig): Problem[] {
  const { engineUrl, engineLogin, engineCaFile } = readSide;
  if (engineUrl === undefined)
    return [
      ...(engineLogin === undefined ? [] : [withoutEngine("engineLogin")]),
      ...(engineCaFile === undefined ? [] : [withoutEngine("engineCaFile")]),
    ];
  const unencrypted = engineCaFile !== undefined && engineUrl.startsWith("http:");
  return [...(unencrypted ? [caWithoutTls(engineUrl)] : []), ...loopbackProblems(engineUrl)];
}

function withoutEngine(field: "engineLogin" | "engineCaFile"): Problem {
  return {
    code: "CDC-429",
    path: `cdc:readSide.${field}`,
    message: "found without engineUrl: an engine of the stack's own asks for no login, and speaks no TLS",
    remedy: `add cdc:readSide.engineUrl for an engine that is there already, or take ${field} out`,
  };
}

function caWithoutTls(engineUrl: string): Problem {
  return {
    code: "CDC-429",
    path: "cdc:readSide.engineCaFile",
    message: `found with ${engineUrl}: without https there is no certificate to be trusted`,
    remedy: "write cdc:readSide.engineUrl with https://, or take engineCaFile out",
  };
}

/** CDC-234: a password and rows in clear. */
export function engineWarnings({ readSide: { enabled, engineUrl, engineLogin } }: PipelineConfig): Problem[] {
  if (!enabled || engineLogin === undefined || engineUrl?.startsWith("http:") !== true) return [];
  return [
    {
      code: "CDC-234",
      path: "cdc:readSide.engineUrl",
      message: `found ${engineUrl}: whoever is between the containers and the engine can read the password of ${engineLogin.user} and all rows`,
      remedy: "have the engine speak TLS, and write https://",
    },
  ];
}

function loopbackProblems(engineUrl: string): Problem[] {
  if (!isLoopback(engineUrl)) return [];
  return [
    {
      code: "CDC-426",
      path: "cdc:readSide.engineUrl",
      message: `found ${engineUrl}; the workers reach the engine by it too, and in their containers that is themselves`,
      remedy:
        "write an address of this machine that containers reach (docker network inspect bridge shows one), or leave it out",
    },
  ];
}

function sinkProblems({ readSide: { sink } }: PipelineConfig): Problem[] {
  if ((sink.class === undefined) === (sink.plugin === undefined)) return [];
  const [found, missing] = sink.plugin === undefined ? ["class", "plugin"] : ["plugin", "class"];
  return [
    {
      code: "CDC-420",
      path: `cdc:readSide.sink.${missing}`,
      message: `is missing, but cdc:readSide.sink.${found} is there; another sink is both, a class and the plugin that has it`,
      remedy: `add ${missing}, or remove ${found} to use the sink of apps/sink/`,
    },
  ];
}

function deleteProblems({ connectors }: PipelineConfig): Problem[] {
  const stays = "a row that is deleted would stay in the index for ever";
  const problems: Problem[] = [];
  if (connectors.skipOperations.includes("d")) {
    problems.push({
      code: "CDC-421",
      path: "cdc:connectors.skipOperations",
      message: `found d (deletes) with a read side; ${stays}`,
      remedy: "take d out of skipOperations, or set cdc:readSide.enabled to false",
    });
  }
  if (connectors.unwrap?.deletes === "drop") {
    problems.push({
      code: "CDC-422",
      path: "cdc:connectors.unwrap.deletes",
      message: `found drop with a read side; ${stays}`,
      remedy: "write deletes: tombstone (or one of the rewrites), or set cdc:readSide.enabled to false",
    });
  }
  return problems;
}

type Converters = Readonly<Record<string, string>>;

/** What a shard's connector writes with. Connect takes settings of a converter only beside its class: else the worker's are in force. */
function effectiveConverters(own: Converters, workers: Converters): Converters {
  const sides = ["key.converter", "value.converter", "header.converter"];
  const entries = sides.flatMap((side) =>
    Object.entries(own[side] === undefined ? workers : own).filter(([key]) => key.startsWith(side)),
  );
  return Object.fromEntries(entries);
}

function converterClashes([first = {}, ...others]: readonly Converters[]): Problem[] {
  const text = (converters: Converters) =>
    JSON.stringify(Object.entries(converters).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const at = others.findIndex((converters) => text(converters) !== text(first));
  if (at < 0) return [];
  return [
    {
      code: "CDC-424",
      path: `cdc:shards[${at + 1}].connectorProperties`,
      message:
        "its converters differ from those of cdc:shards[0]; the sink reads all shards' topics with one pair of them",
      remedy: "write converters once, in cdc:connectors.converter",
    },
  ];
}

/** Without schemas a value has to be text that says what it is: numbers for decimals are bytes, those for times have no unit. */
const textModes = { "decimal.handling.mode": "string", "time.precision.mode": "isostring" } as const;

function schemalessProblems(shards: readonly ShardPlan[], converters: readonly Converters[]): Problem[] {
  return shards.flatMap(({ connector: { config } }, index) => {
    const own = converters[index] ?? {};
    if ((own["value.converter"] ?? jsonConverter) !== jsonConverter) return [];
    if (own["value.converter.schemas.enable"] !== "false") return [];
    return Object.entries(textModes)
      .filter(([key, mode]) => config[key] !== mode)
      .map(([key, mode]) => ({
        code: "CDC-423" as const,
        path: `cdc:connectors.properties.${key}`,
        message: `found ${config[key] ?? "nothing"} with JSON without schemas and a read side; allowed is ${mode}: the index could not tell what the value is`,
        remedy: `write ${key}: ${mode}, or cdc:connectors.converter: json`,
      }));
  });
}

function noAlias(table: string, alias: string): Problem {
  const why =
    alias === "" ? "nothing that an index's name may begin with is in it" : `${alias} would be longer than 255 bytes`;
  return {
    code: "CDC-428",
    path: "cdc:tables",
    message: `of ${table} no index name can be made: ${why}; an index is called DATABASE-TABLE in lower case`,
    remedy: `keep it out of the index (cdc:readSide.excludeTables: ["${table}"]), or give the table another name`,
  };
}

/** Probes have an index of their own. In the order in which the tables are written. */
function aliasClashes({ indices, probeIndex }: ReadSidePlan, shards: readonly ResolvedShard[]): Problem[] {
  const owners = new Map(
    probeIndex === undefined ? [] : [[probeIndex.alias, `the pipeline's own ${probeIndex.table}`]],
  );
  const aliases = new Map(indices.map(({ table, alias }) => [table, alias]));
  return [...new Set(shards.flatMap(({ tables }) => tables))].flatMap((table) => {
    const alias = aliases.get(table);
    if (alias === undefined) return [];
    if (!isAlias(alias)) return [noAlias(table, alias)];
    const other = owners.get(alias);
    owners.set(alias, other ?? table);
    if (other === undefined) return [];
    return [
      {
        code: "CDC-425" as const,
        path: "cdc:tables",
        message: `${table} would share the index ${alias} with ${other}; an index is called DATABASE-TABLE in lower case`,
        remedy: "capture one of them only, or keep one out of the index: cdc:readSide.excludeTables",
      },
    ];
  });
}
