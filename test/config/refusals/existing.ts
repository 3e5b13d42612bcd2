/** Servers that somebody else runs: addresses, logins, authorities, and what does not go beside them. */
import { existing, shard, type Row } from "./write.ts";

const password = { secure: "v1:x" };
const at = (field: string) => `cdc:shards[0].mysql.${field}`;
const beside = (fields: Record<string, unknown>) => shard({ port: undefined, mysql: existing, ...fields });
const mysql = (fields: Record<string, unknown>) => beside({ mysql: { ...existing, ...fields } });
const admin = (fields: Record<string, unknown>) => mysql({ createAccount: { user: "admin", password, ...fields } });

export const existingServers: readonly Row[] = [
  ["no host", mysql({ host: undefined }), "CDC-102", at("host"), /add cdc:shards\[0\]\.mysql\.host/],
  ["an empty host", mysql({ host: "" }), "CDC-104", at("host"), /change/],
  ["a host with its port", mysql({ host: "db1:3306" }), "CDC-104", at("host"), /change/],
  ["a URL for a host", mysql({ host: "mysql://db1" }), "CDC-104", at("host"), /change/],
  ["two hosts", mysql({ host: "db1,db2" }), "CDC-104", at("host"), /change/],
  ["a host in brackets", mysql({ host: "[fd00::1]" }), "CDC-104", at("host"), /change/],
  ["a host with a login", mysql({ host: "root@db1" }), "CDC-104", at("host"), /change/],
  ["localhost", mysql({ host: "localhost" }), "CDC-232", at("host"), /that containers reach too/],
  ["a name under localhost", mysql({ host: "db.localhost" }), "CDC-232", at("host"), /that containers reach too/],
  ["127.0.0.1", mysql({ host: "127.0.0.1" }), "CDC-232", at("host"), /that containers reach too/],
  ["another loopback address", mysql({ host: "127.8.9.1" }), "CDC-232", at("host"), /that containers reach too/],
  ["IPv6's loopback", mysql({ host: "::1" }), "CDC-232", at("host"), /that containers reach too/],
  ["every address", mysql({ host: "0.0.0.0" }), "CDC-232", at("host"), /that containers reach too/],
  ["a port of 0", mysql({ port: 0 }), "CDC-103", at("port"), /change/],
  ["a port beyond the last", mysql({ port: 65_536 }), "CDC-103", at("port"), /change/],
  ["a text for a port", mysql({ port: "3306" }), "CDC-102", at("port"), /change/],
  ["no user", mysql({ user: undefined }), "CDC-102", at("user"), /add/],
  ["a user with its host", mysql({ user: "debezium'@'%" }), "CDC-104", at("user"), /change/],
  ["a user of 33 characters", mysql({ user: "u".repeat(33) }), "CDC-104", at("user"), /change/],
  [
    "no password",
    mysql({ password: undefined }),
    "CDC-102",
    at("password"),
    /select --create \S+ && pulumi config set --secret --path/,
  ],
  [
    "a password in clear",
    mysql({ password: "s3cret" }),
    "CDC-112",
    at("password"),
    /select --create \S+ && pulumi config set --secret --path/,
  ],
  ["a number for a password", mysql({ password: 12_345 }), "CDC-112", at("password"), /config set --secret --path/],
  ["a word for tls", mysql({ tls: "required" }), "CDC-102", at("tls"), /change/],
  ["tls without a file", mysql({ tls: {} }), "CDC-102", at("tls.caFile"), /add/],
  [
    "another way to verify",
    mysql({ tls: { caFile: "ca.pem", verify: "none" } }),
    "CDC-105",
    at("tls.verify"),
    /change/,
  ],
  [
    "a file that is not there",
    mysql({ tls: { caFile: "no/such.pem" } }),
    "CDC-113",
    at("tls.caFile"),
    /name a PEM file/,
  ],
  [
    "a file without a certificate",
    mysql({ tls: { caFile: "LICENSE" } }),
    "CDC-113",
    at("tls.caFile"),
    /name a PEM file/,
  ],
  ["an unknown field", mysql({ database: "shop" }), "CDC-101", at("database"), /rename or remove/],
  ["a port of ours too", shard({ mysql: existing }), "CDC-230", "cdc:shards[0].port", /mysql\.port/],
  ["a buffer pool", beside({ bufferPoolMiB: 64 }), "CDC-231", "cdc:shards[0].bufferPoolMiB", /administrator of db1/],
  ["a limit of memory", beside({ memoryMiB: 512 }), "CDC-231", "cdc:shards[0].memoryMiB", /administrator of db1/],
  [
    "options of mysqld",
    beside({ mysqlOptions: { max_connections: 9 } }),
    "CDC-231",
    "cdc:shards[0].mysqlOptions",
    /administrator of db1/,
  ],
  [
    "a server twice, in other letters",
    {
      shards: [
        { name: "a", mysql: existing },
        { name: "b", mysql: { ...existing, host: "DB1.example.com", user: "other", password } },
      ],
    },
    "CDC-233",
    "cdc:shards[1].mysql",
    /take one of the two out/,
  ],
  ["a pattern of tables", beside({ tables: ["shop.*"] }), "CDC-217", "cdc:shards[0].tables[0]", /one by one/],
  [
    "a server id of another shard's server",
    {
      shards: [
        { name: "a", port: 4000 },
        { name: "b", mysql: existing, serverId: 4000 },
      ],
    },
    "CDC-203",
    "cdc:shards[1].serverId",
    /another serverId/,
  ],
  ["an administrator without a name", admin({ user: undefined }), "CDC-102", at("createAccount.user"), /add/],
  [
    "an administrator without a password",
    admin({ password: undefined }),
    "CDC-102",
    at("createAccount.password"),
    /config set --secret --path/,
  ],
  [
    "an administrator's password in clear",
    admin({ password: "s3cret" }),
    "CDC-112",
    at("createAccount.password"),
    /config set --secret --path 'cdc:shards\[0\]\.mysql\.createAccount\.password'/,
  ],
  ["a word for an administrator", mysql({ createAccount: true }), "CDC-102", at("createAccount"), /change/],
  ["an account that makes itself", admin({ user: "capture" }), "CDC-239", at("createAccount.user"), /administrator's/],
];
