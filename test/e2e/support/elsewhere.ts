/** A MySQL server of somebody else's: in a network of its own, with TLS by an authority of its own, and without anything of a stack. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packagedImage } from "../../../config/packaged-images.ts";
import { stackLabel } from "../../../lib/constants.ts";
import { run } from "../../../lib/run.ts";
import { makeAuthority, makeCertificate } from "../../../provider/certificates.ts";
import { buildPackagedImages } from "../../../tools/toolchain/images.ts";
import { namesOwnedBy } from "./checkout.ts";
import { until, untilSucceeds } from "./until.ts";

/** The authority that signs the certificates of one owner's servers. */
export type Authority = Awaited<ReturnType<typeof makeAuthority>>;

export async function ownAuthority(): Promise<Authority> {
  return await makeAuthority("somebody else's", Date.now());
}

/** An address of this machine that containers reach too: the engine's own in its first network. An engine of 20.10 tells only later that it is the first of the subnet. */
export async function addressForContainers(): Promise<string> {
  const format = "{{with index .IPAM.Config 0}}{{or .Gateway .Subnet}}{{end}}";
  const told = (await run("docker", ["network", "inspect", "bridge", "--format", format])).stdout.trim();
  return told.replace(/\.0\/\d+$/, ".1");
}

/** One that nobody listens on now. */
export async function freePort(host: string): Promise<number> {
  const probe = createServer().listen(0, host);
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

export class ServerElsewhere {
  readonly name = `cdc-theirs-${randomBytes(4).toString("hex")}`;
  /** Of root. */
  readonly password = randomBytes(18).toString("hex");
  /** Where it is reached. */
  readonly host: string;
  #port: number | undefined;
  readonly #serverId: number;
  readonly #authority: Authority;

  constructor(authority: Authority, host: string, serverId = 4711) {
    this.#authority = authority;
    this.host = host;
    this.#serverId = serverId;
  }

  get port(): number {
    if (this.#port === undefined) throw new Error(`${this.name} was not started`);
    return this.#port;
  }

  /** Makes it, on a free port of the machine, and waits until it answers. */
  async start(): Promise<void> {
    this.#port = await freePort(this.host);
    await buildPackagedImages({ log: () => {} });
    await this.docker("network", "create", "--label", `${stackLabel}=${this.name}`, this.name);
    const names = [this.host, this.name];
    const { certificate, privateKey } = await makeCertificate(this.#authority, names, Date.now());
    const folder = await mkdtemp(join(tmpdir(), "cdc-theirs-"));
    try {
      const files = { "ca.pem": this.#authority.certificate, "cert.pem": certificate, "key.pem": privateKey };
      for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
      const labels = ["--label", `${stackLabel}=${this.name}`];
      const options = ["--name", this.name, "--hostname", this.name, "--network", this.name, ...labels];
      const tls = ["--ssl-ca=/etc/theirs/ca.pem", "--ssl-cert=/etc/theirs/cert.pem", "--ssl-key=/etc/theirs/key.pem"];
      const gtid = ["--gtid-mode=ON", "--enforce-gtid-consistency=ON"];
      const mysqld = [`--server-id=${this.#serverId}`, "--default-time-zone=+00:00", "--require-secure-transport=ON"];
      const publish = ["--publish", `${this.host}:${this.port}:3306`, "--env", "MYSQL_ROOT_PASSWORD"];
      await this.docker("create", ...options, ...publish, packagedImage("mysql"), ...mysqld, ...gtid, ...tls);
      // Into a folder that is made by it: no path of this machine has to be one of the engine's.
      await run("sh", ["-c", `chmod 0755 "${folder}" && chmod 0644 "${folder}"/*.pem`]);
      await this.docker("cp", folder, `${this.name}:/etc/theirs`);
    } finally {
      await rm(folder, { recursive: true });
    }
    await this.docker("start", this.name);
    await this.answers();
  }

  async answers(): Promise<void> {
    await untilSucceeds("the server answers over TCP", () => this.#mysql("-h127.0.0.1", "-e", "SELECT 1"));
  }

  async restart(): Promise<void> {
    await this.docker("restart", "--time", "30", this.name);
    await this.answers();
  }

  /** As root, by the socket. @returns lines with tabs between values. */
  async sql(text: string): Promise<string> {
    return await this.#mysql("-e", text);
  }

  /** Statements as an administrator has them in a file. */
  async source(text: string): Promise<void> {
    const args = ["exec", "--interactive", "--env", "MYSQL_PWD", this.name, "mysql", "-uroot"];
    await run("docker", args, { env: this.#environment, input: text });
  }

  /** Everything that an administrator would look for, but for what the pipeline's own database holds. */
  async everything(): Promise<string> {
    const accounts = await this.sql("SELECT CONCAT(QUOTE(user), '@', QUOTE(host)) FROM mysql.user ORDER BY 1");
    const grants = accounts.split("\n").map((account) => `SHOW CREATE USER ${account}; SHOW GRANTS FOR ${account};`);
    const tables = await this.sql(
      "SELECT CONCAT('`', table_schema, '`.`', table_name, '`') FROM information_schema.tables " +
        "WHERE table_schema NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys', 'cdc') ORDER BY 1",
    );
    const checksums = tables === "" ? "" : await this.sql(`CHECKSUM TABLE ${tables.split("\n").join(", ")}`);
    return [
      await this.sql(grants.join(" ")),
      await this.sql("SELECT * FROM mysql.tables_priv"),
      await this.sql("SELECT table_schema, table_name, create_time FROM information_schema.tables ORDER BY 1, 2"),
      await this.sql("SELECT * FROM performance_schema.persisted_variables"),
      checksums,
    ].join("\n");
  }

  async docker(...args: string[]): Promise<string> {
    return (await run("docker", args, { env: this.#environment })).stdout.trim();
  }

  async remove(): Promise<void> {
    await run("docker", ["rm", "--force", "--volumes", this.name]).catch(() => {});
    await run("docker", ["network", "rm", this.name]).catch(() => {});
  }

  get #environment(): NodeJS.ProcessEnv {
    return { ...process.env, MYSQL_PWD: this.password, MYSQL_ROOT_PASSWORD: this.password };
  }

  async #mysql(...args: string[]): Promise<string> {
    const client = ["mysql", "-uroot", "--batch", "--skip-column-names"];
    return await this.docker("exec", "--env", "MYSQL_PWD", this.name, ...client, ...args);
  }
}

/** Makes one server a replica of another one, which has everything. */
export async function replicate(from: ServerElsewhere, to: ServerElsewhere): Promise<void> {
  await from.sql(
    "CREATE USER IF NOT EXISTS replica IDENTIFIED BY 'replica' REQUIRE SSL; GRANT REPLICATION SLAVE ON *.* TO replica",
  );
  // What its own initialisation has written is in the way.
  if ((await to.sql("SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name = 'products'")) === "0")
    await to.sql("RESET BINARY LOGS AND GTIDS");
  await to.sql(
    `CHANGE REPLICATION SOURCE TO SOURCE_HOST = '${from.host}', SOURCE_PORT = ${from.port}, SOURCE_USER = 'replica', ` +
      "SOURCE_PASSWORD = 'replica', SOURCE_AUTO_POSITION = 1, SOURCE_SSL = 1; START REPLICA",
  );
  await hasAll(from, to);
}

/** Waits until the replica has every transaction that its source has now. */
export async function hasAll(from: ServerElsewhere, replicaOf: ServerElsewhere): Promise<void> {
  const executed = (await from.sql("SELECT @@GLOBAL.gtid_executed")).replaceAll(/\s|\\n/g, "");
  const look = async () => await replicaOf.sql(`SELECT GTID_SUBSET('${executed}', @@GLOBAL.gtid_executed)`);
  await until("the replica has all of its source", look, (answer) => answer === "1");
}

/** The MySQL servers that a stack has made: `container NAME`. @param stack `PROJECT-STACK`. */
export async function serversOf(stack: string): Promise<string[]> {
  return (await namesOwnedBy(stack)).filter((name) => /^container .*mysql/.test(name));
}
