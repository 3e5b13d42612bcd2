package cdc.sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Against a real OpenSearch: {@code mvn test -Dtest=RealEngineTest -Dengine.url=http://127.0.0.1:9200}. */
@EnabledIfSystemProperty(named = "engine.url", matches = "http.*")
class RealEngineTest {
    /** An alias, as the indices have one that can be rebuilt beside the serving one. */
    private static final String INDEX = "sinktest-products";
    private static final String BEHIND = INDEX + "-000001";
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String URL = System.getProperty("engine.url");
    private static final String MAPPINGS = """
            {"settings": {"number_of_replicas": 0, "index.gc_deletes": "1h"}, "aliases": {"sinktest-products": {}},
             "mappings": {"dynamic": "strict", "properties": {
              "id": {"type": "unsigned_long"},
              "name": {"type": "text", "analyzer": "standard", "fields": {"raw": {"type": "keyword", "ignore_above": 1024}}},
              "price": {"type": "double"},
              "total": {"type": "keyword", "fields": {"number": {"type": "double"}}},
              "attributes": {"type": "flat_object"},
              "anything": {"type": "object", "enabled": false},
              "created_at": {"type": "date_nanos"},
              "local_at": {"type": "date_nanos"},
              "day": {"type": "date", "format": "strict_date"},
              "span": {"type": "keyword"},
              "year": {"type": "short"},
              "flags": {"type": "keyword"},
              "tags": {"type": "keyword"},
              "picture": {"type": "binary"},
              "shard": {"type": "keyword"},
              "cdc": {"type": "object", "dynamic": false, "properties": {"ts_us": {"type": "long"}}}}}}
            """;
    private static final Schema ROW = SchemaBuilder.struct().optional()
            .field("id", Decimal.schema(0))
            .field("name", Schema.STRING_SCHEMA)
            .field("price", Decimal.schema(2))
            .field("total", Decimal.schema(30))
            .field("attributes", SchemaBuilder.string().optional().name("io.debezium.data.Json").build())
            .field("anything", SchemaBuilder.string().optional().name("io.debezium.data.Json").build())
            .field("created_at", SchemaBuilder.string().name("io.debezium.time.ZonedTimestamp").build())
            .field("local_at", SchemaBuilder.int64().name("io.debezium.time.MicroTimestamp").build())
            .field("day", SchemaBuilder.int32().name("io.debezium.time.Date").build())
            .field("span", SchemaBuilder.int64().name("io.debezium.time.MicroTime").build())
            .field("year", SchemaBuilder.int32().name("io.debezium.time.Year").build())
            .field("flags", SchemaBuilder.bytes().name("io.debezium.data.Bits").parameter("length", "12").build())
            .field("tags", SchemaBuilder.string().name("io.debezium.data.EnumSet").build())
            .field("picture", Schema.OPTIONAL_BYTES_SCHEMA)
            .build();
    private static final Schema KEY = SchemaBuilder.struct().field("id", Decimal.schema(0)).build();
    private static final Schema ENVELOPE = SchemaBuilder.struct().field("before", ROW).field("after", ROW)
            .field("source", Events.SOURCE).field("op", Schema.STRING_SCHEMA).build();

    private long threadCpu;
    private final JsonConverter keys = converter(true);
    private final JsonConverter values = converter(false);

    private static JsonConverter converter(boolean key) {
        JsonConverter converter = new JsonConverter();
        converter.configure(Map.of("schemas.enable", "true"), key);
        return converter;
    }

    /** A record as it lies in Kafka. */
    private record Raw(String topic, byte[] key, byte[] value) {}

    private static JsonNode call(String method, String path, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(URL + path)).header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body)).build();
        return MAPPER.readTree(HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body());
    }

    @BeforeEach
    void makeIndex() throws IOException, InterruptedException {
        call("DELETE", "/" + BEHIND, "");
        JsonNode made = call("PUT", "/" + BEHIND, MAPPINGS);
        assertTrue(made.path("acknowledged").asBoolean(), made.toString());
    }

    @AfterEach
    void removeIndex() throws IOException, InterruptedException {
        call("DELETE", "/" + BEHIND, "");
        keys.close();
        values.close();
    }

    private static Struct row(long id, int change, Random random) {
        return new Struct(ROW).put("id", new BigDecimal("18446744073709000000").add(BigDecimal.valueOf(id)))
                .put("name", "방수 재킷 " + id + " 변경 " + change)
                .put("price", BigDecimal.valueOf(random.nextLong(10_000_000), 2))
                .put("total", new BigDecimal(new java.math.BigInteger(200, random), 30))
                .put("attributes", "{\"colour\": \"검정\", \"change\": " + change + "}")
                .put("anything", random.nextBoolean() ? "[1, {\"a\": 0.10000000000000000001}]" : "\"text\"")
                .put("created_at", "2025-10-19T14:46:20.123456Z")
                .put("local_at", 1_760_885_180_000_000L + random.nextInt(1_000_000_000))
                .put("day", random.nextInt(30_000))
                .put("span", random.nextLong(3_020_399_000_000L) * (random.nextBoolean() ? 1 : -1))
                .put("year", 1901 + random.nextInt(255))
                .put("flags", new byte[] {(byte) random.nextInt(256), (byte) random.nextInt(16)})
                .put("tags", random.nextBoolean() ? "s,xl" : "")
                .put("picture", new byte[] {1, 2, (byte) change});
    }

    private Raw raw(String shard, String op, Struct row, Struct source) {
        String topic = shard + ".sinktest.products";
        Struct key = new Struct(KEY).put("id", row.get("id"));
        Struct envelope = new Struct(ENVELOPE).put("op", op).put("source", source).put(op.equals("d") ? "before" : "after", row);
        return new Raw(topic, keys.fromConnectData(topic, KEY, key), values.fromConnectData(topic, ENVELOPE, envelope));
    }

    private static double cpuSeconds() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toMillis() / 1e3;
    }

    private void deliver(RunningTask sink, List<Raw> raws, long firstOffset) {
        long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        for (int from = 0; from < raws.size(); from += 500) {
            List<SinkRecord> records = new ArrayList<>();
            for (int i = from; i < Math.min(raws.size(), from + 500); i++) {
                Raw raw = raws.get(i);
                SchemaAndValue key = keys.toConnectData(raw.topic(), raw.key());
                SchemaAndValue value = values.toConnectData(raw.topic(), raw.value());
                records.add(new SinkRecord(raw.topic(), 0, key.schema(), key.value(), value.schema(), value.value(),
                        firstOffset + i));
            }
            sink.put(records.toArray(SinkRecord[]::new));
        }
        sink.committed();
        threadCpu += ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before;
    }

    @Test
    void fiftyThousandChangesWithRestartsArriveExactly() throws IOException, InterruptedException {
        Random random = new Random(5);
        Map<String, Struct> rows = new TreeMap<>();
        List<Raw> raws = new ArrayList<>();
        for (int n = 0; n < 50_000; n++) {
            String shard = "shard" + n % 3;
            long id = n < 20_000 ? n : random.nextInt(20_000);
            boolean snapshot = n < 8_000;
            Struct row = row(id, n, random);
            if (n >= 20_000) shard = "shard" + id % 3;
            String key = shard + ":" + row.get("id");
            String op = snapshot ? "r" : !rows.containsKey(key) ? "c" : random.nextInt(5) == 0 ? "d" : "u";
            Struct source = snapshot ? Events.snapshot(1_790_000_000_000_000L, 1, 500)
                    // the first changes' commits are before the snapshot's own time
                    : Events.streamed(1_789_999_990_000_000L + n * 400L, Events.SERVER, 1 + n / 10_000, 700L + n * 250L, 0);
            raws.add(raw(shard, op, row, source));
            if (op.equals("d")) rows.remove(key);
            else rows.put(key, row);
        }
        double cpuBefore = cpuSeconds();
        long begin = System.nanoTime();
        RunningTask sink = sink();
        deliver(sink, raws.subList(0, 25_000), 0);
        sink.close();
        sink = sink();
        deliver(sink, raws.subList(20_000, 40_000), 20_000);
        sink.close();
        sink = sink();
        deliver(sink, raws.subList(35_000, 50_000), 35_000);
        double seconds = (System.nanoTime() - begin) / 1e9;
        assertEquals(List.of(), sink.reported);
        sink.close();
        Runtime runtime = Runtime.getRuntime();
        System.gc();
        System.out.printf("60,000 records in %.1f s: %.0f a second; %.1f s of CPU with the converters, of them %.1f s in the"
                        + " converters and the task's thread; %d MiB of heap live with the test's own records%n",
                seconds, 60_000 / seconds, cpuSeconds() - cpuBefore, threadCpu / 1e9,
                (runtime.totalMemory() - runtime.freeMemory()) >> 20);
        assertSame(rows);
    }

    private static RunningTask sink() {
        return new RunningTask(URL, true, SinkConfig.LINGER, "10", SinkConfig.BACKOFF, "100", SinkConfig.BACKOFF_MAX, "1000");
    }

    private static void assertSame(Map<String, Struct> rows) throws IOException, InterruptedException {
        call("POST", "/" + INDEX + "/_refresh", "");
        assertEquals(rows.size(), call("GET", "/" + INDEX + "/_count", "").get("count").asInt());
        List<String> ids = List.copyOf(rows.keySet());
        for (int from = 0; from < ids.size(); from += 1_000) {
            List<String> some = ids.subList(from, Math.min(ids.size(), from + 1_000));
            String body = MAPPER.writeValueAsString(Map.of("ids", some));
            for (JsonNode doc : call("POST", "/" + INDEX + "/_mget", body).get("docs")) {
                Struct row = rows.get(doc.get("_id").asText());
                JsonNode source = doc.get("_source");
                assertEquals(row.get("total").toString(), new BigDecimal(source.get("total").asText()).toString());
                assertEquals(row.get("price").toString(), source.get("price").asText());
                assertEquals(row.get("id").toString(), source.get("id").asText());
                assertEquals(row.get("name"), source.get("name").asText());
                for (String column : List.of("day", "span", "local_at", "flags", "picture")) {
                    assertEquals(Values.text(ROW.field(column).schema(), row.get(column)), source.get(column).asText());
                }
                assertEquals(MAPPER.readTree(row.getString("attributes")), source.get("attributes"));
                assertEquals(doc.get("_id").asText().split(":")[0], source.get("shard").asText());
            }
        }
    }

    @Test
    void mappingsFindWhatIsThereAndPoisonIsReported() throws IOException, InterruptedException {
        Struct row = row(7, 1, new Random(1)).put("price", new BigDecimal("249000.99")).put("day", 20_380)
                .put("local_at", 1_760_885_180_000_001L);
        Struct other = row(8, 1, new Random(2)).put("price", new BigDecimal("249001.00"));
        Struct poison = row(9, 1, new Random(3)).put("attributes", "17");
        try (RunningTask sink = sink()) {
            deliver(sink, List.of(raw("shard0", "c", row, Events.streamed(1_790_000_000_000_000L, Events.SERVER, 1, 500, 0)),
                    raw("shard0", "c", poison, Events.streamed(1_790_000_000_000_000L, Events.SERVER, 1, 600, 0)),
                    raw("shard0", "c", other, Events.streamed(1_790_000_000_000_000L, Events.SERVER, 1, 700, 0))), 0);
            assertEquals(1, sink.reported.size(), sink.reported.toString());
            System.out.println(sink.reported.get(0).reason());
        }
        call("POST", "/" + INDEX + "/_refresh", "");
        Map<String, String> queries = new HashMap<>();
        queries.put("double of a string", "{\"range\":{\"price\":{\"lte\":249000.99,\"gt\":249000.98}}}");
        queries.put("unsigned_long of a string", "{\"term\":{\"id\":\"18446744073709000007\"}}");
        queries.put("date", "{\"term\":{\"day\":\"2025-10-19\"}}");
        queries.put("date_nanos", "{\"range\":{\"local_at\":{\"gte\":\"2025-10-19T14:46:20.000001\","
                + "\"lt\":\"2025-10-19T14:46:20.000002\"}}}");
        queries.put("number of a long decimal", "{\"bool\":{\"filter\":[{\"exists\":{\"field\":\"total.number\"}},"
                + "{\"term\":{\"total\":\"" + row.get("total") + "\"}}]}}");
        queries.put("Korean word", "{\"bool\":{\"must\":[{\"match\":{\"name\":\"재킷\"}},{\"match\":{\"name\":\"7\"}}]}}");
        queries.put("flat_object", "{\"bool\":{\"must\":[{\"term\":{\"attributes.colour\":\"검정\"}},{\"term\":{\"id\":\"18446744073709000007\"}}]}}");
        for (Map.Entry<String, String> query : queries.entrySet()) {
            JsonNode hits = call("POST", "/" + INDEX + "/_search", "{\"query\":" + query.getValue() + "}").path("hits");
            assertEquals("shard0:18446744073709000007", hits.path("hits").path(0).path("_id").asText(), query.getKey());
            assertEquals(1, hits.path("total").path("value").asInt(), query.getKey());
        }
    }

    /** What the fake engine takes for granted of the real one. */
    @Test
    void versionsAreAsTheFakeEngineHasThem() throws IOException, InterruptedException {
        Struct row = row(7, 1, new Random(1));
        Raw read = raw("shard0", "r", row, Events.snapshot(1_790_000_030_000_000L, 1, 500));
        Raw change = raw("shard0", "u", row(7, 2, new Random(2)), Events.streamed(1_790_000_010_000_000L, Events.SERVER, 1, 800, 0));
        Raw delete = raw("shard0", "d", row, Events.streamed(1_790_000_020_000_000L, Events.SERVER, 1, 900, 0));
        Raw again = raw("shard0", "c", row(7, 3, new Random(3)), Events.streamed(1_790_000_025_000_000L, Events.SERVER, 1, 950, 0));
        String id = "/" + INDEX + "/_doc/shard0:18446744073709000007";
        try (RunningTask sink = sink()) {
            deliver(sink, List.of(read), 0);
            deliver(sink, List.of(change), 1);
            assertEquals("방수 재킷 7 변경 2", call("GET", id, "").at("/_source/name").asText());
            deliver(sink, List.of(delete), 2);
            deliver(sink, List.of(change), 3);
            assertEquals(false, call("GET", id, "").get("found").asBoolean(), "the deletion is remembered");
            deliver(sink, List.of(read), 4);
            assertEquals("방수 재킷 7 변경 1", call("GET", id, "").at("/_source/name").asText(), "created above the deletion");
            deliver(sink, List.of(delete), 5);
            assertEquals(false, call("GET", id, "").get("found").asBoolean());
            deliver(sink, List.of(again), 6);
            assertEquals("방수 재킷 7 변경 3", call("GET", id, "").at("/_source/name").asText());
            assertEquals(List.of(), sink.reported);
        }
        call("DELETE", id, "");
        try (RunningTask sink = sink()) {
            deliver(sink, List.of(again), 7);
            assertEquals(false, call("GET", id, "").get("found").asBoolean(), "deleted by hand: a deletion like any other");
            deliver(sink, List.of(read), 8);
            assertEquals("방수 재킷 7 변경 1", call("GET", id, "").at("/_source/name").asText(), "repaired by a snapshot");
            call("PUT", id, "{\"name\": \"by hand\"}");
            deliver(sink, List.of(read), 9);
            assertEquals("방수 재킷 7 변경 1", call("GET", id, "").at("/_source/name").asText(), "repaired by a snapshot");
            assertEquals(List.of(), sink.reported);
        }
    }
}
