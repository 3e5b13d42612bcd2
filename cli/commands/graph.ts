/** `cdc graph`: the topology as the plan has it. */
import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { isErrno } from "../../lib/run.ts";
import { globalsOf, openStack } from "../context.ts";
import { UsageError } from "../exit.ts";
import { print, progress } from "../output.ts";
import { renderDot } from "../graph/dot.ts";
import { renderMermaid } from "../graph/mermaid.ts";
import { pipelineGraph } from "../graph/model.ts";

export function register(program: Command): void {
  program
    .command("graph")
    .option("--svg [file]", "draw it: SVG into the file, or to stdout")
    .summary("the topology, as Mermaid or SVG")
    .description(
      "Shows shards, connectors, topics, workers, brokers, guard and read side as the plan has them; the stack need not run. " +
        "Mermaid by default, which GitHub draws in Markdown.",
    )
    .addHelpText("after", "\nExamples:\n  cdc graph > docs/topology.mmd\n  cdc graph --svg topology.svg")
    .action(async ({ svg }: { svg?: string | true }, command: Command) => {
      const globals = globalsOf(command);
      const { plan } = await openStack(globals);
      const graph = pipelineGraph(plan);
      if (svg === undefined) {
        print({ json: graph, text: renderMermaid(graph) }, globals);
        return;
      }
      // A megabyte of Graphviz, for who asks for it.
      const { instance } = await import("@viz-js/viz");
      const drawn = (await instance()).renderString(renderDot(graph), { format: "svg" });
      if (svg === true) {
        print({ json: { svg: drawn }, text: drawn.trimEnd() }, globals);
        return;
      }
      await writeFile(svg, drawn).catch((error: unknown) => {
        if (!isErrno(error, "ENOENT") && !isErrno(error, "EACCES") && !isErrno(error, "EISDIR")) throw error;
        throw new UsageError(`${svg} cannot be written: ${error.message}`, "name a file in a folder that is there");
      });
      if (globals.json) print({ json: { file: svg }, text: "" }, globals);
      else progress(`wrote ${svg}`, globals);
    });
}
