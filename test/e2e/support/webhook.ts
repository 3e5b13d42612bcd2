/** Somebody who is told of alerts: a real HTTP receiver that containers reach. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { text } from "node:stream/consumers";
import type { AddressInfo } from "node:net";
import { addressForContainers } from "./elsewhere.ts";

/** One alert of a message, as Alertmanager's webhook sends it. */
export interface Told {
  readonly status: "firing" | "resolved";
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** When the message came. */
  readonly atMs: number;
}

export class WebhookReceiver {
  readonly told: Told[] = [];
  readonly #path: string;
  readonly #server: Server;

  /** @param token without which nothing is taken, as many services have it in their URLs. */
  constructor(token: string) {
    this.#path = `/hook/${token}`;
    this.#server = createServer((request, response) => {
      void text(request).then((body) => {
        const isAsked = request.method === "POST" && request.url === this.#path;
        if (isAsked) {
          const { alerts } = JSON.parse(body) as { alerts: Omit<Told, "atMs">[] };
          this.told.push(...alerts.map((alert) => ({ ...alert, atMs: Date.now() })));
        }
        response.writeHead(isAsked ? 200 : 404).end();
      });
    });
  }

  /** @returns its URL, by an address of this machine that containers reach. */
  async start(): Promise<string> {
    const host = await addressForContainers();
    this.#server.listen(0, host);
    await once(this.#server, "listening");
    return `http://${host}:${(this.#server.address() as AddressInfo).port}${this.#path}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}
