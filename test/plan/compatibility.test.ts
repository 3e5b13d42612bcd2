import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkVersions, type Versions } from "../../plan/compatibility.ts";
import { debeziumReleases, findRelease, pluginOf } from "../../plan/releases.ts";
import { debeziumVersion, kafkaVersion, mysqlVersion } from "../../lib/versions.ts";

const guide = readFileSync(join(import.meta.dirname, "..", "..", "docs", "compatibility.md"), "utf8");

/** The guide's table by Debezium version: what a reader takes for listed. */
const rows = new Map(
  guide
    .split("\n")
    .filter((line) => /^\| \d/.test(line))
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .map(([, version = "", ...cells]) => [version, cells]),
);

const defaults = { kafka: kafkaVersion, debezium: debeziumVersion, mysql: mysqlVersion };
const codes = (versions: Versions) => {
  const { problems, warnings } = checkVersions(versions);
  return [problems.map(({ code }) => code).join(" "), warnings.map(({ code }) => code).join(" ")];
};

describe("checkVersions", () => {
  test("has nothing to say about the default versions, with the Java of the images or with none known", () => {
    expect(checkVersions(defaults)).toEqual({ problems: [], warnings: [] });
    expect(checkVersions({ ...defaults, java: 21 })).toEqual({ problems: [], warnings: [] });
  });

  test.each<[what: string, change: Partial<Versions>, problems: string, warnings: string]>([
    ["2.7 on the default Kafka and MySQL", { debezium: "2.7.0.Final" }, "CDC-602 CDC-603", "CDC-614"],
    [
      "2.7 on Kafka 4 with an old MySQL",
      { debezium: "2.7.0.Final", kafka: "4.1.0", mysql: "8.0" },
      "CDC-602",
      "CDC-614",
    ],
    ["2.7 on the first Kafka 4", { debezium: "2.7.4.Final", kafka: "4.0.0", mysql: "8.0.40" }, "CDC-602", "CDC-614"],
    [
      "2.7 on Kafka 3.9 with MySQL 8.4",
      { debezium: "2.7.0.Final", kafka: "3.9.1", mysql: "8.4.3" },
      "CDC-603",
      "CDC-614",
    ],
    ["2.7 on Kafka 3.9 with MySQL 8.0", { debezium: "2.7.0.Final", kafka: "3.9.1", mysql: "8.0" }, "", "CDC-614"],
    [
      "2.7 with MySQL 8.3, which it is not tested with",
      { debezium: "2.7.0.Final", kafka: "3.9.0", mysql: "8.3" },
      "",
      "CDC-612 CDC-614",
    ],
    ["3.0 on the default Kafka and MySQL", { debezium: "3.0.8.Final" }, "CDC-602", "CDC-612 CDC-614"],
    ["3.0 on Kafka 4 with MySQL 8.4", { debezium: "3.0.8.Final", mysql: "8.4" }, "CDC-602", "CDC-614"],
    ["3.1, which was built for Kafka 3.9 and ran on 4.3", { debezium: "3.1.3.Final" }, "", "CDC-614"],
    ["3.1 on a Kafka between", { debezium: "3.1.3.Final", kafka: "4.1.0" }, "", "CDC-611 CDC-614"],
    ["3.1 on Kafka 3.9 with MySQL 8.4", { debezium: "3.1.3.Final", kafka: "3.9.1", mysql: "8.4" }, "", "CDC-614"],
    ["the default on Kafka 3.9", { kafka: "3.9.1" }, "", ""],
    ["the default on a Kafka to come", { kafka: "4.4.0" }, "", "CDC-611"],
    ["the default on another major Kafka", { kafka: "5.0.0" }, "", "CDC-611"],
    ["a MySQL between the tested ones", { mysql: "9.3" }, "", "CDC-612"],
    ["a MySQL to come", { mysql: "10.0" }, "", "CDC-612"],
    ["neither listed", { kafka: "4.9.9", mysql: "9.9.9" }, "", "CDC-611 CDC-612"],
    ["Java 11 below Kafka 4", { java: 11 }, "CDC-604", ""],
    ["Java 11 below Debezium 3", { java: 11, kafka: "3.9.1" }, "CDC-604", ""],
    [
      "Java 11 with Debezium 2.7 on Kafka 3.9",
      { java: 11, kafka: "3.9.1", debezium: "2.7.0.Final", mysql: "8.0" },
      "",
      "CDC-614",
    ],
    ["Java 8", { java: 8, kafka: "3.9.1", debezium: "2.7.0.Final", mysql: "8.0" }, "CDC-604", "CDC-614"],
    ["a worker without GET /health", { kafka: "3.8.1" }, "CDC-605", ""],
    ["MySQL 5.7", { mysql: "5.7.44" }, "CDC-606", ""],
    ["a release that is not known", { debezium: "3.7.0.Final" }, "CDC-601", ""],
    [
      "a release that is not known, on versions that are too old",
      { debezium: "1.9", kafka: "2.8", mysql: "5.7" },
      "CDC-605 CDC-606 CDC-601",
      "",
    ],
    ["a custom Kafka image", { kafka: "latest" }, "", "CDC-613"],
    ["a custom MySQL image", { mysql: "lts" }, "", "CDC-613"],
    ["a version cut short", { mysql: "9" }, "", "CDC-613"],
    ["a build's name after the version", { mysql: "8.4.3-oraclelinux9", kafka: "4.3.1-rc1" }, "", ""],
  ])("%s", (_what, change, problems, warnings) => {
    expect(codes({ ...defaults, ...change })).toEqual([problems, warnings]);
  });

  test.each<[change: Partial<Versions>, path: string, message: RegExp, remedy: RegExp]>([
    [
      { debezium: "2.7.0.Final", mysql: "8.0" },
      "cdc:connectors.debeziumVersion",
      /2\.7\.0\.Final cannot run on Kafka 4\.3\.1: .*KafkaConsumer\.poll\(long\).*NoSuchMethodError/,
      /use Debezium 3\.1\.3\.Final or later on Kafka 4\.3\.1, or Kafka 3\.9\.1 with Debezium 2\.7\.0\.Final/,
    ],
    [
      { debezium: "2.7.0.Final", kafka: "3.9.1" },
      "cdc:connectors.debeziumVersion",
      /cannot read from MySQL 9\.7: .*SHOW MASTER STATUS.*RUNNING/,
      /use Debezium 3\.0\.8\.Final or later with MySQL 9\.7, or MySQL 8\.0 with/,
    ],
    [
      { debezium: "3.6.1" },
      "cdc:connectors.debeziumVersion",
      /Debezium 3\.6\.1 is not known.*3\.5\.0\.Final, 3\.6/,
      /write 3\.6\.1\.Final,/,
    ],
    [{ debezium: "3.2.0.Final" }, "cdc:connectors.debeziumVersion", /not known/, /write 3\.2\.4\.Final,/],
    [{ debezium: "" }, "cdc:connectors.debeziumVersion", /not known/, /write 2\.7\.0/],
    [{ debezium: "1.9.7.Final" }, "cdc:connectors.debeziumVersion", /not known/, /write 2\.7\./],
    [{ debezium: "4.0.0.Final" }, "cdc:connectors.debeziumVersion", /not known/, /write 3\.6\.1\.Final,/],
    [{ java: 11 }, "cdc:kafka.image", /has Java 11; .*needs Java 17/, /Java 17 or later/],
    [{ kafka: "3.8.1" }, "cdc:kafka.version", /GET \/health/, /write cdc:kafka\.version: 3\.9\.1 or later/],
    [{ mysql: "5.7" }, "cdc:mysql.version", /MySQL 5\.7 is too old/, /use MySQL 8\.0 or later/],
    [
      { kafka: "4.4.0" },
      "cdc:kafka.version",
      /3\.6\.1\.Final on Kafka 4\.4\.0; .*built for 4\.3\.0, and fits 3\.9 to 4\.3$/,
      /restart the task once/,
    ],
    [
      { mysql: "9.3" },
      "cdc:mysql.version",
      /with MySQL 9\.3; it fits 8\.0, 8\.4, 9\.0, 9\.1, 9\.7/,
      /use one of those/,
    ],
    [{ mysql: "lts" }, "cdc:mysql.version", /"lts" is not a version/, /such as 9\.7/],
  ])("says path, finding and remedy: %j", (change, path, message, remedy) => {
    const { problems, warnings } = checkVersions({ ...defaults, ...change });
    expect([...problems, ...warnings].filter(({ code }) => code !== "CDC-614")).toEqual([
      {
        code: expect.stringMatching(/^CDC-6\d\d$/) as string,
        path,
        message: expect.stringMatching(message) as string,
        remedy: expect.stringMatching(remedy) as string,
      },
    ]);
  });

  test("warns of what a release before 3.3 does not promise", () => {
    expect(checkVersions({ ...defaults, debezium: "3.2.4.Final" })).toEqual({
      problems: [],
      warnings: [
        {
          code: "CDC-614",
          path: "cdc:connectors.debeziumVersion",
          message:
            "Debezium 3.2.4.Final delivers at least once, not exactly once: after a crash some events come twice",
          remedy: "use Debezium 3.3.2.Final or later, or have the consumers take an event twice",
        },
      ],
    });
  });

  test("is never silent about what the guide's table does not list, and only then has something to say", () => {
    const line = fc.tuple(fc.integer({ min: 2, max: 10 }), fc.integer({ min: 0, max: 12 }), fc.option(fc.nat(50)));
    const version = line.map(([major, minor, patch]) => `${major}.${minor}${patch === null ? "" : `.${patch}`}`);
    const known = fc.constantFrom(...debeziumReleases.map((release) => release.version));
    const kafka = fc.oneof(version, fc.constantFrom("3.9.1", "4.0.0", "4.1.0", "4.2.0", "4.3.1", "latest", ""));
    const mysql = fc.oneof(version, fc.constantFrom("8.0", "8.4.3", "9.0", "9.1", "9.7.4", "lts", ""));
    const debezium = fc.oneof({ weight: 9, arbitrary: known }, { weight: 1, arbitrary: fc.string() });
    fc.assert(
      fc.property(fc.record({ kafka, debezium, mysql }), (versions) => {
        const { problems, warnings } = checkVersions(versions);
        expect(problems.length + warnings.length === 0).toBe(isListed(versions));
      }),
      { numRuns: 5000 },
    );
  });
});

