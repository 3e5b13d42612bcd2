#!/bin/bash
# The rest of kafka.sh for the Connect worker's archive: in the network of a MySQL server that has been prepared for it
# (prepared-image.ts), with Debezium under /opt/cdc/plugins.
# http METHOD PATH [BODY]: the answer of the worker, its status line first.
http() {
  local body=${3-}
  exec 3<> /dev/tcp/localhost/8083 || return 1
  printf '%s %s HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s' "$1" "$2" ${#body} "$body" >&3
  timeout 60 cat <&3
}
# 200 once the worker has joined its group.
joined() { [[ $(http GET /health) == *" 200 "* ]]; }

cat > "$work/worker.properties" <<END
bootstrap.servers=localhost:9092
config.providers=file
config.providers.file.class=org.apache.kafka.common.config.provider.FileConfigProvider
config.storage.replication.factor=1
config.storage.topic=connect-configs
exactly.once.source.support=enabled
group.id=prepare
key.converter=org.apache.kafka.connect.json.JsonConverter
listeners=http://localhost:8083
offset.storage.replication.factor=1
offset.storage.topic=connect-offsets
plugin.discovery=service_load
offset.flush.interval.ms=1000
plugin.path=/opt/cdc/plugins
status.storage.replication.factor=1
status.storage.topic=connect-status
value.converter=org.apache.kafka.connect.json.JsonConverter
END

archive=/out/cds/worker.jsa
start_broker
KAFKA_OPTS=-XX:ArchiveClassesAtExit=$archive \
  "$kafka/bin/connect-distributed.sh" "$work/worker.properties" > "$work/worker.log" 2>&1 &
worker=$!
until_ok joined
until_ok listens 3306
http PUT /connectors/prepare/config '{
  "connector.class": "io.debezium.connector.mysql.MySqlConnector", "exactly.once.support": "required",
  "database.hostname": "localhost", "database.port": "3306", "database.user": "prepare", "database.password": "prepare",
  "database.server.id": "2", "database.include.list": "prepare", "topic.prefix": "prepare", "database.connectionTimeZone": "UTC",
  "heartbeat.interval.ms": "1000", "decimal.handling.mode": "precise", "snapshot.mode": "initial", "poll.interval.ms": "50",
  "signal.data.collection": "prepare.signal", "signal.enabled.channels": "source",
  "notification.enabled.channels": "sink", "notification.sink.topic.name": "prepare.notifications",
  "schema.history.internal.kafka.bootstrap.servers": "localhost:9092", "schema.history.internal.kafka.topic": "prepare.history"
}' > "$work/connector.log"
# The server writes a row every second: those of the snapshot are followed by some out of the binlog.
timeout 60 grep -q '"op":"c"' < <("$kafka/bin/kafka-console-consumer.sh" --bootstrap-server localhost:9092 \
  --topic prepare.prepare.rows --from-beginning 2> "$work/consumer.log")
leave "$archive" "$worker" "$broker"
