import { describe, expect, test } from "vitest";
import { jvmEnvironment } from "../../plan/jvm.ts";
import { planWith } from "../support/config.ts";

describe("the JVM's options", () => {
  test.each([
    [512, "-XX:+UseSerialGC", "-XX:+UseG1GC"],
    [1791, "-XX:+UseSerialGC", "-XX:+UseG1GC"],
    [1792, "-XX:+UseG1GC -XX:MaxGCPauseMillis=20", "-XX:+UseSerialGC"],
    [4096, "-XX:+UseG1GC -XX:MaxGCPauseMillis=20", "-XX:+UseSerialGC"],
  ])("with a heap of %i MiB have %s", (heapMiB, collector, other) => {
    const options = jvmEnvironment("broker", heapMiB)["KAFKA_JVM_PERFORMANCE_OPTS"];
    expect(options).toContain(collector);
    expect(options).not.toContain(other);
  });

  test.each([
    [128, "-Xms128m -Xmx128m"],
    [256, "-Xms256m -Xmx256m"],
    [1024, "-Xms256m -Xmx1024m"],
  ])("begin small: a heap of %i MiB is %s", (heapMiB, expected) => {
    expect(jvmEnvironment("worker", heapMiB)["KAFKA_HEAP_OPTS"]).toBe(expected);
  });

  test("name each program's own class-data archive, and reach broker and worker", () => {
    const { kafka, connect } = planWith({});
    expect(kafka.brokers[0]?.environment["KAFKA_OPTS"]).toBe("-XX:SharedArchiveFile=/opt/kafka/cds/broker.jsa");
    expect(connect.workers[0]?.environment["KAFKA_OPTS"]).toBe("-XX:SharedArchiveFile=/opt/kafka/cds/worker.jsa");
  });
});