/** By the guide alone: columns are `built for`, `Kafka`, `MySQL`, … */
function isListed({ kafka, debezium, mysql }: Versions): boolean {
  const [, kafkaCell = "", mysqlCell = "", , , , exactlyOnce] = rows.get(debezium) ?? [];
  return exactlyOnce === "yes" && inCell(kafka, kafkaCell) && inCell(mysql, mysqlCell);
}

/** A cell holds lines and ranges of lines: `3.9`, `3.9 to 4.1, 4.3`. */
function inCell(version: string, cell: string): boolean {
  const number = (text: string) => {
    const [, major, minor] = /^(\d+)\.(\d+)(?:\.\d+)?$/.exec(text) ?? [];
    return major === undefined ? Number.NaN : Number(major) * 1000 + Number(minor);
  };
  return cell.split(", ").some((part) => {
    const [first = "", last = first] = part.split(" to ");
    return number(version) >= number(first) && number(version) <= number(last);
  });
}

describe("the guide", () => {
  test("has a row for each release and no other", () => {
    expect([...rows.keys()]).toEqual(debeziumReleases.map(({ version }) => version));
  });

  test.each(debeziumReleases)("says of $version what plan/releases.ts says", (release) => {
    const yes = (value: boolean) => (value ? "yes" : "no");
    const cells = rows.get(release.version) ?? [];
    expect(cells.slice(0, 1)).toEqual([release.builtForKafka]);
    expect(cells.slice(3, 8)).toEqual([
      String(release.java),
      yes(release.callsPollLong),
      yes(release.sendsShowMasterStatus),
      yes(release.exactlyOnce),
      release.runOn.map(({ kafka, mysql }) => `${kafka} / ${mysql}`).join(", ") || "–",
    ]);
  });

  test("names every code", () => {
    const named = [...guide.matchAll(/CDC-6\d\d/g)].map(([code]) => code);
    for (const code of [601, 602, 603, 604, 605, 606, 611, 612, 613, 614]) expect(named).toContain(`CDC-${code}`);
  });
});

