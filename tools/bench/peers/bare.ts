/**
 * The same pipeline by hand, as fast as it can be written: a shell script that starts everything at once, waits only for
 * what has to be there, and creates each connector by one PUT as soon as its server and the worker answer.
 */
import { hasOwnServer } from "../../../plan/servers.ts";
import { checkoutFolder } from "../../../lib/checkout.ts";
import { labelOptions } from "../../../clients/docker/labels.ts";
import { checkoutLabel, stackLabel } from "../../../lib/constants.ts";
import { itself } from "../../../plan/endpoints.ts";
import type { PipelinePlan, ShardPlan } from "../../../plan/types.ts";
import { shellQuoted as q } from "../../../lib/shell.ts";
import { roleOf, type ContainerSpec, type MountedFile, type Passwords, plainConnector } from "./containers.ts";
import type { FilledVolume } from "./record.ts";
import { serverSql } from "./server-sql.ts";

/** What is started by hand. */
export interface ByHand {
  readonly plan: PipelinePlan;
  readonly passwords: Passwords;
  readonly containers: readonly ContainerSpec[];
  /** Volumes that are filled before the container that mounts them starts. */
  readonly filled: readonly FilledVolume[];
  /** Those that get their account, tables and connector. */
  readonly shards: readonly ShardPlan[];
  /** False where the pipeline's network is there already. */
  readonly createsNetwork: boolean;
}

/** A script for bash, and the files that have to lie in the folder in which it is run. */
export interface Script {
  readonly script: string;
  readonly files: readonly { readonly name: string; readonly content: string }[];
}

/** Writes the script; it ends when every connector was accepted, and with an error when something failed. */
export function bareScript(hand: ByHand): Script {
  const { plan, passwords, shards } = hand;
  const starts = hand.containers.map((spec, index) => startFunction(hand, spec, index));
  const brokers = startsOf(hand, "broker");
  const script = [
    preamble(plan),
    ...starts.map(({ text }) => text),
    ...(hand.createsNetwork ? [`docker network create ${label(plan)} ${q(plan.network)} > /dev/null`] : []),
    ...[...brokers, ...startsOf(hand, "shard")].map((name) => `spawn ${name}`),
    ...startsOf(hand, "worker").map((name) => `spawn ${name}`),
    "spawn worker_ready",
    ...shards
      .filter(hasOwnServer)
      .map(({ endpoints: { fromHost }, server: { container }, connector }, index) =>
        [
          "spawn capture",
          q(container),
          q(fromHost.host),
          fromHost.port,
          `sql-${index}`,
          q(connector.name),
          `connector-${index}`,
        ].join(" "),
      ),
    ...startsOf(hand, "other").map((name) => `spawn after_worker ${name}`),
    "wait_for_all",
  ];
  return {
    script: `${script.join("\n")}\n`,
    files: [
      { name: "password", content: passwords.root },
      ...starts.flatMap(({ files }) => files),
      ...shards.map((shard, index) => ({ name: `sql-${index}`, content: serverSql(plan, shard, passwords.cdc) })),
      ...shards.map(({ connector }, index) => ({
        name: `connector-${index}`,
        content: JSON.stringify(plainConnector(connector)),
      })),
    ],
  };
}

const label = (plan: PipelinePlan) =>
  labelOptions({ [stackLabel]: plan.stack, [checkoutLabel]: checkoutFolder })
    .map(q)
    .join(" ");

function startsOf({ plan, containers }: ByHand, role: ReturnType<typeof roleOf>): string[] {
  return containers.flatMap(({ container }, index) => (roleOf(plan, container) === role ? [`start_${index}`] : []));
}

function preamble(plan: PipelinePlan): string {
  return `#!/bin/bash
set -euo pipefail
pids=()
spawn() { "$@" & pids+=($!); }
wait_for_all() { for pid in "\${pids[@]}"; do wait "$pid"; done; }
# Two minutes at most.
until_ok() {
  for _ in {1..1200}; do if "$@" 2> "last-error-$BASHPID"; then return; fi; sleep 0.1; done
  echo "gave up: $*: $(< "last-error-$BASHPID")" >&2
  return 1
}
# A server says hello first; the proxy of the published port, which is there before it, says nothing.
greets() ( exec 3<> "/dev/tcp/$1/$2" && read -r -t 1 -n 1 -u 3 _ )
answers() { curl -fs -m 5 -o /dev/null "$1"; }
worker_ready() { until_ok answers ${q(`${plan.connect.endpoints.fromHost.url}/health`)} && touch worker-ready; }
after_worker() { until_ok test -e worker-ready; "$@"; }
sql() { docker exec -i -e MYSQL_PWD="$(< password)" "$1" mysql -uroot -h${itself.address} --default-character-set=utf8mb4 < "$2"; }
put() {
  curl -sS -m 95 --fail-with-body -X PUT -H 'Content-Type: application/json' --data "@$2" ${q(`${plan.connect.endpoints.fromHost.url}/connectors/`)}"$1"/config >&2
}
# capture CONTAINER HOST PORT SQL CONNECTOR CONFIGURATION
capture() {
  until_ok greets "$2" "$3"
  until_ok sql "$1" "$4"
  until_ok test -e worker-ready
  until_ok put "$5" "$6"
}
volume() { docker volume create ${label(plan)} "$1" > /dev/null; }`;
}

function startFunction(hand: ByHand, spec: ContainerSpec, index: number): { text: string; files: Script["files"] } {
  const { plan, filled } = hand;
  const files = spec.files.map(({ content }, file) => ({ name: `file-${index}-${file}`, content }));
  const mountFile = ({ path }: MountedFile, file: number) => `--volume="$PWD"/file-${index}-${file}:${q(path)}:ro`;
  const options = [
    `--name=${q(spec.container)}`,
    label(plan),
    `--network=${q(plan.network)}`,
    `--network-alias=${q(spec.alias)}`,
    ...spec.options.map(q),
    ...spec.ports.map((port) => `--publish=${q(port)}`),
    ...spec.volumes.map(({ volume, path, readOnly }) => `--volume=${q(`${volume}:${path}${readOnly ? ":ro" : ""}`)}`),
    ...spec.files.map(mountFile),
  ];
  const fills = filled.filter(({ volume }) => spec.volumes.some((mounted) => mounted.volume === volume));
  const role = roleOf(plan, spec.container);
  const body = [
    ...spec.volumes.map(({ volume }) => `volume ${q(volume)}`),
    ...fills.map(fill),
    // A worker that cannot resolve its broker's name gives up.
    ...(role === "worker" ? ["until_ok test -e broker-started"] : []),
    `docker run --detach ${options.join(" ")} ${[spec.image, ...spec.command].map(q).join(" ")} > /dev/null`,
    ...(role === "broker" ? ["touch broker-started"] : []),
  ];
  return { text: `start_${index}() {\n${body.map((line) => `  ${line}`).join("\n")}\n}`, files };
}

function fill({ volume, image, archive }: FilledVolume): string {
  const mounts = `--network=none --user=0 --volume=${q(`${volume}:/volume`)} --entrypoint=tar`;
  const flags = archive.endsWith(".gz") ? "-xzf" : "-xf";
  return `docker run --rm -i ${mounts} ${q(image)} ${flags} - -o -C /volume < ${q(archive)}`;
}
