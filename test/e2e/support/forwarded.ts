/** An address that leads to one server now and to another one later, as a proxy's or a virtual one does. */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

interface Address {
  readonly host: string;
  readonly port: number;
}

export class ForwardedAddress {
  readonly host: string;
  #to: Address;
  readonly #server: Server;
  readonly #open = new Set<Socket>();

  constructor(host: string, to: Address) {
    this.host = host;
    this.#to = to;
    this.#server = createServer((from) => {
      const there = connect(this.#to.port, this.#to.host);
      for (const [one, other] of [
        [from, there],
        [there, from],
      ] as const) {
        this.#open.add(one);
        one.on("error", () => other.destroy());
        one.on("close", () => {
          this.#open.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
  }

  async listen(): Promise<void> {
    this.#server.listen(0, this.host);
    await once(this.#server, "listening");
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on it leads elsewhere; connections of before are cut. */
  leadTo(to: Address): void {
    this.#to = to;
    for (const socket of this.#open) socket.destroy();
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, "close");
  }
}
