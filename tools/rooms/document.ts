/** Writes the table of rooms into docs/architecture.md. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkoutFolder } from "../../lib/checkout.ts";
import { programs, rooms, type Room } from "./rules.ts";

const begin = "<!-- rooms: made by npm run docs out of tools/rooms/rules.ts -->";
const end = "<!-- /rooms -->";

/** The text of docs/architecture.md with the table as it is to be. */
export function withRooms(text: string): string {
  const [before, rest] = split(text, begin);
  const [, after] = split(rest, end);
  return `${before}${begin}\n${table(rooms)}\n\n${sentences(programs)}\n${end}${after}`;
}

function table(all: readonly Room[]): string {
  const rows = all.map(({ path, what, uses, types = [] }) => {
    const name = /\.\w+$/.test(path) ? `\`${path}\`` : `\`${path}/\``;
    return `| ${name} | ${what} | ${listed(uses)} | ${listed(types)} |`;
  });
  return ["| room | what is in it | may import | types alone |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function sentences(all: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(all)
    .map(([program, places]) => `The program \`${program}\` is started by ${listed(places)} alone.`)
    .join("\n");
}

function listed(paths: readonly string[]): string {
  return paths.length === 0 ? "–" : paths.map((path) => `\`${path}\``).join(", ");
}

function split(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`docs/architecture.md has no ${mark}`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

if (import.meta.main) {
  const file = join(checkoutFolder, "docs", "architecture.md");
  writeFileSync(file, withRooms(readFileSync(file, "utf8")));
}
