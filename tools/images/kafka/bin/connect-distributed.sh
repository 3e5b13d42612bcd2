#!/bin/bash
# Usage: connect-distributed.sh connect-distributed.properties
bin=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export KAFKA_HEAP_OPTS="${KAFKA_HEAP_OPTS:--Xms256M -Xmx2G}"
export KAFKA_LOG4J_OPTS="${KAFKA_LOG4J_OPTS:--Dlog4j2.configurationFile=$bin/../config/connect-log4j2.yaml}"
exec "$bin/kafka-run-class.sh" org.apache.kafka.connect.cli.ConnectDistributed "$@"
