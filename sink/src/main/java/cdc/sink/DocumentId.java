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

    /** The index, the id and the shard's name that a record belongs to. */
    record Address(String index, String id, String shard) {
        String key() {
            return index + '/' + id;
        }
    }

    DocumentId(TopicTargets targets, String shardKeyField) {
        this.targets = targets;
        this.shardKeyField = shardKeyField;
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
                .map(entry -> escape(text(entry)))
                .toList();
        if (columns.isEmpty()) throw new DataException("the key holds no column of the row");
        return new Address(target.index(), limited(escape(shard), String.join(":", columns)), shard);
    }

    private static String text(Fields.Entry entry) {
        if (entry.value() == null) throw new DataException("the key's field " + entry.name() + " is null");
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
