package cdc.sink;

import java.util.ArrayList;
import java.util.List;

/** A change on its way: the newest of its document in a batch, with the tickets of those that it replaced. */
final class Pending {
    /** In place of a version: the document is to be created, one version above that of its deletion. */
    static final long CREATE = -1;

    private Change change;
    private long version;
    private int rounds;
    private final List<Offsets.Ticket> tickets = new ArrayList<>(1);

    Pending(Change change, Offsets.Ticket ticket, long snapshotWindowMicros) {
        set(change, snapshotWindowMicros);
        tickets.add(ticket);
    }

    /** Another change of the same document: the newer one stays; both are done when it is. */
    void merge(Change other, Offsets.Ticket ticket, long snapshotWindowMicros) {
        tickets.add(ticket);
        if (isReplacedBy(other, snapshotWindowMicros)) set(other, snapshotWindowMicros);
    }

    private boolean isReplacedBy(Change other, long snapshotWindowMicros) {
        boolean undated = change.operation() == Change.Operation.TOMBSTONE || other.operation() == Change.Operation.TOMBSTONE;
        // a tombstone's time is when it was sent, up to moments after the next change: their order says more
        if (undated && Offsets.partition(change.record()).equals(Offsets.partition(other.record()))) return true;
        if (other.operation() == Change.Operation.TOMBSTONE) return change.position().isCoveredBy(other.position());
        return other.position().supersedes(change.position(), snapshotWindowMicros);
    }

    private void set(Change newest, long snapshotWindowMicros) {
        change = newest;
        version = newest.position().version(snapshotWindowMicros);
    }

    Change change() {
        return change;
    }

    long version() {
        return version;
    }

    /** Goes with another version into the next round. */
    void retryWith(long otherVersion) {
        version = otherVersion;
        rounds++;
    }

    /** How often the engine's answer was a conflict that this change should have won. */
    int rounds() {
        return rounds;
    }

    void done() {
        tickets.forEach(Offsets.Ticket::done);
    }
}
