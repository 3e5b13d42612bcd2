/** The page's languages have the same texts, every text is used, and what an alert says too is said in its words. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { conditions } from "../../../../lib/guard-state.ts";
import { alertRules } from "../../../../plan/alerts.ts";
import type { MonitoredGuardPlan } from "../../../../plan/types.ts";
import { planWith } from "../../../support/config.ts";

type Text = string | ((part: string, ...parts: string[]) => string) | { readonly [key: string]: Text };
type Table = Readonly<Record<string, Text>>;
type Advice = Readonly<Record<string, { what: string; why: string; command: (connector: string) => string }>>;

const file: string = "../../../../apps/guard/page/public/texts.js";
const { tables, languageOf } = (await import(file)) as {
  readonly tables: Readonly<Record<string, Table>>;
  readonly languageOf: (preferred: readonly string[]) => string;
};
const folder = join(import.meta.dirname, "..", "..", "..", "..", "apps", "guard", "page", "public");
const states = [...conditions, "catching-up", "behind", "missing", "unknown"];
const adviceOf = (language: string) => tables[language]?.["advice"] as unknown as Advice;

/** Every text by its path: `states.healthy`. */
function flat(table: Table, path = ""): [string, string | ((...parts: string[]) => string)][] {
  return Object.entries(table).flatMap(([key, text]) =>
    typeof text === "object" ? flat(text, `${path}${key}.`) : [[`${path}${key}`, text]],
  );
}

test("all languages have the same keys, of the same kind, in the same order", () => {
  const kinds = Object.values(tables).map((table) =>
    flat(table).map(([key, text]) => [key, typeof text, typeof text === "function" ? text.length : 0]),
  );
  expect(Object.keys(tables)).toEqual(["en", "ko"]);
  expect(kinds[1]).toEqual(kinds[0]);
});

test("what is put into a text is in it, in every language; commands are the same in all", () => {
  for (const [language, table] of Object.entries(tables)) {
    for (const [key, text] of flat(table)) {
      if (typeof text !== "function") continue;
      const parts = Array.from({ length: text.length }, (_, place) => `§${place}§`);
      for (const part of parts) expect(text(...parts), `${language} ${key}`).toContain(part);
      if (key.endsWith(".command")) {
        expect(text(...parts)).toBe(adviceOf("en")[key.split(".")[1]!]?.command(parts[0]!));
      }
    }
  }
});

test("the Korean table is Korean: no text but the commands is left in English", () => {
  const texts = flat(tables["ko"]!).filter(([key]) => !key.endsWith(".command"));
  const shown = texts.map(([key, text]) => [key, typeof text === "function" ? text("", "", "") : text] as const);
  expect(shown.filter(([, text]) => !/\p{Script=Hangul}/u.test(text))).toEqual([]);
});

test("every text is used", () => {
  const scripts = readdirSync(folder).filter((name) => name.endsWith(".js") && name !== "texts.js");
  const code = scripts.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
  expect(Object.keys(tables["en"]!).filter((key) => !new RegExp(`text\\.${key}\\b`).test(code))).toEqual([]);
});

test("every state has a word and a look, and what to do where something is wrong", () => {
  expect(Object.keys(tables["en"]!["states"] as Table).toSorted()).toEqual(states.toSorted());
  const marks = readFileSync(join(folder, "marks.js"), "utf8");
  for (const state of states) expect(marks).toMatch(new RegExp(`^ {2}"?${state}"?: \\["`, "m"));
  const well = ["healthy", "catching-up", "snapshotting", "unknown"];
  expect(readFileSync(join(folder, "advice.js"), "utf8")).toContain(
    `new Set(${JSON.stringify(well).replaceAll(",", ", ")})`,
  );
  expect(Object.keys(adviceOf("en")).toSorted()).toEqual(
    [
      ...states.filter((state) => !well.includes(state)),
      "deadLetters",
      "differs",
      "engineSilent",
      "purge",
      "unhealthyIndex",
    ].toSorted(),
  );
});

test("what an alert says too is said in its words", () => {
  const plan = planWith({ monitoring: { enabled: true }, readSide: { enabled: true } });
  const rules = alertRules(plan, plan.guard as MonitoredGuardPlan, "dev");
  const alert = (name: string) => rules.find((rule) => rule.alert === name)!.annotations;
  const connector = "{{ $labels.connector }}";
  for (const [state, name] of [
    ["stalled", "CdcShardStalled"],
    ["failed", "CdcShardNotStreaming"],
    ["lost", "CdcPlaceLost"],
    ["missing", "CdcConnectorMissing"],
  ] as const) {
    const { what, command } = adviceOf("en")[state]!;
    expect([alert(name).summary, `The connector ${connector} ${what}`]).toContain(
      name === "CdcConnectorMissing" ? `The connector ${connector} ${what}` : `${connector} ${what}`,
    );
    expect(alert(name).command).toBe(`cdc -s dev ${command(connector).replace(/^cdc /, "")}`);
  }
  for (const [state, name] of [
    ["stalled", "CdcShardStalled"],
    ["lost", "CdcPlaceLost"],
    ["deadLetters", "CdcDeadLettersGrew"],
    ["purge", "CdcPlaceAboutToBePurged"],
    ["engineSilent", "CdcEngineSilent"],
    ["unhealthyIndex", "CdcIndexUnhealthy"],
    ["differs", "CdcIndexDiffers"],
  ] as const) {
    expect(adviceOf("en")[state]?.why).toBe(alert(name).cause);
  }
});

test.each([
  [["ko-KR", "ko", "en-US"], "ko"],
  [["en-GB", "ko"], "en"],
  [["de-DE", "ko-KR", "en"], "ko"],
  [["constructor"], "en"],
  [[], "en"],
])("the browser's languages %j mean %s", (preferred, language) => {
  expect(languageOf(preferred)).toBe(language);
});

test("the page itself begins with the English texts, so that nothing is empty before its script runs", () => {
  const html = readFileSync(join(folder, "index.html"), "utf8");
  expect(html).toContain('<html lang="en">');
  const begins = flat(tables["en"]!).filter(([key]) =>
    ["live", "toDo", "picture", "rows", "told", "more"].includes(key),
  );
  expect(begins).toHaveLength(6);
  for (const [, words] of begins) expect(html).toContain(`>${words as string}<`);
});
