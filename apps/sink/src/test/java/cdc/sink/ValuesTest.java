package cdc.sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ValuesTest {
    private static final Schema VARIABLE_SCALE = SchemaBuilder.struct().name("io.debezium.data.VariableScaleDecimal")
            .field("scale", Schema.INT32_SCHEMA).field("value", Schema.BYTES_SCHEMA).build();
    private static final Schema POINT = SchemaBuilder.struct().name("io.debezium.data.geometry.Point")
            .field("x", Schema.FLOAT64_SCHEMA).field("srid", Schema.OPTIONAL_INT32_SCHEMA).build();

    private static Schema int64(String name) {
        return SchemaBuilder.int64().name(name).build();
    }

    private static Schema int32(String name) {
        return SchemaBuilder.int32().name(name).build();
    }

    private static Schema string(String name) {
        return SchemaBuilder.string().name(name).build();
    }

    private static Schema column(String type) {
        return SchemaBuilder.int64().optional().parameter("__debezium.source.column.type", type).build();
    }

    private static Schema bits(int length) {
        return SchemaBuilder.bytes().name("io.debezium.data.Bits").parameter("length", "" + length).build();
    }

    static Stream<Arguments> values() {
        return Stream.of(
                Arguments.of("null", Schema.OPTIONAL_STRING_SCHEMA, null),
                Arguments.of("-128", Schema.INT8_SCHEMA, (byte) -128),
                Arguments.of("32767", Schema.INT16_SCHEMA, (short) 32767),
                Arguments.of("9223372036854775807", Schema.INT64_SCHEMA, Long.MAX_VALUE),
                Arguments.of("3.14", Schema.FLOAT32_SCHEMA, 3.14f),
                Arguments.of("0.1", Schema.FLOAT64_SCHEMA, 0.1),
                Arguments.of("true", Schema.BOOLEAN_SCHEMA, true),
                Arguments.of("\"방수 재킷 \\\"L\\\"\\n\"", Schema.STRING_SCHEMA, "방수 재킷 \"L\"\n"),
                // DECIMAL, and BIGINT UNSIGNED with bigint.unsigned.handling.mode=precise
                Arguments.of("\"249000.90\"", Decimal.schema(2), new BigDecimal("249000.90")),
                // and with the default, long, of which datatype.propagate.source.type tells that the bits are unsigned
                Arguments.of("\"18446744073709551615\"", column("BIGINT UNSIGNED"), -1L),
                Arguments.of("\"7\"", column("BIGINT UNSIGNED ZEROFILL"), 7L),
                Arguments.of("\"9223372036854775808\"", column("INT8 UNSIGNED"), Long.MIN_VALUE),
                Arguments.of("\"7\"", column("SERIAL"), 7L),
                Arguments.of("-1", column("BIGINT"), -1L),
                Arguments.of("\"0.00000000001\"", Decimal.schema(11), new BigDecimal("1E-11")),
                Arguments.of("\"18446744073709551615\"", Decimal.schema(0), new BigDecimal("18446744073709551615")),
                Arguments.of("\"12345678901234567890123456789012345.123456789012345678901234567890\"", Decimal.schema(30),
                        new BigDecimal("12345678901234567890123456789012345.123456789012345678901234567890")),
                Arguments.of("\"-1.005\"", VARIABLE_SCALE,
                        new Struct(VARIABLE_SCALE).put("scale", 3).put("value", new byte[] {(byte) 0xFC, 0x13})),
                Arguments.of("\"2025-10-19\"", int32("io.debezium.time.Date"), 20380),
                Arguments.of("\"1000-01-01\"", int32("io.debezium.time.Date"), -354285),
                Arguments.of("\"2025-10-19T14:46:20\"", int64("io.debezium.time.Timestamp"), 1_760_885_180_000L),
                Arguments.of("\"2025-10-19T14:46:20.12\"", int64("io.debezium.time.Timestamp"), 1_760_885_180_120L),
                Arguments.of("\"1969-12-31T23:59:59.999999\"", int64("io.debezium.time.MicroTimestamp"), -1L),
                Arguments.of("\"2025-10-19T14:46:20.000001\"", int64("io.debezium.time.MicroTimestamp"),
                        1_760_885_180_000_001L),
                Arguments.of("\"2025-10-19T14:46:20.000000001\"", int64("io.debezium.time.NanoTimestamp"),
                        1_760_885_180_000_000_001L),
                Arguments.of("\"2025-10-19T14:46:20Z\"", string("io.debezium.time.ZonedTimestamp"), "2025-10-19T14:46:20Z"),
                Arguments.of("\"2025-10-19T14:46:20Z\"", string("io.debezium.time.ZonedTimestamp"),
                        "2025-10-19T14:46:20.000000Z"),
                Arguments.of("\"2025-10-19T14:46:20.12Z\"", string("io.debezium.time.ZonedTimestamp"),
                        "2025-10-19T14:46:20.120Z"),
                Arguments.of("\"2025-10-19T14:46:20.100001+09:00\"", string("io.debezium.time.ZonedTimestamp"),
                        "2025-10-19T14:46:20.100001+09:00"),
                Arguments.of("\"00:00:00\"", int64("io.debezium.time.MicroTime"), 0L),
                Arguments.of("\"-838:59:59\"", int64("io.debezium.time.MicroTime"), -3_020_399_000_000L),
                Arguments.of("\"12:34:56.5\"", int64("io.debezium.time.MicroTime"), 45_296_500_000L),
                Arguments.of("\"12:34:56.5\"", int32("io.debezium.time.Time"), 45_296_500),
                Arguments.of("2026", int32("io.debezium.time.Year"), 2026),
                Arguments.of("\"2025-10-19\"", org.apache.kafka.connect.data.Date.SCHEMA,
                        new java.util.Date(1_760_832_000_000L)),
                Arguments.of("\"2025-10-19T14:46:20\"", org.apache.kafka.connect.data.Timestamp.SCHEMA,
                        new java.util.Date(1_760_885_180_000L)),
                Arguments.of("\"14:46:20\"", org.apache.kafka.connect.data.Time.SCHEMA, new java.util.Date(53_180_000L)),
                Arguments.of("{\"a\": 1e400, \"b\":[0.10000000000000000001] }", string("io.debezium.data.Json"),
                        "{\"a\": 1e400,\n\"b\":[0.10000000000000000001] }"),
                Arguments.of("[1]", string("io.debezium.data.Json"), "[1]"),
                Arguments.of("null", string("io.debezium.data.Json"), "null"),
                Arguments.of("\"red\"", string("io.debezium.data.Enum"), "red"),
                Arguments.of("[\"s\",\"xl\"]", string("io.debezium.data.EnumSet"), "s,xl"),
                Arguments.of("[]", string("io.debezium.data.EnumSet"), ""),
                Arguments.of("\"00000101\"", bits(8), new byte[] {5}),
                Arguments.of("\"1000000001\"", bits(10), new byte[] {1, 2}),
                Arguments.of("\"AP8=\"", Schema.BYTES_SCHEMA, new byte[] {0, (byte) 0xFF}),
                Arguments.of("\"AP8=\"", Schema.BYTES_SCHEMA, ByteBuffer.wrap(new byte[] {0, (byte) 0xFF})),
                Arguments.of("{\"x\":1.5,\"srid\":null}", POINT, new Struct(POINT).put("x", 1.5)),
                // without a schema: as it came
                Arguments.of("\"120.00\"", null, "120.00"),
                Arguments.of("[1,{\"a\":2.5}]", null, List.of(1L, Map.of("a", 2.5))));
    }

    @ParameterizedTest
    @MethodSource("values")
    void arriveAsWhatTheyAre(String json, Schema schema, Object value) throws IOException {
        assertEquals(json, write(schema, value));
    }

    private static String write(Schema schema, Object value) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = new JsonFactory().createGenerator(text)) {
            Values.write(out, schema, value);
        }
        return text.toString();
    }

    @Test
    void jsonThatIsNoneIsRefused() {
        for (String text : List.of("{\"a\": ", "{} {}", "", "{'a': 1}", "[1}")) {
            DataException thrown =
                    assertThrows(DataException.class, () -> write(string("io.debezium.data.Json"), text), text);
            assertTrue(thrown.getMessage().startsWith("a JSON column "), thrown.getMessage());
        }
    }
}
