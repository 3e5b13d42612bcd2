/** cdc:index:Schema */
import type { SchemaTarget } from "../schema/apply.ts";
import { readSchemaFile, type SchemaFile } from "../schema/files.ts";
import { describePending } from "../schema/judge.ts";
import { cdcDatabase } from "../lib/constants.ts";
import { renderProblems } from "../lib/problem.ts";
import { hasUnknown, isEqual, type Properties, type ResourceHandler, type Say, withKnownPassword } from "./handler.ts";
import { reveal } from "./secrets.ts";

interface SchemaInputs {
  readonly shard: string;
  readonly host: string;
  readonly port: number;
  readonly password: string;
  readonly ca: string;
  readonly databases: readonly string[];
  /** By name, the begin of its SHA-256. */
  readonly files: Readonly<Record<string, string>>;
  readonly allow: readonly string[];
}

export const schemaHandler: ResourceHandler = {
  /** Judges the files by the server, where it answers: what a preview refuses changes nothing. */
  async check(news, olds, isUpdate) {
    // `create` judges, too, and the server was started a moment ago: once costs less.
    const isCreated = isUpdate && Object.keys(olds).length === 0;
    if (hasUnknown(news) || isCreated) return { inputs: news, failures: [] };
    const target = targetOf(news);
    const judged = await look(target).catch(() => []);
    const problems = judged.flatMap((file) => file.problems);
    const reason = renderProblems(`the schema files cannot be applied to ${target.shard}`, problems);
    return { inputs: news, failures: problems.length === 0 ? [] : [{ property: "", reason }] };
  },

  /** Looks at the server too: a file that failed, or a volume that is new, is mended by a plain `up`. */
  async diff(_id, olds, wanted, say) {
    const news = withKnownPassword(wanted, olds);
    const keys = ["shard", "host", "port", "databases", "files"] as const;
    const isChanged = keys.some((key) => !isEqual(reveal(olds[key]), reveal(news[key])));
    if (hasUnknown(news)) return { changes: true };
    const target = targetOf(news);
    try {
      const pending = (await look(target)).flatMap((file) => describePending(file) ?? []);
      for (const text of pending) say(`${target.shard}: ${text}`);
      return { changes: isChanged || pending.length > 0 };
    } catch (error) {
      const why = error instanceof Error ? error.message || error.name : String(error);
      say(
        `${target.shard}: its schema files could not be compared with the server (${why}); \`up\` looks before it runs any`,
      );
      return { changes: isChanged };
    }
  },

  async create(inputs, say) {
    return { id: String(inputs["shard"]), outs: await apply(inputs, true, say) };
  },

  /** What was applied is not taken back. */
  async read(_id, props) {
    return { props, inputs: props };
  },

  async update(_id, _olds, news, say) {
    return { outs: await apply(news, false, say) };
  },

  /** Databases and tables stay: they are people's. */
  async delete() {},
};

async function look(target: SchemaTarget) {
  const { lookAtServer } = await import("../schema/apply.ts");
  return await lookAtServer(target);
}

async function apply(inputs: Properties, isNew: boolean, say: Say): Promise<Properties> {
  const { applySchema } = await import("../schema/apply.ts");
  const target = targetOf(inputs);
  await applySchema(target, { isNew, say: (message) => say(`${target.shard}: ${message}`) });
  return inputs;
}

/** The shape is given by the resource class (resources.ts), the only maker of such inputs. */
function targetOf(properties: Properties): SchemaTarget {
  const { shard, host, port, password, ca, databases, files, allow } = reveal(properties) as Properties & SchemaInputs;
  const read = Object.entries(files)
    .toSorted(([a], [b]) => byFolder(a, b))
    .map(([name, hash]) => fileOf(name, hash));
  return {
    shard,
    host,
    port,
    password,
    tls: { ca },
    databases,
    files: read,
    allow,
  };
}

/** The engine keeps no order; the pipeline's own files come first. */
function byFolder(a: string, b: string): number {
  const isOwn = (name: string) => name.startsWith(`${cdcDatabase}/`);
  return Number(isOwn(b)) - Number(isOwn(a)) || (a < b ? -1 : 1);
}

/** The program and its plugin run in one checkout: the file's text need not pass through the engine and into the state. */
function fileOf(name: string, hash: string): SchemaFile {
  const file = readSchemaFile(name);
  if (!file.sha256.startsWith(hash)) throw new Error(`sql/${name} was changed meanwhile; run the same command again`);
  return file;
}
