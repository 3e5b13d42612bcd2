package cdc.sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables that are emptied or dropped. */
@Timeout(30)
class RemovalsTest {
    private static final String TRUNCATES = "shard0.cdc.truncates";
    private static final long START = 1_790_000_000_000_000L;
    private static final String[] SETTINGS = {
        "topics", Events.TOPIC + ",shard1.products.products,shard0.products.stock," + TRUNCATES + ",shard0",
        SinkConfig.REMOVAL_TOPICS, TRUNCATES + "=shard0,shard0=shard0",
    };
    private static final Schema SOURCE = SchemaBuilder.struct()
            .field("db", Schema.STRING_SCHEMA).field("table", Schema.OPTIONAL_STRING_SCHEMA)
            .field("ts_us", Schema.INT64_SCHEMA).field("snapshot", Schema.OPTIONAL_STRING_SCHEMA)
            .field("gtid", Schema.OPTIONAL_STRING_SCHEMA).field("file", Schema.STRING_SCHEMA)
            .field("pos", Schema.INT64_SCHEMA).field("row", Schema.INT32_SCHEMA).build();
    private static final Schema TRUNCATE =
            SchemaBuilder.struct().field("op", Schema.STRING_SCHEMA).field("source", SOURCE).build();
    private static final Schema DDL = SchemaBuilder.struct().field("databaseName", Schema.STRING_SCHEMA)
            .field("ddl", Schema.STRING_SCHEMA).field("source", SOURCE).build();

    private final FakeEngine engine = new FakeEngine();

    @AfterEach
    void stopEngine() {
        engine.close();
    }

    /** The place of the n-th change, as in Events; of a removal in whole milliseconds. */
    private static Struct source(int n, String table) {
        return new Struct(SOURCE).put("db", "products").put("table", table).put("ts_us", START + n * 1_000L)
                .put("gtid", Events.SERVER + ":7").put("file", "mysql-bin.000001").put("pos", 1_000L * n).put("row", 0);
    }

    private static SinkRecord truncate(long offset, int n) {
        return Events.record(TRUNCATES, offset, null,
                new Struct(TRUNCATE).put("op", "t").put("source", source(n, "products")));
    }

    private static SinkRecord ddl(long offset, int n, String statement, String table) {
        return Events.record("shard0", offset, null, new Struct(DDL).put("databaseName", "products")
                .put("ddl", statement).put("source", source(n, table)));
    }

    private static SinkRecord insert(int n) {
        return Events.change(n, "c", n, "row " + n, n);
    }

    private boolean isThere(long id) {
        return engine.document(Events.INDEX, "shard0:" + id) != null;
    }

    /** Puts them, and waits until the engine has them. */
    private static void write(RunningTask sink, SinkRecord... records) {
        sink.put(records);
        sink.committed();
    }

    private static final TopicPartition TRUNCATES_PARTITION = new TopicPartition(TRUNCATES, 0);

    @Test
    void deletesWhatIsOlderAndLeavesWhatIsNewer() {
        try (RunningTask sink = new RunningTask(engine, SETTINGS)) {
            sink.put(insert(1), insert(2), insert(5));
            write(sink, Events.record("shard1.products.products", 0, Events.key(1), Events.envelope("c",
                    Events.row(1, "another shard's", "1.50"), Events.streamed(START, "other", 1, 1, 0))));
            assertTrue(isThere(1));
            sink.put(truncate(0, 3));
            assertFalse(isThere(1));
            assertFalse(isThere(2));
            assertTrue(isThere(5), "inserted after it");
            assertNotNull(engine.document(Events.INDEX, "shard1:1"), "on another shard");
            assertEquals(1, sink.committed(TRUNCATES_PARTITION));
            assertEquals(2, sink.counter(MetricsMBean::getDeleted));
        }
    }

    @Test
    void whatArrivesLateFromBeforeStaysOutAlsoAfterARestart() {
        try (RunningTask sink = new RunningTask(engine, SETTINGS)) {
            sink.put(truncate(0, 3));
            sink.put(insert(1), insert(4));
            assertEquals(5, sink.committed());
        }
        engine.forgetDeletions();
        try (RunningTask sink = new RunningTask(engine, SETTINGS)) {
            sink.put(insert(1), insert(2), insert(4));
            sink.committed();
            assertFalse(isThere(1));
            assertFalse(isThere(2));
            assertTrue(isThere(4));
        }
    }

