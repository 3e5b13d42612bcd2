/** Writes the table of metrics into docs/monitoring.md. Run it after a change of lib/metrics.ts (`npm run docs`). */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkoutFolder } from "../../../lib/checkout.ts";
import { metrics, type Metric } from "../../../lib/metrics.ts";

const begin = "<!-- metrics: made by npm run docs out of lib/metrics.ts -->";
const end = "<!-- /metrics -->";

/**
 * The text of docs/monitoring.md with the table as it is to be.
 * @throws Error when it has no place for it.
 */
export function withMetrics(text: string): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/monitoring.md needs ${begin} and ${end}`);
  return `${text.slice(0, from)}${begin}\n${table(metrics)}\n${text.slice(to)}`;
}

function table(all: readonly Metric[]): string {
  const rows = all.map(({ name, type, unit, labels, help, absent }) => {
    const listed = labels.map((label) => `\`${label}\``).join(", ");
    return `| \`${name}\` | ${type} | ${unit} | ${listed} | ${help} | ${absent} |`;
  });
  return [
    "| metric | type | unit | labels | what it tells | absent when |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

if (import.meta.main) {
  const file = join(checkoutFolder, "docs", "monitoring.md");
  writeFileSync(file, withMetrics(readFileSync(file, "utf8")));
  console.log(`wrote ${file}`);
}
