package cdc.sink;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
        reader = new ChangeReader(config);
        offsets = new Offsets();
        lastDeleted = new HashMap<>();
        metrics = new Metrics(name, task);
        engine = new Engine(config);
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
            for (SinkRecord record : records) {
                if (!offsets.isAccepted(record)) take(record);
            }
            pipeline.sendIfDue();
        } catch (RetriableException e) {
            context.timeout(backoffMaxMillis);
            throw e;
        }
        long wake = pipeline.nextWake();
        if (wake > 0) context.timeout(wake);
    }

    private void take(SinkRecord record) {
        Offsets.Ticket ticket = Offsets.ticket(record);
        Change change;
        try {
            change = reader.read(record);
        } catch (DataException e) {
            report(record, e);
            ticket.done();
            offsets.accept(record, ticket);
            return;
        }
        if (followsItsDelete(change)) ticket.done();
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
        return offsets.committable(currentOffsets);
    }

    @Override
    public void close(Collection<TopicPartition> partitions) {
        pipeline.discard(partitions);
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
