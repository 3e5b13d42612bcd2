/** Where a secret of a running stack could come to light: for `secretsIn`. */
import { lstat, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { dockerLines, execute, namesOwnedBy, type Checkout } from "./checkout.ts";
import { askHttp } from "../../../clients/http.ts";
import type { HttpEndpoint } from "../../../lib/endpoint.ts";
import type { KafkaAddress } from "../../../clients/kafka/connection.ts";
import { recordsOn } from "./events.ts";
import { kafkaTopics, topicsOn } from "./kafka-topics.ts";
import type { Places, Secrets } from "./secrets.ts";
import { limitMs, untilSucceeds } from "./until.ts";

const largestFile = 16 << 20;

/** The ports of the stack, as addresses. */
export interface Addresses {
  readonly kafka: string | KafkaAddress;
  /** With its login where it wants one. */
  readonly connect: string | HttpEndpoint;
  readonly engine?: string;
}

/** The passwords that the stack has made, and the checkout's passphrase. */
export async function secretsOf(checkout: Checkout): Promise<Secrets> {
  return {
    "root's password": await checkout.password("mysql-root-password"),
    "the CDC account's password": await checkout.password("cdc-password"),
    "the passphrase": (await readFile(join(checkout.folder, ".cdc", "passphrase"), "utf8")).trim(),
  };
}

/** All that the worker says about its connectors is written to its log from now on, their start included. */
export async function logEverything(connect: string): Promise<void> {
  const send = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${connect}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: { "content-type": "application/json" },
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  };
  for (const logger of [
    "org.apache.kafka.connect",
    "org.apache.kafka.common.config",
    "io.debezium",
    "com.mysql",
    "cdc",
  ])
    await send("PUT", `/admin/loggers/${logger}`, { level: "TRACE" });
  for (const name of (await (await fetch(`${connect}/connectors`)).json()) as string[])
    await untilSucceeds(`${name} restarts`, async () => {
      await send("POST", `/connectors/${name}/restart?includeTasks=true`);
    });
}

/** @param startedMs when the test began: older temporary files are not its own. */
export async function placesOf(checkout: Checkout, at: Addresses, startedMs: number): Promise<Places> {
  const containers = (await namesOwnedBy(checkout.prefix)).flatMap((line) =>
    line.startsWith("container ") ? [line.slice("container ".length)] : [],
  );
  const inContainer = async (name: string, line: string) =>
    (await execute(["docker", "exec", name, "sh", "-c", line])).output;
  const inspect = async (kind: string, ...names: string[]) => await dockerLines(kind, "inspect", ...names);
  return {
    "Pulumi's state": async () => await checkout.state(),
    "Pulumi's outputs": async () => (await checkout.pulumi("stack", "output", "--json")).output,
    "Pulumi's history": async () => (await checkout.pulumi("stack", "history", "--json")).output,
    "a preview": async () => (await checkout.pulumi("preview", "--diff", "--show-sames")).output,
    // State, its backups and history, as the files that they are.
    "the checkout's files": async () => await filesIn(checkout.folder, 0, /^(node_modules|\.git|passphrase|target)$/),
    // The first word, as there may be none.
    "temporary files": async () => ["files:", ...(await filesIn(tmpdir(), startedMs, /^$/))],
    "the machine's processes": async () => await processes(),
    "docker inspect": async () => {
      const images = await dockerLines("container", "inspect", "--format", "{{.Image}}", ...containers);
      const owned = (kind: string) =>
        namesOwnedBy(checkout.prefix).then((all) => all.filter((one) => one.startsWith(kind)));
      const names = async (kind: string) => (await owned(`${kind} `)).map((line) => line.slice(kind.length + 1));
      return [
        ...(await inspect("container", ...containers)),
        ...(await inspect("image", ...images)),
        ...(await inspect("volume", ...(await names("volume")))),
        ...(await inspect("network", ...(await names("network")))),
        ...(await Promise.all(images.map(async (image) => await dockerLines("history", "--no-trunc", image)))).flat(),
      ];
    },
    ...Object.fromEntries(
      containers.flatMap((name) => [
        [`the log of ${name}`, async () => (await execute(["docker", "logs", name])).output],
        [
          `processes in ${name}`,
          async () =>
            await inContainer(name, 'for p in /proc/[0-9]*; do cat "$p/cmdline" "$p/environ"; done 2>/dev/null; true'),
        ],
        [
          `temporary files in ${name}`,
          // The first word, as a container may have none.
          async () =>
            `files: ${await inContainer(name, "find /tmp /var/tmp /dev/shm /var/log -xdev -type f -exec cat {} + 2>/dev/null")}`,
        ],
      ]),
    ),
    ...Object.fromEntries(
      containers
        .filter((name) => name.includes("-mysql-"))
        .map((name) => [`the binlog of ${name}`, async () => await inContainer(name, "cat /var/lib/mysql/binlog.*")]),
    ),
    "Kafka's topics": async () => {
      const texts: string[] = [];
      // Kafka's own, of groups and transactions, are not for clients to read.
      const listed = typeof at.kafka === "string" ? await kafkaTopics(checkout, "--list") : await topicsOn(at.kafka);
      const topics = listed.filter((topic) => !/^__(consumer|transaction)_/.test(topic));
      for (const topic of topics)
        for await (const { key, value } of recordsOn(at.kafka, topic)) texts.push(`${key}`, `${value}`);
      return texts;
    },
    "Kafka Connect's answers": async () => await answersOf(at.connect, await connectPaths(at.connect)),
    ...(at.engine === undefined
      ? {}
      : { "the engine's answers": async () => await answersOf(at.engine ?? "", enginePaths) }),
  };
}

