/** The one rule of what may go: nothing that people have is deleted by an edit unless `cdc:allowDelete` names it. Pure. */
import { cdcDatabase } from "../lib/constants.ts";
import type { Held, HeldShard, HeldTopic } from "./held.ts";
import { alike, render } from "./loss-text.ts";
import type { Problem } from "../lib/problem.ts";
import { otherBrokers, otherControllers, otherSecurity } from "./quorum.ts";
import { lostCopies, otherReplication, strictTopics, type Facts } from "./topic-losses.ts";

/** Something that the planned state would delete. */
export interface Loss {
  readonly code: Problem["code"];
  /** With `name` the word that lets it go: `topic:shard0.products.stock`. */
  readonly kind: "topic" | "shard" | "broker";
  readonly name: string;
  /** Key of the shard whose topic it is; its word lets all of its topics go. */
  readonly shard: string | undefined;
  /** Topics whose records would be lost. */
  readonly topics: readonly string[];
  readonly message: string;
  /** How to keep it. */
  readonly keep: string;
}

/** How much a topic holds. */
export interface Amount {
  readonly records: number;
  readonly bytes: number;
}

export interface Judgement {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** Topics of which something would be lost, allowed or not. */
  readonly topics: readonly string[];
}

/**
 * CDC-801 fewer partitions, CDC-803 cleanup or retention, CDC-804 a topic planned no longer, CDC-805 a broker with the only
 * copy, CDC-807 other controllers, CDC-809 another security, CDC-820 a shard planned no longer, CDC-821 one that looks renamed. What `words` name passes, as a warning.
 * Warnings: CDC-802 another replication factor, CDC-822 a word that names nothing.
 * @param words `cdc:allowDelete`.
 * @param amounts by topic, as far as it could be read. A topic that is known to be empty has nothing to lose.
 */
export function judgeLosses(
  facts: Facts,
  words: readonly string[],
  amounts: ReadonlyMap<string, Amount> = new Map(),
): Judgement {
  const isOfGoneShard = isOneOf(gone(facts));
  const topicLosses = [...goneTopics(facts), ...strictTopics(facts)];
  const all = [
    ...goneShards(facts, topicLosses.filter(isOfGoneShard)),
    ...topicLosses.filter((loss) => !isOfGoneShard(loss)),
    ...lostCopies(facts),
  ];
  const losses = all.filter(
    ({ kind, topics }) => kind !== "topic" || topics.some((topic) => amounts.get(topic)?.records !== 0),
  );
  // By its name of before, which people know; the key of a new one may be the former name of another.
  const shards = [...facts.planned.shards, ...(facts.before?.shards ?? [])];
  const shardNames = new Map(shards.map(({ key, name }) => [key, name]));
  const wordsOf = ({ kind, name, shard }: Loss) => [
    `${kind}:${name}`,
    ...(shard === undefined ? [] : [`shard:${shardNames.get(shard) ?? shard}`]),
  ];
  const isAllowed = (loss: Loss) => wordsOf(loss).some((word) => words.includes(word));
  const used = new Set(losses.flatMap(wordsOf));
  const show = { amounts, isAsked: facts.living !== undefined };
  return {
    problems: [
      ...render(
        losses.filter((loss) => !isAllowed(loss)),
        show,
        false,
      ),
      ...otherBrokers(facts.planned, facts.before),
      ...otherControllers(facts.planned, facts.before),
      ...otherSecurity(facts.planned, facts.before),
    ],
    warnings: [
      ...render(losses.filter(isAllowed), show, true),
      ...alike(otherReplication(facts)),
      ...words.filter((word) => isOurs(word) && !used.has(word)).map(unusedWord),
    ],
    topics: [...new Set(losses.flatMap(({ topics }) => topics))],
  };
}

/** Words of other kinds are judged elsewhere. */
function isOurs(word: string): boolean {
  return /^(topic|shard|broker):/.test(word);
}

function unusedWord(word: string): Problem {
  return {
    code: "CDC-822",
    path: "cdc:allowDelete",
    message: `${word} names nothing that would be deleted; left there, it would let it go at some later time`,
    remedy: "take the line out",
  };
}

/** Shards that the state has and the plan has not. */
function gone({ planned, before }: Facts): HeldShard[] {
  const keys = new Set(planned.shards.map(({ key }) => key));
  return (before?.shards ?? []).filter(({ key }) => !keys.has(key));
}

/** Tells what belongs to one of these shards: the word for the shard is the word for it, too. */
function isOneOf(shards: readonly HeldShard[]): (of: Pick<Loss, "shard">) => boolean {
  const keys = new Set<string | undefined>(shards.map(({ key }) => key));
  return ({ shard }) => keys.has(shard);
}

