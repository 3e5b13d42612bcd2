/** The whole pipeline: turns the plan into resources and decides nothing. The only place that loops over shards. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { AlertsTo } from "../config/alerts-to.ts";
import type { Images } from "../config/images.ts";
import { schemaFilesOf } from "../config/sql.ts";
import { cdcPasswordKey, mysqlTruststoreFile } from "../lib/constants.ts";
import { loginOf } from "../lib/connector-secrets.ts";
import { hostAndPort, type MysqlLogin } from "../lib/endpoint.ts";
import {
  enginePassword,
  kafkaKeystore,
  kafkaPassword,
  mysqlAdminPassword,
  mysqlPassword,
  type Passwords,
} from "../lib/passwords.ts";
import { isMonitored } from "../plan/guard.ts";
import { engineNames, heldVolumes, type Owner } from "../plan/owner.ts";
import { hasOwnServer, shardsElsewhere, type OwnShard } from "../plan/servers.ts";
import type { MonitoringPlan } from "../plan/monitoring.ts";
import type { PipelinePlan, ReadSidePlan, ShardPlan } from "../plan/types.ts";
import type { PreparedKind } from "../provider/prepared-image.ts";
import { CertificateAuthority } from "../provider/certificate-resources.ts";
import { GoneContainers, PreparedImage } from "../provider/resources.ts";
import { ConnectCluster, type EngineLogin } from "./connect-cluster.ts";
import { DebeziumConnector } from "./debezium-connector.ts";
import { ExistingMysql } from "./existing-mysql.ts";
import { madeAgainWhenGone } from "./docker.ts";
import { Guard } from "./guard.ts";
import { ExistingKafka } from "./existing-kafka.ts";
import type { Kafka } from "./kafka.ts";
import { KafkaCluster } from "./kafka-cluster.ts";
import { Monitoring } from "./monitoring.ts";
import { MysqlShard } from "./mysql-shard.ts";
import { Networks } from "./networks.ts";
import { heldBack, rotatedPassword } from "./rotated.ts";
import { ReadSide, type ReadSideSummary } from "./read-side.ts";

export interface CdcPipelineArgs {
  /** Who makes the stack. */
  readonly owner: Owner;
  readonly plan: PipelinePlan;
  readonly images: Images;
  /** Passwords of the accounts on servers that somebody else runs. */
  readonly passwords?: Passwords;
  /** Who is told of alerts; the plan has no Alertmanager without. */
  readonly receiver?: AlertsTo | undefined;
  /** Called for every server of the stack's own that runs and is not about to change, also in a preview; its error stops the program. */
  readonly inspectServer?: (shard: ShardPlan, login: MysqlLogin) => Promise<void>;
}

/** One line of what `up` has brought about, per shard. */
export interface ShardSummary {
  readonly name: string;
  /** `HOST:PORT` for MySQL clients on this machine. */
  readonly mysql: string;
  readonly topicPrefix: string;
  readonly connector: string;
  readonly connectorState: string;
  readonly taskState: string;
  /** From commit to consumer, of the probe change; undefined for a connector that is not to run. */
  readonly probeLatencyMs: number | undefined;
}

/** What `up` tells of monitoring. */
export interface MonitoringSummary {
  /** The operator's page, and the guard's metrics, on this machine. */
  readonly page: string;
  readonly metrics: string;
  /** Undefined without one of the pipeline's own. */
  readonly prometheus: string | undefined;
}

export class CdcPipeline extends pulumi.ComponentResource {
  readonly shards: pulumi.Output<ShardSummary[]>;
  /** Undefined without a read side. */
  readonly readSide: pulumi.Output<ReadSideSummary> | undefined;
  /** Undefined without metrics. */
  readonly monitoring: pulumi.Output<MonitoringSummary> | undefined;

