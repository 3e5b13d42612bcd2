/** What docker's listings have in common: lines of fields with tabs between them. */

/** The field of a `--format` that is a label. */
export function labelField(name: string): string {
  return `{{.Label "${name}"}}`;
}

/**
 * The lines of a listing whose first field is a container's, volume's or network's name; one without a name is passed over.
 * @returns for each, the name and the further fields, "" for one that is empty.
 */
export function rowsOf(stdout: string): { readonly name: string; readonly fields: readonly string[] }[] {
  return stdout.split("\n").flatMap((line) => {
    const [names = "", ...fields] = line.split("\t");
    // A link of another container is a further name.
    const name = names.split(",").find((one) => one !== "" && !one.includes("/"));
    return name === undefined ? [] : [{ name, fields }];
  });
}

/** The host ports in the PORTS column of `docker ps`, ranges included: "127.0.0.1:3308->3306/tcp". */
export function publishedPorts(column: string): Set<number> {
  const ports = new Set<number>();
  for (const [, first, last] of column.matchAll(/:(\d{1,5})(?:-(\d{1,5}))?->/g)) {
    const end = Math.min(Number(last ?? first), 65_535);
    for (let port = Number(first); port <= end; port++) ports.add(port);
  }
  return ports;
}
