#!/bin/bash
# The rest of kafka.sh for the broker's archive.
archive=/out/cds/broker.jsa
start_broker "-XX:ArchiveClassesAtExit=$archive"
# What a first client makes it do: topics, a group's offsets, records.
seq 100 | "$kafka/bin/kafka-console-producer.sh" --bootstrap-server localhost:9092 --topic prepare > "$work/producer.log" 2>&1
"$kafka/bin/kafka-console-consumer.sh" --bootstrap-server localhost:9092 --topic prepare --group prepare --from-beginning \
  --max-messages 100 --timeout-ms 60000 > "$work/consumer.log" 2>&1
leave "$archive" "$broker"
