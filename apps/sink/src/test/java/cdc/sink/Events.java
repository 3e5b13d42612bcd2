package cdc.sink;

import java.math.BigDecimal;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.sink.SinkRecord;

/** Records as Debezium writes them of a small products table. */
final class Events {
    static final String TOPIC = "shard0.products.products";
    static final String INDEX = "products-products";
    static final String SERVER = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

    static final Schema KEY = SchemaBuilder.struct().field("id", Schema.INT64_SCHEMA).build();
    static final Schema ROW = SchemaBuilder.struct().optional()
            .field("id", Schema.INT64_SCHEMA)
            .field("name", Schema.STRING_SCHEMA)
            .field("price", Decimal.builder(2).optional().build())
            .build();
    static final Schema SOURCE = SchemaBuilder.struct()
            .field("ts_us", Schema.OPTIONAL_INT64_SCHEMA)
            .field("snapshot", Schema.OPTIONAL_STRING_SCHEMA)
            .field("gtid", Schema.OPTIONAL_STRING_SCHEMA)
            .field("file", Schema.STRING_SCHEMA)
            .field("pos", Schema.INT64_SCHEMA)
            .field("row", Schema.INT32_SCHEMA)
            .build();
    static final Schema ENVELOPE = SchemaBuilder.struct()
            .field("before", ROW)
            .field("after", ROW)
            .field("source", SOURCE)
            .field("op", Schema.STRING_SCHEMA)
            .build();

    private Events() {}

    static Struct key(long id) {
        return new Struct(KEY).put("id", id);
    }

    static Struct row(long id, String name, String price) {
        return new Struct(ROW).put("id", id).put("name", name).put("price", price == null ? null : new BigDecimal(price));
    }

    /** A streamed change's source block; its transaction's number is of no account. */
    static Struct streamed(long micros, String server, int file, long pos, int row) {
        return new Struct(SOURCE).put("ts_us", micros).put("snapshot", "false").put("gtid", server + ":7")
                .put("file", "mysql-bin.%06d".formatted(file)).put("pos", pos).put("row", row);
    }

    /** An initial snapshot's: no GTID, the time of reading, the position of the view. */
    static Struct snapshot(long micros, int file, long pos) {
        return new Struct(SOURCE).put("ts_us", micros).put("snapshot", "true")
                .put("file", "mysql-bin.%06d".formatted(file)).put("pos", pos).put("row", 0);
    }

    static Struct envelope(String op, Struct row, Struct source) {
        Struct envelope = new Struct(ENVELOPE).put("op", op).put("source", source);
        return op.equals("d") ? envelope.put("before", row) : envelope.put("after", row);
    }

    static SinkRecord record(String topic, long offset, Object key, Object value) {
        return record(topic, 0, offset, key, value, 1_790_000_000_000L + offset);
    }

    static SinkRecord record(String topic, int partition, long offset, Object key, Object value, long timestamp) {
        return new SinkRecord(topic, partition, key instanceof Struct s ? s.schema() : null, key,
                value instanceof Struct s ? s.schema() : null, value, offset, timestamp, TimestampType.CREATE_TIME);
    }

    /** The n-th change of a well-behaved history: a millisecond and a kilobyte after the one before. */
    static SinkRecord change(long offset, String op, long id, String name, int n) {
        return record(TOPIC, offset, key(id), envelope(op, row(id, name, "1.50"),
                streamed(1_790_000_000_000_000L + n * 1_000L, SERVER, 1, 1_000L * n, 0)));
    }

    static SinkRecord tombstone(long offset, long id) {
        return record(TOPIC, offset, key(id), null);
    }
}
