/** The questions of `lookBeside` as they are asked of real servers, again and again. */
import { X509Certificate } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { TopicAdmin } from "../../../clients/kafka/admin.ts";
import { brokersOf as addressesOf, type KafkaAddress } from "../../../clients/kafka/connection.ts";
import { readBinlogs } from "../../../clients/mysql/binlogs.ts";
import { accessOf, trusting } from "../../../clients/http.ts";
import { readCertificateEnd } from "../../../clients/tls.ts";
import { httpEndpoint, type Tls } from "../../../lib/endpoint.ts";
import type { MonitoredGuardSettings } from "../../../plan/types.ts";
import { loginOf } from "../history.ts";
import type { Checked } from "../loop.ts";
import { workersOf } from "../secrets.ts";
import { lookAtEngine } from "./engine.ts";
import type { Beside } from "./found.ts";
import { lookBeside } from "./look.ts";
import { Notices } from "./notices.ts";
import { lookAtTopics } from "./topics.ts";

/** As often as Prometheus usually asks. */
const everyMs = 15_000;

/** A certificate changes once in a year. */
const certificatesEveryMs = 600_000;

const answerLimitMs = 10_000;

/** Looks until the process ends. @param kafka the brokers. @param checked the last check. */
export async function watchBeside(
  settings: MonitoredGuardSettings,
  kafka: KafkaAddress,
  checked: () => Checked | undefined,
  found: (beside: Beside) => void,
): Promise<void> {
  const { asks, checkSeconds, stallSeconds } = settings;
  const [admin, notices, certificates] = [new TopicAdmin(kafka), new Notices(kafka), new Certificates(settings, kafka)];
  const questions: Parameters<typeof lookBeside>[1] = {
    binlogs: async (config) => await readBinlogs(await loginOf(config)),
    told: async (sources) => await notices.look(sources),
    topics: async (sources) => await lookAtTopics(sources, asks.topics, admin),
    engine: async () => (asks.engine === undefined ? undefined : await lookAtEngine(asks.engine)),
    certificates: async () => await certificates.ends(),
  };
  // Nothing is known of connectors before the first check has ended.
  while (checked() === undefined) await setTimeout(200);
  for (;;) {
    found(await lookBeside(checked(), questions, stallSeconds, Date.now));
    await setTimeout(Math.max(checkSeconds * 1000, everyMs));
  }
}

/** The ends of certificates of brokers, workers and engine, where their connections are encrypted, and of the one that brokers are shown; asked seldom. */
class Certificates {
  readonly #servers: readonly { readonly host: string; readonly port: number; readonly tls: () => Promise<Tls> }[];
  readonly #own = new Map<string, number>();
  #asked: { readonly at: number; readonly ends: ReadonlyMap<string, number> } | undefined;

  constructor({ connectUrls, asks: { engine } }: MonitoredGuardSettings, kafka: KafkaAddress) {
    const { tls } = kafka;
    const brokers =
      tls === undefined ? [] : addressesOf(kafka).map((address) => ({ ...address, tls: async () => tls }));
    const engines = engine === undefined ? [] : [httpEndpoint(engine.endpoint)];
    const services = [...workersOf({ connectUrls }), ...engines].flatMap((service) => {
      const { protocol, hostname, port } = new URL(service.url);
      const trusted = async () => trusting(service, await accessOf(service)).tls ?? {};
      return protocol === "https:" ? [{ host: hostname, port: Number(port || 443), tls: trusted }] : [];
    });
    this.#servers = [...brokers, ...services];
    const { certificate, keystore } = kafka;
    if (certificate !== undefined && keystore !== undefined)
      this.#own.set(certificate.subject, Date.parse(new X509Certificate(keystore()).validTo));
  }

  /** By `HOST:PORT`, the stack's own by its subject; without those that do not answer. */
  async ends(): Promise<ReadonlyMap<string, number>> {
    if (this.#asked !== undefined && Date.now() - this.#asked.at < certificatesEveryMs) return this.#asked.ends;
    const asked = this.#servers.map(async ({ host, port, tls }): Promise<[string, number][]> => {
      const end = await tls()
        .then(async (trusted) => await readCertificateEnd(host, port, trusted, answerLimitMs))
        .catch(() => undefined);
      return end === undefined ? [] : [[`${host}:${port}`, end]];
    });
    const found = (await Promise.all(asked)).flat();
    const ends = new Map([...found, ...this.#own]);
    if (found.length === this.#servers.length) this.#asked = { at: Date.now(), ends };
    return ends;
  }
}
