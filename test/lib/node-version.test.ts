/** A Node that is too old for TypeScript is named, whoever starts it: the program or the provider. */
import { createRequire } from "node:module";
import { expect, test } from "vitest";

const { nodeProblem } = createRequire(import.meta.url)("../../lib/node-version.cjs") as {
  nodeProblem: (version?: string, program?: string) => string | undefined;
};

test.each(["18.20.0", "20.19.0", "22.9.0", "22.21.9"])("Node %s is named, with what to do", (version) => {
  const problem = nodeProblem(version, "/usr/bin/node");
  expect(problem).toMatch(/^Node\.js 22\.22 or newer is needed, but \/usr\/bin\/node, .*, is /);
  expect(problem).toContain(version);
  expect(problem).toMatch(/what to do: install a current Node\.js/);
});

test.each(["22.22.0", "22.23.1", "24.0.0", "100.1.0", process.versions.node])("Node %s will do", (version) => {
  expect(nodeProblem(version)).toBeUndefined();
});