    @Test
    void anotherTaskThatDidNotKnowOfItTakesItsOwnBack() {
        try (RunningTask data = new RunningTask(engine, SETTINGS); RunningTask ddl = new RunningTask(engine, SETTINGS)) {
            data.put(insert(1));
            ddl.put(truncate(0, 3));
            assertFalse(isThere(1));
            // on its way when the other task had looked already
            data.put(insert(2));
            assertEquals(-1, data.committed(), "row 2 went with the table, and is in the index");
            data.put();
            assertFalse(isThere(2));
            assertEquals(3, data.committed());
        }
    }

    @Test
    void aDocumentThatChangesMeanwhileIsLookedAtAgain() {
        try (RunningTask sink = new RunningTask(engine, SETTINGS)) {
            write(sink, insert(1), insert(2));
            var newer = engine.document(Events.INDEX, "shard0:2").deepCopy();
            ((com.fasterxml.jackson.databind.node.ObjectNode) newer.get("cdc")).put("ts_us", START + 9_000).put("pos", 9_000);
            engine.beforeSearch = () -> {
                engine.changeByHand(Events.INDEX, "shard0:1", engine.document(Events.INDEX, "shard0:1"));
                engine.changeByHand(Events.INDEX, "shard0:2", newer);
            };
            sink.put(truncate(0, 3));
            assertFalse(isThere(1), "an old state still");
            assertTrue(isThere(2), "inserted again meanwhile");
        }
    }

    @Test
    void nothingIsCommittedWhileTheEngineIsAway() {
        try (RunningTask sink = new RunningTask(engine, SETTINGS)) {
            sink.put(insert(1));
            assertEquals(2, sink.committed());
            engine.failSearches.set(1);
            SinkRecord removal = truncate(0, 3);
            assertThrows(RetriableException.class, () -> sink.put(removal));
            engine.failSearches.set(1);
            assertEquals(-1, sink.committed());
            sink.put(removal);
            assertFalse(isThere(1));
            assertEquals(1, sink.committed(TRUNCATES_PARTITION));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"DROP TABLE `products`.`products`", "/* x */ drop\n table products", "-- x\nDROP TABLE products",
        "DROP DATABASE products", "DROP SCHEMA IF EXISTS products"})
    void aDroppedTableIsEmptyToo(String statement) {
        try (RunningTask sink = new RunningTask(engine, SETTINGS)) {
            write(sink, insert(1));
            sink.put(ddl(0, 3, statement, "products"));
            assertFalse(isThere(1));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "ALTER TABLE products ADD x INT | products", "CREATE TABLE x (a TEXT COMMENT 'DROP TABLE') | x",
        "DROP TABLE other | other", "DROP INDEX a ON products | products", "ALTER TABLE products RENAME COLUMN a TO b | products",
        "ALTER TABLE other TRUNCATE PARTITION p | other", "RENAME TABLE my_products TO other | other",
    })
    void otherStatementsRemoveNothing(String statement, String table) {
        try (RunningTask sink = new RunningTask(engine, SETTINGS)) {
            write(sink, insert(1));
            sink.put(ddl(0, 3, statement, table));
            assertTrue(isThere(1));
            assertEquals(0, sink.reported.size());
        }
    }

    @Test
    void aSnapshotsOwnDropIsNone() {
        try (RunningTask sink = new RunningTask(engine, SETTINGS)) {
            write(sink, insert(1));
            Struct source = source(3, "products").put("snapshot", "true").put("gtid", null);
            sink.put(Events.record("shard0", 0, null, new Struct(DDL).put("databaseName", "products")
                    .put("ddl", "DROP TABLE IF EXISTS `products`.`products`").put("source", source)));
            assertTrue(isThere(1));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "ALTER TABLE products TRUNCATE PARTITION p0 | products", "alter table products drop partition p0 | products",
        "RENAME TABLE products TO old | old", "ALTER TABLE products RENAME TO old | old",
        "ALTER TABLE products EXCHANGE PARTITION p WITH TABLE x | products",
    })
    void rowsThatWentUnseenAreReported(String statement, String table) {
        try (RunningTask sink = new RunningTask(engine, SETTINGS)) {
            write(sink, insert(1));
            sink.put(ddl(0, 3, statement, table));
            assertTrue(isThere(1));
            assertTrue(sink.reported.get(0).reason().contains("products.products on shard0"), sink.reported.toString());
        }
    }

