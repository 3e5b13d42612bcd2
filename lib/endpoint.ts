/**
 * How a service is reached: plain data, made by the plan (plan/endpoints.ts) and taken by whoever connects. What a connection
 * needs beside the address belongs into these shapes.
 */

/** A MySQL server. */
export interface MysqlEndpoint {
  /** A name or an IP address. */
  readonly host: string;
  /** TCP port. */
  readonly port: number;
}

/** Kafka's brokers. */
export interface KafkaEndpoint {
  /** `HOST:PORT`, several separated by commas. */
  readonly bootstrap: string;
}

/** A service that speaks HTTP. */
export interface HttpEndpoint {
  /** The root of what it answers: `http://connect:8083`. */
  readonly url: string;
}

/** The two ways to one service. */
export interface Endpoints<Endpoint> {
  /** For containers in the pipeline's network. */
  readonly inNetwork: Endpoint;
  /** For programs on the machine that runs Pulumi and `cdc`. */
  readonly fromHost: Endpoint;
}

/** `HOST:PORT`, for messages and for programs that want both in one text. */
export function hostAndPort({ host, port }: MysqlEndpoint): string {
  return `${host}:${port}`;
}
