package cdc.sink;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.NonEmptyString;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.connect.components.Versioned;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.transforms.Transformation;

/**
 * A transform for the source connectors: Debezium's event of a TRUNCATE goes to a topic of its own. It has no key, so a
 * compacted topic refuses it, and the connector would stop. On that topic all tables' events have one schema: {@code op}
 * and {@code source}, which names the table and the place in the binlog.
 *
 * @param <R> the records' type
 */
public final class RouteTruncates<R extends ConnectRecord<R>> implements Transformation<R>, Versioned {
    static final String TOPIC = "topic";

    private static final ConfigDef DEF = new ConfigDef().define(TOPIC, Type.STRING, ConfigDef.NO_DEFAULT_VALUE,
            new NonEmptyString(), Importance.HIGH, "Topic of the events of TRUNCATE.");

    private final Map<Schema, Schema> schemas = new ConcurrentHashMap<>();
    private String topic;

    @Override
    public String version() {
        return OpenSearchSinkConnector.pluginVersion();
    }

    @Override
    public ConfigDef config() {
        return DEF;
    }

    @Override
    public void configure(Map<String, ?> properties) {
        topic = DEF.parse(properties).get(TOPIC).toString();
    }

    @Override
    public R apply(R record) {
        if (record.key() != null || !(record.value() instanceof Struct value) || !isTruncate(value)) return record;
        Struct source = value.getStruct("source");
        Schema schema = schemas.computeIfAbsent(source.schema(), of -> SchemaBuilder.struct().name("cdc.sink.Truncate")
                .field("op", Schema.STRING_SCHEMA).field("source", of).build());
        Struct told = new Struct(schema).put("op", "t").put("source", source);
        return record.newRecord(topic, null, null, null, schema, told, record.timestamp());
    }

    private static boolean isTruncate(Struct value) {
        return value.schema().field("op") != null && value.schema().field("source") != null
                && "t".equals(value.get("op"));
    }

    @Override
    public void close() {
        schemas.clear();
    }
}
