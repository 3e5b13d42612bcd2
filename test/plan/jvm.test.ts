import { describe, expect, test } from "vitest";
import { engineJavaOptions, jvmEnvironment } from "../../plan/jvm.ts";
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

  test.each([
    ["broker", 512, "-XX:TieredStopAtLevel=1", "Tier4"],
    ["broker", 4096, "-XX:Tier4InvocationThreshold", "TieredStopAtLevel"],
    ["worker", 512, "-XX:Tier4InvocationThreshold", "TieredStopAtLevel"],
  ] as const)("of a %s with %i MiB compile by %s", (program, heapMiB, expected, other) => {
    const options = jvmEnvironment(program, heapMiB)["KAFKA_JVM_PERFORMANCE_OPTS"];
    expect(options).toContain(expected);
    expect(options).not.toContain(other);
  });

  test.each([
    [512, "-Xms512m -Xmx512m -XX:TieredStopAtLevel=1"],
    [2048, "-Xms2048m -Xmx2048m"],
  ])("of an engine with %i MiB are %s", (heapMiB, expected) => {
    expect(engineJavaOptions(heapMiB)).toBe(expected);
  });

  test("name each program's own class-data archive, and reach broker and worker", () => {
    const { kafka, connect } = planWith({});
    expect(kafka.brokers[0]?.environment["KAFKA_OPTS"]).toBe("-XX:SharedArchiveFile=/opt/kafka/cds/broker.jsa");
    expect(connect.workers[0]?.environment["KAFKA_OPTS"]).toBe(
      "-XX:SharedArchiveFile=/opt/kafka/cds/worker.jsa -Duser.timezone=UTC " +
        "-Dorg.apache.kafka.automatic.config.providers=org.apache.kafka.common.config.provider.FileConfigProvider",
    );
  });
});
