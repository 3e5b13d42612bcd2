import { defineConfig } from "vitest/config";

/** What takes long and guards what seldom changes: `npm run long`, once a week and before a version. `make test` has an hour. */
const long = [
  // Fault after fault, kill after kill.
  "truth",
  "remedies",
  "alert-faults",
  "interrupted",
  "cluster",
  // A place that was lost, a server's history, an order, an index: each against what a second reading says.
  "data-loss",
  "history",
  "order",
  "index-truth",
  // Panel after panel, each asked of a Prometheus that reads a running stack.
  "dashboards",
  // Release after release, clone beside clone, password after password.
  "compatibility",
  "versions",
  "two-clones",
  "rotate",
].map((name) => `test/e2e/${name}.e2e.ts`);

export default defineConfig({
  test: {
    restoreMocks: true,
    unstubEnvs: true,
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          setupFiles: ["test/support/seed.ts"],
          // Pulumi's mocks are global to a process.
          pool: "forks",
          // Ends what hangs; a machine that does ten other things at once is slow, and not wrong.
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.e2e.ts"],
          exclude: long,
          setupFiles: ["test/e2e/support/children.ts"],
          pool: "forks",
          // Two stacks at a time: while one waits, the other works. Every file has ports of its own.
          maxWorkers: 2,
          testTimeout: 1_200_000,
          hookTimeout: 1_200_000,
        },
      },
      {
        test: {
          name: "long",
          include: long,
          setupFiles: ["test/e2e/support/children.ts"],
          pool: "forks",
          maxWorkers: 2,
          testTimeout: 1_200_000,
          hookTimeout: 1_200_000,
        },
      },
    ],
  },
});
