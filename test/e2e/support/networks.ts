/** The networks of a running stack: who reaches whom, tried from inside the containers, and a container cut off from all of them. */
import { dockerLines } from "./checkout.ts";

/** Of a container, by network: its address and its names there. */
export type Places = Readonly<
  Record<string, { readonly IPAddress: string; readonly Aliases: readonly string[] | null }>
>;

export async function placesOf(container: string): Promise<Places> {
  const [json = ""] = await dockerLines(
    "container",
    "inspect",
    "--format",
    "{{json .NetworkSettings.Networks}}",
    container,
  );
  return JSON.parse(json) as Places;
}

/** Takes a container out of all its networks. @returns where it was, for `rejoin`. */
export async function cutOff(container: string): Promise<Places> {
  const places = await placesOf(container);
  for (const network of Object.keys(places)) await dockerLines("network", "disconnect", network, container);
  return places;
}

export async function rejoin(container: string, places: Places): Promise<void> {
  for (const [network, { Aliases }] of Object.entries(places)) {
    const aliases = (Aliases ?? []).flatMap((alias) => ["--alias", alias]);
    await dockerLines("network", "connect", ...aliases, network, container);
  }
}

/** How long nobody answers before a way counts as shut: the engine drops what goes from one network to another, and says nothing. */
const shutSeconds = 10;

/**
 * Opens connections from inside a container to all others, by their names and by their addresses in every network, all at once.
 * @param ports of the parts that listen.
 * @returns what was opened: `opensearch` by its name, `opensearch in page` by its address there; `kafka in` is that in the first network.
 */
export async function reachedFrom(
  prefix: string,
  part: string,
  ports: Readonly<Record<string, number>>,
): Promise<string[]> {
  const others = Object.entries(ports).filter(([other]) => other !== part);
  const ways = await Promise.all(
    others.map(async ([other, port]) => [
      { way: `${other} ${port}`, called: other },
      ...Object.entries(await placesOf(`${prefix}-${other}`)).map(([network, { IPAddress }]) => ({
        way: `${IPAddress} ${port}`,
        called: `${other} in ${network.slice(prefix.length + 1)}`.trim(),
      })),
    ]),
  );
  const script =
    'for way in "$@"; do { timeout ' +
    `${shutSeconds} bash -c 'exec 3<>/dev/tcp/$1/$2' - $way 2> /dev/null && echo "$way"; } & done; wait`;
  const tried = ways.flat();
  const args = tried.map(({ way }) => way);
  const open = await dockerLines("exec", `${prefix}-${part}`, "bash", "-c", script, "-", ...args);
  return tried.flatMap(({ way, called }) => (open.includes(way) ? [called] : [])).toSorted();
}

/**
 * The status that a container gets from the worker's REST API, asked by the worker's own name in the Host header.
 * @param role of the network by whose address it asks; left out, it asks by name.
 */
export async function workerStatus(prefix: string, part: string, role?: string): Promise<number> {
  const places = await placesOf(`${prefix}-connect`);
  const host = role === undefined ? "connect" : (places[`${prefix}-${role}`]?.IPAddress ?? "");
  const get = String.raw`printf "GET /connectors HTTP/1.1\r\nHost: connect\r\nConnection: close\r\n\r\n"`;
  const script = `exec 3<>"/dev/tcp/$1/8083" && ${get} >&3 && head -n 1 <&3`;
  const [line = ""] = await dockerLines("exec", `${prefix}-${part}`, "bash", "-c", script, "-", host);
  return Number(line.split(" ")[1]);
}
