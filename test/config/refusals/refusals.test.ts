/** Configurations that are refused, by the tables beside this file: each with its code, the field at fault, and a remedy. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { problemsOf } from "../../support/config.ts";
import { clientCertificates, removeFiles } from "./client-certificate.ts";
import { classes } from "./classes.ts";
import { clashes } from "./clashes.ts";
import { combinations } from "./combinations.ts";
import { existingServers } from "./existing.ts";
import { existingBrokers } from "./existing-kafka.ts";
import { fields } from "./fields.ts";
import { names } from "./names.ts";
import { modified, options, unusable } from "./options.ts";
import { secrets } from "./secrets.ts";
import { taken } from "./taken.ts";
import { texts } from "./texts.ts";
import { versions } from "./versions.ts";
import { both, type Row } from "./write.ts";

const kinds: readonly (readonly [kind: string, rows: readonly Row[]])[] = [
  ["a field alone", fields],
  ["between fields", clashes],
  ["names and keys", [...names, ...secrets, ...classes, ...texts]],
  ["combinations", combinations],
  ["servers that somebody else runs", existingServers],
  ["brokers that somebody else runs", existingBrokers],
  ["the certificate that brokers are shown", clientCertificates],
  ["MySQL options", options],
  ["MySQL options in other spellings", modified],
  ["MySQL options that leave no server", unusable],
  ["versions", versions],
];

afterAll(removeFiles);

test("there are at least 60 of them", () => {
  expect(kinds.flatMap(([, rows]) => rows).length).toBeGreaterThanOrEqual(60);
});

describe.each(kinds)("%s", (_kind, rows) => {
  test.each(rows)("%s", (_what, raw, code, path, remedy) => {
    const problems = problemsOf(raw);
    const found = problems.find((problem) => problem.code === code && problem.path === path);
    expect(found, JSON.stringify(problems, undefined, 2)).toBeDefined();
    expect(found?.remedy).toMatch(remedy);
    expect(found?.message).toMatch(/.{10}/);
  });
});

describe("what is refused, and what is not", () => {
  test("every problem is told at once", () => {
    const codes = problemsOf({ ...both({ serverId: 7, topicPrefix: "p" }), topics: { retentionHours: 1 } }).map(
      ({ code }) => code,
    );
    expect(codes).toEqual(expect.arrayContaining(["CDC-203", "CDC-205", "CDC-404"]));
  });

  test("the same problem of a shared field is told once, however many shards there are", () => {
    expect(problemsOf({ shards: 3, excludeColumns: ["x.y.z"] })).toHaveLength(1);
  });

  test.each(taken)("%s are taken", (_what, raw) => {
    expect(problemsOf(raw)).toEqual([]);
  });

  test("every code that the sources have is explained in docs/refusals.md, and no other", () => {
    const root = join(import.meta.dirname, "..", "..", "..");
    const codesIn = (text: string) => new Set(text.match(/CDC-\d{3}/g) ?? []);
    const sources = ["plan", "config", "preflight", "provider", "schema", "clients/debezium/history", "flow"].flatMap(
      (folder) =>
        readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
          .filter((file) => file.endsWith(".ts"))
          .map((file) => readFileSync(join(root, folder, file), "utf8")),
    );
    const explained = codesIn(readFileSync(join(root, "docs", "refusals.md"), "utf8"));
    expect([...explained].toSorted()).toEqual([...codesIn(sources.join("\n"))].toSorted());
  });
});
