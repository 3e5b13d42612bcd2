/** cdc:index:Data */
import type { KafkaSecrets } from "../lib/endpoint.ts";
import { renderProblems, type Problem } from "../lib/problem.ts";
import type { Held } from "../plan/held.ts";
import { checkData, type DataChange } from "../preflight/data.ts";
import type { Findings } from "../preflight/findings.ts";
import { reveal } from "./secrets.ts";
import { inStateOnly, isEqual, type Properties, type ResourceHandler } from "./handler.ts";

/** What there is to be, and `cdc:allowDelete`. */
export interface DataInputs extends Held, KafkaSecrets {
  readonly allowDelete: readonly string[];
}

/** @param check the real one, or a test's. */
export function dataHandlerWith(check: (change: DataChange) => Promise<Findings>): ResourceHandler {
  return {
    /** The engine gives the inputs of the last `up`: so what there is, is known without a broker. */
    async check(news, olds, _isUpdate, warn) {
      const planned = asInputs(news);
      const before = Array.isArray(olds["shards"]) ? asInputs(olds) : undefined;
      const { problems, warnings } = await check({
        planned,
        before,
        words: planned.allowDelete,
        kafkaPassword: planned.kafkaPassword,
        kafkaKeystore: planned.kafkaKeystore,
      });
      for (const warning of warnings) warn(line(warning));
      if (problems.length === 0) return { inputs: news };
      // One failure: its problems belong together, and the engine puts the resource's name before each.
      const reason = renderProblems("nothing was changed, as data would be deleted", problems);
      return { inputs: news, failures: [{ property: "", reason }] };
    },

    async diff(_id, olds, news) {
      return { changes: !isEqual(reveal(olds), reveal(news)) };
    },

    ...inStateOnly("data"),
  };
}

export const dataHandler = dataHandlerWith(async (change) => await checkData(change));

function line({ code, path, message, remedy }: Problem): string {
  return `${code} ${path}: ${message}\n  what to do: ${remedy}`;
}

/** The shape is given by the resource class (resources.ts), the only maker of such inputs. */
function asInputs(properties: Properties): DataInputs {
  return reveal(properties) as DataInputs;
}
