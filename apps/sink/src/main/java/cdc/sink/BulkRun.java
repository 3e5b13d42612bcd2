package cdc.sink;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings a batch to its end: repeats what failed in passing, settles conflicts, sorts out what will never do. */
final class BulkRun {
    private static final Logger LOG = LoggerFactory.getLogger(BulkRun.class);
    private static final int MAX_CONFLICT_ROUNDS = 10;
    private static final int MAX_LIFTED_DELETES = 10_000;

    /** A change that the engine will never take. */
    record Errant(Pending pending, String reason) {}

    /** @param left what is still to be done after all retries. @param reason why; null when nothing is left */
    record Result(List<Errant> errants, List<Pending> left, String reason) {}

    private final Engine engine;
    private final Metrics metrics;
    private final int maxRetries;
    private final long backoffMillis;
    private final long backoffMaxMillis;
    private final long snapshotWindowMicros;
    /** Deletions that had to take a version above their own: a row inserted again soon after may be below that. */
    private final Map<String, Position> liftedDeletes = Collections.synchronizedMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Position> eldest) {
            return size() > MAX_LIFTED_DELETES;
        }
    });

    BulkRun(Engine engine, Metrics metrics, SinkConfig config) {
        this.engine = engine;
        this.metrics = metrics;
        this.maxRetries = config.getInt(SinkConfig.MAX_RETRIES);
        this.backoffMillis = config.getLong(SinkConfig.BACKOFF);
        this.backoffMaxMillis = config.getLong(SinkConfig.BACKOFF_MAX);
        this.snapshotWindowMicros = config.getLong(SinkConfig.SNAPSHOT_WINDOW) * 1_000L;
    }

    /** @throws EngineException of kind LASTING only: all else is retried or in the result */
    Result run(List<Pending> batch) throws EngineException, InterruptedException {
        List<Errant> errants = new ArrayList<>();
        // a tombstone does not say when: what it may delete has to be read first
        List<Pending> work = new ArrayList<>(batch.stream().filter(p -> !isTombstone(p)).toList());
        List<Pending> contested = new ArrayList<>(batch.stream().filter(BulkRun::isTombstone).toList());
        int failures = 0;
        while (true) {
            int before = work.size() + contested.size();
            String reason;
            try {
                work.addAll(settle(contested));
                contested = new ArrayList<>();
                Round round = send(work, errants);
                work = round.again;
                contested = round.contested;
                reason = round.reason;
            } catch (EngineException e) {
                if (e.kind() != EngineException.Kind.PASSING) throw e;
                reason = e.getMessage();
            }
            int after = work.size() + contested.size();
            if (after == 0) return new Result(errants, List.of(), null);
            if (reason == null) continue;
            failures = after < before ? 1 : failures + 1;
            if (failures > maxRetries) {
                work.addAll(contested);
                return new Result(errants, work, reason);
            }
            metrics.retries.increment();
            pause(failures, after, reason);
        }
    }

    private static boolean isTombstone(Pending pending) {
        return pending.change().operation() == Change.Operation.TOMBSTONE && pending.rounds() == 0;
    }

    /** What one request left: to be sent again, or in conflict with a document. */
    private record Round(List<Pending> again, List<Pending> contested, String reason) {}

    private Round send(List<Pending> work, List<Errant> errants) throws EngineException, InterruptedException {
        if (work.isEmpty()) return new Round(new ArrayList<>(), new ArrayList<>(), null);
        List<Engine.Outcome> outcomes;
        try {
            metrics.requests.increment();
            outcomes = engine.bulk(work);
        } catch (EngineException e) {
            if (e.kind() != EngineException.Kind.TOO_LARGE) throw e;
            return halve(work, errants, e);
        }
        Round round = new Round(new ArrayList<>(), new ArrayList<>(), null);
        String reason = null;
        for (int i = 0; i < work.size(); i++) {
            Pending pending = work.get(i);
            Engine.Outcome outcome = outcomes.get(i);
            // 404 without an error: a deletion of what is not there
            if (outcome.error() == null && (outcome.status() < 300 || outcome.status() == 404)) succeed(pending);
            else if (outcome.status() == 409) round.contested.add(pending);
            else if (outcome.status() == 400) errants.add(new Errant(pending, outcome.error()));
            else {
                round.again.add(pending);
                reason = "status " + outcome.status() + ", " + outcome.error();
            }
        }
        return new Round(round.again, round.contested, reason);
    }

    private Round halve(List<Pending> work, List<Errant> errants, EngineException tooLarge)
            throws EngineException, InterruptedException {
        if (work.size() == 1) {
            errants.add(new Errant(work.get(0), tooLarge.getMessage()));
            return new Round(new ArrayList<>(), new ArrayList<>(), null);
        }
        int half = work.size() / 2;
        Round first = send(new ArrayList<>(work.subList(0, half)), errants);
        List<Pending> rest = work.subList(half, work.size());
        try {
            Round second = send(new ArrayList<>(rest), errants);
            first.again.addAll(second.again);
            first.contested.addAll(second.contested);
            return new Round(first.again, first.contested, first.reason != null ? first.reason : second.reason);
        } catch (EngineException e) {
            if (e.kind() != EngineException.Kind.PASSING) throw e;
            first.again.addAll(rest);
            return new Round(first.again, first.contested, e.getMessage());
        }
    }

    private void succeed(Pending pending) {
        if (pending.change().operation() == Change.Operation.PUT) {
            metrics.indexed.increment();
            return;
        }
        metrics.deleted.increment();
        if (pending.rounds() > 0) liftedDeletes.put(pending.change().address().key(), pending.change().position());
    }

    /**
     * The version said no. Mostly the document is newer and all is well. Where position and time disagree (see
     * README.md) the position decides, and the change goes again with the document's own version.
     */
    private List<Pending> settle(List<Pending> contested) throws EngineException, InterruptedException {
        if (contested.isEmpty()) return List.of();
        List<Engine.Stored> documents = engine.read(contested);
        List<Pending> again = new ArrayList<>();
        for (int i = 0; i < contested.size(); i++) {
            Pending pending = contested.get(i);
            Engine.Stored stored = documents.get(i);
            if (!wins(pending, stored)) {
                // nothing to delete for a tombstone is no conflict
                if (stored.found() || !isTombstone(pending)) metrics.conflicts.increment();
                continue;
            }
            pending.retryWith(stored.found() ? stored.version() : Pending.CREATE);
            again.add(pending);
        }
        return again;
    }

    private boolean wins(Pending pending, Engine.Stored stored) {
        Change change = pending.change();
        Position position = change.position();
        if (pending.rounds() > MAX_CONFLICT_ROUNDS) return false;
        if (!stored.found()) return createsAnew(change);
        boolean isTombstone = change.operation() == Change.Operation.TOMBSTONE;
        // not the sink's own work: gives way to the row as it was read, and to its deletion, but not to what may be old
        if (stored.position() == null) return isTombstone || position.kind() == Position.Kind.SNAPSHOT;
        if (isTombstone) return stored.position().isCoveredBy(position);
        return position.supersedes(stored.position(), snapshotWindowMicros);
    }

    /** The version was a deletion's, of which the engine keeps no position. */
    private boolean createsAnew(Change change) {
        if (change.operation() != Change.Operation.PUT) return false;
        // a snapshot's version is too low on purpose; the row comes after what its partition held before
        if (change.position().kind() == Position.Kind.SNAPSHOT) return true;
        Position deleted = liftedDeletes.get(change.address().key());
        return deleted != null && change.position().supersedes(deleted, snapshotWindowMicros);
    }

    private void pause(int failures, int changes, String reason) throws InterruptedException {
        long longest = Math.min(backoffMaxMillis, backoffMillis << Math.min(20, failures - 1));
        long millis = longest - ThreadLocalRandom.current().nextLong(longest / 2 + 1);
        LOG.warn("{} changes are tried again in {} ms, retry {} of {}: {}", changes, millis, failures, maxRetries, reason);
        Thread.sleep(millis);
    }
}
