/** Names and paths that several parts of the plan, and the components, have to agree on. */

/** Label on everything the pipeline makes on the Docker engine; its value is the plan's `stack`. */
export const stackLabel = "cdc.stack";

/** Label beside it: the identity of the checkout, or state, that made the thing (`.cdc/identity`). */
export const identityLabel = "cdc.identity";

/** Label beside it: the folder of the checkout that made the thing, for the people who meet it. */
export const checkoutLabel = "cdc.checkout";

/** Label on a shard's data volume: the shard's name. */
export const shardLabel = "cdc.shard";

/** Label, instead of the stack's, on a volume that outlives the stack; its value is the plan's `stack`. */
export const keptLabel = "cdc.kept";

/** Label on a MySQL data volume: the version that made it. */
export const mysqlVersionLabel = "cdc.mysql.version";

/** MySQL's port inside the network. */
export const mysqlPort = 3306;

/** Kafka Connect's REST port inside the network. */
export const connectRestPort = 8083;

/** Its port without TLS, at the container's own loopback alone, for the health check; where the other one has TLS. */
export const connectHealthPort = 8084;

/** Who logs in at Kafka Connect, and at the guard's page and metrics. */
export const connectUser = "cdc";

/** The CDC account on every shard. */
export const cdcUser = "debezium";

/** MySQL's own databases. */
export const systemDatabases: readonly string[] = ["information_schema", "mysql", "performance_schema", "sys"];

/** The pipeline's own database on every shard: heartbeat and probe live here, users' tables are never written to. */
export const cdcDatabase = "cdc";

/** Rows written here are commands to the shard's connector (Debezium's source signal channel). */
export const signalTable = `${cdcDatabase}.signal`;

/** Where clients inside a MySQL container find root's password. */
export const rootPasswordFile = "/run/secrets/mysql-root-password";

/**
 * mysql as root, inside a server's container. The password goes from the file through a pipe of the shell: it stands in no
 * process's arguments or environment, which others on the machine may be able to read.
 */
export const mysqlAsRoot = `(echo '[client]'; printf password=; cat ${rootPasswordFile}) | mysql --defaults-extra-file=/dev/stdin -uroot`;

/** The statements with which a MySQL server gives root its password before it listens (mysqld's `--init-file`). */
export const rootInitFile = "/run/secrets/mysql-root.sql";

/** A MySQL server's certificate (PEM), whose it is, and the key to it. */
export const mysqlAuthorityFile = "/run/secrets/mysql-authority.pem";
export const mysqlCertificateFile = "/run/secrets/mysql-certificate.pem";
export const mysqlKeyFile = "/run/secrets/mysql-key.pem";

/** The folder in the workers' containers whose files Kafka's FileConfigProvider may read for connectors. */
export const secretsFolder = "/run/secrets";

/** Where the worker finds connectors' passwords; read through that provider. */
export const connectorSecretsFile = `${secretsFolder}/connectors.properties`;

/** Where connectors find whom to trust as MySQL: a Java truststore without a password, as nothing in it is secret. */
export const mysqlTruststoreFile = `${secretsFolder}/mysql-authority.jks`;

/** The same for an existing server with an authority of its own. @param shard its key. */
export function truststoreFileOf(shard: string): string {
  return `${secretsFolder}/shard.${shard}-authority.jks`;
}

/** Where workers find whom to trust as brokers that somebody else runs (PEM). */
export const kafkaAuthorityFile = `${secretsFolder}/kafka-authority.pem`;

/**
 * Where workers and guard find the certificate that they show these brokers, and the private key to it (PEM); where a broker of the
 * stack's own finds its own two, with which it logs in to the others too.
 */
export const kafkaKeystoreFile = `${secretsFolder}/kafka-keystore.pem`;

/** Begin of the consumer groups that this program, `cdc` and the guard name when they read a topic; they commit nothing. */
export const readerGroups = "cdc-reader-";

/** Keys in connectorSecretsFile, for such brokers: the account's password, and the whole login as Java takes it. */
export const kafkaPasswordKey = "kafka.password";
export const kafkaLoginKey = "kafka.jaas";

/** Key there of the password of the search engine's user. */
export const enginePasswordKey = "engine.password";

/** Where workers find whom to trust as an engine that somebody else runs (PEM). */
export const engineAuthorityFile = `${secretsFolder}/engine-authority.pem`;

/** Where the search page finds that password. */
export const enginePasswordFile = `${secretsFolder}/engine-password`;

/** Key of the certificate (PEM) of the authority of the stack's own brokers, in files of whoever is no Java program. */
export const kafkaAuthorityKey = "kafka.authority";

/** The same login of one principal at brokers of the stack's own, which has several. */
export function loginKeyOf(principal: string): string {
  return `kafka.${principal}.jaas`;
}

/** Where a broker finds the login that it takes from this program. Key: kafkaLoginKey. */
export const brokerSecretsFile = `${secretsFolder}/kafka-broker.properties`;

/** Where `cdc` finds how to log in to brokers of the stack's own: in a broker's container, which knows it anyway. */
export const operatorSecretsFile = `${secretsFolder}/kafka-operator.properties`;

/** Key of the CDC account's password in connectorSecretsFile. */
export const cdcPasswordKey = "debezium.password";

/** Each version of the connector plugin is in a folder of its own under this one; the worker's `plugin.path` lists them. */
export const pluginsFolder = "/opt/cdc/plugins";

/** The sink's plugin, beside those of the connector. */
export const sinkPluginFolder = `${pluginsFolder}/sink`;

/** The filter of the workers' REST API, beside them. */
export const filterPluginFolder = `${pluginsFolder}/connect-filter`;

/** The guard's certificate (PEM) and the key to it, where its page and metrics are served by HTTPS. */
export const guardCertificateFile = `${secretsFolder}/guard-certificate.pem`;
export const guardKeyFile = `${secretsFolder}/guard-key.pem`;

/** Where the guard's container finds its code, laid out as in the checkout. */
export const guardFolder = "/opt/cdc/guard";

/** Where a prepared Kafka image has its class-data archives (provider/prepared/); a Java that cannot use one goes without. */
export const classArchives = "/opt/kafka/cds";

/** Keys in connectorSecretsFile of who asks the workers' REST API where that wants a login: password, and whom to trust (PEM's body). */
export const connectPasswordKey = "connect.password";
export const connectAuthorityKey = "connect.authority";

/** What the workers' REST API is served with by HTTPS. Not below `secretsFolder`: no connector may name one of these files. */
const restFolder = "/opt/cdc/rest";
/** `USER=PASSWORD`, as PropertyFileLoginModule reads it. */
export const restLoginsFile = `${restFolder}/logins.properties`;
export const restJaasFile = `${restFolder}/jaas.conf`;
/** The worker's certificate with its key, and whom it trusts as another worker: Java's old format. */
export const restKeystoreFile = `${restFolder}/key.jks`;
export const restTruststoreFile = `${restFolder}/authority.jks`;
/** The same authority as PEM, for whoever asks with a program of their own. */
export const restAuthorityFile = `${restFolder}/authority.pem`;

/** Where the worker finds its configuration. */
export const workerPropertiesFile = "/opt/cdc/connect-distributed.properties";
