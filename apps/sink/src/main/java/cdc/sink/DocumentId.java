package cdc.sink;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.apache.kafka.connect.errors.DataException;

/**
 * A document's {@code _id}: the shard and the primary key's columns in the key's order, joined by ':'. In each part % is
 * written %25 and : is written %3A, so no two keys give one id.
 */
final class DocumentId {
    /** The engine's limit. */
    private static final int MAX_BYTES = 512;

    private final TopicTargets targets;
    private final String shardKeyField;
    private final FieldTypes fieldTypes;

    /**
     * The document that a record belongs to.
     *
     * @param shard the shard's name
     * @param table DATABASE.TABLE; null where the topic does not tell
     */
    record Address(String index, String id, String shard, String table) {
        String key() {
            return index + '/' + id;
        }
    }

    DocumentId(TopicTargets targets, String shardKeyField, FieldTypes fieldTypes) {
        this.targets = targets;
        this.shardKeyField = shardKeyField;
        this.fieldTypes = fieldTypes;
    }

    /**
     * @param key the record's key
     * @throws DataException if the topic is not matched, or the key does not tell the row
     */
    Address of(String topic, Object key) {
        TopicTargets.Target target = targets.of(topic);
        if (key == null) {
            throw new DataException("the record has no key: without the row's primary key its document cannot be told"
                    + " (a table without a primary key needs message.key.columns)");
        }
        Fields fields = Fields.of(key);
        if (fields == null) {
            throw new DataException("the key is a " + key.getClass().getSimpleName()
                    + ", but has to be a structure of the primary key's columns; is key.converter the writer's?");
        }
        // the pipeline's own tables have topics per shard even where the others are merged
        String shard = fields.has(shardKeyField) ? fields.text(shardKeyField) : target.shard();
        if (shard == null) {
            throw new DataException("no shard is told: not by the key's field " + shardKeyField + " ("
                    + SinkConfig.SHARD_KEY_FIELD + "), and not by the topic's name (" + SinkConfig.TOPIC_PATTERN + ")");
        }
        List<String> columns = fields.entries().stream()
                .filter(entry -> !entry.name().equals(shardKeyField))
                .map(entry -> escape(text(target.index(), entry)))
                .toList();
        if (columns.isEmpty()) throw new DataException("the key holds no column of the row");
        return new Address(target.index(), limited(escape(shard), String.join(":", columns)), shard, target.table());
    }

    private String text(String index, Fields.Entry entry) {
        if (entry.value() == null) throw new DataException("the key's field " + entry.name() + " is null");
        // Debezium takes one column for a number or a boolean, depending on where it learnt of it
        if (entry.value() instanceof Boolean bool) return bool ? "1" : "0";
        // a BIGINT UNSIGNED from 2^63 on has the bits of a negative number in keys, whose schema does not tell
        if (entry.value() instanceof Long bits && bits < 0 && fieldTypes.isUnsigned(index, FieldNames.of(entry.name()))) {
            return Long.toUnsignedString(bits);
        }
        return Values.text(entry.schema(), entry.value());
    }

    private static String escape(String part) {
        return part.replace("%", "%25").replace(":", "%3A");
    }

    /** A longer id than the engine takes becomes a digest; its mark cannot come from {@link #escape}. */
    private static String limited(String shard, String row) {
        String id = shard + ':' + row;
        if (id.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES) return id;
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(row.getBytes(StandardCharsets.UTF_8));
            return shard + ":%sha256:" + HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
