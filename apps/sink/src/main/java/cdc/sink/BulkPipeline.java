package cdc.sink;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers changes into batches and keeps a bounded number of them under way. A document is in one batch at a time, so
 * its changes reach the engine in their order. Methods are called by the task's thread; requests run on threads of their
 * own.
 */
final class BulkPipeline implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BulkPipeline.class);
    private static final long STOP_SECONDS = 5;

    private final BulkRun runner;
    private final ExecutorService threads;
    private final int batchSize;
    private final int batchBytes;
    private final int maxInFlight;
    private final long lingerNanos;
    private final long maxBlockMillis;
    private final long snapshotWindowMicros;

    // all guarded by this
    private Map<String, Pending> open = new LinkedHashMap<>();
    private long openBytes;
    private long openSince;
    private int inFlight;
    private long inFlightBytes;
    private final Set<String> busy = new HashSet<>();
    private final List<List<Pending>> stalled = new ArrayList<>();
    private String stalledReason;
    private final List<BulkRun.Errant> errants = new ArrayList<>();
    private final Set<TopicPartition> revoked = new HashSet<>();
    private ConnectException failure;

    BulkPipeline(BulkRun runner, SinkConfig config) {
        this.runner = runner;
        this.batchSize = config.getInt(SinkConfig.BATCH_SIZE);
        this.batchBytes = config.getInt(SinkConfig.BATCH_BYTES);
        this.maxInFlight = config.getInt(SinkConfig.MAX_IN_FLIGHT);
        this.lingerNanos = TimeUnit.MILLISECONDS.toNanos(config.getInt(SinkConfig.LINGER));
        this.maxBlockMillis = config.getInt(SinkConfig.MAX_BLOCK);
        this.snapshotWindowMicros = config.getLong(SinkConfig.SNAPSHOT_WINDOW) * 1_000L;
        this.threads = Executors.newFixedThreadPool(maxInFlight, runnable -> {
            Thread thread = new Thread(runnable, "opensearch-sink-bulk");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Takes over a change; waits while its document is under way or all requests are.
     *
     * @throws RetriableException if it was not taken over within max.block.ms, or retries are used up
     * @throws ConnectException if the engine will never take anything
     */
    synchronized void add(Change change, Offsets.Ticket ticket) {
        String key = change.address().key();
        Pending known = open.get(key);
        if (known != null) {
            openBytes -= known.change().bytes();
            known.merge(change, ticket, snapshotWindowMicros);
            openBytes += known.change().bytes();
            return;
        }
        if (isFull(change.bytes())) send();
        await(() -> !busy.contains(key));
        if (open.isEmpty()) openSince = System.nanoTime();
        open.put(key, new Pending(change, ticket, snapshotWindowMicros));
        openBytes += change.bytes();
    }

    private boolean isFull(int moreBytes) {
        return open.size() >= batchSize || (!open.isEmpty() && openBytes + moreBytes > batchBytes);
    }

    /** Sends the open batch if it is full or has waited for linger.ms. */
    synchronized void sendIfDue() {
        if (!open.isEmpty() && (isFull(0) || System.nanoTime() - openSince >= lingerNanos)) send();
    }

    /** Sends the open batch, waiting for a free request. */
    synchronized void send() {
        if (open.isEmpty()) return;
        // a request of one large document waits for those before it: each is held several times over while it is sent
        await(() -> inFlight == 0 || inFlight < maxInFlight && inFlightBytes + openBytes <= (long) maxInFlight * batchBytes);
        List<Pending> batch = new ArrayList<>(open.values());
        busy.addAll(open.keySet());
        open = new LinkedHashMap<>();
        openBytes = 0;
        start(batch);
    }

    private void start(List<Pending> batch) {
        inFlight++;
        inFlightBytes += bytesOf(batch);
        threads.execute(() -> run(batch));
    }

    private static long bytesOf(List<Pending> batch) {
        return batch.stream().mapToLong(pending -> pending.change().bytes()).sum();
    }

    private void run(List<Pending> batch) {
        BulkRun.Result result = null;
        ConnectException fatal = null;
        try {
            result = runner.run(batch);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (EngineException e) {
            fatal = new ConnectException("OpenSearch does not take what the sink sends, and will not: " + e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            fatal = new ConnectException("the sink failed while writing: " + e, e);
        }
        finish(batch, result, fatal);
    }

    private synchronized void finish(List<Pending> batch, BulkRun.Result result, ConnectException fatal) {
        inFlight--;
        inFlightBytes -= bytesOf(batch);
        if (result != null) {
            List<Pending> left = result.left().stream().filter(pending -> !isOf(pending, revoked)).toList();
            Set<Pending> kept = new HashSet<>(left);
            Set<Pending> refused = new HashSet<>();
            result.errants().forEach(errant -> refused.add(errant.pending()));
            for (Pending pending : batch) {
                if (kept.contains(pending)) continue;
                busy.remove(pending.change().address().key());
                if (!refused.contains(pending)) pending.done();
            }
            errants.addAll(result.errants());
            if (!left.isEmpty()) {
                stalled.add(left);
                stalledReason = result.reason();
            }
        }
        if (fatal != null) failure = fatal;
        notifyAll();
    }

    /**
     * Starts again what was left when retries were used up.
     *
     * @throws RetriableException if there was any, for Connect to pause the partitions
     */
    synchronized void resume() {
        if (failure != null) throw failure;
        if (stalled.isEmpty()) return;
        stalled.forEach(this::start);
        stalled.clear();
        throw new RetriableException("OpenSearch takes no changes; they are kept and tried again: " + stalledReason);
    }

    /** Waits until nothing is under way, or time is over, or something stalled. */
    synchronized void awaitIdle(long millis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (inFlight > 0 && stalled.isEmpty() && failure == null && waitUntil(end)) {
            // looks again
        }
    }

    /** Whether all that was taken over is acknowledged. */
    synchronized boolean isIdle() {
        return open.isEmpty() && inFlight == 0 && stalled.isEmpty();
    }

    /** How long the task may sleep at most, in ms, before there is something to be done; -1 for as long as it likes. */
    synchronized long nextWake() {
        if (!open.isEmpty()) {
            return Math.max(1, TimeUnit.NANOSECONDS.toMillis(lingerNanos - (System.nanoTime() - openSince)) + 1);
        }
        return inFlight > 0 || !stalled.isEmpty() || !errants.isEmpty() ? 100 : -1;
    }

    synchronized List<BulkRun.Errant> takeErrants() {
        List<BulkRun.Errant> taken = List.copyOf(errants);
        errants.clear();
        return taken;
    }

    /** Drops what is not under way of partitions that are another task's from now on. */
    synchronized void discard(Collection<TopicPartition> partitions) {
        revoked.addAll(partitions);
        open.values().removeIf(pending -> isOf(pending, revoked));
        errants.removeIf(errant -> isOf(errant.pending(), revoked));
        List<List<Pending>> batches = List.copyOf(stalled);
        stalled.clear();
        for (List<Pending> batch : batches) {
            batch.stream().filter(pending -> isOf(pending, revoked))
                    .forEach(pending -> busy.remove(pending.change().address().key()));
            List<Pending> kept = batch.stream().filter(pending -> !isOf(pending, revoked)).toList();
            if (!kept.isEmpty()) stalled.add(kept);
        }
    }

    /** These partitions are this task's (again). */
    synchronized void assign(Collection<TopicPartition> partitions) {
        revoked.removeAll(List.copyOf(partitions));
    }

    private static boolean isOf(Pending pending, Set<TopicPartition> partitions) {
        return partitions.contains(Offsets.partition(pending.change().record()));
    }

    private void await(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(maxBlockMillis);
        while (true) {
            if (failure != null) throw failure;
            if (!stalled.isEmpty()) throw new RetriableException("OpenSearch takes no changes: " + stalledReason);
            if (condition.getAsBoolean()) return;
            if (!waitUntil(end)) {
                throw new RetriableException(inFlight + " requests to OpenSearch are under way for more than "
                        + maxBlockMillis + " ms; the rest waits");
            }
        }
    }

    /** @return false if the time is over */
    private boolean waitUntil(long end) {
        long millis = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (millis <= 0) return false;
        try {
            wait(millis);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectException("interrupted while waiting for OpenSearch", e);
        }
    }

    /** Gives up requests in hand: what is not acknowledged is not committed and comes again. */
    @Override
    public void close() {
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("A request did not end within {} s; it is left behind", STOP_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
