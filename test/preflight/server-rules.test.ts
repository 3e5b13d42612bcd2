import { describe, expect, it } from "vitest";
import {
  judgeServer,
  probedTimes,
  secondsOf,
  type ExpectedServer,
  type ServerFacts,
} from "../../preflight/server-rules.ts";

const expected: ExpectedServer = { timeZone: "Asia/Seoul", databases: ["products", "cdc"], keyNeeds: {} };
const good: ServerFacts = {
  address: "127.0.0.1:3308",
  variables: {
    log_bin: "ON",
    binlog_format: "ROW",
    binlog_row_image: "FULL",
    binlog_row_value_options: "",
    gtid_mode: "ON",
    binlog_expire_logs_seconds: "864000",
    binlog_expire_logs_auto_purge: "ON",
    time_zone: "Asia/Seoul",
    system_time_zone: "UTC",
  },
  probedSeconds: probedTimes.map((time) => secondsOf(time, "Asia/Seoul")),
  account: "debezium@%",
  grants: [
    "GRANT SELECT, RELOAD, SHOW VIEW, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO `debezium`@`%`",
    "GRANT INSERT, UPDATE, DELETE ON `cdc`.* TO `debezium`@`%`",
  ],
  keylessTables: [],
  missingTables: [],
  isReplica: undefined,
  replicaIds: undefined,
  rdsRetentionHours: undefined,
};

const judge = (facts: Partial<ServerFacts>) => judgeServer("shard0", { ...good, ...facts }, expected);
const withVariables = (variables: Record<string, string>) => judge({ variables: { ...good.variables, ...variables } });

it("a server as the plan makes it is good", () => {
  expect(judge({})).toEqual([]);
});

describe("CDC-712: variables", () => {
  it.each([
    ["log_bin", "OFF", "--log-bin=mysql-bin"],
    ["binlog_format", "STATEMENT", "SET PERSIST binlog_format = 'ROW'"],
    ["binlog_format", "MIXED", "--binlog-format=ROW"],
    ["binlog_row_image", "MINIMAL", "SET PERSIST binlog_row_image = 'FULL'"],
    ["binlog_row_image", "NOBLOB", "--binlog-row-image=FULL"],
    ["binlog_row_value_options", "PARTIAL_JSON", "SET PERSIST binlog_row_value_options = ''"],
    ["gtid_mode", "OFF", "--gtid-mode=ON --enforce-gtid-consistency=ON"],
    ["gtid_mode", "ON_PERMISSIVE", "--gtid-mode=ON"],
  ])("%s=%s", (variable, found, remedy) => {
    const problems = withVariables({ [variable]: found });
    expect(problems).toMatchObject([{ code: "CDC-712", path: "shard0" }]);
    expect(problems[0]?.message).toContain(`127.0.0.1:3308 has ${variable}=${found}; needed is`);
    expect(problems[0]?.remedy).toContain(remedy);
  });

  it("a variable that the server no longer has says nothing; case does not matter", () => {
    const { binlog_format: _, ...others } = good.variables;
    expect(judge({ variables: others })).toEqual([]);
    expect(withVariables({ binlog_row_image: "full" })).toEqual([]);
  });
});

describe("CDC-713: the binlog is kept for a day at least", () => {
  it.each(["1", "3600", "86399"])("%s seconds are too few", (seconds) => {
    const problems = withVariables({ binlog_expire_logs_seconds: seconds });
    expect(problems).toMatchObject([{ code: "CDC-713", remedy: expect.stringContaining("= 864000") as string }]);
    expect(problems[0]?.message).toContain(`=${seconds}; needed are at least 86400`);
  });

  it.each([
    { binlog_expire_logs_seconds: "86400" },
    { binlog_expire_logs_seconds: "0" },
    { binlog_expire_logs_seconds: "60", binlog_expire_logs_auto_purge: "OFF" },
  ])("%j is enough", (variables) => {
    expect(withVariables(variables)).toEqual([]);
  });
});

