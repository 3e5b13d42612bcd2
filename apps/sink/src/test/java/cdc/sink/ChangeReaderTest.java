package cdc.sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.storage.SimpleHeaderConverter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChangeReaderTest {
    private static final Schema COMPOSITE = SchemaBuilder.struct()
            .field("product_id", Schema.INT64_SCHEMA).field("a_warehouse", Schema.STRING_SCHEMA).build();

    private static ChangeReader reader(String... settings) {
        Map<String, String> props = new HashMap<>(Map.of(SinkConfig.URL, "http://127.0.0.1:9200"));
        for (int i = 0; i < settings.length; i += 2) props.put(settings[i], settings[i + 1]);
        return new ChangeReader(new SinkConfig(props), new FieldTypes() {
            @Override
            public boolean isNumber(String index, String field) {
                return field.equals("live");
            }

            @Override
            public boolean isUnsigned(String index, String field) {
                return index.equals("shop-big") && (field.equals("id") || field.equals("no%2E"));
            }
        });
    }

    private static String document(Change change) {
        return new String(change.document(), StandardCharsets.UTF_8);
    }

    private static SinkRecord throughJson(SinkRecord record, boolean schemas) {
        SchemaAndValue key = throughJson(record.topic(), record.keySchema(), record.key(), schemas, true);
        SchemaAndValue value = throughJson(record.topic(), record.valueSchema(), record.value(), schemas, false);
        return new SinkRecord(record.topic(), 0, key.schema(), key.value(), value.schema(), value.value(),
                record.kafkaOffset(), record.timestamp(), record.timestampType());
    }

    private static SchemaAndValue throughJson(String topic, Schema schema, Object value, boolean schemas, boolean key) {
        try (JsonConverter converter = new JsonConverter()) {
            converter.configure(Map.of("schemas.enable", "" + schemas), key);
            return converter.toConnectData(topic, converter.fromConnectData(topic, schema, value));
        }
    }

    @Test
    void readsAnEnvelopeWithASchema() {
        SinkRecord record = throughJson(Events.change(5, "u", 7, "재킷", 3), true);
        Change change = reader().read(record);
        assertEquals("products-products/shard0:7", change.address().key());
        assertEquals("{\"id\":7,\"name\":\"재킷\",\"price\":\"1.50\",\"shard\":\"shard0\",\"cdc\":{\"kind\":\"stream\","
                + "\"ts_us\":1790000000003000,\"server\":\"" + Events.SERVER + "\",\"file\":\"mysql-bin.000001\","
                + "\"pos\":3000,\"row\":0}}", document(change));
        assertEquals(Change.Operation.PUT, change.operation());
    }

    @Test
    void readsAnEnvelopeWithoutASchema() {
        SinkRecord event = throughJson(Events.change(5, "u", 7, "재킷", 3), false);
        Change change = reader().read(event);
        assertEquals(reader().read(Events.change(5, "u", 7, "재킷", 3)).position(), change.position());
        assertEquals("products-products/shard0:7", change.address().key());
        // what decimal.handling.mode=precise means is lost with the schema: base64, as it came
        assertEquals(true, document(change).startsWith("{\"id\":7,\"name\":\"재킷\",\"price\":\"AJY=\",\"shard\""));
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void readsDeletesAndTombstones(boolean schemas) {
        Change delete = reader().read(throughJson(Events.change(5, "d", 7, "x", 3), schemas));
        assertEquals(Change.Operation.DELETE, delete.operation());
        assertEquals("products-products/shard0:7", delete.address().key());
        assertEquals(Change.Operation.TOMBSTONE, reader().read(throughJson(Events.tombstone(6, 7), schemas)).operation());
    }

    @Test
    void readsUnwrappedRowsWithTheirPosition() {
        Schema schema = SchemaBuilder.struct().field("id", Schema.INT64_SCHEMA)
                .field("__op", Schema.STRING_SCHEMA).field("__source_ts_us", Schema.INT64_SCHEMA)
                .field("__source_file", Schema.STRING_SCHEMA).field("__source_pos", Schema.INT64_SCHEMA)
                .field("__deleted", Schema.OPTIONAL_STRING_SCHEMA).build();
        Struct row = new Struct(schema).put("id", 7L).put("__op", "u").put("__source_ts_us", 1_790_000_000_000_001L)
                .put("__source_file", "mysql-bin.000002").put("__source_pos", 99L).put("__deleted", "false");
        Change change = reader().read(Events.record(Events.TOPIC, 0, Events.key(7), row));
        assertEquals(new Position(Position.Kind.STREAM, 1_790_000_000_000_001L, null, "mysql-bin.000002", 99, 0),
                change.position());
        assertEquals("{\"id\":7,\"shard\":\"shard0\",\"cdc\":{\"kind\":\"stream\",\"ts_us\":1790000000000001,"
                + "\"file\":\"mysql-bin.000002\",\"pos\":99,\"row\":0}}", document(change));
        row.put("__deleted", "true");
        assertEquals(Change.Operation.DELETE,
                reader().read(Events.record(Events.TOPIC, 0, Events.key(7), row)).operation());
    }

    @Test
    void readsUnwrappedRowsWithPositionsInHeaders() {
        SinkRecord deleted = Events.record(Events.TOPIC, 0, Events.key(7), null);
        deleted.headers().addLong("__source_ts_us", 1_790_000_000_000_001L).addString("__source_snapshot", "false");
        Change change = reader().read(deleted);
        assertEquals(Change.Operation.DELETE, change.operation());
        assertEquals(1_790_000_000_000_001L, change.position().micros());
    }

    @Test
    void unwrappedRowsWithoutAPositionGoByTheRecordsTime() {
        Change change = reader().read(Events.record(Events.TOPIC, 42, Events.key(7), Map.of("id", 7)));
        assertEquals(new Position(Position.Kind.KAFKA, 1_790_000_000_042_000L, null, null, 42, 0), change.position());
    }

    @Test
    void aNullStaysNullWhereTheColumnHasADefault() {
        Schema schema = SchemaBuilder.struct().field("id", Schema.INT64_SCHEMA)
                .field("stock", SchemaBuilder.int32().optional().defaultValue(5).build()).build();
        try (JsonConverter converter = new JsonConverter()) {
            // both sides need it: the converter that writes and the one that reads
            converter.configure(Map.of("schemas.enable", "true", "replace.null.with.default", "false"), false);
            SchemaAndValue row = converter.toConnectData(Events.TOPIC,
                    converter.fromConnectData(Events.TOPIC, schema, new Struct(schema).put("id", 7L).put("stock", null)));
            Change change = reader().read(Events.record(Events.TOPIC, 0, Events.key(7), row.value()));
            assertEquals(true, document(change).startsWith("{\"id\":7,\"stock\":null,"), document(change));
        }
    }

    /** The worker's header converter writes text and guesses types when it reads. */
    @ParameterizedTest
    @CsvSource({"3e11fa47-71ca-11e1-9e33-c80aa9429562", "12345678-1234-1234-1234-123456789012",
        "00000000-0000-0000-0000-000000000000", "a01c7e18-0000-11f1-9e33-c80aa9429562"})
    void positionsInHeadersSurviveTheHeaderConverter(String server) throws IOException {
        SinkRecord record = Events.record(Events.TOPIC, 0, Events.key(7), Events.row(7, "x", "1.50"));
        Map<String, Object> sent = new HashMap<>(Map.of("__op", "u", "__source_ts_us", 1_790_000_000_000_001L,
                "__source_gtid", server + ":42", "__source_file", "mysql-bin.000002", "__source_pos", 99L,
                "__source_row", 3, "__source_snapshot", "false"));
        sent.put("cdc.origin.topic", "shard2.shop.2025-10-19");
        try (SimpleHeaderConverter converter = new SimpleHeaderConverter()) {
            for (Map.Entry<String, Object> header : sent.entrySet()) {
                byte[] bytes = converter.fromConnectHeader(Events.TOPIC, header.getKey(), null, header.getValue());
                record.headers().add(header.getKey(), converter.toConnectHeader(Events.TOPIC, header.getKey(), bytes));
            }
        }
        Change change = reader(SinkConfig.RETRY_TOPIC, Events.TOPIC).read(record);
        assertEquals(new Position(Position.Kind.STREAM, 1_790_000_000_000_001L, server, "mysql-bin.000002", 99, 3),
                change.position());
        assertEquals("shop-2025-10-19", change.address().index());
    }

    @Test
    void joinsCompositeKeysInTheirOrderAndUnambiguously() {
        assertEquals("shard0:5:seoul", id("shard0", 5, "seoul"));
        assertEquals("shard0:5:a%3Ab", id("shard0", 5, "a:b"));
        assertEquals("shard0:5:a%253Ab", id("shard0", 5, "a%3Ab"));
        String digest = id("shard0", 5, "창".repeat(200));
        assertEquals("shard0:%sha256:".length() + 64, digest.length());
        assertEquals(false, digest.equals(id("shard0", 6, "창".repeat(200))));
    }

    private static String id(String shard, long product, String warehouse) {
        Struct key = new Struct(COMPOSITE).put("product_id", product).put("a_warehouse", warehouse);
        return id(shard + ".products.stock", key);
    }

    @Test
    void takesAnEmptyTextForTheKeyThatItIs() {
        Schema schema = SchemaBuilder.struct().field("code", Schema.STRING_SCHEMA).build();
        assertEquals("shard0:", id("shard0.shop.codes", new Struct(schema).put("code", "")));
        Struct none = new Struct(SchemaBuilder.struct().build());
        assertThrows(DataException.class, () -> id("shard0.shop.codes", none));
    }

    @Test
    void givesARowOneIdHoweverItsTimestampWasWritten() {
        Schema schema = SchemaBuilder.struct()
                .field("at", SchemaBuilder.string().name("io.debezium.time.ZonedTimestamp").build()).build();
        String snapshot = id("shard0.shop.seen", new Struct(schema).put("at", "2025-10-19T14:46:20.12Z"));
        String binlog = id("shard0.shop.seen", new Struct(schema).put("at", "2025-10-19T14:46:20.120Z"));
        assertEquals(snapshot, binlog);
    }

    private static String id(String topic, Struct key) {
        return reader().read(Events.record(topic, 0, key, null)).address().id();
    }

    @Test
    void takesTheShardFromTheKeyOfAMergedTopic() {
        Schema schema = SchemaBuilder.struct().field("id", Schema.INT64_SCHEMA).field("shard", Schema.STRING_SCHEMA).build();
        Struct key = new Struct(schema).put("id", 5L).put("shard", "shard2");
        Change change = reader(SinkConfig.SHARD_KEY_FIELD, "shard")
                .read(Events.record("all.products.products", 0, key, null));
        assertEquals(new DocumentId.Address("products-products", "shard2:5", "shard2", "products.products"), change.address());
    }

    @Test
    void takesTheShardFromTheTopicWhereTheKeyOfAMergedPipelineHasNone() {
        ChangeReader merged = reader(SinkConfig.SHARD_KEY_FIELD, "shard");
        Change change = merged.read(Events.record("shard1.cdc.probe", 0, Events.key(5), null));
        assertEquals(new DocumentId.Address("cdc-probe", "shard1:5", "shard1", "cdc.probe"), change.address());
        ChangeReader byKeyOnly = reader(SinkConfig.SHARD_KEY_FIELD, "shard", SinkConfig.TOPIC_PATTERN,
                "(?<database>[^.]+)\\.(?<table>[^.]+)");
        assertEquals("no shard is told: not by the key's field shard (shard.key.field), and not by the topic's name"
                + " (topic.pattern)", assertThrows(DataException.class,
                () -> byKeyOnly.read(Events.record("products.products", 0, Events.key(5), null))).getMessage());
    }

    @ParameterizedTest
    @CsvSource({"id, -1, 18446744073709551615", "id, -9223372036854775808, 9223372036854775808", "id, 7, 7",
        "no., -1, 18446744073709551615", "signed, -1, -1"})
    void anUnsignedKeyIsTheNumberThatItIs(String column, long bits, String text) {
        Schema schema = SchemaBuilder.struct().field(column, Schema.INT64_SCHEMA).build();
        Struct key = new Struct(schema).put(column, bits);
        assertEquals("shard0:" + text, id("shard0.shop.big", key));
        assertEquals("shard0:" + bits, id("shard0.shop.small", key));
        for (boolean schemas : new boolean[] {true, false}) {
            SinkRecord tombstone = throughJson(new SinkRecord("shard0.shop.big", 0, schema, key, null, null, 1), schemas);
            assertEquals("shard0:" + text, reader().read(tombstone).address().id());
        }
    }

    @Test
    void unsignedNumbersSurviveTheConverter() {
        Schema schema = SchemaBuilder.struct().field("stock", SchemaBuilder.int64().optional()
                .parameter("__debezium.source.column.type", "BIGINT UNSIGNED").build()).build();
        SinkRecord record = Events.record(Events.TOPIC, 0, Events.key(7), new Struct(schema).put("stock", -2L));
        assertEquals(true, document(reader().read(throughJson(record, true))).startsWith("{\"stock\":\"18446744073709551614\","));
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void aRecordOnTheRetryTopicIsOneOfTheTopicThatItsHeaderNames(boolean asBytes) {
        SinkRecord again = again(Events.change(5, "u", 7, "again", 3));
        if (asBytes) again.headers().addBytes("cdc.origin.topic", "shard2.shop.orders".getBytes(StandardCharsets.UTF_8));
        else again.headers().addString("cdc.origin.topic", "shard2.shop.orders");
        Change change = reader(SinkConfig.RETRY_TOPIC, "retry").read(again);
        assertEquals(new DocumentId.Address("shop-orders", "shard2:7", "shard2", "shop.orders"), change.address());
        assertEquals(reader().read(Events.change(5, "u", 7, "again", 3)).position(), change.position());
    }

    @Test
    void theHeaderCountsOnTheRetryTopicOnlyAndIsNeededThere() {
        SinkRecord usual = Events.change(5, "u", 7, "x", 3);
        usual.headers().addString("cdc.origin.topic", "shard2.shop.orders");
        assertEquals("shard0", reader(SinkConfig.RETRY_TOPIC, "retry").read(usual).address().shard());
        assertEquals("the record is on retry.topic retry without the header cdc.origin.topic, so its table cannot be told",
                assertThrows(DataException.class, () -> reader(SinkConfig.RETRY_TOPIC, "retry")
                        .read(again(Events.change(5, "u", 7, "x", 3)))).getMessage());
    }

    private static SinkRecord again(SinkRecord record) {
        return Events.record("retry", 0, record.key(), record.value());
    }

    @Test
    void saysWhyARecordCannotBeTaken() {
        assertReason("the topic's name does not match topic.pattern " + TopicTargets.DEFAULT_PATTERN,
                Events.record("heartbeat", 0, Events.key(1), null));
        assertReason("the record has no key: without the row's primary key its document cannot be told (a table without a"
                + " primary key needs message.key.columns)", Events.record(Events.TOPIC, 0, null, Map.of("id", 1)));
        assertReason("the key is a String, but has to be a structure of the primary key's columns; is key.converter the"
                + " writer's?", Events.record(Events.TOPIC, 0, "{\"id\":1}", null));
        assertReason("the key's field id is null",
                Events.record(Events.TOPIC, 0, new HashMap<>(java.util.Collections.singletonMap("id", null)), null));
        assertReason("the value is a String, but has to be a change event or a row; is value.converter the writer's?",
                Events.record(Events.TOPIC, 0, Events.key(1), "{"));
        assertReason("op t: the table was truncated, which no document of it can tell; such events belong on a topic of"
                + " removal.topics", Events.change(0, "t", 1, "x", 1));
        assertReason("op m is not a change of a row", Events.change(0, "m", 1, "x", 1));
        assertReason("the event has no row in after", Events.record(Events.TOPIC, 0, Events.key(1),
                Events.envelope("u", null, Events.streamed(1, Events.SERVER, 1, 1, 0))));
    }

    private static void assertReason(String reason, SinkRecord record) {
        assertEquals(reason, assertThrows(DataException.class, () -> reader().read(record)).getMessage());
    }

    @Test
    void aColumnThatIsCalledLikeAFieldOfTheDocumentIsRefused() {
        SinkRecord record = Events.record(Events.TOPIC, 0, Events.key(1), Map.of("id", 1, "shard", "x"));
        assertReason("the table has a column shard, the document's own field of that name has to be called otherwise:"
                + " shard.field", record);
        Change change = reader(SinkConfig.SHARD_FIELD, "of_shard").read(record);
        assertEquals(true, document(change).contains("\"shard\":\"x\",\"of_shard\":\"shard0\""));
    }
}