  constructor(name: string, args: CdcPipelineArgs, opts?: pulumi.ComponentResourceOptions) {
    const { plan, owner } = args;
    const gone = new GoneContainers("gone-containers", {
      stack: plan.stack,
      containers: engineNames(plan).container,
      volumes: heldVolumes(plan),
    });
    super("cdc:index:CdcPipeline", name, {}, pulumi.mergeOptions(opts, { transformations: [madeAgainWhenGone(gone)] }));
    const parent = { parent: this };

    const networks = new Networks(owner, plan, parent);
    const { mysqlRoot, cdcAccount, connectLogin } = plan.rotation;
    const rootPassword = password("mysql-root-password", mysqlRoot);
    const cdcPassword = password("cdc-password", cdcAccount);
    const authority = new CertificateAuthority("authority", { name: `cdc ${plan.stack}` }, parent);
    const ca = authority.certificate;
    const access =
      plan.connect.endpoints.fromHost.login === undefined
        ? undefined
        : pulumi
            .all([password("connect-password", connectLogin), ca])
            .apply(([known, trusted]) => ({ password: known, ca: trusted }));
    const mysqlImage = prepared("mysql", args.images.mysql, image("mysql-image", args.images.mysql));
    const kafkaImage = { reference: args.images.kafka, id: image("kafka-image", args.images.kafka) };
    const needsNode = plan.guard !== undefined || plan.readSide?.page !== undefined;
    const nodeImage = needsNode ? image("node-image", args.images.node) : "";

    const servers: MysqlShard[] = [];
    const kafka = createKafka();
    const worker = new ConnectCluster(
      "connect",
      {
        owner,
        networks,
        image: kafkaImage,
        mysqlImage,
        plan: plan.connect,
        sink: plan.readSide?.sink.plugin,
        kafka,
        ...engineLoginOf(plan.readSide),
        authority,
        access,
        logins: [
          {
            account: { passwordKey: cdcPasswordKey, truststore: mysqlTruststoreFile },
            // Only when every shard takes it: a connector that is started with it is let in.
            password: heldBack(cdcPassword, cdcAccount, () => servers.map(({ acceptedAt }) => acceptedAt)),
            ca,
          },
          ...shardsElsewhere(plan.shards).map(({ name: shardName, account, endpoints }) => ({
            account,
            password: passwordElsewhere(shardName),
            ca: endpoints.inNetwork.tls?.ca,
          })),
        ],
      },
      parent,
    );
    if (plan.guard !== undefined) {
      void new Guard(
        plan.guard.name,
        { owner, networks, image: nodeImage, plan: plan.guard, worker, authority },
        parent,
      );
    }
    this.monitoring = createMonitoring(plan.monitoring);
    const sharedTopics = kafka.createTopics(plan.sharedTopics, this);
    const files = schemaFilesOf(plan.schema);
    const shards = plan.shards.map(createShard);
    this.shards = pulumi.all(shards.map(({ summary }) => summary));
    this.readSide = plan.readSide === undefined ? undefined : createReadSide(plan.readSide);
    this.registerOutputs();

    function password(passwordName: string, rotation: string | undefined): pulumi.Output<string> {
      return rotatedPassword(passwordName, rotation, parent);
    }

    function image(imageName: string, reference: string): pulumi.Output<string> {
      return new docker.RemoteImage(imageName, { name: reference, keepLocally: true }, parent).imageId;
    }

    function prepared(kind: PreparedKind, reference: string, baseId: pulumi.Output<string>): pulumi.Output<string> {
      return new PreparedImage(`${kind}-prepared`, { kind, image: reference, baseId, owner }, parent).imageId;
    }

    function createMonitoring(monitoring: MonitoringPlan | undefined): pulumi.Output<MonitoringSummary> | undefined {
      const { guard } = plan;
      if (!isMonitored(guard)) return undefined;
      const { url: page } = guard.endpoints.fromHost;
      const metrics = `${page}/metrics`;
      if (monitoring === undefined) return pulumi.output({ page, metrics, prometheus: undefined });
      const { url } = new Monitoring(
        "monitoring",
        {
          owner,
          networks,
          images: {
            prometheus: image("prometheus-image", args.images.prometheus),
            alertmanager:
              monitoring.alertmanager === undefined ? "" : image("alertmanager-image", args.images.alertmanager),
          },
          plan: monitoring,
          pipeline: plan,
          guard,
          stackName: pulumi.getStack(),
          receiver: args.receiver,
        },
        parent,
      );
      return url.apply((prometheus) => ({ page, metrics, prometheus }));
    }

    /** Of the engine's user; undefined where nobody logs in. */
    function passwordAtEngine({ endpoints }: ReadSidePlan): pulumi.Output<string> | undefined {
      return endpoints.fromHost.login === undefined ? undefined : knownPassword(enginePassword);
    }

    function engineLoginOf(readSide: ReadSidePlan | undefined): { engine?: EngineLogin } {
      if (readSide === undefined) return {};
      const { tls, login } = readSide.endpoints.inNetwork;
      if (tls === undefined && login === undefined) return {};
      return { engine: { password: passwordAtEngine(readSide), ca: tls?.ca } };
    }

    function createReadSide(readSide: ReadSidePlan): pulumi.Output<ReadSideSummary> {
      const { engine } = readSide;
      const { summary } = new ReadSide(
        "read-side",
        {
          owner,
          networks,
          image: engine === undefined ? "" : image("opensearch-image", args.images.opensearch),
          nodeImage,
          plan: readSide,
          pipeline: { ...plan, kafka: kafka.plan },
          kafka,
          worker,
          shards,
          sharedTopics,
          cdcPassword,
          ca,
          enginePassword: passwordAtEngine(readSide),
        },
        parent,
      );
      return summary;
    }

    function createKafka(): Kafka {
      const { existing, endpoints } = plan.kafka;
      if (existing === undefined) {
        const brokerImage = prepared("broker", kafkaImage.reference, kafkaImage.id);
        return new KafkaCluster("kafka", { owner, networks, image: brokerImage, pipeline: plan, authority }, parent);
      }
      const { sasl, certificate } = endpoints.fromHost;
      const login = {
        ...(sasl !== undefined && { kafkaPassword: knownPassword(kafkaPassword) }),
        ...(certificate !== undefined && { kafkaKeystore: knownPassword(kafkaKeystore) }),
      };
      const workerTopics = plan.connect.topics;
      return new ExistingKafka("kafka", { plan: { ...plan.kafka, existing }, login, workerTopics }, parent);
    }

    function passwordElsewhere(shardName: string): pulumi.Output<string> {
      return knownPassword(mysqlPassword(shardName));
    }

    function knownPassword(whose: string): pulumi.Output<string> {
      const found = args.passwords?.get(whose);
      if (found === undefined) throw new Error(`there is no password for ${whose}`);
      return pulumi.secret(found);
    }

    function createShard(shardPlan: ShardPlan) {
      const { shard, inspected } = hasOwnServer(shardPlan)
        ? createServer(shardPlan)
        : // It was looked at before anything was made.
          {
            shard: findServer(shardPlan),
            inspected: pulumi.output(undefined),
          };
      const connector = new DebeziumConnector(
        shardPlan.key,
        {
          plan: shardPlan,
          kafkaPlan: kafka.plan,
          connectPlan: plan.connect,
          shard,
          inspected,
          kafka,
          worker,
          sharedTopics,
        },
        parent,
      );
      const summary: pulumi.Output<ShardSummary> = pulumi.output({
        name: shardPlan.name,
        mysql: hostAndPort(shardPlan.endpoints.fromHost),
        topicPrefix: shardPlan.topicPrefix,
        connector: shardPlan.connector.name,
        connectorState: connector.connectorState,
        taskState: connector.taskState,
        probeLatencyMs: connector.probeLatencyMs,
      });
      return { shard, connector, summary };
    }

    function findServer(shardPlan: ShardPlan): ExistingMysql {
      const { name: shardName, account } = shardPlan;
      const adminPassword = account.madeBy === undefined ? undefined : knownPassword(mysqlAdminPassword(shardName));
      const password = passwordElsewhere(shardName);
      return new ExistingMysql({ stack: plan.stack, plan: shardPlan, password, adminPassword }, parent);
    }

    function createServer(shardPlan: OwnShard) {
      // One server after another is restarted with a new one.
      const before = servers.slice(-1).map(({ startedAt }) => startedAt);
      const shard = new MysqlShard(
        shardPlan.key,
        {
          owner,
          networks,
          image: mysqlImage,
          mysqlVersion: plan.images.mysqlVersion,
          plan: shardPlan,
          keepData: plan.keepData,
          authority,
          rootPassword: heldBack(rootPassword, mysqlRoot, () => before),
          cdcPassword,
          files,
          allow: plan.allowDelete.filter((word) => word.startsWith("file:")),
        },
        parent,
      );
      servers.push(shard);
      // That it used a password makes no secret of what waits for it.
      const inspected = pulumi.unsecret(
        pulumi
          .all([
            cdcPassword,
            ca,
            pulumi.all([shard.startedAt, shard.acceptedAt, ...shard.prepared.map(({ id }) => id)]),
          ])
          .apply(async ([password, known]) => await args.inspectServer?.(shardPlan, loginOf({ password, ca: known }))),
      );
      return { shard, inspected };
    }
  }
}
