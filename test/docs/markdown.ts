/** What two language versions of a page have in common: all but the words. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface Block {
  /** The word after the fence: console, yaml, mermaid … */
  readonly language: string;
  /** As it is in the file. */
  readonly text: string;
}

export interface Section {
  /** 1 to 6. */
  readonly level: number;
  readonly title: string;
  readonly blocks: readonly Block[];
  /** Targets of links and images, in their order. */
  readonly links: readonly string[];
  /** What stands in backquotes, and texts of links that name a file, each once and sorted: languages differ in their order of words, and in what they repeat. */
  readonly code: readonly string[];
  /** Rows of tables, list items and paragraphs. */
  readonly lines: number;
}

/** The page by headings, of which the first is its title. */
export function sectionsOf(markdown: string): Section[] {
  const blocks: Block[] = [];
  const prose = markdown.replaceAll(/^```(\w*)\n(.*?)\n```$/gms, (_, language: string, text: string) => {
    blocks.push({ language, text });
    return `@@block${blocks.length - 1}@@`;
  });
  return prose
    .split(/^(?=#{1,6} )/m)
    .filter((part) => part.startsWith("#"))
    .map((part) => {
      const [, marks = "", title = ""] = /^(#+) (.*)$/m.exec(part) ?? [];
      const text = part.replaceAll(/`[^`\n]+`/g, "");
      return {
        level: marks.length,
        title,
        blocks: [...part.matchAll(/@@block(\d+)@@/g)].flatMap(([, number]) => blocks[Number(number)] ?? []),
        links: [...text.matchAll(/\]\(([^)]+)\)|<(http[^>]+)>/g)].map(([, target, bare]) => target ?? bare ?? ""),
        code: [
          ...new Set(
            [...part.matchAll(/`([^`\n]+)`|\[([\w./-]+\.\w+)\]\(/g)].map((found) => found[1] ?? found[2] ?? ""),
          ),
        ].toSorted(),
        lines: part.split("\n").filter((line) => line.trim() !== "").length,
      };
    });
}

/** A block without its comments, which are in the reader's language. */
export function withoutComments({ language, text }: Block): string {
  const code = language === "mermaid" ? text : text.replaceAll(/(^|\s+)# .*$/gm, "");
  return `${language}\n${code}`;
}

/** GitHub's anchor of a heading. */
export function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

/** Links of a page that lead nowhere: a file that is not there, or a heading that its page does not have. */
export function deadLinks(root: string, page: string): string[] {
  const sections = sectionsOf(readFileSync(join(root, page), "utf8"));
  const targets = sections.flatMap(({ links }) => links).filter((target) => !/^https?:/.test(target));
  return targets.filter((target) => {
    const [path = "", anchor] = target.split("#");
    const file = path === "" ? join(root, page) : join(root, dirname(page), path);
    if (!existsSync(file)) return true;
    if (anchor === undefined) return false;
    const titles = sectionsOf(readFileSync(file, "utf8")).map(({ title }) => anchorOf(title));
    return !titles.includes(anchor);
  });
}
