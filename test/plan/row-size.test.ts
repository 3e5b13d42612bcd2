import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { largestRowMiB, rowMiBFor } from "../../lib/row-size.ts";
import { maxRecordBytes } from "../../plan/row-size.ts";
import { planWith } from "../support/config.ts";

const rows = fc.integer({ min: 1, max: largestRowMiB });

describe("cdc:topics.maxRowMiB", () => {
  test("a record that was refused fits once the field is what the hint says, and not with less", () => {
    fc.assert(
      fc.property(rows, fc.double({ min: 0, max: 1, noNaN: true }), (maxRowMiB, part) => {
        const least = maxRowMiB === 1 ? 1 : maxRecordBytes({ topics: { maxRowMiB: maxRowMiB - 1 } } as never) + 1;
        const most = maxRecordBytes({ topics: { maxRowMiB } } as never);
        const bytes = Math.round(least + (most - least) * part);
        expect(Math.max(1, rowMiBFor(bytes))).toBe(maxRowMiB);
      }),
    );
  });

  test("everything that a change passes through takes it", () => {
    fc.assert(
      fc.property(rows, (maxRowMiB) => {
        const plan = planWith({ topics: { maxRowMiB }, readSide: { enabled: true } });
        const bytes = maxRecordBytes({ topics: { maxRowMiB } } as never);
        const [shard] = plan.shards;
        const readSide = plan.readSide;
        for (const config of [shard?.connector.config ?? {}, readSide?.sink.config ?? {}]) {
          expect(Number(config["producer.override.max.request.size"])).toBe(bytes);
          expect(Number(config["producer.override.buffer.memory"] ?? 33_554_432)).toBeGreaterThanOrEqual(bytes);
        }
        const data = [...(shard?.topics ?? []), ...(readSide?.topics ?? [])].filter(({ name }) =>
          /products\.|^dlq/.test(name),
        );
        expect(data).toHaveLength(4);
        for (const { config } of data) expect(Number(config["max.message.bytes"])).toBe(bytes);
        const request = plan.kafka.brokers[0]?.environment["KAFKA_SOCKET_REQUEST_MAX_BYTES"];
        expect(Number(request ?? 104_857_600)).toBeGreaterThan(bytes);
        const packet = shard?.server?.mysqldArgs.find((arg) => arg.startsWith("--max-allowed-packet="));
        expect(Number(/(\d+)M$/.exec(packet ?? "64M")?.[1])).toBeGreaterThanOrEqual(2 * maxRowMiB);
        const document = readSide?.engine?.settings["http.max_content_length"];
        expect(Number.parseInt(document ?? "104857600", 10)).toBeGreaterThan(2 * maxRowMiB * 1024 ** 2);
      }),
      { numRuns: 20 },
    );
  });
});
