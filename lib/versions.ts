/** What is deployed, pinned. */

/** MySQL's LTS line. */
export const mysqlVersion = "9.7";

export const kafkaVersion = "4.3.1";

/** The read side's search engine. */
export const opensearchVersion = "3.4.0";

/** Long-term support: a year of mended versions. */
export const prometheusVersion = "3.5.3";

export const alertmanagerVersion = "0.33.1";

/** Runs the guard and the search page. */
export const nodeVersion = "24.21.0";

/** `maven.compiler.release` of every pom.xml. */
export const leastJava = 17;

/** Builds our plugins where this machine has no Maven. */
export const mavenImage = `maven:3.9.11-eclipse-temurin-${leastJava}`;

/** Built for Kafka 4.3.0 (`version.kafka` of its build parent); proven on the two versions above. */
export const debeziumVersion = "3.6.1.Final";
