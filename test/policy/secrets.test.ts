import { describe, expect, test } from "vitest";
import { renderViolation, secretValue, unknownValue, type Resource } from "../../policy/rules/resource.ts";
import { clearSecrets } from "../../policy/rules/secrets.ts";

const password = "hunter2-in-clear";

function found(inputs: Record<string, unknown>): string[] {
  const resource: Resource = { type: "any:index:Thing", name: "thing", inputs };
  return clearSecrets(resource).map((violation) => {
    const text = renderViolation(violation);
    expect(text).not.toContain(password);
    return /^thing: (.*) in clear; allowed is a Pulumi secret/.exec(text)?.[1] ?? text;
  });
}

describe("finds, without repeating the secret", () => {
  test.each<[string, Record<string, unknown>, string[]]>([
    ["a property", { plaintextPassword: password }, ["plaintextPassword is text"]],
    ["a connector's setting", { config: { "database.password": password } }, ["config.database.password is text"]],
    [
      "other spellings",
      { authToken: password, api_key: password, "basic.auth.user.info": `me:${password}` },
      ["authToken is text", "api_key is text", "basic.auth.user.info is text"],
    ],
    [
      "half a placeholder",
      { config: { "database.password": `${password}\${file:/a:b}` } },
      ["config.database.password is text"],
    ],
    ["an environment list", { envs: ["A=b", `MYSQL_ROOT_PASSWORD=${password}`] }, ["envs.MYSQL_ROOT_PASSWORD is text"]],
    [
      "an environment list, which no shell reads",
      { envs: [`MYSQL_PASSWORD=$${password}`] },
      ["envs.MYSQL_PASSWORD is text"],
    ],
    ["an environment object", { environment: { CDC_PASSWORD: password } }, ["environment.CDC_PASSWORD is text"]],
    [
      "a setting within an environment variable",
      { envs: [`JAVA_OPTS=-Dssl.key.password=${password}`] },
      ["envs.JAVA_OPTS is Dssl.key.password"],
    ],
    ["an argument", { command: ["tool", `--password=${password}`] }, ["command is password"]],
    ["an argument of its own", { command: ["tool", "--password", password] }, ["command is password"]],
    ["an argument of mysql", { command: ["mysqladmin", `-p${password}`] }, ["command is password after -p"]],
    [
      "a label",
      {
        labels: [
          { label: "owner", value: "me" },
          { label: "token", value: password },
        ],
      },
      ["labels[1].value is text"],
    ],
    [
      "a health check",
      { healthcheck: { tests: ["CMD-SHELL", `MYSQL_PWD=${password} mysql -uroot`] } },
      ["healthcheck.tests is MYSQL_PWD"],
    ],
    [
      "an uploaded file",
      { uploads: [{ file: "/a", content: `a=b\ndebezium.password=${password}\n` }] },
      ["uploads[0].content is debezium.password"],
    ],
    [
      "an uploaded file that is nothing but a secret",
      { uploads: [{ file: "/run/secrets/mysql-root-password", content: password }] },
      ["uploads[0].content is text"],
    ],
    [
      "JAAS",
      { "sasl.jaas.config": `x.PlainLoginModule required username="a" password="${password}";` },
      ["sasl.jaas.config is password"],
    ],
    [
      "JSON in text",
      { environment: { TARGET: JSON.stringify({ deep: [{ password }] }) } },
      ["environment.TARGET.deep[0].password is text"],
    ],
    ["SQL", { stdin: `CREATE USER a IDENTIFIED BY '${password}';` }, ["stdin is password of an SQL account"]],
    ["a URL", { create: `curl http://admin:${password}@localhost:8083/` }, ["create is password in a URL"]],
    ["a private key", { content: "-----BEGIN RSA PRIVATE KEY-----\nMII" }, ["content is private key"]],
    ["a setting behind another", { create: `echo now: password=${password}` }, ["create is password"]],
  ])("%s", (_title, inputs, expected) => {
    expect(found(inputs)).toEqual(expected);
  });
});

describe("passes over", () => {
  test.each<[string, Record<string, unknown>]>([
    [
      "marked secrets",
      { plaintextPassword: secretValue, envs: secretValue, config: { password: secretValue }, tests: [secretValue] },
    ],
    ["what is not known yet", { plaintextPassword: unknownValue, envs: [unknownValue] }],
    [
      "placeholders of a config provider",
      { config: { "database.password": "${file:/run/secrets/c.properties:debezium.password}" } },
    ],
    ["placeholders in files", { content: "database.password=${file:/run/secrets/c.properties:debezium.password}\n" }],
    ["placeholders in JSON", { environment: { TARGET: '["a",{"database.password":"${file:/a:b.password}"}]' } }],
    ["files", { envs: ["MYSQL_ROOT_PASSWORD_FILE=/run/secrets/mysql-root-password"] }],
    [
      "what a shell reads from files or variables",
      { create: 'MYSQL_PWD="$(cat /run/secrets/p)" mysql -uroot; PASSWORD=$CDC_PASSWORD x; TOKEN=${A} y' },
    ],
    ["empty values", { password: "", envs: ["A_PASSWORD=", "A_TOKEN"] }],
    ["numbers and switches", { length: 24, token: 5, "use.token": "true", "sha256-password": "ON", secret: null }],
    ["names that only begin like secrets", { "token.lifetime.ms": "5000", passwordPolicy: "long", secretName: "a" }],
    ["columns of that name", { stdin: "CREATE TABLE cdc.probe (token CHAR(36), password VARCHAR(9));" }],
    ["addresses without password", { create: "curl http://localhost:8083/a@b", bootstrap: "INTERNAL://kafka:29092" }],
    ["ports of a docker command", { create: "docker run mysql:9.7 -p3306:3306" }],
  ])("%s", (_title, inputs) => {
    expect(found(inputs)).toEqual([]);
  });
});
