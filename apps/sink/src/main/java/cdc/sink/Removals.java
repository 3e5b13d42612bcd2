package cdc.sink;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.sink.SinkRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tables that were emptied or dropped: takes their documents out of the index, and keeps out what arrives late from before.
 * README.md ("Emptied and dropped tables") says why each step is as it is. Used by the task's thread only.
 */
final class Removals {
    private static final Logger LOG = LoggerFactory.getLogger(Removals.class);
    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final RemovalReader reader;
    private final RemovalStore store;
    private final Metrics metrics;
    private final Map<String, Position> places = new HashMap<>();
    /** By key, the index of tables that this task wrote to since it last looked for removals that others met. */
    private final Map<String, String> written = new HashMap<>();
    private final Deque<Sweep> sweeps = new ArrayDeque<>();
    private boolean loaded;

    /** Going through a table's documents of a shard. @param ticket null where another task has met the removal */
    private static final class Sweep {
        private final Removal removal;
        private final Offsets.Ticket ticket;
        private final TopicPartition partition;
        private boolean begun;
        private String next;
        private int conflicts;
        private long deleted;

        Sweep(Removal removal, Offsets.Ticket ticket, TopicPartition partition) {
            this.removal = removal;
            this.ticket = ticket;
            this.partition = partition;
        }
    }

    Removals(RemovalReader reader, RemovalStore store, Metrics metrics) {
        this.reader = reader;
        this.store = store;
        this.metrics = metrics;
    }

    boolean isOf(String topic) {
        return reader.isOf(topic);
    }

    /** Reads what is known, before the first change is taken. */
    void load() throws EngineException, InterruptedException {
        if (loaded) return;
        places.putAll(store.load());
        loaded = true;
    }

    /**
     * Takes over a record of a removal; its ticket is done when its documents are gone.
     *
     * @throws org.apache.kafka.connect.errors.DataException if it cannot be told what was removed
     */
    void take(String topic, SinkRecord record, Offsets.Ticket ticket) throws EngineException, InterruptedException {
        List<Removal> removals = reader.read(topic, record);
        if (removals.isEmpty()) {
            ticket.done();
            return;
        }
        store.save(removals);
        removals.forEach(removal -> remember(removal.key(), removal.position()));
        // one record tells of several tables only when their database was dropped: the last of them ends it
        for (int i = 0; i < removals.size(); i++) {
            boolean last = i == removals.size() - 1;
            sweeps.add(new Sweep(removals.get(i), last ? ticket : null, Offsets.partition(record)));
        }
    }

    private boolean remember(String key, Position place) {
        Position known = places.get(key);
        if (known != null && known.version(0) >= place.version(0)) return false;
        places.put(key, place);
        return true;
    }

    /** Whether the row of this change went with its table. A change that may be written is remembered. */
    boolean isGone(Change change) {
        DocumentId.Address address = change.address();
        if (change.operation() != Change.Operation.PUT || address.table() == null) return false;
        String key = Removal.key(address.shard(), address.table());
        Position place = places.get(key);
        if (place != null && change.position().isGoneBy(place)) return true;
        written.put(key, address.index());
        return false;
    }

    boolean isBusy() {
        return !sweeps.isEmpty();
    }

    /**
     * Goes on for half a second at most.
     *
     * @param isWritten sends all that the task has taken; false while not all of it is acknowledged
     */
    void work(BooleanSupplier isWritten) throws EngineException, InterruptedException {
        long end = System.nanoTime() + STEP_NANOS;
        while (!sweeps.isEmpty() && System.nanoTime() < end) {
            Sweep sweep = sweeps.peek();
            // what was taken before the removal was known is found only when it is written
            if (!sweep.begun && !isWritten.getAsBoolean()) return;
            if (!step(sweep)) continue;
            sweeps.remove();
            if (sweep.ticket != null) sweep.ticket.done();
            LOG.info("{} on {} was emptied or dropped: {} documents of {} deleted", sweep.removal.table(),
                    sweep.removal.shard(), sweep.deleted, sweep.removal.index());
        }
    }

    /** @return whether all documents were seen, and none changed meanwhile */
    private boolean step(Sweep sweep) throws EngineException, InterruptedException {
        RemovalStore.Page page;
        try {
            page = sweep.begun ? store.nextPage(sweep.next) : store.firstPage(sweep.removal.index(), sweep.removal.shard());
        } catch (EngineException e) {
            // the engine keeps a reader's place for minutes only
            if (!sweep.begun || !e.isMissing()) throw e;
            sweep.begun = false;
            return false;
        }
        if (!sweep.begun) sweep.conflicts = 0;
        sweep.begun = true;
        sweep.next = page.next();
        List<RemovalStore.Found> gone = page.documents().stream()
                .filter(found -> found.position() != null && found.position().isGoneBy(sweep.removal.position()))
                .toList();
        if (!gone.isEmpty()) {
            int conflicts = store.delete(gone);
            sweep.conflicts += conflicts;
            sweep.deleted += gone.size() - conflicts;
            metrics.deleted.add(gone.size() - conflicts);
        }
        if (page.next() != null) return false;
        if (sweep.conflicts > 0) sweep.begun = false;
        return sweep.conflicts == 0;
    }

    /**
     * Before a commit: learns what other tasks met. What this one wrote meanwhile, not knowing of it, has to go too.
     *
     * @return whether what was taken may be committed, as nothing is left of rows that are gone
     */
    boolean settle() throws EngineException, InterruptedException {
        for (Map.Entry<String, Position> told : store.load().entrySet()) {
            String key = told.getKey();
            if (!remember(key, told.getValue()) || !written.containsKey(key)) continue;
            int colon = key.indexOf(':');
            sweeps.add(new Sweep(new Removal(written.get(key), key.substring(0, colon), key.substring(colon + 1),
                    told.getValue()), null, null));
        }
        written.clear();
        return sweeps.stream().noneMatch(sweep -> sweep.ticket == null);
    }

    /** Drops what another task has to see to from now on. */
    void discard(Set<TopicPartition> partitions) {
        for (Iterator<Sweep> all = sweeps.iterator(); all.hasNext();) {
            TopicPartition partition = all.next().partition;
            if (partition != null && partitions.contains(partition)) all.remove();
        }
    }
}