/** @param topics what becomes of their topics. */
function goneShards(facts: Facts, topics: readonly Loss[]): Loss[] {
  const { planned, before } = facts;
  const known = new Set(before?.shards.map(({ key }) => key));
  return gone(facts).map((shard): Loss => {
    const own = new Set(topics.filter((topic) => topic.shard === shard.key).map(({ name }) => name));
    const common = { kind: "shard", name: shard.name, shard: undefined, topics: [...own] } as const;
    const stays = staying(shard);
    const heir = planned.shards.find((other) => !known.has(other.key) && inherits(other, shard) !== undefined);
    if (heir === undefined) {
      return {
        ...common,
        code: "CDC-820",
        message: `is planned no longer: its ${shard.volume === undefined ? "connector" : "server"} would go, and its topics with their records; ${stays}`,
        keep: `keep ${shard.name} in cdc:shards (a count takes out the last ones)`,
      };
    }
    return {
      ...common,
      code: "CDC-821",
      message:
        `is planned no longer, and ${heir.name} has its ${inherits(heir, shard)}, which looks like a rename; as it is, ` +
        `${heir.name} would begin anew, and the topics of ${shard.name} would go; ${stays}`,
      keep: `keep the name ${shard.name}; or, to rename it with all that it has, write formerName: ${shard.key} in the entry of ${heir.name}`,
    };
  });
}

/** What becomes of a shard's rows. */
function staying({ volume, alias }: HeldShard): string {
  return volume === undefined
    ? `nothing changes on its server at ${alias}`
    : `its rows stay in volume ${volume} (docker volume rm ${volume} removes them for good)`;
}

/** What a shard has of another one, in words. */
function inherits(heir: HeldShard, shard: HeldShard): string | undefined {
  if (heir.alias === shard.alias)
    return shard.volume === undefined ? `server (${shard.alias})` : `port (${shard.alias})`;
  if (heir.topicPrefix === shard.topicPrefix) return `topic prefix ${shard.topicPrefix}`;
  return heir.connector === shard.connector ? `connector ${shard.connector}` : undefined;
}

function goneTopics(facts: Facts): Loss[] {
  return goneDataTopics(facts).map((topic) => ({
    kind: "topic" as const,
    name: topic.name,
    shard: topic.shard,
    topics: [topic.name],
    code: "CDC-804" as const,
    ...whyGone(topic, facts),
  }));
}

/** Data topics that are there and planned no longer. */
function goneDataTopics({ planned, before, living }: Facts): Pick<HeldTopic, "name" | "shard">[] {
  const names = new Set(planned.topics.map(({ name }) => name));
  if (before === undefined) return [...(living?.keys() ?? [])].flatMap((name) => withoutState(name, planned, names));
  // Also one that the broker does not list: a broker that has just started may not know of all yet.
  return before.topics.filter(({ name, kind }) => kind === "data" && !names.has(name));
}

/** Topics called PREFIX.DATABASE.TABLE (Debezium turns dots in names into `_`) of a planned prefix, where no state tells. */
function withoutState(topic: string, planned: Held, names: ReadonlySet<string>): Pick<HeldTopic, "name" | "shard">[] {
  if (names.has(topic)) return [];
  const prefixes = planned.topics
    .filter(({ kind }) => kind === "data")
    .flatMap(({ name, shard }) => {
      const prefix = name.split(".").slice(0, -2).join(".");
      return prefix === "" ? [] : [{ prefix, ...(shard === undefined ? {} : { shard }) }];
    });
  const own = prefixes.find(
    ({ prefix }) => topic.startsWith(`${prefix}.`) && topic.slice(prefix.length + 1).split(".").length === 2,
  );
  if (own === undefined || topic.startsWith(`${own.prefix}.${cdcDatabase}.`)) return [];
  return [{ name: topic, ...(own.shard === undefined ? {} : { shard: own.shard }) }];
}

/** By which edit it goes. */
function whyGone({ name, shard }: Pick<HeldTopic, "name" | "shard">, { planned, before }: Facts) {
  const deleted = "it would be deleted with its data";
  const has = before?.shards.find(({ key }) => key === shard);
  const gets = planned.shards.find(({ key }) => key === shard);
  if (has !== undefined && gets !== undefined && has.topicPrefix !== gets.topicPrefix) {
    return {
      message: `belongs to ${gets.name}, which is planned with topic prefix ${gets.topicPrefix}: ${deleted}`,
      keep: `keep the shard's topicPrefix ${has.topicPrefix}`,
    };
  }
  const table = name.split(".").slice(-2).join(".");
  const isRerouted = planned.topics.some(
    (topic) =>
      topic.kind === "data" && topic.name.endsWith(`.${table}`) && (topic.shard === undefined || shard === undefined),
  );
  if (isRerouted) {
    return {
      message: `is planned no longer, as its table goes to another topic: ${deleted}`,
      keep: "keep cdc:connectors.merge as it was",
    };
  }
  return {
    message: `is planned no longer: ${deleted}`,
    keep:
      name.split(".").length < 3
        ? "keep the setting that it comes from (cdc:connectors.schemaChanges, cdc:readSide) as it was"
        : "name its table in cdc:tables (or the shard's own tables) again",
  };
}
