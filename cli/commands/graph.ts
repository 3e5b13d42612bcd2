/** `cdc graph`: the topology as the plan has it. */
import type { Command } from "commander";
import { globalsOf, openStack } from "../context.ts";
import { print } from "../output.ts";
import { renderMermaid } from "../graph/mermaid.ts";
import { pipelineGraph } from "../graph/model.ts";

export function register(program: Command): void {
  program
    .command("graph")
    .summary("the topology, as Mermaid")
    .description(
      "Shows shards, connectors, topics, workers, brokers, guard and read side as the plan has them; the stack need not run. " +
        "As Mermaid, which GitHub, GitLab and editors draw in Markdown.",
    )
    .addHelpText("after", "\nExample:\n  cdc graph > docs/topology.mmd")
    .action(async (_options: unknown, command: Command) => {
      const globals = globalsOf(command);
      const { plan } = await openStack(globals, "plan");
      const graph = pipelineGraph(plan);
      print({ json: graph, text: renderMermaid(graph) }, globals);
    });
}
