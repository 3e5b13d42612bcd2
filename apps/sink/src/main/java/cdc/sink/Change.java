package cdc.sink;

import org.apache.kafka.connect.sink.SinkRecord;

/**
 * One change of one document, read from one record.
 *
 * @param document JSON of the row; null unless the operation is {@link Operation#PUT}
 * @param position where it stands in the row's history
 * @param record where it came from
 */
record Change(Operation operation, DocumentId.Address address, byte[] document, Position position, SinkRecord record) {
    enum Operation {
        PUT,
        DELETE,
        /** A null value that does not say when: deletes what is older than the record. */
        TOMBSTONE
    }

    private static final int ACTION_BYTES = 150;

    /** About as many bytes as it takes in a bulk request. */
    int bytes() {
        return ACTION_BYTES + address.id().length() + (document == null ? 0 : document.length);
    }
}
