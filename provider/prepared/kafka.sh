#!/bin/bash
# Comes before broker.sh and worker.sh: runs as root in a container of a Kafka image, and leaves in /out what makes an image of it
# with a class-data archive. Java writes one at the end of a run, this one: the more of the work is done in it, the more classes need
# not be parsed later. It is read with -XX:SharedArchiveFile, and left alone by another Java or class path.
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

# As the pipeline runs it: without the JMX agent.
export LOG_DIR=$work KAFKA_JMX_OPTS=-Djava.awt.headless=true

# start_broker [JAVA_OPTION]: sets broker to its process id.
start_broker() {
  "$kafka/bin/kafka-storage.sh" format --cluster-id 5L6g3nShT-eMCtK--X86sw --config "$work/server.properties" > "$work/format.log" 2>&1
  KAFKA_OPTS=${1-} "$kafka/bin/kafka-server-start.sh" "$work/server.properties" > "$work/broker.log" 2>&1 &
  broker=$!
  until_ok listens 9092
}

# leave ARCHIVE PROCESS...: ends the processes one after the other; the one that writes the archive is among them.
leave() {
  local archive=$1 process
  shift
  # Java's exit code after a signal is that of the signal.
  for process; do kill "$process" && wait "$process" || true; done
  ls "$archive"
  cat > /out/Dockerfile <<'END'
ARG BASE
FROM $BASE
COPY cds/ /opt/kafka/cds/
END
}
