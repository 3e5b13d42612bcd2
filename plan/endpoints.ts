/** Where every service is reached: the only place that makes addresses. Everybody else takes what is planned here. */
import { connectUser } from "../lib/constants.ts";
import {
  hostAndPort,
  httpEndpoint,
  kafkaEndpoint,
  writtenHttp,
  writtenKafka,
  type Endpoints,
  type HttpEndpoint,
  type KafkaEndpoint,
  type MysqlEndpoint,
} from "../lib/endpoint.ts";
import type { Security } from "./types.ts";

/** Ports are published here alone: other machines reach none of them. */
export const loopback = "127.0.0.1";

/** The same in IPv6, as a Host header has it. */
const loopbackIpv6 = "[::1]";

/** The same as a name. Kafka's and Connect's endpoints have been in people's states by it from the beginning. */
const loopbackName = "localhost";

/** A container as it reaches itself, for health checks, which the engine runs inside the container. */
export const itself = { address: "127.0.0.1", name: "localhost" } as const;

/** A container's published port: `internal` in the container, `host` on `ip` of this machine. */
export interface PublishedPort {
  readonly internal: number;
  readonly host: number;
  readonly ip: string;
}

export function publishedPort(internal: number, host: number): PublishedPort {
  return { internal, host, ip: loopback };
}

/** @param alias the container's name in the network. */
export function mysqlEndpoints(alias: string, port: PublishedPort): Endpoints<MysqlEndpoint> {
  return {
    inNetwork: { host: alias, port: port.internal },
    fromHost: { host: port.ip, port: port.host },
  };
}

/**
 * One broker.
 * @param listener port of its listener for the network; `port` is that of its other listener, which tells clients of the host
 * where to come back to.
 */
export function brokerEndpoints(alias: string, listener: number, port: PublishedPort): Endpoints<KafkaEndpoint> {
  return {
    inNetwork: { bootstrap: `${alias}:${listener}` },
    fromHost: { bootstrap: `${loopbackName}:${port.host}` },
  };
}

/** All brokers together. */
export function clusterEndpoints(brokers: readonly Endpoints<KafkaEndpoint>[]): Endpoints<KafkaEndpoint> {
  const all = (way: keyof Endpoints<KafkaEndpoint>) => brokers.map((broker) => broker[way].bootstrap).join(",");
  return { inNetwork: { bootstrap: all("inNetwork") }, fromHost: { bootstrap: all("fromHost") } };
}

export function workerEndpoints(alias: string, port: PublishedPort, security: Security): Endpoints<HttpEndpoint> {
  return {
    inNetwork: secured(security, `${alias}:${port.internal}`),
    fromHost: secured(security, `${loopbackName}:${port.host}`),
  };
}

/** The hosts by which a service may be asked: on this machine, and by its aliases in the network. */
export function ownNames(...aliases: string[]): string[] {
  return [loopbackName, loopback, loopbackIpv6, ...aliases];
}

/** What a service's certificate names: how it is reached on this machine, and in the network. */
export function certificateNames(alias: string, container: string): string[] {
  return [alias, container, loopbackName, loopback, "::1"];
}

/** Of the search engine, of the search page, or of the guard's metrics. */
export function httpEndpoints(
  alias: string,
  port: PublishedPort,
  security: Security = "plain",
): Endpoints<HttpEndpoint> {
  return {
    inNetwork: secured(security, `${alias}:${port.internal}`),
    fromHost: secured(security, publishedAddress(port)),
  };
}

function secured(security: Security, address: string): HttpEndpoint {
  return security === "tls"
    ? { url: `https://${address}`, login: { user: connectUser } }
    : { url: `http://${address}` };
}

/** A service that is not the pipeline's own, which everybody reaches alike. */
export function existingEndpoints(endpoint: HttpEndpoint): Endpoints<HttpEndpoint> {
  return { inNetwork: endpoint, fromHost: endpoint };
}

/** Whether a URL names the machine, or the container, that asks. */
export function isLoopback(url: string): boolean {
  return /^https?:\/\/(localhost|127\.[\d.]+|\[::1\]):/.test(url);
}

/** The same of a host without a port. */
export function isLoopbackHost(host: string): boolean {
  return /^(localhost\.?|(.+\.)?localhost\.?|127\.[\d.]+|0\.0\.0\.0|::1?|\[::1\])$/i.test(host);
}

/** `IP:PORT` on this machine. */
export function publishedAddress({ ip, host }: PublishedPort): string {
  return hostAndPort({ host: ip, port: host });
}

/** A published port as `docker run --publish` and Compose write it. */
export function publishOption(port: PublishedPort): string {
  return `${publishedAddress(port)}:${port.internal}`;
}

/**
 * How the ways of a target are called in people's states, and how they are written there. It has been so from the beginning: written
 * otherwise, the next `up` would do everything again that a target is given to.
 */
const forms = {
  mysql: { name: "mysqlHostPort", write: writtenMysql, read: mysqlEndpoint },
  connect: { name: "connectUrl", write: writtenHttp, read: httpEndpoint },
  kafka: { name: "bootstrap", write: writtenKafka, read: kafkaEndpoint },
  engine: { name: "engineUrl", write: writtenHttp, read: httpEndpoint },
} as const;

type Forms = typeof forms;

/** A target as people's states and `up`'s scripts have it. */
export type Kept<Target> = {
  readonly [Key in keyof Target as Key extends keyof Forms ? Forms[Key]["name"] : Key]: Key extends keyof Forms
    ? ReturnType<Forms[Key]["write"]>
    : Target[Key];
};

/** @returns the target for the state, its keys in the same order: it may be kept as text. */
export function keptTarget<Target extends object>(target: Target): Kept<Target> {
  const written = (key: string, value: unknown): [string, unknown] => {
    if (!isWay(key)) return [key, value];
    const write = forms[key].write as (endpoint: unknown) => unknown;
    return [forms[key].name, write(value)];
  };
  return Object.fromEntries(Object.entries(target).map(([key, value]) => written(key, value))) as Kept<Target>;
}

/** The target of what `keptTarget` wrote. */
export function targetOf<Target>(kept: Kept<Target>): Target {
  const read = (name: string, value: unknown): [string, unknown] => {
    const way = Object.keys(forms).find((key) => isWay(key) && forms[key].name === name);
    if (way === undefined || !isWay(way)) return [name, value];
    const form = forms[way].read as (written: unknown) => unknown;
    return [way, form(value)];
  };
  return Object.fromEntries(Object.entries(kept).map(([name, value]) => read(name, value))) as Target;
}

function isWay(key: string): key is keyof Forms {
  return Object.hasOwn(forms, key);
}

/** Of a server on this machine its port alone. */
function writtenMysql(endpoint: MysqlEndpoint): number | MysqlEndpoint {
  return endpoint.host === loopback && endpoint.tls === undefined ? endpoint.port : endpoint;
}

function mysqlEndpoint(written: number | MysqlEndpoint): MysqlEndpoint {
  return typeof written === "number" ? { host: loopback, port: written } : written;
}