describe("the releases", () => {
  test("are listed from old to new, each once, with whole checksums", () => {
    const versions = debeziumReleases.map(({ version }) => version);
    const byNumber = new Intl.Collator("en", { numeric: true });
    expect(versions.toSorted((a, b) => byNumber.compare(a, b))).toEqual(versions);
    expect(new Set(versions).size).toBe(versions.length);
    const sums = debeziumReleases.flatMap(({ archiveSha256, jarSha256 }) => [archiveSha256, jarSha256]);
    for (const sum of sums) expect(sum).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(sums).size).toBe(sums.length);
  });

  test("hold the default one, and its plugin by the names of Debezium's artifacts", () => {
    const release = findRelease(debeziumVersion);
    expect(release && pluginOf(release)).toMatchObject({
      artifact: "io.debezium:debezium-connector-mysql:3.6.1.Final:tar.gz:plugin",
      archive: "debezium-connector-mysql-3.6.1.Final-plugin.tar.gz",
      image: "quay.io/debezium/connect:3.6.1.Final",
      jar: "debezium-connector-mysql-3.6.1.Final.jar",
      archiveSha256: "1dfd80c86e204406c5d886836da1f022e4955bc3900c0491b892c22c8b901af2",
    });
    expect(findRelease("3.6.1")).toBeUndefined();
  });
});
