#!/bin/bash
# Runs as root in a container of a Kafka image, in the network of a MySQL server that has been prepared for it (prepared-image.ts) and
# with Debezium under /opt/cdc/plugins: leaves in /out what makes an image of it with a class-data archive of the Connect worker.
# Java writes it at the end of a run, this one: the more of the work is done in it, the more classes need not be parsed later.
set -euo pipefail
kafka=/opt/kafka work=/tmp/prepare
mkdir -p /out/cds "$work"
trap 'tail -n 30 "$work"/*.log >&2; kill $(jobs -p) 2> /dev/null' ERR

# until_ok COMMAND...: tries it for a minute.
until_ok() {
  for _ in {1..600}; do
    if "$@" 2> /dev/null; then return; fi
    sleep 0.1
  done
  echo "not within a minute: $*" >&2
  return 1
}
listens() { : < "/dev/tcp/localhost/$1"; }

# http METHOD PATH [BODY]: the answer of the worker, its status line first.
http() {
  local body=${3-}
  exec 3<> /dev/tcp/localhost/8083 || return 1
  printf '%s %s HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s' "$1" "$2" ${#body} "$body" >&3
  timeout 60 cat <&3
}
# 200 once the worker has joined its group.
joined() { [[ $(http GET /health) == *" 200 "* ]]; }

cat > "$work/server.properties" <<END
advertised.listeners=PLAINTEXT://localhost:9092
controller.listener.names=CONTROLLER
controller.quorum.voters=1@localhost:9093
group.initial.rebalance.delay.ms=0
listeners=PLAINTEXT://:9092,CONTROLLER://:9093
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$work/data
node.id=1
offsets.topic.replication.factor=1
process.roles=broker,controller
transaction.state.log.min.isr=1
transaction.state.log.replication.factor=1
END
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

# As the pipeline runs it: without the JMX agent.
export LOG_DIR=$work KAFKA_JMX_OPTS=-Djava.awt.headless=true
"$kafka/bin/kafka-storage.sh" format --cluster-id 5L6g3nShT-eMCtK--X86sw --config "$work/server.properties" > "$work/format.log" 2>&1
"$kafka/bin/kafka-server-start.sh" "$work/server.properties" > "$work/broker.log" 2>&1 &
broker=$!
until_ok listens 9092
KAFKA_OPTS=-XX:ArchiveClassesAtExit=/out/cds/worker.jsa \
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
# Java's exit code after a signal is that of the signal.
kill "$worker" && wait "$worker" || true
kill "$broker" && wait "$broker" || true
ls /out/cds/worker.jsa
cat > /out/Dockerfile <<'END'
ARG BASE
FROM $BASE
COPY cds/ /opt/kafka/cds/
END
