package cdc.sink;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads records into changes, hands them to the pipeline, and lets Connect commit what the engine acknowledged. */
public final class OpenSearchSinkTask extends SinkTask {
    private static final Logger LOG = LoggerFactory.getLogger(OpenSearchSinkTask.class);

    private ChangeReader reader;
    private BulkPipeline pipeline;
    private Removals removals;
    private boolean hasRemovals;
    private Engine engine;
    private Metrics metrics;
    private Offsets offsets;
    private Map<TopicPartition, String> lastDeleted;
    private ErrantRecordReporter reporter;
    private boolean tolerant;
    private String name;
    private long flushTimeoutMillis;
    private long backoffMaxMillis;

    @Override
    public String version() {
        return OpenSearchSinkConnector.pluginVersion();
    }

    @Override
    public void start(Map<String, String> props) {
        SinkConfig config = new SinkConfig(props);
        String task = props.getOrDefault(SinkConfig.TASK_ID, "0");
        name = props.getOrDefault("name", "opensearch-sink");
        flushTimeoutMillis = config.getInt(SinkConfig.FLUSH_TIMEOUT);
        backoffMaxMillis = config.getLong(SinkConfig.BACKOFF_MAX);
        tolerant = "all".equals(props.get("errors.tolerance"));
        reporter = context.errantRecordReporter();
        offsets = new Offsets();
        lastDeleted = new HashMap<>();
        metrics = new Metrics(name, task);
        engine = new Engine(config);
        reader = new ChangeReader(config, new MappedFields(engine));
        removals = new Removals(new RemovalReader(config, props.get("topics")), new RemovalStore(engine, config), metrics);
        hasRemovals = !config.removalTopics().isEmpty();
        pipeline = new BulkPipeline(new BulkRun(engine, metrics, config), config);
        LOG.info("{} task {} writes to {}", name, task, config.urls());
    }

    @Override
    public void open(Collection<TopicPartition> partitions) {
        pipeline.assign(partitions);
    }

    @Override
    public void put(Collection<SinkRecord> records) {
        try {
            reportErrants();
            pipeline.resume();
            if (hasRemovals) asked(removals::load);
            for (SinkRecord record : records) {
                if (!offsets.isAccepted(record)) take(record);
            }
            pipeline.sendIfDue();
            if (removals.isBusy()) asked(() -> removals.work(this::isWritten));
        } catch (RetriableException e) {
            context.timeout(backoffMaxMillis);
            throw e;
        }
        long wake = removals.isBusy() ? 1 : pipeline.nextWake();
        if (wake > 0) context.timeout(wake);
    }

    private interface Question {
        void ask() throws EngineException, InterruptedException;
    }

    /** @throws RetriableException if the engine does not answer now, ConnectException if it never will */
    private static void asked(Question question) {
        try {
            question.ask();
        } catch (EngineException e) {
            if (e.kind() == EngineException.Kind.PASSING) {
                throw new RetriableException("OpenSearch does not answer; it is tried again: " + e.getMessage(), e);
            }
            throw new ConnectException("OpenSearch does not take what the sink asks, and will not: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectException("interrupted while waiting for OpenSearch", e);
        }
    }

    private boolean isWritten() {
        pipeline.send();
        pipeline.awaitIdle(flushTimeoutMillis);
        return pipeline.isIdle();
    }

    private void take(SinkRecord record) {
        Offsets.Ticket ticket = Offsets.ticket(record);
        Change change;
        try {
            String topic = reader.topic(record);
            if (removals.isOf(topic)) {
                asked(() -> removals.take(topic, record, ticket));
                offsets.accept(record, ticket);
                return;
            }
            change = reader.read(record);
        } catch (DataException e) {
            report(record, e);
            ticket.done();
            offsets.accept(record, ticket);
            return;
        }
        if (hasRemovals && removals.isGone(change)) {
            metrics.conflicts.increment();
            ticket.done();
        } else if (followsItsDelete(change)) ticket.done();
        else pipeline.add(change, ticket);
        offsets.accept(record, ticket);
    }

    /** Debezium writes a tombstone right after a delete event; the event said all, and when. */
    private boolean followsItsDelete(Change change) {
        TopicPartition partition = Offsets.partition(change.record());
        if (change.operation() == Change.Operation.DELETE) {
            lastDeleted.put(partition, change.address().key());
            return false;
        }
        String deleted = lastDeleted.remove(partition);
        return change.operation() == Change.Operation.TOMBSTONE && change.address().key().equals(deleted);
    }

    private void reportErrants() {
        for (BulkRun.Errant errant : pipeline.takeErrants()) {
            Change change = errant.pending().change();
            report(change.record(), new DataException("document " + change.address().id() + " of index "
                    + change.address().index() + " was refused: " + errant.reason()));
            errant.pending().done();
        }
    }

    /** Connect commits a reported record's offset only when it is in the dead letter topic. */
    private void report(SinkRecord record, DataException problem) {
        metrics.errant.increment();
        String where = record.originalTopic() + ", partition " + record.originalKafkaPartition() + ", offset "
                + record.originalKafkaOffset();
        if (reporter != null) {
            reporter.report(record, problem);
            LOG.warn("{}: record reported ({}): {}", name, where, problem.getMessage());
        } else if (tolerant) {
            LOG.warn("{}: record dropped, as errors.tolerance=all and no dead letter topic say ({}): {}", name, where,
                    problem.getMessage());
        } else {
            throw new ConnectException("record cannot be taken (" + where + "): " + problem.getMessage()
                    + ". Set errors.tolerance=all and errors.deadletterqueue.topic.name to go on without it", problem);
        }
    }

    @Override
    public Map<TopicPartition, OffsetAndMetadata> preCommit(Map<TopicPartition, OffsetAndMetadata> currentOffsets) {
        try {
            pipeline.send();
        } catch (RetriableException e) {
            LOG.debug("{}: what is not sent is left to the next commit: {}", name, e.getMessage());
        }
        pipeline.awaitIdle(flushTimeoutMillis);
        reportErrants();
        if (hasRemovals && !isSettled()) return Map.of();
        return offsets.committable(currentOffsets);
    }

    private boolean isSettled() {
        boolean[] settled = {false};
        try {
            asked(() -> settled[0] = removals.settle());
        } catch (RetriableException e) {
            LOG.debug("{}: nothing is committed until the engine answers: {}", name, e.getMessage());
        }
        return settled[0];
    }

    @Override
    public void close(Collection<TopicPartition> partitions) {
        pipeline.discard(partitions);
        removals.discard(Set.copyOf(partitions));
        offsets.forget(partitions);
        lastDeleted.keySet().removeAll(List.copyOf(partitions));
    }

    @Override
    public void stop() {
        // start() may have failed half-way
        if (pipeline != null) pipeline.close();
        if (engine != null) engine.close();
        if (metrics != null) {
            metrics.close();
            LOG.info("{} stopped: {}", name, metrics);
        }
    }
}
