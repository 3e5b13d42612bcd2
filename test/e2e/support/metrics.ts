/** Metrics as Prometheus reads them. */
import { once } from "node:events";
import { request } from "node:http";
import { text } from "node:stream/consumers";

export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What a port of this machine answers to `GET /metrics`, or to another path, asked by a name (fetch would not send another Host). */
export async function askMetrics(
  port: number,
  host = `127.0.0.1:${port}`,
  path = "/metrics",
): Promise<{ status: number; body: string }> {
  const asked = request({ host: "127.0.0.1", port, path, headers: { host }, agent: false });
  asked.end();
  const [response] = (await once(asked, "response")) as [import("node:http").IncomingMessage];
  return { status: response.statusCode ?? 0, body: await text(response) };
}

/** The series of a text. */
export function seriesOf(body: string): Series[] {
  return [...body.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name = "", labels = "", value]) => ({
    name,
    labels: Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, of]) => [key, of])),
    value: Number(value),
  }));
}
