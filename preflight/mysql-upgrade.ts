/** Can the planned MySQL take over the data that is there? After the manual's "Upgrade Paths" and "Downgrading". */
import type { Problem } from "../lib/problem.ts";
import { nothingFound, type Findings } from "./findings.ts";
import type { Wanted, WantedShard } from "./wanted.ts";
import type { ContainerView } from "../clients/docker/containers.ts";
import type { VolumeView } from "../clients/docker/volume.ts";

/** Long-term lines, from old to new; none of them may be skipped. 5.7 and 8.0 count as such. */
const longTermLines = ["5.7", "8.0", "8.4", "9.7"];

/** A line as one number that can be compared: 8.4 → 8004. */
type Line = number;

function lineOf(version: string | undefined): Line | undefined {
  const match = /^(\d+)\.(\d+)(?:$|[^\d])/.exec(version ?? "");
  return match === null ? undefined : Number(match[1]) * 1000 + Number(match[2]);
}

/**
 * CDC-707: a shard's data was made by a line of MySQL from which there is no way to the planned one.
 * CDC-708: there is one, and no way back.
 * Nothing is said of a volume without the label `cdc.mysql.version`.
 */
export function checkMysqlData(
  wanted: Wanted,
  volumes: readonly VolumeView[],
  containers: readonly ContainerView[],
): Findings {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  for (const shard of wanted.shards) {
    // Stacks of former releases named it by the port, as the container.
    const names = [shard.volume, `${shard.container}-data`];
    const volume = names
      .map((wanted) => volumes.find(({ name }) => name === wanted))
      .find((found) => found !== undefined);
    if (volume === undefined) continue;
    // The volume tells who made it; the server that had it last may have upgraded it since.
    const last = containers.find(({ name }) => name === shard.container)?.mysqlVersion ?? volume.mysqlVersion;
    const found = judge(shard, volume.name, last);
    if (found !== undefined) (found.code === "CDC-707" ? problems : warnings).push(found);
  }
  return problems.length + warnings.length === 0 ? nothingFound : { problems, warnings };
}

function judge(shard: WantedShard, volume: string, version: string | undefined): Problem | undefined {
  const [from, to] = [lineOf(version), lineOf(shard.mysqlVersion)];
  if (version === undefined || from === undefined || to === undefined || from === to) return undefined;
  const path = `volume ${volume}`;
  const facts = `holds data of MySQL ${version}, ${shard.name} is planned with ${shard.mysqlVersion}`;
  const startAnew = `docker volume rm ${volume} (its rows are lost) lets the shard start anew`;
  if (from > to) {
    return {
      code: "CDC-707",
      path,
      message: `${facts}; MySQL does not start on data of a later line`,
      remedy: `set cdc:mysql.version to ${version}; or, with the shard down, ${startAnew}`,
    };
  }
  const skipped = longTermLines.find((line) => from < (lineOf(line) ?? 0) && (lineOf(line) ?? 0) < to);
  if (skipped !== undefined) {
    return {
      code: "CDC-707",
      path,
      message: `${facts}; MySQL upgrades to the next long-term line only, and ${skipped} lies between`,
      remedy: `pulumi up with cdc:mysql.version ${skipped} first, then with ${shard.mysqlVersion}; or, with the shard down, ${startAnew}`,
    };
  }
  return {
    code: "CDC-708",
    path,
    message: `${facts}; the server will upgrade the data at its start, and there is no way back`,
    remedy: `make a dump first (mysqldump) if you may want to go back; to stay, set cdc:mysql.version to ${version}`,
  };
}
