/** An engine that answers every search as told, and remembers what it was asked. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface FakeEngine {
  readonly url: string;
  /** Path and body of each request. */
  readonly asked: { readonly path: string; readonly body: unknown }[];
  /** Status and text of the answers from now on; undefined for none at all. */
  answer: { readonly status: number; readonly text: string } | undefined;
  close(): Promise<void>;
}

export async function startEngine(): Promise<FakeEngine> {
  const server: Server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => (text += String(chunk)));
    request.on("end", () => {
      engine.asked.push({ path: request.url ?? "", body: JSON.parse(text) });
      const { answer } = engine;
      if (answer !== undefined) response.writeHead(answer.status).end(answer.text);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const engine: FakeEngine = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    answer: found([]),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return engine;
}

/** An answer of the engine with these documents, as text: numbers stay as they are written. */
export function found(documents: readonly { readonly index: string; readonly id: string; readonly source: string }[]): {
  status: number;
  text: string;
} {
  const hits = documents.map(
    ({ index, id, source }) => `{"_index":"${index}","_id":"${id}","_score":1,"_source":${source}}`,
  );
  const buckets = '[{"key":"shard0","doc_count":7},{"key":"shard1","doc_count":5}]';
  return {
    status: 200,
    text: `{"took":1,"hits":{"total":{"value":12,"relation":"eq"},"hits":[${hits.join(",")}]},"aggregations":{"shards":{"buckets":${buckets}}}}`,
  };
}
