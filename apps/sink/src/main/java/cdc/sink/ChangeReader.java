package cdc.sink;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.sink.SinkRecord;

/** Reads a record: Debezium's envelope, or a row that ExtractNewRecordState left of it, with or without a schema. */
final class ChangeReader {
    private static final JsonFactory JSON = new JsonFactory();
    /** What ExtractNewRecordState's add.fields and add.headers call the source's fields. */
    private static final String SOURCE_PREFIX = "__source_";

    /** On the retry topic: the topic that the record is of. */
    private static final String ORIGIN_TOPIC = "cdc.origin.topic";

    private final DocumentId ids;
    private final String retryTopic;
    private final String shardField;
    private final String positionField;
    private final FieldTypes fieldTypes;

    ChangeReader(SinkConfig config, FieldTypes fieldTypes) {
        this.fieldTypes = fieldTypes;
        this.ids = new DocumentId(TopicTargets.of(config), config.shardKeyField(), fieldTypes);
        this.retryTopic = config.getString(SinkConfig.RETRY_TOPIC);
        this.shardField = config.getString(SinkConfig.SHARD_FIELD);
        this.positionField = config.getString(SinkConfig.POSITION_FIELD);
    }

    /**
     * @throws DataException if the record is no change of a row; the message says why
     * @throws ConnectException if the engine cannot be asked what the record does not tell
     */
    Change read(SinkRecord record) {
        try {
            return change(record);
        } catch (ConnectException e) {
            throw e;
        } catch (RuntimeException e) {
            // whatever a record holds, it must not stop the records after it
            throw new DataException("the record cannot be read: " + e, e);
        }
    }

    private Change change(SinkRecord record) {
        DocumentId.Address address = ids.of(topic(record), record.key());
        if (record.value() == null) return nullValue(record, address);
        Fields value = Fields.of(record.value());
        if (value == null) {
            throw new DataException("the value is a " + record.value().getClass().getSimpleName()
                    + ", but has to be a change event or a row; is value.converter the writer's?");
        }
        boolean envelope = value.has("op") && value.has("source") && value.has("after");
        return envelope ? envelope(record, address, value) : row(record, address, value);
    }

    /** The topic that tells table and shard: the record's own, or the one that it had before it was sent again. */
    String topic(SinkRecord record) {
        if (!record.originalTopic().equals(retryTopic)) return record.topic();
        Header origin = record.headers().lastWithName(ORIGIN_TOPIC);
        if (origin == null || origin.value() == null) {
            throw new DataException("the record is on " + SinkConfig.RETRY_TOPIC + " " + retryTopic + " without the header "
                    + ORIGIN_TOPIC + ", so its table cannot be told");
        }
        // text or bytes, as header.converter has it
        return origin.value() instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : origin.value().toString();
    }

    private Change envelope(SinkRecord record, DocumentId.Address address, Fields value) {
        String op = value.text("op");
        Fields source = value.nested("source");
        if (source == null) throw new DataException("the event has no source block");
        Position position = position(source, "", record);
        return switch (op == null ? "" : op) {
            case "c", "u", "r" -> put(record, address, required(value, "after"), position, false);
            case "d" -> new Change(Change.Operation.DELETE, address, null, position, record);
            case "t" -> throw new DataException("op t: the table was truncated, which no document of it can tell; such"
                    + " events belong on a topic of " + SinkConfig.REMOVAL_TOPICS);
            default -> throw new DataException("op " + op + " is not a change of a row");
        };
    }

    private static Fields required(Fields value, String name) {
        Fields row = value.nested(name);
        if (row == null) throw new DataException("the event has no row in " + name);
        return row;
    }

    private Change row(SinkRecord record, DocumentId.Address address, Fields row) {
        Position position = row.has(SOURCE_PREFIX + "ts_us") || row.has(SOURCE_PREFIX + "ts_ms")
                ? position(row, SOURCE_PREFIX, record)
                : position(new HeaderFields(record), SOURCE_PREFIX, record);
        // delete.handling.mode=rewrite
        if ("true".equals(row.text("__deleted"))) {
            return new Change(Change.Operation.DELETE, address, null, position, record);
        }
        return put(record, address, row, position, true);
    }

