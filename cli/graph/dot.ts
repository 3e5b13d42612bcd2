/** The graph in Graphviz' words (DOT), for the SVG. Pure. */
import type { GraphNode, NodeKind, PipelineGraph } from "./model.ts";

const styles: Readonly<Record<NodeKind, string>> = {
  shard: 'shape=cylinder, fillcolor="#dbeafe"',
  connector: 'shape=box, style="filled,rounded", fillcolor="#dcfce7"',
  topics: 'shape=note, fillcolor="#fef3c7"',
  "merged topics": 'shape=note, fillcolor="#fde68a"',
  sink: 'shape=box, style="filled,rounded", fillcolor="#dcfce7"',
  engine: 'shape=cylinder, fillcolor="#ffe4e6"',
  page: 'shape=box, style="filled,rounded", fillcolor="#f1f5f9"',
  guard: 'shape=box, style="filled,rounded,dashed", fillcolor="#f3e8ff"',
};

/** Renders a graph from left to right; groups are clusters. */
export function renderDot({ title, groups, edges }: PipelineGraph): string {
  const clusters = new Map(groups.map((group) => [group.id, group]));
  return [
    `digraph ${quoted(title)} {`,
    "  rankdir=LR; compound=true; nodesep=0.3; ranksep=0.9; pad=0.3;",
    `  labelloc=t; labeljust=l; label=${quoted(title)}; fontname="Helvetica"; fontsize=16;`,
    '  node [fontname="Helvetica", fontsize=11, style=filled, color="#475569", margin="0.3,0.12"];',
    '  edge [fontname="Helvetica", fontsize=10, color="#475569", fontcolor="#475569"];',
    ...groups.flatMap(({ id, label, nodes }) =>
      label === ""
        ? nodes.map((node) => `  ${declared(node)}`)
        : [
            `  subgraph cluster_${id} {`,
            `    label=${quoted(label)}; fontsize=13; style="rounded"; color="#94a3b8"; margin=18;`,
            ...nodes.map((node) => `    ${declared(node)}`),
            "  }",
          ],
    ),
    // Graphviz orders nodes as it likes, but for what an `ordering=out` node points to.
    "  start [shape=point, style=invis, ordering=out];",
    ...(groups[0]?.nodes ?? []).map(({ id }) => `  start -> ${id} [style=invis];`),
    ...edges.map(({ from, to, label, dashed }) => {
      // An edge cannot end at a cluster, but at its border on the way to one of its nodes.
      const cluster = clusters.get(to);
      const target = cluster?.nodes[0]?.id ?? to;
      const attributes = [
        ...(label === undefined ? [] : [`label=${quoted(label)}`]),
        ...(dashed === true ? ["style=dashed"] : []),
        ...(cluster === undefined ? [] : [`lhead=cluster_${to}`]),
      ];
      return `  ${from} -> ${target}${attributes.length === 0 ? "" : ` [${attributes.join(", ")}]`};`;
    }),
    "}",
  ].join("\n");
}

function declared({ id, kind, lines }: GraphNode): string {
  return `${id} [${styles[kind]}, label=${quoted(lines.join("\n"))}];`;
}

function quoted(text: string): string {
  return `"${text
    .replaceAll("\\", "\\\\")
    .replaceAll('"', String.raw`\"`)
    .replaceAll("\n", String.raw`\n`)}"`;
}
