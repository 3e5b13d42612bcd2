/** The Kafka Connect workers with their plugins: Debezium's, the filter of their REST API, and the sink's. */
import * as command from "@pulumi/command";
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { codeHash, filterPlugin, sinkPlugin, sourcesOf } from "../provider/scripts/plugin-code.ts";
import { connectorSecrets, type ConnectorSecret } from "../lib/connector-secrets.ts";
import { javaTruststore } from "../lib/java-truststore.ts";
import {
  connectorSecretsFile,
  engineAuthorityFile,
  kafkaAuthorityFile,
  kafkaKeystoreFile,
  workerPropertiesFile,
} from "../lib/constants.ts";
import type { HttpAccess } from "../lib/endpoint.ts";
import { renderProperties } from "../plan/java-properties.ts";
import type { Owner } from "../plan/owner.ts";
import type { CdcAccountPlan, ConnectPlan, FilterPlan, PluginPlan, SinkPluginPlan, WorkerPlan } from "../plan/types.ts";
import type { CertificateAuthority } from "../provider/certificate-resources.ts";
import { type ContainerReady, PreparedImage } from "../provider/resources.ts";
import { createService, createVolume, type Service } from "./docker.ts";
import { SecuredRest, workerHealth } from "./secured-rest.ts";
import type { Kafka } from "./kafka.ts";
import type { Networks } from "./networks.ts";

export interface ConnectClusterArgs {
  readonly owner: Owner;
  readonly networks: Networks;
  /** A Kafka image, out of which the workers' own is prepared. */
  readonly image: { readonly reference: string; readonly id: pulumi.Output<string> };
  /** Id of a prepared mysql image, for that preparation. */
  readonly mysqlImage: pulumi.Output<string>;
  readonly plan: ConnectPlan;
  /** Undefined without a read side. */
  readonly sink: SinkPluginPlan | undefined;
  readonly kafka: Kafka;
  /**
   * How connectors log in: the CDC account, which is the same on every server of the stack's own, so that a further one leaves the
   * workers alone; and the account of each server that somebody else runs.
   */
  readonly logins: readonly ConnectorLogin[];
  /** A search engine that somebody else runs, to which the sink logs in or which it knows by its certificate. Default: neither. */
  readonly engine?: EngineLogin;
  /** Signs the workers' certificates. */
  readonly authority: CertificateAuthority;
  /** How the REST API is reached; undefined where it wants no login. */
  readonly access: pulumi.Output<Required<HttpAccess>> | undefined;
}

/** How the sink reaches its engine. */
export interface EngineLogin {
  /** Undefined where nobody logs in. */
  readonly password: pulumi.Output<string> | undefined;
  /** Certificates (PEM) of whom to trust; undefined for whom Java trusts. */
  readonly ca: string | undefined;
}

/** An account as connectors use it. */
export interface ConnectorLogin {
  readonly account: Pick<CdcAccountPlan, "passwordKey" | "truststore">;
  readonly password: pulumi.Output<string>;
  /** Certificates (PEM) of whom its truststore trusts; undefined where it has none. */
  readonly ca: pulumi.Input<string> | undefined;
}

export class ConnectCluster extends pulumi.ComponentResource {
  /** The container of the first worker, with which the connectors go. */
  readonly container: docker.Container;
  /** Depend on these before anything is asked of the REST API. */
  readonly ready: ContainerReady[];
  /** The files by which connectors log in, for the guard, which logs in as they do: uploads, readable by its one user. */
  readonly guardSecrets: docker.types.input.ContainerUpload[];
  /** For resources that ask the REST API; empty where it wants no login. */
  readonly login: { readonly connectAccess?: pulumi.Output<Required<HttpAccess>> };
  /** When the workers were started: a flow proven before does not count after. */
  readonly startedAt: pulumi.Output<string[]>;

