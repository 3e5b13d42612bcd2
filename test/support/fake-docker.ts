/** A docker on PATH that is a script of the test's; the real engine is not asked. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, vi } from "vitest";

export interface FakeDocker {
  /** A folder of the test's own, first on PATH. */
  readonly folder: () => string;
  /** @param script lines of bash; the arguments are docker's. */
  readonly says: (script: string) => void;
}

/** For each test of the file or block a folder of its own, without a docker until the test says what it does. */
export function fakeDocker(): FakeDocker {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cdc-docker-"));
    vi.stubEnv("PATH", `${folder}:/usr/bin:/bin`);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    folder: () => folder,
    says: (script) => {
      writeFileSync(join(folder, "docker"), `#!/bin/bash\n${script}\n`);
      chmodSync(join(folder, "docker"), 0o755);
    },
  };
}