    private static Change nullValue(SinkRecord record, DocumentId.Address address) {
        Position position = position(new HeaderFields(record), SOURCE_PREFIX, record);
        boolean dated = position.kind() != Position.Kind.KAFKA;
        return new Change(dated ? Change.Operation.DELETE : Change.Operation.TOMBSTONE, address, null, position, record);
    }

    static Position position(Fields source, String prefix, SinkRecord record) {
        Long micros = source.number(prefix + "ts_us");
        Long millis = source.number(prefix + "ts_ms");
        if (micros == null && millis == null) {
            long timestamp = record.timestamp() == null ? 0 : record.timestamp();
            return new Position(Position.Kind.KAFKA, timestamp * 1_000L, null, null, record.kafkaOffset(), 0);
        }
        String snapshot = source.text(prefix + "snapshot");
        boolean streamed = snapshot == null || snapshot.isEmpty() || snapshot.equals("false");
        String gtid = source.text(prefix + "gtid");
        Long place = source.number(prefix + "pos");
        Long row = source.number(prefix + "row");
        return new Position(streamed ? Position.Kind.STREAM : Position.Kind.SNAPSHOT,
                micros != null ? micros : millis * 1_000L,
                gtid == null || gtid.indexOf(':') < 0 ? null : gtid.substring(0, gtid.indexOf(':')),
                source.text(prefix + "file"),
                place == null ? 0 : place,
                row == null ? 0 : row.intValue());
    }

    private Change put(SinkRecord record, DocumentId.Address address, Fields row, Position position, boolean unwrapped) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator out = JSON.createGenerator(bytes)) {
            out.writeStartObject();
            for (Fields.Entry column : row.entries()) {
                if (unwrapped && isMetadata(column.name())) continue;
                writeColumn(out, address.index(), column);
            }
            out.writeStringField(shardField, address.shard());
            out.writeFieldName(positionField);
            position.write(out);
            out.writeEndObject();
        } catch (IOException e) {
            // text that is no valid Unicode
            throw new DataException("no JSON can be made of the row: " + e.getMessage(), e);
        }
        return new Change(Change.Operation.PUT, address, bytes.toByteArray(), position, record);
    }

    private void writeColumn(JsonGenerator out, String index, Fields.Entry column) throws IOException {
        if (column.name().equals(shardField) || column.name().equals(positionField)) {
            String property = column.name().equals(shardField) ? SinkConfig.SHARD_FIELD : SinkConfig.POSITION_FIELD;
            throw new DataException("the table has a column " + column.name() + ", the document's own field of that name"
                    + " has to be called otherwise: " + property);
        }
        String field = FieldNames.of(column.name());
        out.writeFieldName(field);
        try {
            boolean numeric = column.value() instanceof Boolean
                    && (Values.isTinyint(column.schema()) || fieldTypes.isNumber(index, field));
            Values.write(out, column.schema(), numeric ? Values.number((Boolean) column.value()) : column.value());
        } catch (RuntimeException e) {
            throw new DataException("column " + column.name() + ": " + e.getMessage(), e);
        }
    }

    private static boolean isMetadata(String name) {
        return name.startsWith(SOURCE_PREFIX) || name.equals("__deleted") || name.equals("__op");
    }

    /** A record's headers, read like fields. */
    private record HeaderFields(SinkRecord record) implements Fields {
        @Override
        public java.util.List<Entry> entries() {
            throw new UnsupportedOperationException("headers are asked for by name");
        }

        @Override
        public Object get(String name) {
            Header header = record.headers().lastWithName(name);
            return header == null ? null : header.value();
        }

        @Override
        public boolean has(String name) {
            return record.headers().lastWithName(name) != null;
        }
    }
}
