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

/** The status line that a container gets for `GET path`, with a Host header of its choice. */
export async function statusFrom(
  container: string,
  request: { readonly host: string; readonly port: number; readonly path: string; readonly as: string },
): Promise<string> {
  const { host, port, path, as } = request;
  const get = String.raw`printf "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" "$3" "$4"`;
  const script = `exec 3<>"/dev/tcp/$1/$2" && ${get} >&3 && head -n 1 <&3`;
  const [line = ""] = await dockerLines("exec", container, "bash", "-c", script, "-", host, String(port), path, as);
  return line.trim();
}
