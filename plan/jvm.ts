/** Options of the JVMs: of broker and worker as the environment of Kafka's own start scripts, of the search engine. */
import { classArchives } from "../lib/constants.ts";

/** A JVM takes its serial collector by itself where it has less than this ("server-class machine"). */
const serverClassMiB = 1792;

/**
 * The best compiler comes later than by default, for what is hot in earnest: else half of a start is its work.
 * Throughput is the same a minute later (docs/performance.md).
 */
const lateOptimisation = [
  "-XX:Tier4InvocationThreshold=30000",
  "-XX:Tier4MinInvocationThreshold=5000",
  "-XX:Tier4CompileThreshold=60000",
  "-XX:Tier4BackEdgeThreshold=200000",
];

/**
 * Half of the processor time of a start is the best compiler's. A broker moves bytes, and an engine with a small heap serves a
 * few people: the quick compiler's code is good enough for both (docs/performance.md).
 */
const quickCompiler = ["-XX:TieredStopAtLevel=1"];

/** Debezium reads DATETIMEs by the worker's zone, whatever the image's is: in UTC no hour is left out or repeated. */
const inUtc = ["-Duser.timezone=UTC"];

/**
 * A connector's own `config.providers` may bring no other class than the workers' own, which would read their environment or
 * folders (CVE-2024-31141; kafka.apache.org, "System properties"; Kafka 3.8 and later).
 */
const knownProviders =
  "-Dorg.apache.kafka.automatic.config.providers=org.apache.kafka.common.config.provider.FileConfigProvider";

/** Kafka 4.0 and later ask for tokens at no other URL (CVE-2025-27817). */
const allowedUrls = "-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls";

/** For OPENSEARCH_JAVA_OPTS; the engine's own jvm.options say the rest. It wants both sizes alike: a heap that grows stops the node while it does. */
export function engineJavaOptions(heapMiB: number): string {
  const compiler = heapMiB < serverClassMiB ? quickCompiler : [];
  return [`-Xms${heapMiB}m`, `-Xmx${heapMiB}m`, ...compiler].join(" ");
}

/**
 * @param program whose class-data archive of the prepared image is read; a JVM that cannot use it goes without.
 * @param tokenEndpoint the one URL at which the JVM may ask for tokens; undefined for none.
 */
export function jvmEnvironment(
  program: "broker" | "worker",
  heapMiB: number,
  tokenEndpoint?: string,
): Record<string, string> {
  const isSmall = heapMiB < serverClassMiB;
  const collector = isSmall ? "-XX:+UseSerialGC" : "-XX:+UseG1GC -XX:MaxGCPauseMillis=20";
  const compiler = isSmall && program === "broker" ? quickCompiler : lateOptimisation;
  return {
    KAFKA_HEAP_OPTS: `-Xms${Math.min(256, heapMiB)}m -Xmx${heapMiB}m`,
    // Nobody is let in from outside, and jcmd attaches without an agent that waits for it.
    KAFKA_JMX_OPTS: "-Djava.awt.headless=true",
    KAFKA_JVM_PERFORMANCE_OPTS: ["-server", collector, ...compiler].join(" "),
    KAFKA_OPTS: [
      `-XX:SharedArchiveFile=${classArchives}/${program}.jsa`,
      ...(program === "worker" ? [...inUtc, knownProviders] : []),
      ...(tokenEndpoint === undefined ? [] : [`${allowedUrls}=${tokenEndpoint}`]),
    ].join(" "),
  };
}
