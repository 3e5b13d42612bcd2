/** Options of the JVMs of broker and worker, as the environment of Kafka's own start scripts. */
import { classArchives } from "./constants.ts";

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

/** @param program whose class-data archive of the prepared image is read; a JVM that cannot use it goes without. */
export function jvmEnvironment(program: "broker" | "worker", heapMiB: number): Record<string, string> {
  const collector = heapMiB < serverClassMiB ? "-XX:+UseSerialGC" : "-XX:+UseG1GC -XX:MaxGCPauseMillis=20";
  return {
    KAFKA_HEAP_OPTS: `-Xms${Math.min(256, heapMiB)}m -Xmx${heapMiB}m`,
    // Nobody is let in from outside, and jcmd attaches without an agent that waits for it.
    KAFKA_JMX_OPTS: "-Djava.awt.headless=true",
    KAFKA_JVM_PERFORMANCE_OPTS: ["-server", collector, ...lateOptimisation].join(" "),
    KAFKA_OPTS: `-XX:SharedArchiveFile=${classArchives}/${program}.jsa`,
  };
}
