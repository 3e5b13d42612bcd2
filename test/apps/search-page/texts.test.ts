/** The page's languages have the same texts, and every text is used. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

type Text = string | readonly string[] | ((part: string) => string);

interface Texts {
  readonly tables: Readonly<Record<string, Readonly<Record<string, Text>>>>;
  readonly languageOf: (preferred: readonly string[]) => string;
}

const file: string = "../../../apps/search-page/public/texts.js";
const { tables, languageOf } = (await import(file)) as Texts;
const folder = join(import.meta.dirname, "..", "..", "..", "apps", "search-page", "public");

test("all languages have the same keys, of the same kind, in the same order", () => {
  const kinds = Object.values(tables).map((table) =>
    Object.entries(table).map(([key, text]) => [key, typeof text === "function" ? "function" : [text].flat().length]),
  );
  expect(Object.keys(tables)).toEqual(["en", "ko"]);
  expect(kinds[1]).toEqual(kinds[0]);
});

test("what is put into a text is in it, in every language", () => {
  for (const [language, table] of Object.entries(tables)) {
    for (const [key, text] of Object.entries(table)) {
      if (typeof text === "function") expect(text("§"), `${language} ${key}`).toContain("§");
    }
  }
});

test("the Korean table is Korean: no text but the keys' names is left in English", () => {
  const texts = Object.entries(tables["ko"] ?? {}).filter(([key]) => key !== "keys");
  expect(
    texts.filter(([, text]) => !/\p{Script=Hangul}/u.test(typeof text === "function" ? text("") : String(text))),
  ).toEqual([]);
});

test("every text is used", () => {
  const scripts = readdirSync(folder).filter((name) => name.endsWith(".js") && name !== "texts.js");
  const code = scripts.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
  const unused = Object.keys(tables["en"] ?? {}).filter((key) => !new RegExp(`text\\.${key}\\b`).test(code));
  expect(unused).toEqual([]);
});

test.each([
  [["ko-KR", "ko", "en-US"], "ko"],
  [["KO"], "ko"],
  [["en-GB", "ko"], "en"],
  [["de-DE", "ko-KR", "en"], "ko"],
  [["fr", "kok-IN"], "en"],
  [["constructor"], "en"],
  [[], "en"],
])("the browser's languages %j mean %s", (preferred, language) => {
  expect(languageOf(preferred)).toBe(language);
});

test("the page itself begins with the English texts, so that nothing is empty before its script runs", () => {
  const html = readFileSync(join(folder, "index.html"), "utf8");
  expect(html).toContain('<html lang="en">');
  for (const key of ["title", "placeholder", "search", "shards", "rows", "more", "live"]) {
    expect(html).toContain(String(tables["en"]?.[key]));
  }
});