    @Test
    void mergedTopicsLoseTheDocumentsOfThatShardOnly() {
        Schema keySchema = SchemaBuilder.struct().field("id", Schema.INT64_SCHEMA).field("shard", Schema.STRING_SCHEMA).build();
        try (RunningTask sink = new RunningTask(engine, "topics", "all.products.products,p0.cdc.truncates",
                SinkConfig.SHARD_KEY_FIELD, "shard", SinkConfig.REMOVAL_TOPICS, "p0.cdc.truncates=shard0")) {
            for (String shard : new String[] {"shard0", "shard1"}) {
                write(sink, Events.record("all.products.products", shard.equals("shard0") ? 0 : 1,
                        new Struct(keySchema).put("id", 1L).put("shard", shard), Events.envelope("c",
                                Events.row(1, "x", "1.50"), Events.streamed(START, Events.SERVER, 1, 1, 0))));
            }
            sink.put(Events.record("p0.cdc.truncates", 0, null,
                    new Struct(TRUNCATE).put("op", "t").put("source", source(3, "products"))));
            assertNull(engine.document(Events.INDEX, "shard0:1"));
            assertNotNull(engine.document(Events.INDEX, "shard1:1"));
        }
    }

    /** Place and time of a row, and whether it went with a table emptied at file 7, place 500, 10 s. */
    @ParameterizedTest
    @CsvSource({
        "STREAM, same, 7, 400, 9999000, true", "STREAM, same, 7, 600, 10000500, false",
        // stamped in milliseconds
        "STREAM, same, 7, 400, 10000900, true", "STREAM, same, 7, 600, 10000000, false",
        // the server's clock was put back, or its binlogs were begun anew
        "STREAM, same, 7, 600, 3000000, false", "STREAM, same, 1, 400, 60000000, false",
        "STREAM, other, 1, 1, 9000000, true", "STREAM, other, 9, 900, 11000000, false",
        // an initial snapshot: whole seconds, and the place of its view
        "SNAPSHOT, , 7, 400, 9000000, true", "SNAPSHOT, , 7, 600, 10000000, false", "SNAPSHOT, , 1, 1, 11000000, false",
        // an incremental one: read before, given out later by the connector's clock
        "SNAPSHOT, same, 7, 400, 40000000, true", "SNAPSHOT, same, 7, 600, 40000000, false",
    })
    void tellsWhichRowsWent(Position.Kind kind, String server, int file, long place, long micros, boolean gone) {
        Position removal = new Position(Position.Kind.STREAM, 10_000_000, "same", "mysql-bin.000007", 500, 0);
        Position row = new Position(kind, micros, server, "mysql-bin.%06d".formatted(file), place, 0);
        assertEquals(gone, row.isGoneBy(removal));
    }

    @Test
    void routesTheEventOfATruncateAndNothingElse() {
        try (RouteTruncates<SourceRecord> routing = new RouteTruncates<>()) {
            routing.configure(Map.of("topic", TRUNCATES));
            Struct envelope = new Struct(Events.ENVELOPE).put("op", "t").put("source", Events.streamed(1, "a", 1, 1, 0));
            SourceRecord routed = routing.apply(record(null, envelope));
            assertEquals(TRUNCATES, routed.topic());
            assertEquals("t", ((Struct) routed.value()).get("op"));
            assertEquals(envelope.get("source"), ((Struct) routed.value()).get("source"));
            for (SourceRecord other : new SourceRecord[] {record(Events.key(1), envelope), record(null, null),
                record(null, Events.row(1, "a", "1")), record(null, "t"),
                record(null, new Struct(Events.ENVELOPE).put("op", "c").put("source", envelope.get("source")))}) {
                assertEquals(other, routing.apply(other));
            }
        }
    }

