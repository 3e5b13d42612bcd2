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
        boolean replaces = other.operation() == Change.Operation.TOMBSTONE
                || other.position().supersedes(change.position(), snapshotWindowMicros);
        if (replaces) set(other, snapshotWindowMicros);
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
