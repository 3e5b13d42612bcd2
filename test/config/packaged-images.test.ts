import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { packagedImage, packagedImages, type PackagedImage } from "../../config/packaged-images.ts";

const imagesDir = join(import.meta.dirname, "../../tools/images");
const kinds = Object.keys(packagedImages) as PackagedImage[];

describe("packagedImage", () => {
  it("names each image by its version and 12 digits of its content", () => {
    expect(packagedImage("mysql")).toMatch(/^cdc-packages\/mysql:9\.7-[0-9a-f]{12}$/);
    expect(packagedImage("kafka")).toMatch(/^cdc-packages\/kafka:4\.3\.1-[0-9a-f]{12}$/);
  });

  it("is quick enough to be asked at every run, from any working directory", () => {
    const before = process.cwd();
    const image = packagedImage("kafka");
    try {
      process.chdir(tmpdir());
      const start = performance.now();
      expect(packagedImage("kafka")).toBe(image);
      expect(performance.now() - start).toBeLessThan(100); // about 2 ms; wide, as tests share the machine
    } finally {
      process.chdir(before);
    }
  });

  it("has the version of the jars in its tag", () => {
    const pom = readFileSync(join(imagesDir, "kafka/pom.xml"), "utf8");
    const jars = readFileSync(join(imagesDir, "kafka/libs.sha256"), "utf8");
    expect(pom).toContain(`<kafka.version>${packagedImages.kafka.version}</kafka.version>`);
    expect(jars).toContain(`connect-runtime-${packagedImages.kafka.version}.jar`);
  });
});

describe("the content hash", () => {
  let copy: string;
  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), "cdc-images-"));
    cpSync(imagesDir, copy, { recursive: true });
  });
  afterEach(() => rmSync(copy, { recursive: true, force: true }));

  /** The images whose tag a change in the copy gives another value. */
  function changedBy(change: () => void): PackagedImage[] {
    const tags = () => kinds.map((kind) => packagedImage(kind, copy));
    const before = tags();
    change();
    const after = tags();
    return kinds.filter((_, i) => before[i] !== after[i]);
  }

  it("is the same for the same content elsewhere", () => {
    expect(kinds.map((kind) => packagedImage(kind, copy))).toEqual(kinds.map((kind) => packagedImage(kind)));
  });

  it.each<[string, () => void, PackagedImage[]]>([
    ["a changed byte", () => appendFileSync(join(copy, "mysql/my.cnf"), "\n"), ["mysql"]],
    ["a new file", () => writeFileSync(join(copy, "kafka/config/new.properties"), ""), ["kafka"]],
    ["a removed file", () => rmSync(join(copy, "kafka/config/tools-log4j2.yaml")), ["kafka"]],
    ["an executable bit", () => chmodSync(join(copy, "mysql/my.cnf"), 0o755), ["mysql"]],
    ["a change of java", () => appendFileSync(join(copy, "java/Dockerfile"), "#"), ["java", "kafka", "opensearch"]],
    [
      "a change of the base",
      () => appendFileSync(join(copy, "base/bootstrap.sh"), "#"),
      ["base", "java", "mysql", "kafka", "node", "opensearch", "prometheus", "alertmanager"],
    ],
    [
      "a renamed file",
      () => {
        cpSync(join(copy, "kafka/docker/run"), join(copy, "kafka/docker/run2"));
        rmSync(join(copy, "kafka/docker/run"));
      },
      ["kafka"],
    ],
    [
      "bytes moved from one file to the next",
      () => {
        writeFileSync(join(copy, "java/Dockerfile"), "");
        writeFileSync(join(copy, "java/Dockerfile2"), readFileSync(join(imagesDir, "java/Dockerfile")));
      },
      ["java", "kafka", "opensearch"],
    ],
    ["a change of node", () => appendFileSync(join(copy, "node/Dockerfile"), "#"), ["node"]],
    ["a file of no image", () => writeFileSync(join(copy, "README.md"), "other words"), []],
    ["another time", () => utimesSync(join(copy, "mysql/my.cnf"), 1, 1), []],
    [
      "another umask",
      () => {
        chmodSync(join(copy, "mysql/my.cnf"), 0o600);
        chmodSync(join(copy, "mysql/docker-entrypoint.sh"), 0o700);
      },
      [],
    ],
  ])("%s changes the right tags", (_, change, expected) => {
    expect(changedBy(change)).toEqual(expected);
  });
});
