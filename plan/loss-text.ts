/** Losses in words: which thing, how much it holds, how to keep it, and the word that lets it go. */
import type { Amount, Loss } from "./losses.ts";
import type { Problem } from "../lib/problem.ts";

/** What is known of the amounts. */
export interface Shown {
  readonly amounts: ReadonlyMap<string, Amount>;
  /** Whether a broker answered at all. */
  readonly isAsked: boolean;
}

const plural = { topic: "topics", shard: "shards", broker: "brokers" } as const;

/** One field of the configuration is about many topics: those of which the same is to be said share one problem. */
export function render(losses: readonly Loss[], shown: Shown, isAllowed: boolean): Problem[] {
  const groups = Map.groupBy(losses, ({ code, message, keep }) => `${code} ${message} ${keep}`);
  return [...groups.values()].map((group) => {
    const [{ code, kind, message, keep }] = group as [Loss, ...Loss[]];
    const names = group.map(({ name }) => name);
    const words = group.map((loss) => `${loss.kind}:${loss.name}`);
    return {
      code,
      path: names.length === 1 ? `${kind} ${names[0]}` : `${plural[kind]} ${several(names)}`,
      message: [message, ...amountsOf(group, shown)].join("; "),
      remedy: isAllowed
        ? "nothing, if that is meant: cdc:allowDelete names it"
        : `${keep}; or, if the data may go, write cdc:allowDelete: [${words.join(", ")}]`,
    };
  });
}

/** The same for what has no loss in it. */
export function alike(problems: readonly Problem[]): Problem[] {
  const groups = Map.groupBy(problems, ({ code, message, remedy }) => `${code} ${message} ${remedy}`);
  return [...groups.values()].map((group) => {
    const [first] = group as [Problem, ...Problem[]];
    const names = group.map(({ path }) => path.replace(/^topic /, ""));
    return names.length === 1 ? first : { ...first, path: `topics ${several(names)}` };
  });
}

function several(names: readonly string[]): string {
  return (names.length > 4 ? [...names.slice(0, 3), `and ${names.length - 3} more`] : names).join(", ");
}

/** `shard0.products.stock holds up to 1,200 records (0.3 MiB)`: the offsets that are kept, marks of transactions among them. */
function amountsOf(losses: readonly Loss[], { amounts, isAsked }: Shown): string[] {
  const topics = [...new Set(losses.flatMap((loss) => loss.topics))];
  if (!isAsked) return ["how much would be lost is unknown: the broker does not answer"];
  const known = topics.flatMap((topic) => {
    const amount = amounts.get(topic);
    return amount === undefined ? [] : [{ topic, ...amount }];
  });
  const unknown = topics.length - known.length;
  const texts = known
    .toSorted((a, b) => b.records - a.records)
    .map(({ topic, records, bytes }) => `${topic} holds up to ${amountText({ records, bytes })}`);
  const sum = known.reduce((all, one) => ({ records: all.records + one.records, bytes: all.bytes + one.bytes }), {
    records: 0,
    bytes: 0,
  });
  return [
    ...(texts.length > 4
      ? [`in all up to ${amountText(sum)}, most in ${known.toSorted((a, b) => b.records - a.records)[0]?.topic}`]
      : texts),
    ...(unknown === 0 ? [] : [`how much ${known.length === 0 ? "they hold" : `${unknown} more hold`} is unknown`]),
  ];
}

function amountText({ records, bytes }: Amount): string {
  const mib = bytes / 1024 ** 2;
  return `${records.toLocaleString("en")} record${records === 1 ? "" : "s"} (${mib < 0.1 ? "less than 0.1" : mib.toFixed(1)} MiB)`;
}
