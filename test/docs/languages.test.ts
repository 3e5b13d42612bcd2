/** Pages that are there in English and in Korean say the same: commands, outputs, links, names, one heading for another. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../config/parse.ts";
import { fieldOf } from "../../clients/opensearch/mapping.ts";
import { column } from "../clients/opensearch/column.ts";
import { rawWith } from "../support/config.ts";
import { anchorOf, deadLinks, sectionsOf, withoutComments } from "./markdown.ts";

const root = join(import.meta.dirname, "..", "..");
const read = (page: string) => readFileSync(join(root, page), "utf8");

/** Only the Korean README has it: what Korean readers ask first. */
const guide = /<!-- 한국어 안내: 시작 -->.*<!-- 한국어 안내: 끝 -->\n/s;

const pages = [
  ["README.md", "README.ko.md"],
  ["docs/terms.md", "docs/terms.ko.md"],
] as const;

describe.each(pages)("%s and %s", (englishPage, koreanPage) => {
  const english = sectionsOf(read(englishPage));
  const korean = sectionsOf(read(koreanPage).replace(guide, ""));

  test("have the same headings, by level", () => {
    expect(korean.map(({ level }) => level)).toEqual(english.map(({ level }) => level));
  });

  test("have as many lines in each section", () => {
    const lengths = (sections: typeof english) =>
      sections.map(({ title, lines }, place) => [english[place]?.title ?? title, lines]);
    expect(lengths(korean)).toEqual(lengths(english));
  });

  test("have the same code blocks in the same order, but for comments", () => {
    const blocks = (sections: typeof english) => sections.map((section) => section.blocks.map(withoutComments));
    expect(blocks(korean)).toEqual(blocks(english));
  });

  test("have the same links, in each language to its own pages", () => {
    const anchors = (sections: typeof english) => sections.map(({ title }) => `#${anchorOf(title)}`);
    const neutral = (sections: typeof english) =>
      sections.map(({ links }) =>
        links.map((link) => {
          const place = anchors(sections).indexOf(link);
          return place === -1 ? link.replace(/\.ko\.md$/, ".md") : `heading ${place}`;
        }),
      );
    // The first link of each page is the other language.
    expect(neutral(korean).map((links) => links.toSorted())).toEqual(neutral(english).map((links) => links.toSorted()));
  });

  test("have the same names, options and codes in each section", () => {
    const code = (sections: typeof english) => sections.map(({ code }, place) => [english[place]?.title, code]);
    expect(code(korean)).toEqual(code(english));
  });

  test.each([englishPage, koreanPage])("%s has no link that leads nowhere", (page) => {
    expect(deadLinks(root, page)).toEqual([]);
  });

  test("the Korean page is Korean: every heading, and every line of prose", () => {
    const prose = read(koreanPage)
      .replaceAll(/^```.*?^```$/gms, "")
      .split("\n")
      .filter((line) => /\p{L}{4,} \p{L}{4,} \p{L}{4,}/u.test(line.replaceAll(/`[^`]*`/g, "")));
    expect(prose.filter((line) => !/\p{Script=Hangul}/u.test(line))).toEqual([]);
  });
});

describe("what only README.ko.md says is true:", () => {
  const said = guide.exec(read("README.ko.md"))?.[0] ?? "";

  test("its codes are those of docs/refusals.md", () => {
    const explained = read("docs/refusals.md");
    const codes = [...said.matchAll(/CDC-\d{3}/g)].map(([code]) => code);
    expect(codes.length).toBeGreaterThan(5);
    expect(codes.filter((code) => !explained.includes(`| ${code} |`))).toEqual([]);
  });

  test("KST and its like are refused with CDC-107, and Asia/Seoul is not", () => {
    for (const zone of ["KST", "+09:00", "asia/seoul"]) {
      expect(said).toContain(`\`${zone}\``);
      expect(() => parseConfig(rawWith({ timeZone: zone }))).toThrow(/CDC-107[^]*write cdc:timeZone: Asia\/Seoul/);
    }
    expect(parseConfig(rawWith({ timeZone: "Asia/Seoul" })).timeZone).toBe("Asia/Seoul");
  });

  test("text is indexed by the engine's default analyzer, which is `standard`, and kept whole in FIELD.raw", () => {
    expect(said).toContain("`standard`");
    expect(fieldOf(column("name", "varchar(255)"))).toEqual({
      type: "text",
      fields: { raw: { type: "keyword", ignore_above: 1024 } },
    });
  });
});
