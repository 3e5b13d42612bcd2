/** Stateful containers keep their data on named volumes, and get the time to close it. */
import { fields, objects, shown, unknownValue, type Resource, type ResourceRule, type Violation } from "./resource.ts";
import { dataFolders } from "./servers.ts";

/** What lies at a folder of a container. */
export interface Mount {
  /** Where it is written down: `volumes[0]`. */
  readonly property: string;
  /** Name of the volume: text, `unknownValue`, or undefined when it has none. */
  readonly volume: unknown;
  readonly readOnly: boolean;
}

/** The innermost mount that covers a folder. */
export function mountAt(container: Resource, folder: string): Mount | undefined {
  const mounts = [
    ...objects(container.inputs["volumes"]).map((volume, index) => ({
      property: `volumes[${index}]`,
      path: volume["containerPath"],
      volume: volume["volumeName"] === "" ? undefined : volume["volumeName"],
      readOnly: volume["readOnly"] === true,
    })),
    ...objects(container.inputs["mounts"]).map((mount, index) => ({
      property: `mounts[${index}]`,
      path: mount["target"],
      volume: mount["type"] === "volume" && mount["source"] !== "" ? mount["source"] : undefined,
      readOnly: mount["readOnly"] === true,
    })),
    ...Object.keys(fields(container.inputs["tmpfs"])).map((path) => ({
      property: "tmpfs",
      path,
      volume: undefined,
      readOnly: false,
    })),
  ];
  return mounts
    .filter(({ path }) => typeof path === "string" && `${folder}/`.startsWith(path.endsWith("/") ? path : `${path}/`))
    .toSorted((a, b) => String(b.path).length - String(a.path).length)[0];
}

/** MySQL servers, brokers and search engines have a named volume, to be written to, at every data folder. */
export const keptVolumes: ResourceRule = (resource) =>
  dataFolders(resource).flatMap((folder) => {
    if (resource.inputs["volumes"] === unknownValue || resource.inputs["mounts"] === unknownValue) return [];
    const mount = mountAt(resource, folder);
    if (mount?.volume === unknownValue || (typeof mount?.volume === "string" && !mount.readOnly)) return [];
    const found =
      mount === undefined
        ? "not on a volume: the data would go with the container"
        : `${mount.readOnly ? "read-only" : "not on a named volume"} (${mount.property})`;
    const remedy = `mount a named volume there: volumes [{ volumeName, containerPath: "${folder}" }]`;
    const violation: Violation = { resource, property: folder, found, allowed: "a named volume, writable", remedy };
    return [violation];
  });

/** How long InnoDB and a broker's log may take to be closed at a stop, in seconds; what is killed recovers at its start. */
const leastGraceSeconds = 10;

/** MySQL servers, brokers and search engines have ten seconds or more to stop before they are killed. */
export const gracefulStop: ResourceRule = (resource) => {
  const grace = resource.inputs["destroyGraceSeconds"];
  if (dataFolders(resource).length === 0 || grace === unknownValue) return [];
  if (typeof grace === "number" && grace >= leastGraceSeconds) return [];
  return [
    {
      resource,
      property: "destroyGraceSeconds",
      found: shown(grace),
      allowed: `${leastGraceSeconds} or more`,
      remedy: `set destroyGraceSeconds to ${leastGraceSeconds} or more, or the server is killed while it writes`,
    },
  ];
};
