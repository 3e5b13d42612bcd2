/** What docs/terms.md gives to copy: an event, lines for a shell, a consumer. */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Admin, Producer, stringSerializers } from "@platformatic/kafka";
import { sectionsOf } from "../../docs/markdown.ts";

const root = join(import.meta.dirname, "..", "..", "..");

/** The page's blocks of a language, in their order. */
function blocks(language: string): string[] {
  const sections = sectionsOf(readFileSync(join(root, "docs", "terms.md"), "utf8"));
  return sections.flatMap((section) =>
    section.blocks.filter((block) => block.language === language).map(({ text }) => text),
  );
}

/** All that the page gives to paste into a shell. */
export function shellLines(): string {
  return blocks("sh").join("\n");
}

/** The statement that the page runs, and key and payload of what came of it. */
export function documentedEvent(): { readonly statement: string; readonly key: unknown; readonly payload: unknown } {
  const [key = "", payload = ""] = blocks("json");
  return { statement: blocks("sql").join("\n"), key: JSON.parse(key), payload: JSON.parse(payload) };
}

/** A value with the types of what is in it in place of the values. */
export function shapeOf(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value === null ? "null" : typeof value;
  if (Array.isArray(value)) return value.map(shapeOf);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]));
}

/** Makes a topic and writes two records to it: one in a transaction that is given up, and then one that is committed. */
export async function giveUpAndCommit(
  bootstrap: string,
  topic: string,
  values: readonly [string, string],
): Promise<void> {
  const options = { clientId: "test", bootstrapBrokers: bootstrap.split(",") };
  const admin = new Admin(options);
  try {
    await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 });
  } finally {
    await admin.close();
  }
  const producer = new Producer({
    ...options,
    serializers: stringSerializers,
    idempotent: true,
    transactionalId: `test-${topic}`,
  });
  const [givenUp, committed] = values;
  try {
    const first = await producer.beginTransaction();
    await first.send({ messages: [{ topic, key: "1", value: givenUp }] });
    await first.abort();
    const second = await producer.beginTransaction();
    await second.send({ messages: [{ topic, key: "1", value: committed }] });
    await second.commit();
  } finally {
    await producer.close();
  }
}

/** A line of the consumer: one change. */
export interface Consumed {
  readonly topic: string;
  readonly op: string;
  readonly key: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
}

/** docs/examples/consumer.mjs as a process; stop it when done. */
export class ExampleConsumer {
  readonly consumed: Consumed[] = [];
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<unknown[]>;
  #errors = "";
  #rest = "";

  constructor(bootstrap: string, group: string, topics: readonly string[]) {
    const file = join(root, "docs", "examples", "consumer.mjs");
    this.#process = spawn(process.execPath, [file, bootstrap, group, ...topics]);
    this.#ended = once(this.#process, "close");
    this.#process.stdin.end();
    this.#process.stderr.on("data", (chunk) => (this.#errors += String(chunk)));
    this.#process.stdout.on("data", (chunk) => {
      const lines = (this.#rest + String(chunk)).split("\n");
      this.#rest = lines.pop() ?? "";
      this.consumed.push(...lines.map((line) => JSON.parse(line) as Consumed));
    });
  }

  /** Ends it as Ctrl-C does. @returns its exit code and what it complained of. */
  async stop(): Promise<{ readonly code: unknown; readonly errors: string }> {
    this.#process.kill("SIGINT");
    const [code] = await this.#ended;
    return { code, errors: this.#errors };
  }
}
