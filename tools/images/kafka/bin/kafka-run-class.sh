#!/bin/bash
# Usage: kafka-run-class.sh CLASS [ARGUMENT...]
# Runs a class of the Kafka distribution; reads the same variables as Kafka's own script of this name.
base=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
if (( $# == 0 )); then echo "usage: $0 CLASS [ARGUMENT...]" >&2; exit 1; fi

# Each jar by name, in a fixed order: a class-data archive is valid only for the very same class path.
for jar in "$base"/libs/*.jar; do CLASSPATH=${CLASSPATH:+$CLASSPATH:}$jar; done
export -n CLASSPATH # given by -cp

: "${LOG_DIR:=$base/logs}"
: "${KAFKA_HEAP_OPTS:=-Xmx256M}"
: "${KAFKA_JVM_PERFORMANCE_OPTS:=-server -XX:+UseG1GC -XX:MaxGCPauseMillis=20 -XX:InitiatingHeapOccupancyPercent=35 -XX:+ExplicitGCInvokesConcurrent -Djava.awt.headless=true}"
: "${KAFKA_LOG4J_OPTS:=-Dlog4j2.configurationFile=$base/config/tools-log4j2.yaml}"
: "${KAFKA_JMX_OPTS:=-Dcom.sun.management.jmxremote -Dcom.sun.management.jmxremote.authenticate=false -Dcom.sun.management.jmxremote.ssl=false}"
if [[ -n ${JMX_PORT-} ]]; then
  KAFKA_JMX_OPTS+=" -Dcom.sun.management.jmxremote.port=$JMX_PORT"
  if [[ $KAFKA_JMX_OPTS != *jmxremote.rmi.port=* ]]; then KAFKA_JMX_OPTS+=" -Dcom.sun.management.jmxremote.rmi.port=$JMX_PORT"; fi
fi

# Unquoted on purpose: each variable holds several words.
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" $KAFKA_HEAP_OPTS $KAFKA_JVM_PERFORMANCE_OPTS ${KAFKA_GC_LOG_OPTS-} $KAFKA_JMX_OPTS \
  -Dkafka.logs.dir="$LOG_DIR" $KAFKA_LOG4J_OPTS -cp "$CLASSPATH" ${KAFKA_OPTS-} "$@"