    private static SourceRecord record(Struct key, Object value) {
        return new SourceRecord(new HashMap<>(), new HashMap<>(), Events.TOPIC, null, key == null ? null : key.schema(), key,
                value instanceof Struct struct ? struct.schema() : null, value);
    }

    @Test
    void aBooleanIsANumberWhereTheIndexHasOne() throws Exception {
        engine.mappings.put("products-products", "{\"live\":{\"type\":\"byte\"},\"flag\":{\"type\":\"boolean\"}}");
        Schema typed = SchemaBuilder.bool().optional().parameter("__debezium.source.column.type", "BOOLEAN").build();
        Schema row = SchemaBuilder.struct().field("live", Schema.OPTIONAL_BOOLEAN_SCHEMA)
                .field("flag", Schema.OPTIONAL_BOOLEAN_SCHEMA).field("typed", typed)
                .field("_id", Schema.STRING_SCHEMA).field("price.net", Schema.STRING_SCHEMA).build();
        Schema schema = SchemaBuilder.struct().field("op", Schema.STRING_SCHEMA).field("source", Events.SOURCE)
                .field("after", row).build();
        Schema keySchema = SchemaBuilder.struct().field("id", Schema.INT64_SCHEMA)
                .field("on", Schema.BOOLEAN_SCHEMA).build();
        try (RunningTask sink = new RunningTask(engine, SETTINGS)) {
            sink.put(Events.record(Events.TOPIC, 0, new Struct(keySchema).put("id", 1L).put("on", true),
                    new Struct(schema).put("op", "c").put("source", Events.streamed(START, "a", 1, 1, 0)).put("after",
                            new Struct(row).put("live", true).put("flag", true).put("typed", false).put("_id", "i")
                                    .put("price.net", "p"))));
            sink.committed();
            assertEquals(new ObjectMapper().readTree("1"), engine.document(Events.INDEX, "shard0:1:1").get("live"));
            assertEquals(new ObjectMapper().readTree("true"), engine.document(Events.INDEX, "shard0:1:1").get("flag"));
            assertEquals(new ObjectMapper().readTree("0"), engine.document(Events.INDEX, "shard0:1:1").get("typed"));
            assertEquals("i", engine.document(Events.INDEX, "shard0:1:1").get("%5Fid").asText());
            assertEquals("p", engine.document(Events.INDEX, "shard0:1:1").get("price%2Enet").asText());
        }
    }

    /** `a$` and `a#` are both `a_` in a topic's name. */
    @Test
    void aTableThatOnlyItsTopicsNameIsLikeIsAnother() {
        RemovalReader reader = new RemovalReader(new SinkConfig(Map.of(SinkConfig.URL, "http://localhost:1",
                SinkConfig.REMOVAL_TOPICS, TRUNCATES + "=shard0", SinkConfig.TABLE_NAMES, "shard0.products.a_=products.a%24")),
                "shard0.products.a_," + TRUNCATES);
        java.util.function.Function<String, SinkRecord> truncated = table -> Events.record(TRUNCATES, 0, null,
                new Struct(TRUNCATE).put("op", "t").put("source", source(1, table)));
        assertEquals("products.a$", reader.read(TRUNCATES, truncated.apply("a$")).get(0).table());
        assertEquals(java.util.List.of(), reader.read(TRUNCATES, truncated.apply("a#")));
        assertEquals(java.util.List.of(), reader.read(TRUNCATES, truncated.apply("a_")));
    }

    @ParameterizedTest
    @CsvSource({"price, price", "price.net, price%2Enet", "_id, %5Fid", "_created, _created", "_id.x, _id%2Ex",
        "rate%, rate%", "price%2Enet, price%252Enet", "%5Fid, %255Fid", "가격.원, 가격%2E원", "%25, %2525"})
    void fieldsAreCalledAsTheColumns(String column, String field) {
        assertEquals(field, FieldNames.of(column));
    }
}