describe("CDC-714: time zone", () => {
  const inZone = (zone: string, variables: Record<string, string>, planned: string) =>
    judgeServer(
      "shard0",
      {
        ...good,
        variables: { ...good.variables, ...variables },
        probedSeconds: probedTimes.map((time) => secondsOf(time, zone)),
      },
      { ...expected, timeZone: planned },
    );

  it.each([
    ["UTC", { time_zone: "SYSTEM", system_time_zone: "UTC" }, "Asia/Seoul", "SYSTEM (UTC)"],
    ["Europe/Berlin", { time_zone: "Europe/Berlin" }, "Europe/London", "Europe/Berlin"],
    ["Etc/GMT-1", { time_zone: "+01:00" }, "Europe/Berlin", "+01:00"],
    ["Asia/Kolkata", { time_zone: "+05:30" }, "Asia/Karachi", "+05:30"],
  ])("a server in %s (%j) is not in %s", (zone, variables, planned, shown) => {
    const problems = inZone(zone, variables, planned);
    expect(problems).toMatchObject([{ code: "CDC-714" }]);
    expect(problems[0]?.message).toContain(`time_zone=${shown}, planned is ${planned}`);
    expect(problems[0]?.remedy).toContain(`SET PERSIST time_zone = '${planned}'`);
  });

  it.each([
    ["Asia/Seoul", { time_zone: "+09:00" }, "Asia/Seoul"],
    ["Asia/Seoul", { time_zone: "SYSTEM", system_time_zone: "KST" }, "Asia/Seoul"],
    ["UTC", { time_zone: "SYSTEM", system_time_zone: "UTC" }, "UTC"],
    ["Asia/Calcutta", { time_zone: "Asia/Calcutta" }, "Asia/Kolkata"],
    ["America/St_Johns", { time_zone: "America/St_Johns" }, "America/St_Johns"],
  ])("a server in %s (%j) is in %s", (zone, variables, planned) => {
    expect(inZone(zone, variables, planned)).toEqual([]);
  });

  it.each([
    ["UTC", 12],
    ["Asia/Seoul", 3],
    ["America/New_York", 17],
    ["Asia/Kolkata", 6.5],
    ["America/St_Johns", 15.5],
  ])("noon of a January day in %s is %d o'clock in UTC", (zone, hours) => {
    expect(secondsOf("2025-01-15 12:00:00", zone)).toBe(Date.UTC(2025, 0, 15) / 1000 + hours * 3600);
  });

  it("summer time counts", () => {
    expect(secondsOf("2025-07-15 12:00:00", "America/New_York")).toBe(Date.UTC(2025, 6, 15, 16) / 1000);
  });
});

describe("CDC-715: privileges", () => {
  it.each([
    [
      "nothing but USAGE",
      ["GRANT USAGE ON *.* TO `debezium`@`%`"],
      "lacks FLUSH_TABLES, REPLICATION CLIENT, REPLICATION SLAVE, SHOW VIEW ON *.* and SELECT ON `products`.*",
    ],
    [
      "no REPLICATION SLAVE",
      [good.grants[0]?.replace(" REPLICATION SLAVE,", "") ?? "", good.grants[1] ?? ""],
      "lacks REPLICATION SLAVE ON *.*",
    ],
    ["no heartbeat", [good.grants[0] ?? ""], "lacks DELETE, INSERT, UPDATE ON `cdc`.*"],
    [
      "SELECT on one database",
      [
        good.grants[0]?.replace("SELECT, ", "") ?? "",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON `cdc`.* TO `debezium`@`%`",
      ],
      "lacks SELECT ON `products`.*",
    ],
    [
      "SELECT on one table",
      [
        good.grants[0]?.replace("SELECT, ", "") ?? "",
        "GRANT ALL PRIVILEGES ON `cdc`.* TO `debezium`@`%`",
        "GRANT SELECT ON `products`.`stock` TO `debezium`@`%`",
      ],
      "lacks SELECT ON `products`.*",
    ],
    ["nothing at all", [], "lacks FLUSH_TABLES"],
  ])("%s", (_, grants, message) => {
    const problems = judge({ grants });
    expect(problems).toMatchObject([{ code: "CDC-715" }]);
    expect(problems[0]?.message).toContain(`the account debezium@% at 127.0.0.1:3308 ${message}`);
    expect(problems[0]?.remedy).toMatch(/^GRANT .* TO 'debezium'@'%';$/);
  });

  it.each([
    ["everything", ["GRANT ALL PRIVILEGES ON *.* TO `root`@`%` WITH GRANT OPTION"]],
    [
      "SELECT database by database, in MySQL's escapes",
      [
        good.grants[0]?.replace("SELECT, ", "") ?? "",
        "GRANT SELECT ON `products`.* TO `d`@`%`",
        String.raw`GRANT SELECT, INSERT, UPDATE, DELETE ON ${"`cdc`"}.* TO ${"`d`"}@${"`%`"}`,
      ],
    ],
    [
      "FLUSH_TABLES in place of RELOAD",
      [
        good.grants[0]?.replace("RELOAD, ", "") ?? "",
        good.grants[1] ?? "",
        "GRANT FLUSH_TABLES ON *.* TO `debezium`@`%`",
      ],
    ],
    ["dynamic privileges beside them", [...good.grants, "GRANT XA_RECOVER_ADMIN ON *.* TO `debezium`@`%`"]],
  ])("%s is enough", (_, grants) => {
    expect(judge({ grants })).toEqual([]);
  });

  it("names with escaped wildcards are the databases' own", () => {
    const grants = [
      good.grants[0]?.replace("SELECT, ", "") ?? "",
      good.grants[1] ?? "",
      String.raw`GRANT SELECT ON ${"`my\\_shop`"}.* TO d`,
      "GRANT SELECT ON `cdc`.* TO d",
    ];
    expect(judgeServer("shard0", { ...good, grants }, { ...expected, databases: ["my_shop"] })).toEqual([]);
  });
});

