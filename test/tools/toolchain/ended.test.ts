import { expect, test } from "vitest";
import { parseContainers } from "../../../clients/docker/containers.ts";
import { describeEnded } from "../../../tools/toolchain/ended.ts";

const listed = [
  "cdc-dev-mysql-3309\texited\tExited (137) 5 seconds ago\t\tcdc-dev\t",
  "cdc-dev-kafka\trunning\tUp 2 minutes (healthy)\t\tcdc-dev\t",
  "cdc-dev-connect\trestarting\tRestarting (1) 2 seconds ago\t\tcdc-dev\t",
  "cdc-dev-guard\tcreated\tCreated\t\tcdc-dev\t",
  "cdc-dev-mysql-3308\tpaused\tUp 3 minutes (Paused)\t\tcdc-dev\t",
].join("\n");

test("names what was started and does not run, as the engine says it", () => {
  const tail = (name: string) => `\`docker logs --tail 15 ${name}\` shows why`;
  expect(describeEnded(parseContainers(listed))).toEqual([
    `container cdc-dev-connect does not run: Restarting (1) 2 seconds ago; ${tail("cdc-dev-connect")}`,
    `container cdc-dev-mysql-3308 does not run: Up 3 minutes (Paused); ${tail("cdc-dev-mysql-3308")}`,
    `container cdc-dev-mysql-3309 does not run: Exited (137) 5 seconds ago; ${tail("cdc-dev-mysql-3309")}`,
  ]);
});

test("tells nothing when all of them run", () => {
  expect(describeEnded(parseContainers("cdc-dev-kafka\trunning\tUp 2 minutes\t\tcdc-dev\t"))).toEqual([]);
});
