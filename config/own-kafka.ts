/** Fields of `cdc:kafka` that say how brokers of the stack's own are made. */
import { refuse, type Problem } from "../lib/problem.ts";

const ownFields = ["brokers", "controllers", "port", "heapMiB", "properties"];

/**
 * @param kafka the field as it is written: a default says nothing.
 * @throws ProblemError (CDC-235) for each that stands beside brokers which somebody else runs.
 */
export function refuseOwnKafka(kafka: unknown): void {
  if (typeof kafka !== "object" || kafka === null || !("existing" in kafka)) return;
  refuse(
    ownFields
      .filter((field) => Object.hasOwn(kafka, field))
      .map((field): Problem => ({
        code: "CDC-235",
        path: `cdc:kafka.${field}`,
        message: "found together with existing: nothing about brokers that somebody else runs is set from here",
        remedy: "take it out, or take cdc:kafka.existing out for brokers of the stack's own",
      })),
  );
}