describe("tables without a key", () => {
  const judged = (keyNeeds: ExpectedServer["keyNeeds"]) =>
    judgeServer("shard0", { ...good, keylessTables: ["shop.log"] }, { ...expected, keyNeeds });

  it.each([
    ["topic", "CDC-215", /cdc:topics\.tables: \{shop\.log: \{cleanup: delete/],
    ["index", "CDC-427", /cdc:readSide\.excludeTables: \[shop\.log\]/],
  ] as const)("one that the %s cannot do with: %s", (need, code, remedy) => {
    expect(judged({ "shop.log": need })).toEqual([
      {
        code,
        path: "shard0",
        message: expect.stringContaining("shop.log has neither a primary key nor a unique one"),
        remedy: expect.stringMatching(remedy),
      },
    ]);
  });

  it("one that nothing needs a key of is fine", () => {
    expect(judged({ "shop.other": "topic" })).toEqual([]);
  });
});

describe("CDC-716: what speaks MySQL's protocol and is none", () => {
  it.each([
    ["11.4.2-MariaDB-log", "MariaDB"],
    ["5.5.5-10.11.6-MariaDB", "MariaDB"],
    ["8.0.11-TiDB-v8.5.0", "TiDB"],
  ])("%s is %s, and nothing else is said of it", (version, name) => {
    const problems = judge({ variables: { version }, grants: [], probedSeconds: [0, 0] });
    expect(problems).toMatchObject([{ code: "CDC-716", path: "shard0" }]);
    expect(problems[0]?.message).toContain(`no MySQL: ${name} (${version})`);
  });

  it.each(["9.7.2", "8.0.35-27", "8.4.3-google", "8.0.39.R2"])("%s is MySQL", (version) => {
    expect(withVariables({ version })).toEqual([]);
  });
});

describe("CDC-717: a replica whose binlog lacks what it replicates", () => {
  const off = { ...good.variables, log_replica_updates: "OFF" };

  it.each([
    [true, "is a replica and has"],
    [undefined, "may be a replica (the account may not ask)"],
  ])("is it one: %s", (isReplica, message) => {
    const problems = judge({ variables: off, isReplica });
    expect(problems).toMatchObject([
      { code: "CDC-717", remedy: expect.stringContaining("SET PERSIST_ONLY log_replica_updates = ON") as string },
    ]);
    expect(problems[0]?.message).toContain(message);
  });

  it("one that takes rows from nobody is well without it, and a replica with it", () => {
    expect(judge({ variables: off, isReplica: false })).toEqual([]);
    expect(judge({ variables: { ...good.variables, log_replica_updates: "ON" }, isReplica: true })).toEqual([]);
  });

  it("by its former name too", () => {
    expect(judge({ variables: { ...good.variables, log_slave_updates: "OFF" }, isReplica: true })).toMatchObject([
      { code: "CDC-717" },
    ]);
  });
});

describe("CDC-718: ids of replication clients", () => {
  const withId = (serverId: number | undefined, replicaIds: readonly number[] | undefined = []) =>
    judgeServer(
      "db1",
      { ...good, variables: { ...good.variables, server_id: "7" }, replicaIds },
      { ...expected, ...(serverId !== undefined && { serverId }) },
    );

  it.each([
    [7, [8, 9], "the id 7, which the connector is to have, is its own", "such as 10"],
    [9, [8, 9], "the id 9, which the connector is to have, is that of a replica", "such as 10"],
    [7, undefined, "is its own", "such as 8"],
  ])("%d beside %j", (serverId, replicaIds, message, remedy) => {
    const problems = withId(serverId, replicaIds);
    expect(problems).toMatchObject([{ code: "CDC-718", path: "db1" }]);
    expect(problems[0]?.message).toContain(message);
    expect(problems[0]?.remedy).toContain(remedy);
  });

  it("a free one is taken, and without one nothing is compared", () => {
    expect(withId(10, [8, 9])).toEqual([]);
    expect(withId(undefined, [8, 9])).toEqual([]);
  });

  it("a server without an id lets nobody read its binlog", () => {
    expect(withVariables({ server_id: "0" })).toMatchObject([
      { code: "CDC-718", message: expect.stringContaining("server_id=0") as string },
    ]);
  });
});

describe("a server that Amazon runs", () => {
  const amazon = { ...good.variables, basedir: "/rdsdbbin/mysql-8.4.5.R1/" };
  const grants = [
    "GRANT RELOAD, SHOW VIEW, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO `cdc`@`%`",
    "GRANT SELECT, LOCK TABLES ON `products`.* TO `cdc`@`%`",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON `cdc`.* TO `cdc`@`%`",
  ];
  const there = (facts: Partial<ServerFacts>) => judge({ variables: amazon, grants, rdsRetentionHours: 168, ...facts });

  it("is good as its administrator can make it", () => {
    expect(there({})).toEqual([]);
    expect(there({ rdsRetentionHours: 24 })).toEqual([]);
  });

  it.each([
    [null, "'binlog retention hours' NULL", "CALL mysql.rds_set_configuration('binlog retention hours', 168);"],
    [0, "'binlog retention hours' 0", "CALL mysql.rds_set_configuration"],
    [23, "'binlog retention hours' 23", "CALL mysql.rds_set_configuration"],
    [undefined, "may not read how long", "GRANT SELECT ON mysql.rds_configuration TO 'debezium'@'%';"],
  ])("retention %s", (rdsRetentionHours, message, remedy) => {
    const problems = there({ rdsRetentionHours });
    expect(problems).toMatchObject([{ code: "CDC-713" }]);
    expect(problems[0]?.message).toContain(message);
    expect(problems[0]?.remedy).toContain(remedy);
  });

  it("MySQL's own retention does not count there", () => {
    expect(there({ variables: { ...amazon, binlog_expire_logs_seconds: "60" } })).toEqual([]);
  });

  it.each([
    ["binlog_format", "MIXED", "set binlog_format = ROW in the parameter group"],
    ["binlog_row_value_options", "PARTIAL_JSON", "set binlog_row_value_options = (empty) in the parameter group"],
    ["gtid_mode", "OFF", "set enforce_gtid_consistency = ON, then gtid_mode = ON in the parameter group"],
    ["log_bin", "OFF", "automated backups"],
  ])("%s=%s is set by the parameter group", (variable, found, remedy) => {
    const problems = there({ variables: { ...amazon, [variable]: found } });
    expect(problems).toMatchObject([{ code: "CDC-712" }]);
    expect(problems[0]?.remedy).toContain(remedy);
    expect(problems[0]?.remedy).not.toContain("SET PERSIST");
  });

  it("the time zone too", () => {
    const [problem] = there({ probedSeconds: [0, 0] });
    expect(problem).toMatchObject({ code: "CDC-714" });
    expect(problem?.remedy).toContain("set time_zone = Asia/Seoul in the parameter group");
  });

  it("a snapshot needs RELOAD and LOCK TABLES: there is no global read lock", () => {
    const [problem] = there({ grants: ["GRANT USAGE ON *.* TO `cdc`@`%`"] });
    expect(problem).toMatchObject({ code: "CDC-715" });
    expect(problem?.remedy).toContain("GRANT RELOAD, REPLICATION CLIENT, REPLICATION SLAVE, SHOW VIEW ON *.*");
    expect(problem?.remedy).toContain("GRANT LOCK TABLES, SELECT ON `products`.*");
    expect(problem?.remedy).toContain("GRANT DELETE, INSERT, SELECT, UPDATE ON `cdc`.*");
  });
});

it("everything that is wrong is told at once", () => {
  const variables = { ...good.variables, log_bin: "OFF", binlog_expire_logs_seconds: "60" };
  const codes = judge({ variables, probedSeconds: [0, 0], grants: [] }).map(({ code }) => code);
  expect(codes).toEqual(["CDC-712", "CDC-713", "CDC-714", "CDC-715"]);
});

describe("CDC-719: tables that are not there", () => {
  it("those of the pipeline's own have a file to be run; the others a name to be corrected", () => {
    const found = judge({ missingTables: ["cdc.probe", "shop.Orders", "cdc.signal"] });
    expect(found).toMatchObject([{ code: "CDC-719" }, { code: "CDC-719" }]);
    expect(found[0]?.message).toBe("the server at 127.0.0.1:3308 shows debezium@% no cdc.probe, no cdc.signal");
    expect(found[0]?.remedy).toContain("run sql/cdc/10-tables.sql, after CREATE DATABASE IF NOT EXISTS cdc");
    expect(found[1]?.message).toContain("no shop.Orders");
    expect(found[1]?.remedy).toContain("upper and lower case differ");
  });

  it("an account that lacks privileges does not know what there is: those are told first", () => {
    const codes = judge({ missingTables: ["cdc.probe"], grants: [] }).map(({ code }) => code);
    expect(codes).toEqual(["CDC-715"]);
  });
});