  constructor(name: string, args: ConnectClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cdc:index:ConnectCluster", name, {}, opts);
    const { plan, owner, networks } = args;
    const parent = { parent: this };

    this.login = args.access === undefined ? {} : { connectAccess: args.access };
    const mysqlLogins = pulumi
      .all(args.logins.map(({ password, ca }) => pulumi.all([password, ca])))
      .apply((known) => connectorSecrets(args.logins.map(({ account }, at) => secretOf(account, known[at]))));
    const engineLogin = pulumi.output(args.engine?.password).apply((engine) => connectorSecrets([], { engine }));
    const restLogin = pulumi.output(args.access).apply((connect) => connectorSecrets([], { connect }));
    const keystore = args.kafka.login.kafkaKeystore;
    const secretsWith = (kafkaLogins: pulumi.Output<string>) => [
      {
        file: connectorSecretsFile,
        content: pulumi.all([mysqlLogins, kafkaLogins, engineLogin, restLogin]).apply((parts) => parts.join("")),
        permissions: "0444",
      },
      ...(keystore === undefined ? [] : [{ file: kafkaKeystoreFile, content: keystore, permissions: "0444" }]),
    ];
    const secrets = secretsWith(args.kafka.logins.workers);
    this.guardSecrets = secretsWith(args.kafka.logins.guard);
    const truststores = args.logins.flatMap(({ account: { truststore }, ca }) =>
      truststore === undefined || ca === undefined
        ? []
        : [
            {
              file: truststore,
              contentBase64: pulumi.output(ca).apply((known) => javaTruststore(known).toString("base64")),
              permissions: "0444",
            },
          ],
    );
    const authorities = [
      { file: kafkaAuthorityFile, content: args.kafka.logins.ca },
      { file: engineAuthorityFile, content: args.engine?.ca },
    ].flatMap(({ file, content }) => (content === undefined ? [] : [{ file, content, permissions: "0444" }]));
    const connectorPlugins = plan.plugins.map(bringPlugin);
    const filter = plan.filter === undefined ? [] : [bringFilter(plan.filter)];
    const sink = args.sink === undefined ? [] : [bringSink(args.sink)];
    const plugins = [...connectorPlugins, ...filter, ...sink];
    const image = prepareWorker();
    const [first, ...others] = createInTurn();
    if (first === undefined) throw new Error("a plan has at least one worker");
    this.container = first.container;
    this.ready = [first, ...others].map(({ ready }) => ready);
    this.startedAt = pulumi.all(this.ready.map(({ startedAt }) => startedAt));
    this.registerOutputs();

    function bringPlugin({ version, volume: volumeName, path }: PluginPlan) {
      const volume = createVolume(`${name}-plugins-${version}`, { owner, networks, volume: volumeName }, parent);
      const brought = new command.local.Command(
        `${name}-debezium-${version}`,
        {
          create: "node provider/scripts/install-plugin.ts",
          environment: {
            CDC_DEBEZIUM_VERSION: version,
            CDC_PLUGIN_VOLUME: volume.name,
            CDC_PLUGIN_IMAGE: args.image.id,
          },
          logging: command.local.Logging.Stderr,
        },
        { ...parent, deletedWith: volume },
      );
      return { version, volume, brought, mount: { volumeName: volume.name, containerPath: path, readOnly: true } };
    }

    /** For the newest of the plugins; classes of another version are taken from its own jars. */
    function prepareWorker(): pulumi.Output<string> {
      const newest = connectorPlugins.at(-1);
      if (newest === undefined) throw new Error("a plan has at least one plugin");
      const { reference, id: baseId } = args.image;
      const forWorker = {
        pluginVersion: newest.version,
        pluginVolume: newest.volume.name,
        mysqlImage: args.mysqlImage,
      };
      const inputs = { kind: "worker", image: reference, baseId, owner, worker: forWorker } as const;
      return new PreparedImage(`${name}-prepared`, inputs, { ...parent, dependsOn: newest.brought }).imageId;
    }

    function bringFilter({ volume: begin, path }: FilterPlan) {
      // Named by its content, as the sink's.
      const named = `${begin}-${codeHash(sourcesOf(filterPlugin))}`;
      const volume = createVolume(`${name}-plugins-filter`, { owner, networks, volume: named }, parent);
      const brought = new command.local.Command(
        `${name}-filter`,
        {
          create: "node provider/scripts/install-filter.ts",
          environment: { CDC_FILTER_VOLUME: volume.name, CDC_FILTER_IMAGE: args.image.id },
          logging: command.local.Logging.Stderr,
        },
        { ...parent, deletedWith: volume },
      );
      return { brought, mount: { volumeName: volume.name, containerPath: path, readOnly: true } };
    }

    function bringSink({ volume: begin, path, archive }: SinkPluginPlan) {
      // Named by its content: a changed sink is another volume and a restart of the workers, and a preview shows it.
      const hash = archive === undefined ? codeHash(sourcesOf(sinkPlugin)) : archive.sha256.slice(0, 12);
      const volume = createVolume(`${name}-plugins-sink`, { owner, networks, volume: `${begin}-${hash}` }, parent);
      const brought = new command.local.Command(
        `${name}-sink`,
        {
          create: "node provider/scripts/install-sink.ts",
          environment: {
            CDC_SINK_VOLUME: volume.name,
            CDC_SINK_IMAGE: args.image.id,
            ...(archive === undefined ? {} : { CDC_SINK_ARCHIVE: archive.file, CDC_SINK_SHA256: archive.sha256 }),
          },
          logging: command.local.Logging.Stderr,
        },
        // One build at a time.
        { ...parent, deletedWith: volume, dependsOn: filter.map((one) => one.brought) },
      );
      return { brought, mount: { volumeName: volume.name, containerPath: path, readOnly: true } };
    }

    /** One worker after the other, so that a change of all of them leaves the cluster at work. */
    function createInTurn(): Service[] {
      const made: Service[] = [];
      for (const worker of plan.workers) made.push(createWorker(worker, made.at(-1)));
      return made;
    }

    function createWorker(worker: WorkerPlan, before: Service | undefined): Service {
      const { certificateNames } = worker;
      const { access, authority } = args;
      const secured =
        access === undefined || certificateNames === undefined
          ? undefined
          : new SecuredRest(worker.name, { authority, access, names: certificateNames }, parent);
      return createService(
        {
          owner,
          networks,
          plan: worker,
          image,
          command: ["/opt/kafka/bin/connect-distributed.sh", workerPropertiesFile],
          environment: worker.environment,
          uploads: [
            { file: workerPropertiesFile, content: renderProperties(worker.properties), permissions: "0444" },
            ...secrets,
            ...truststores,
            ...authorities,
            ...(secured?.uploads ?? []),
          ],
          volumes: plugins.map(({ mount }) => mount),
          healthCheck: workerHealth(worker),
          stopSeconds: 30,
        },
        // A worker waits for the brokers by itself, and makes its own topics: both start at the same time.
        {
          ...parent,
          dependsOn: [
            ...plugins.map(({ brought }) => brought),
            ...args.kafka.before,
            ...(before === undefined ? [] : [before.ready]),
          ],
        },
      );
    }
  }
}

function secretOf(
  { passwordKey, truststore }: ConnectorLogin["account"],
  [password = "", ca]: readonly (string | undefined)[] = [],
): ConnectorSecret {
  const authority = truststore === undefined || ca === undefined ? {} : { authority: { truststore, ca } };
  return { passwordKey, password, ...authority };
}
