package cdc.sink;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTaskContext;

/** A started task with a context that remembers what it was told. */
final class RunningTask implements AutoCloseable {
    /** A record given to the dead letter queue. */
    record Reported(SinkRecord record, String reason) {}

    final OpenSearchSinkTask task = new OpenSearchSinkTask();
    final List<Reported> reported = new ArrayList<>();
    private final Map<TopicPartition, OffsetAndMetadata> consumed = new HashMap<>();
    private final boolean reporting;

    RunningTask(FakeEngine engine, String... settings) {
        this(engine.url(), true, settings);
    }

    RunningTask(String url, boolean reporting, String... settings) {
        this.reporting = reporting;
        Map<String, String> props = new HashMap<>(Map.of("name", "test-sink", SinkConfig.URL, url,
                SinkConfig.LINGER, "0", SinkConfig.BACKOFF, "1", SinkConfig.BACKOFF_MAX, "2"));
        for (int i = 0; i < settings.length; i += 2) props.put(settings[i], settings[i + 1]);
        task.initialize(new Context(props));
        task.start(props);
    }

    void put(SinkRecord... records) {
        task.put(Arrays.asList(records));
        // as Connect does: not before put went well
        for (SinkRecord record : records) {
            consumed.merge(Offsets.partition(record), new OffsetAndMetadata(record.originalKafkaOffset() + 1),
                    (old, next) -> next.offset() > old.offset() ? next : old);
        }
    }

    /** What Connect would commit for partition 0 of the products' topic; -1 for nothing. */
    long committed() {
        return committed(new TopicPartition(Events.TOPIC, 0));
    }

    long committed(TopicPartition partition) {
        OffsetAndMetadata offset = task.preCommit(Map.copyOf(consumed)).get(partition);
        return offset == null ? -1 : offset.offset();
    }

    long counter(java.util.function.ToLongFunction<MetricsMBean> counter) {
        try {
            javax.management.ObjectName name =
                    new javax.management.ObjectName("cdc.sink:type=opensearch-sink-task,connector=\"test-sink\",task=0");
            return counter.applyAsLong(javax.management.JMX.newMBeanProxy(
                    java.lang.management.ManagementFactory.getPlatformMBeanServer(), name, MetricsMBean.class));
        } catch (javax.management.MalformedObjectNameException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        task.stop();
    }

    private final class Context implements SinkTaskContext {
        private final Map<String, String> props;

        Context(Map<String, String> props) {
            this.props = props;
        }

        @Override
        public ErrantRecordReporter errantRecordReporter() {
            if (!reporting) return null;
            return (record, error) -> {
                reported.add(new Reported(record, error.getMessage()));
                return CompletableFuture.completedFuture(null);
            };
        }

        @Override
        public Map<String, String> configs() {
            return props;
        }

        @Override
        public void offset(Map<TopicPartition, Long> offsets) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void offset(TopicPartition partition, long offset) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void timeout(long timeoutMs) {
            // Connect polls again after it; the tests call put themselves
        }

        @Override
        public Set<TopicPartition> assignment() {
            return consumed.keySet();
        }

        @Override
        public void pause(TopicPartition... partitions) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void resume(TopicPartition... partitions) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void requestCommit() {
            throw new UnsupportedOperationException();
        }

        @Override
        public org.apache.kafka.common.metrics.PluginMetrics pluginMetrics() {
            throw new UnsupportedOperationException();
        }
    }
}
