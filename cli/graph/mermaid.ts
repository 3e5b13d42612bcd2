/** The graph in Mermaid's words, as GitHub and many editors draw it. Pure. */
import type { GraphNode, NodeKind, PipelineGraph } from "./model.ts";

const shapes: Readonly<Record<NodeKind, readonly [string, string]>> = {
  shard: ["[(", ")]"],
  connector: ["[", "]"],
  topics: ["[/", "/]"],
  "merged topics": ["[/", "/]"],
  guard: ["([", "])"],
  sink: ["[", "]"],
  engine: ["[(", ")]"],
  page: ["([", "])"],
  prometheus: ["[(", ")]"],
  alertmanager: ["([", "])"],
};

/** Renders a flow chart from left to right. */
export function renderMermaid({ groups, edges }: PipelineGraph): string {
  return [
    "flowchart LR",
    ...groups.flatMap(({ id, label, nodes }) =>
      label === ""
        ? nodes.map((node) => `  ${shaped(node)}`)
        : [`  subgraph ${id} [${quoted(label)}]`, ...nodes.map((node) => `    ${shaped(node)}`), "  end"],
    ),
    ...edges.map(({ from, to, label, dashed }) => {
      const arrow = dashed === true ? "-.->" : "-->";
      return `  ${from} ${arrow}${label === undefined ? "" : `|${label}|`} ${to}`;
    }),
  ].join("\n");
}

function shaped({ id, kind, lines }: GraphNode): string {
  const [open, close] = shapes[kind];
  return `${id}${open}${quoted(lines.join("<br/>"))}${close}`;
}

/** Mermaid has no escape for quotes but entities. */
function quoted(text: string): string {
  return `"${text.replaceAll('"', "#quot;")}"`;
}
