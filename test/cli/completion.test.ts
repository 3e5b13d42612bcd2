import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { candidates, type Kind } from "../../cli/completion/candidates.ts";
import { namesIn, namesOf } from "../../cli/completion/names.ts";
import { createProgram } from "../../cli/main.ts";
import { planOf, planWith } from "../support/config.ts";

const root = join(import.meta.dirname, "..", "..");

/** Names that tell what was asked for. */
async function asked(kind: Kind, stack: string | undefined): Promise<string[]> {
  return [`${kind}-of-${stack ?? "default"}`, `${kind}2`];
}

async function wordsAfter(...words: string[]): Promise<string[]> {
  return (await candidates(createProgram(), words, asked)).map(({ word }) => word);
}

test.each<[string[], string[]]>([
  [["st"], ["status", "stop"]],
  [["--stack", "orders", "rec"], ["reconcile"]],
  [
    ["offsets", ""],
    ["show", "reset"],
  ],
  [["dlq", "re"], ["replay"]],
  [["bogus", ""], []],
  // Values of options, apart, joined, and as bash splits them.
  [
    ["-s", ""],
    ["stack-of-default", "stack2"],
  ],
  [["status", "--stack", "stack2"], ["stack2"]],
  [["--stack=stack2"], ["--stack=stack2"]],
  [["--stack", "=", "stack2"], ["stack2"]],
  [
    ["--stack", "="],
    ["stack-of-default", "stack2"],
  ],
  [
    ["tail", "--table", "t"],
    ["table-of-default", "table2"],
  ],
  [
    ["reindex", "--from", ""],
    ["topics", "snapshot"],
  ],
  [["tail", "--count", ""], []],
  [["tail", "--bogus=x"], []],
  // Arguments, of the stack that is named.
  [
    ["-s", "orders", "pause", ""],
    ["connector-of-orders", "connector2"],
  ],
  [
    ["pause", "--stack=orders", ""],
    ["connector-of-orders", "connector2"],
  ],
  [["pause", "connector2", ""], ["connector-of-default"]],
  [
    ["offsets", "reset", ""],
    ["connector-of-default", "connector2"],
  ],
  [
    ["snapshot", ""],
    ["shard-of-default", "shard2"],
  ],
  [
    ["snapshot", "shard2", ""],
    ["table-of-default", "table2"],
  ],
  [["snapshot", "shard2", "table2", ""], []],
  [
    ["logs", "--follow", "c"],
    ["component-of-default", "component2"],
  ],
  [["log-level", "root", "T"], ["TRACE"]],
  [
    ["completion", ""],
    ["bash", "zsh", "fish"],
  ],
  // An option whose value may be left out takes none that stands apart.
  [["status", "--watch", "--st"], ["--stack"]],
  [["tail", "--f"], ["--from-beginning"]],
  [["offsets", "reset", "shard0", "--k"], ["--keep-history"]],
  [["status", "--h"], ["--help"]],
])("after cdc %j come %j", async (words, expected) => {
  expect(await wordsAfter(...words)).toEqual(expected);
});

test("every command that the help shows, and no other, can come first, with what the help says of it", async () => {
  const program = createProgram();
  const found = await candidates(program, [""], asked);
  expect(found).toEqual(
    program
      .createHelp()
      .visibleCommands(program)
      .map((one) => ({ word: one.name(), about: one.summary() })),
  );
  expect(found.map(({ word }) => word)).not.toContain("complete");
});

test("every option of every command is offered", async () => {
  const program = createProgram();
  for (const command of program.commands) {
    const offered = await wordsAfter(command.name(), "-");
    for (const { long } of [...command.options, ...program.options]) expect(offered).toContain(long);
  }
});

describe("names", () => {
  test("are those of the plan", () => {
    const plan = planOf("dev");
    expect(namesIn(plan, "shard")).toEqual(["shard0", "shard1", "shard2"]);
    expect(namesIn(plan, "connector")).toEqual(["shard0", "shard1", "shard2", "read-side-sink"]);
    expect(namesIn(plan, "table")).toEqual(["products.products", "products.stock"]);
    expect(namesIn(plan, "component")).toEqual(
      expect.arrayContaining(["shard0", "kafka", "connect", "guard", "opensearch"]),
    );
    expect(namesIn(planWith({ readSide: { enabled: false } }), "connector")).not.toContain("read-side-sink");
  });

  test("of stacks are those that have a file; of a stack without one there are none", async () => {
    expect(await namesOf("stack", "dev")).toEqual(expect.arrayContaining(["dev", "merged", "orders"]));
    expect(await namesOf("shard", "nope")).toEqual([]);
  });
});

test("bash completes with what the script asks, whatever the folder", { timeout: 120_000 }, () => {
  vi.stubEnv("STACK", undefined);
  const line = (words: readonly string[]) =>
    `COMP_WORDS=(${words.join(" ")}); COMP_CWORD=${words.length - 1}; _cdc; echo "\${COMPREPLY[*]}"`;
  const script = [
    'source <("$CDC" completion bash)',
    "complete -p cdc",
    line(["$CDC", "st"]),
    line(["$CDC", "--stack", "=", "or"]),
    line(["$CDC", "-s", "orders", "offsets", "show", "''"]),
    line(["$CDC", "pause", "shard0", "''"]),
  ].join("\n");
  const env = { ...process.env, CDC: join(root, "bin", "cdc") };
  const answer = execFileSync("bash", ["-euc", script], { encoding: "utf8", cwd: "/", env });
  expect(answer.trimEnd().split("\n")).toEqual([
    "complete -F _cdc cdc",
    "status stop",
    "orders",
    "orders",
    "shard1 shard2 read-side-sink",
  ]);
});
