package cdc.sink;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Comparator;

/**
 * Where in its row's history a change stands. README.md ("Order and versions") says why each rule is as it is.
 *
 * @param kind how the position is known
 * @param micros microseconds since 1970: the commit's time for a streamed change, the time of reading for a row of a
 *     snapshot (later than the state it shows), the record's timestamp for a change without source information
 * @param server UUID from the GTID; null when there is none (initial snapshot, GTIDs off)
 * @param file binlog file; null for {@link Kind#KAFKA}
 * @param place offset in that file in bytes; for {@link Kind#KAFKA} the record's offset
 * @param row index of the row within its binlog event
 */
record Position(Kind kind, long micros, String server, String file, long place, int row) {
    enum Kind { STREAM, SNAPSHOT, KAFKA }

    /** 2020-01-01: versions count from here, so that they reach to 2055. */
    private static final long BASE_MICROS = 1_577_836_800_000_000L;
    private static final int MICROS_SHIFT = 4;
    private static final int TIE_BITS = 17;
    private static final int PLACE_SHIFT = 6;
    private static final long TIE_MASK = (1L << TIE_BITS) - 1;
    private static final long MAX_TIME = (1L << (63 - TIE_BITS)) - 1;

    private static final long NEAR_MICROS = 1_000_000L;
    private static final long SNAPSHOT_LAG_MICROS = 600_000_000L;

    private static final Comparator<Position> BY_PLACE = Comparator
            .comparingLong((Position position) -> fileNumber(position.file))
            .thenComparingLong(Position::place)
            .thenComparingInt(Position::row);

    /**
     * The document's version for a first try: 46 bits of time in steps of 16 µs, then 17 bits of place in steps of
     * 64 bytes, which tell the changes of one transaction apart. A snapshot's row is put below everything that may have
     * happened while the snapshot was read.
     */
    long version(long snapshotWindowMicros) {
        return switch (kind) {
            case STREAM -> time(micros) | (((place + row) >> PLACE_SHIFT) & TIE_MASK);
            case SNAPSHOT -> time(micros - snapshotWindowMicros);
            case KAFKA -> time(micros) | (place & TIE_MASK);
        };
    }

    private static long time(long micros) {
        long steps = (micros - BASE_MICROS) >> MICROS_SHIFT;
        return Math.max(0, Math.min(MAX_TIME, steps)) << TIE_BITS;
    }

    /**
     * Whether this change may replace a document (or a pending change) of that position, when versions alone said no or
     * were not asked. Equal positions may: they are the same change.
     */
    boolean supersedes(Position other, long snapshotWindowMicros) {
        if (server != null && server.equals(other.server)) return BY_PLACE.compare(this, other) >= 0;
        if (kind == Kind.STREAM && other.kind == Kind.SNAPSHOT) {
            boolean behindTheView = BY_PLACE.compare(this, other) >= 0 && micros >= other.micros - snapshotWindowMicros;
            return micros > other.micros || behindTheView;
        }
        return micros != other.micros ? micros > other.micros : BY_PLACE.compare(this, other) >= 0;
    }

    /** Whether a tombstone of that position deletes this state: not what was committed after it. */
    boolean isCoveredBy(Position tombstone) {
        // a record's timestamp is in whole milliseconds
        return micros <= tombstone.micros + 999;
    }

    /**
     * Whether a row of this state went with its table, which was emptied or dropped there. A row that is kept in error is
     * found by comparing; one that is left out in error is missing. So where time and place disagree it stays, but for
     * what lies so near in time that only place can tell.
     */
    boolean isGoneBy(Position removal) {
        // the event of a removal is stamped in milliseconds
        boolean earlier = micros <= removal.micros + 999;
        boolean before = BY_PLACE.compare(this, removal) <= 0;
        if (server == null || !server.equals(removal.server)) {
            // an initial snapshot is stamped in whole seconds
            boolean same = kind == Kind.SNAPSHOT && removal.micros - micros < 1_000_000L;
            return earlier && (!same || before);
        }
        // an incremental snapshot's rows are stamped by the connector's clock, which is ahead of what it streams
        long near = kind == Kind.SNAPSHOT ? SNAPSHOT_LAG_MICROS : NEAR_MICROS;
        return before && (earlier || micros - removal.micros <= near);
    }

    /** mysql-bin.000042 → 42; 0 where there is no file. */
    private static long fileNumber(String file) {
        if (file == null) return 0;
        try {
            return Long.parseLong(file.substring(file.lastIndexOf('.') + 1));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    void write(JsonGenerator out) throws IOException {
        out.writeStartObject();
        out.writeStringField("kind", kind.name().toLowerCase(java.util.Locale.ROOT));
        out.writeNumberField("ts_us", micros);
        if (server != null) out.writeStringField("server", server);
        if (file != null) out.writeStringField("file", file);
        out.writeNumberField("pos", place);
        out.writeNumberField("row", row);
        out.writeEndObject();
    }

    /** The position that {@link #write} put into a document; null when there is none. */
    static Position read(JsonNode node) {
        if (node == null || !node.hasNonNull("kind") || !node.hasNonNull("ts_us")) return null;
        try {
            Kind kind = Kind.valueOf(node.get("kind").asText().toUpperCase(java.util.Locale.ROOT));
            return new Position(kind, node.get("ts_us").asLong(), node.path("server").asText(null),
                    node.path("file").asText(null), node.path("pos").asLong(), node.path("row").asInt());
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
