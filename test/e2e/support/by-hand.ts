/** A connector as people register one by hand, with the body of Debezium's tutorial, for the server on 3308: nobody makes its topics. */
export function tutorialConnector(historyTopic: string): Record<string, string> {
  return {
    "connector.class": "io.debezium.connector.mysql.MySqlConnector",
    "tasks.max": "1",
    "database.hostname": "mysql-3308",
    "database.port": "3306",
    "database.user": "debezium",
    "database.password": "${file:/run/secrets/connectors.properties:debezium.password}",
    "database.server.id": "184054",
    "topic.prefix": "tutorial",
    "database.include.list": "products",
    "schema.history.internal.kafka.bootstrap.servers": "kafka:29092",
    "schema.history.internal.kafka.topic": historyTopic,
  };
}
