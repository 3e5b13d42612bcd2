/** cdc:index:Indices */
import { missingAliases } from "../clients/opensearch/aliases.ts";
import { loginOf, type KeptLogin } from "../lib/connector-secrets.ts";
import { httpEndpoint } from "../lib/endpoint.ts";
import { indexAgain } from "../plan/row-origin.ts";
import type { IndexTarget, IndicesTarget, PreparedIndices } from "./indices.ts";
import { asKnown, hasUnknown, isEqual, type Properties, type ResourceHandler, type Say, without } from "./handler.ts";
import { masked, reveal, secretsIn } from "./secrets.ts";
import { within } from "./within.ts";

interface IndicesInputs {
  readonly target: IndicesTarget;
  readonly password: string;
  readonly ca: string;
  readonly logins?: Readonly<Record<string, KeptLogin>>;
  /** Of the engine's user. */
  readonly enginePassword?: string;
}

/** What a look at the engine may take while the user waits for a preview. */
const lookMs = 3000;
const id = "indices";
const outputs = ["clusterUuid", "fills"] as const;

export const indicesHandler: ResourceHandler = {
  /** Looks at the engine too: an index that somebody deleted is made again by a plain `up`. */
  async diff(_id, olds, news, say) {
    // Another password makes no other index.
    const ignored = [...outputs, "password", "enginePassword"];
    const isChanged = !isEqual(reveal(without(ignored, olds)), reveal(without(ignored, news)));
    if (hasUnknown(news["target"])) return { changes: true };
    const [{ target: before }, { target, enginePassword }] = [asInputs(olds), asInputs(news)];
    const aliases = target.indices.map(({ alias }) => alias);
    const missing: readonly string[] = await within(
      lookMs,
      missingAliases(httpEndpoint(target.url, enginePassword), aliases, lookMs),
      [],
    );
    // One that is new to the plan has never been there.
    const gone = before.indices.filter(({ alias }) => missing.includes(alias));
    if (gone.length > 0) say(missingText(gone));
    return { changes: isChanged || missing.length > 0 };
  },

  async create(inputs, say) {
    return { id, outs: await prepare(inputs, undefined, say) };
  },

  read: asKnown(...outputs),

  async update(_id, olds, news, say) {
    return { outs: await prepare(news, olds, say) };
  },

  /** They go with the engine's data, or stay in an engine of somebody's. */
  async delete() {},
};

async function prepare(inputs: Properties, olds: Properties | undefined, say: Say): Promise<Properties> {
  const { target, password, ca, logins, enginePassword } = asInputs(inputs);
  const login = (shard: string) => loginOf(logins?.[shard] ?? { password, ca });
  // The clients of MySQL and of the engine take half a second to load: most runs of the plugin need none.
  const { PartlyPreparedError, prepareIndices } = await import("./indices.ts");
  try {
    return { ...inputs, ...(await prepareIndices({ ...target, enginePassword }, login, knownOf(olds), say)) };
  } catch (error) {
    if (!(error instanceof PartlyPreparedError)) throw error;
    // The engine keeps what was made in the state with the error: else nobody would know that it has to be filled.
    const reasons = [masked(error.message, secretsIn(inputs))];
    throw Object.assign(error, { id, properties: { ...inputs, ...error.prepared }, reasons });
  }
}

function knownOf(olds: Properties | undefined) {
  if (olds === undefined) return undefined;
  const { clusterUuid, fills } = olds as Properties & PreparedIndices;
  return { clusterUuid, fills, aliases: asInputs(olds).target.indices.map(({ alias }) => alias) };
}

function missingText(missing: readonly IndexTarget[]): string {
  const withRows = missing.flatMap(({ table, rows }) => (rows === undefined ? [] : [{ table, rows }]));
  return `there is no index behind ${missing.map(({ alias }) => alias).join(", ")}: ${indexAgain(withRows)}`;
}

/** The shape is given by the resource class (read-side-resources.ts), the only maker of such inputs. */
function asInputs(properties: Properties): IndicesInputs {
  return reveal(properties) as Properties & IndicesInputs;
}
