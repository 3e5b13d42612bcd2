import { defineConfig } from "vitest/config";

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
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.e2e.ts"],
          pool: "forks",
          // One stack after the other: two cores do not start two pipelines faster.
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
