import { defineConfig } from "vitest/config";

/** They hold each sentence of `cdc status` and `cdc doctor` against the truth, fault after fault: `npm run truth`, a quarter of an hour. */
const held = ["test/e2e/truth.e2e.ts", "test/e2e/remedies.e2e.ts"];

export default defineConfig({
  test: {
    restoreMocks: true,
    unstubEnvs: true,
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
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
          exclude: held,
          pool: "forks",
          // Two stacks at a time: while one waits, the other works. Every file has ports of its own.
          maxWorkers: 2,
          testTimeout: 1_200_000,
          hookTimeout: 1_200_000,
        },
      },
      {
        test: {
          name: "truth",
          include: held,
          pool: "forks",
          maxWorkers: 2,
          testTimeout: 1_200_000,
          hookTimeout: 1_200_000,
        },
      },
    ],
  },
});
