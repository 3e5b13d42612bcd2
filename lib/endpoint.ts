/**
 * How a service is reached: plain data, made by the plan (plan/endpoints.ts) and taken by whoever connects. Address, encryption and
 * who logs in belong into these shapes. Passwords do not: endpoints are printed and kept, and a client takes the password beside it.
 */

/** That a connection is encrypted. The server's certificate is verified, always. */
export interface Tls {
  /**
   * Certificates (PEM) of the authorities that may have signed the server's. Default: those that Node trusts, with the ones
   * of NODE_EXTRA_CA_CERTS. Upstream: `ca` of node:tls.
   */
  readonly ca?: string;
  /**
   * The stack's own authority alone: no plan knows its certificate, which the program makes. Whoever connects gives it as `ca`.
   */
  readonly authority?: "stack";
}

/** The same with MySQL, whose servers make certificates by themselves that name no host. */
export interface MysqlTls extends Tls {
  /** Hold the certificate to its authority alone. Default: to the host's name too. Upstream: mysql2 `verifyIdentity`. */
  readonly verify?: "ca";
}

/** A MySQL server. Its accounts are chosen by who connects. */
export interface MysqlEndpoint {
  /** A name or an IP address. */
  readonly host: string;
  /** TCP port. */
  readonly port: number;
  /** Default: not encrypted. Upstream: mysql2 `ssl`. */
  readonly tls?: MysqlTls;
}

/** Who logs in to a MySQL server; a client takes it beside the endpoint. Never printed. */
export interface MysqlLogin {
  readonly user: string;
  readonly password: string;
  /** Whom to trust, where no plan can know it: the program makes the authority of its own servers. Default: the endpoint's. */
  readonly tls?: MysqlTls;
}

/** Kafka's brokers. */
export interface KafkaEndpoint {
  /** `HOST:PORT`, several separated by commas. */
  readonly bootstrap: string;
  /** Default: not encrypted. Upstream: @platformatic/kafka `tls`. */
  readonly tls?: Tls;
  /** Who logs in. Default: nobody. */
  readonly sasl?: SaslUser;
  /** Who shows a certificate of its own (mutual TLS). Default: nobody. Upstream: `cert` and `key` of node:tls. */
  readonly certificate?: ClientCertificate;
  /** Fetches the password of that account when a connection is made. A function, so that it is neither printed nor kept. */
  readonly password?: () => Promise<string>;
  /**
   * That certificate with its chain, and the private key to it: PEM, in one text. A function for the same reason. @throws UnreachableError where it cannot be read.
   */
  readonly keystore?: () => string;
}

/** A certificate by which a client of Kafka's is known. */
export interface ClientCertificate {
  /** Its subject's distinguished name as Kafka calls the principal: `CN=cdc,O=Example`. */
  readonly subject: string;
}

/** An account of Kafka's. Upstream: @platformatic/kafka `sasl`. */
export interface SaslUser {
  readonly mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512" | "OAUTHBEARER";
  /** The client's id, where it logs in with tokens; its secret is the password then. */
  readonly user: string;
  /** Of OAUTHBEARER alone. */
  readonly token?: TokenSource;
}

/** Where tokens come from: OAuth 2 (RFC 6749, 4.4), client credentials. */
export interface TokenSource {
  readonly endpoint: string;
  /** Words with spaces between them. Default: none is asked for. */
  readonly scope?: string;
}

/** The brokers of the stack's own as another of its accounts sees them; those of somebody else have one account for everybody. */
export function brokersAs(endpoint: KafkaEndpoint, user: SaslUser["user"]): KafkaEndpoint {
  const { sasl, tls } = endpoint;
  return tls?.authority === undefined || sasl === undefined ? endpoint : { ...endpoint, sasl: { ...sasl, user } };
}

/** A service that speaks HTTP. */
export interface HttpEndpoint {
  /** The root of what it answers: `http://connect:8083`; encrypted with `https:`. */
  readonly url: string;
  /** Whom to trust, with `https:` alone. Upstream: options of node:https; @opensearch-project/opensearch `ssl`. */
  readonly tls?: Tls;
  /** Who logs in, by HTTP Basic. Default: nobody. */
  readonly login?: { readonly user: string };
  /** Fetches what that login wants when something is asked. A function, so that it is neither printed nor kept. Default: nothing. */
  readonly access?: () => Promise<HttpAccess | undefined>;
}

/** What a service is reached with and no endpoint says. */
export interface HttpAccess {
  /** Of `login.user`. */
  readonly password: string;
  /** Whom to trust (PEM), of a service of the stack's own: no plan knows its authority. Default: as the endpoint says. */
  readonly ca?: string;
}

/** The endpoint, reached with what a resource was given. @param access undefined where nobody logs in. */
export function withAccess(endpoint: HttpEndpoint, access: HttpAccess | undefined): HttpEndpoint {
  return access === undefined ? endpoint : { ...endpoint, access: async () => access };
}

/** The two ways to one service. */
export interface Endpoints<Endpoint> {
  /** For containers in the pipeline's network. */
  readonly inNetwork: Endpoint;
  /** For programs on the machine that runs Pulumi and `cdc`. */
  readonly fromHost: Endpoint;
}

/** `HOST:PORT`, for messages and for programs that want both in one text. */
export function hostAndPort({ host, port }: Pick<MysqlEndpoint, "host" | "port">): string {
  return `${host}:${port}`;
}

/**
 * An endpoint as it stands in people's states and in containers' settings: the address alone where there is no more to say. It has
 * been so from the beginning, and written otherwise the next `up` would make things anew.
 */
export type Written<Endpoint> = string | Endpoint;

export function writtenHttp(endpoint: HttpEndpoint): Written<HttpEndpoint> {
  return Object.keys(endpoint).length === 1 ? endpoint.url : endpoint;
}

export function writtenKafka(endpoint: KafkaEndpoint): Written<KafkaEndpoint> {
  return Object.keys(endpoint).length === 1 ? endpoint.bootstrap : endpoint;
}

/** The endpoint of what `writtenHttp` wrote. @param password of its user, where one logs in. */
export function httpEndpoint(written: Written<HttpEndpoint>, password?: string): HttpEndpoint {
  const endpoint = typeof written === "string" ? { url: written } : written;
  return withAccess(endpoint, password === undefined ? undefined : { password });
}

/** What stays beside an endpoint of Kafka's that is kept: secret inputs of resources, by these names. */
export interface KafkaSecrets {
  /** Of the account that logs in. */
  readonly kafkaPassword?: string | undefined;
  /** Certificate and private key (PEM). */
  readonly kafkaKeystore?: string | undefined;
}

/** The endpoint of what `writtenKafka` wrote, with what its clients log in with. */
export function kafkaEndpoint(
  written: Written<KafkaEndpoint>,
  { kafkaPassword, kafkaKeystore }: KafkaSecrets = {},
): KafkaEndpoint {
  return {
    ...(typeof written === "string" ? { bootstrap: written } : written),
    ...(kafkaPassword !== undefined && { password: async () => kafkaPassword }),
    ...(kafkaKeystore !== undefined && { keystore: () => kafkaKeystore }),
  };
}
