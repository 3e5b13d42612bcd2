/** `cdc completion`: what a shell needs to complete `cdc`; `cdc complete`: what its script asks. */
import { readFile } from "node:fs/promises";
import { Argument, type Command } from "commander";
import { globalsOf } from "../context.ts";
import { candidates } from "../completion/candidates.ts";
import { print } from "../output.ts";

const shells = ["bash", "zsh", "fish"] as const;

export function register(program: Command): void {
  program
    .command("completion")
    .addArgument(new Argument("<shell>").choices(shells))
    .summary("what a shell needs to complete cdc")
    .description(
      "Prints a script for the shell. With it, the tabulator key completes commands, options, and the names of stacks, shards, " +
        "tables and containers, as the checkout's stack files have them.",
    )
    .addHelpText(
      "after",
      `
Examples:
  source <(cdc completion bash)   in ~/.bashrc
  source <(cdc completion zsh)    in ~/.zshrc, after compinit
  cdc completion fish > ~/.config/fish/completions/cdc.fish`,
    )
    .action(async (shell: (typeof shells)[number], _options: unknown, command: Command) => {
      const script = await readFile(new URL(`../completion/cdc.${shell}`, import.meta.url), "utf8");
      print({ json: { shell, script }, text: script.trimEnd() }, globalsOf(command));
    });

  program
    .command("complete", { hidden: true })
    .argument("[words...]", "the line after cdc; the last one is being typed")
    .action(async (words: readonly string[], _options: unknown, command: Command) => {
      const globals = globalsOf(command);
      // Names need the plan, which takes a while to load; commands and options do not.
      const found = await candidates(program, words, async (kind, stack) => {
        const { namesOf } = await import("../completion/names.ts");
        return await namesOf(kind, stack ?? globals.stack);
      });
      const text = found.map(({ word, about }) => (about === "" ? word : `${word}\t${about}`)).join("\n");
      if (text !== "" || globals.json) print({ json: found, text }, globals);
    });
}
