/** From raw configuration values to a plan, or to problems: what the program and the toolchain have in common. */
import { planPipeline } from "../plan/pipeline.ts";
import type { PipelinePlan } from "../plan/types.ts";
import { parseConfig } from "./parse.ts";
import { readSql, tablesMadeBy } from "./sql.ts";

/**
 * Checks raw values and plans the pipeline.
 * @param raw values by their keys without `cdc:`.
 * @param stack `PROJECT-STACK`, the prefix of every name on the Docker engine.
 * @throws ProblemError with everything that is wrong.
 */
export function planFrom(raw: Readonly<Record<string, unknown>>, stack: string): PipelinePlan {
  const config = parseConfig(raw);
  return planPipeline(config, stack, config.schema === "" ? undefined : tablesMadeBy(readSql(config.schema)));
}
