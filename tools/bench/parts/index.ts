/** The parts of the benchmarks, in the order in which they run. */
import type { Part } from "../lib/measure.ts";
import { changesPart } from "./changes.ts";
import { growthPart } from "./growth.ts";
import { latencyPart } from "./latency.ts";
import { memoryPart } from "./memory.ts";
import { readSidePart } from "./read-side.ts";
import { snapshotPart } from "./snapshot.ts";
import { snapshotThreadsPart } from "./snapshot-threads.ts";
import { throughputPart } from "./throughput.ts";
import { upPart, upReadSidePart } from "./up.ts";

export const parts: readonly Part[] = [
  upPart,
  upReadSidePart,
  changesPart,
  growthPart,
  latencyPart,
  throughputPart,
  snapshotPart,
  snapshotThreadsPart,
  memoryPart,
  readSidePart,
];