async function connectPaths(connect: string | HttpEndpoint): Promise<string[]> {
  const names = JSON.parse(await answerOf(connect, "/connectors")) as string[];
  const plugins = JSON.parse(await answerOf(connect, "/connector-plugins")) as { class: string }[];
  return [
    "/",
    "/health",
    "/connectors",
    "/connectors?expand=info&expand=status",
    "/admin/loggers",
    "/connector-plugins?connectorsOnly=false",
    ...plugins.map(({ class: name }) => `/connector-plugins/${name}/config`),
    ...names.flatMap((name) =>
      ["", "/config", "/status", "/tasks", "/tasks/0/status", "/topics", "/offsets"].map(
        (path) => `/connectors/${name}${path}`,
      ),
    ),
  ];
}

const enginePaths = [
  "/_cluster/settings?include_defaults=true",
  "/_cluster/state",
  "/_nodes",
  "/_nodes/stats",
  "/_all/_settings?include_defaults=true",
  "/_mapping",
  "/_tasks?detailed=true",
];

async function answersOf(at: string | HttpEndpoint, paths: readonly string[]): Promise<string[]> {
  return await Promise.all(paths.map(async (path) => await answerOf(at, path)));
}

async function answerOf(at: string | HttpEndpoint, path: string): Promise<string> {
  const address = typeof at === "string" ? { url: at } : at;
  const signal = AbortSignal.timeout(limitMs);
  const { status, text } = await askHttp("it", address, { method: "GET", path, body: undefined, signal });
  if (status !== 200) throw new Error(`${address.url}${path}: ${status}`);
  return text;
}

/** Files below a folder, changed since then; what goes away meanwhile, or is somebody else's, is passed over. */
async function filesIn(folder: string, sinceMs: number, without: RegExp): Promise<Buffer[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries
      .filter(({ name }) => !without.test(name))
      .map(async (entry) => {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) return await filesIn(path, sinceMs, without);
        if (!entry.isFile()) return [];
        const facts = await lstat(path).catch(() => undefined);
        if (facts === undefined || facts.mtimeMs < sinceMs || facts.size > largestFile) return [];
        return await readFile(path).then(
          (content) => [content],
          () => [],
        );
      }),
  );
  return found.flat();
}

/** Arguments and environments of all processes that may be read; of containers' too, where the engine is on this machine. */
async function processes(): Promise<Buffer[]> {
  const ids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  const files = ids.flatMap((id) => [`/proc/${id}/cmdline`, `/proc/${id}/environ`]);
  const read = await Promise.all(files.map(async (file) => await readFile(file).catch(() => Buffer.alloc(0))));
  return read.filter(({ length }) => length > 0);
}

/** Looks at all processes again and again while `work` goes on. @returns what was seen, each text once, for `secretsIn`. */
export async function processesDuring<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly seen: string[] }> {
  const seen = new Set<string>();
  let isDone = false;
  const looking = (async () => {
    while (!isDone) {
      for (const text of await processes()) seen.add(text.toString("latin1"));
      await sleep(100);
    }
  })();
  try {
    return { result: await work(), seen: [...seen] };
  } finally {
    isDone = true;
    await looking;
  }
}
