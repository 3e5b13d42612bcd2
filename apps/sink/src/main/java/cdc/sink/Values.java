package cdc.sink;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;

/** Writes a column's value into a document as what it is in the database; README.md has the table of types. */
final class Values {
    private static final JsonFactory JSON = new JsonFactory();
    private static final long MICROS_PER_SECOND = 1_000_000L;
    /** Set by Debezium's datatype.propagate.source.type, in upper case. */
    private static final String COLUMN_TYPE = "__debezium.source.column.type";

    private Values() {}

    /** @param schema null when the converter keeps none: then the value is written as it came */
    static void write(JsonGenerator out, Schema schema, Object value) throws IOException {
        if (value == null) {
            out.writeNull();
            return;
        }
        String type = schema == null || schema.name() == null ? "" : schema.name();
        switch (type) {
            case "io.debezium.data.Json" -> writeJson(out, value.toString());
            case "io.debezium.data.EnumSet" -> writeSet(out, value.toString());
            default -> {
                String text = textOf(type, schema, value);
                if (text != null) out.writeString(text);
                else writePlain(out, schema, value);
            }
        }
    }

    /** A key column as text. */
    static String text(Schema schema, Object value) {
        String type = schema == null || schema.name() == null ? "" : schema.name();
        String text = textOf(type, schema, value);
        return text != null ? text : value.toString();
    }

    /** The value of a type that is written as a string; null for all others. */
    private static String textOf(String type, Schema schema, Object value) {
        return switch (type) {
            case "io.debezium.time.Date" -> LocalDate.ofEpochDay(whole(value)).toString();
            case "io.debezium.time.Timestamp" -> localDateTime(whole(value), 1_000L);
            case "io.debezium.time.MicroTimestamp" -> localDateTime(whole(value), MICROS_PER_SECOND);
            case "io.debezium.time.NanoTimestamp" -> localDateTime(whole(value), 1_000_000_000L);
            case "io.debezium.time.Time" -> duration(whole(value) * 1_000L);
            case "io.debezium.time.MicroTime" -> duration(whole(value));
            case "io.debezium.time.NanoTime" -> duration(whole(value) / 1_000L);
            case "io.debezium.time.ZonedTimestamp" -> zonedTimestamp(value.toString());
            case "io.debezium.data.Bits" -> bits(bytes(value), schema);
            case "io.debezium.data.VariableScaleDecimal" -> variableScale((Struct) value);
            // time.precision.mode=connect
            case "org.apache.kafka.connect.data.Date" -> date(value).atZone(ZoneOffset.UTC).toLocalDate().toString();
            case "org.apache.kafka.connect.data.Time" -> duration(date(value).toEpochMilli() * 1_000L);
            case "org.apache.kafka.connect.data.Timestamp" -> localDateTime(date(value).toEpochMilli(), 1_000L);
            default -> {
                if (value instanceof BigDecimal decimal) yield decimal.toPlainString();
                if (value instanceof Long bits && isUnsigned(schema)) yield Long.toUnsignedString(bits);
                if (value instanceof byte[] || value instanceof ByteBuffer) {
                    yield Base64.getEncoder().encodeToString(bytes(value));
                }
                yield null;
            }
        };
    }

    /** BIGINT UNSIGNED with bigint.unsigned.handling.mode=long: from 2^63 on the bits are those of a negative number. */
    private static boolean isUnsigned(Schema schema) {
        return columnType(schema).matches("(BIGINT|INT8) UNSIGNED.*|SERIAL");
    }

    /** BOOLEAN is MySQL's word for TINYINT(1); Debezium makes booleans of it where a statement says so, else numbers. */
    static boolean isTinyint(Schema schema) {
        return columnType(schema).matches("(BOOL|BOOLEAN|TINYINT).*");
    }

    static int number(boolean value) {
        return value ? 1 : 0;
    }

    private static String columnType(Schema schema) {
        if (schema == null || schema.parameters() == null) return "";
        return schema.parameters().getOrDefault(COLUMN_TYPE, "");
    }

    private static void writePlain(JsonGenerator out, Schema schema, Object value) throws IOException {
        if (value instanceof String text) out.writeString(text);
        else if (value instanceof Boolean bool) out.writeBoolean(bool);
        else if (value instanceof Float number) out.writeNumber(number);
        else if (value instanceof Double number) out.writeNumber(number);
        else if (value instanceof BigInteger number) out.writeNumber(number);
        else if (value instanceof Number number) out.writeNumber(number.longValue());
        else if (value instanceof List<?> list) {
            out.writeStartArray();
            for (Object element : list) write(out, schema == null ? null : schema.valueSchema(), element);
            out.writeEndArray();
        } else if (schema != null && value instanceof Map<?, ?> map) {
            out.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.writeFieldName(entry.getKey().toString());
                write(out, schema.valueSchema(), entry.getValue());
            }
            out.writeEndObject();
        } else {
            Fields fields = Fields.of(value);
            if (fields == null) throw new DataException("a value of " + value.getClass().getName() + " is not known");
            out.writeStartObject();
            for (Fields.Entry entry : fields.entries()) {
                out.writeFieldName(entry.name());
                write(out, entry.schema(), entry.value());
            }
            out.writeEndObject();
        }
    }

    /** Checked first, then copied letter by letter: numbers of any length stay as they are. */
    private static void writeJson(JsonGenerator out, String text) throws IOException {
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() == null) throw new DataException("a JSON column holds an empty text");
            parser.skipChildren();
            if (parser.nextToken() != null) throw new DataException("a JSON column holds more than one value");
        } catch (com.fasterxml.jackson.core.JacksonException e) {
            throw new DataException("a JSON column does not hold JSON: " + e.getOriginalMessage(), e);
        }
        // a line break would end the line of the bulk request; between tokens it means the same as a space
        out.writeRawValue(text.replace('\n', ' ').replace('\r', ' '));
    }

    private static void writeSet(JsonGenerator out, String members) throws IOException {
        out.writeStartArray();
        if (!members.isEmpty()) {
            for (String member : members.split(",")) out.writeString(member);
        }
        out.writeEndArray();
    }

    private static long whole(Object value) {
        if (value instanceof Number number) return number.longValue();
        throw new DataException("a time is a " + value.getClass().getSimpleName() + " and not a number");
    }

    private static Instant date(Object value) {
        if (value instanceof java.util.Date date) return date.toInstant();
        throw new DataException("a time is a " + value.getClass().getSimpleName() + " and not a date");
    }

    /** MySQL's DATETIME: no zone, so none is written. */
    private static String localDateTime(long units, long unitsPerSecond) {
        long nanos = Math.floorMod(units, unitsPerSecond) * (1_000_000_000L / unitsPerSecond);
        LocalDateTime time = LocalDateTime.ofEpochSecond(Math.floorDiv(units, unitsPerSecond), (int) nanos, ZoneOffset.UTC);
        return DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(time);
    }

    /**
     * MySQL's TIMESTAMP, without zeros at the end of the fraction: a snapshot's rows have none there, and those from the
     * binlog have as many digits as the column, but a row has one document.
     */
    private static String zonedTimestamp(String text) {
        int point = text.indexOf('.');
        if (point < 0) return text;
        int end = point + 1;
        while (end < text.length() && Character.isDigit(text.charAt(end))) end++;
        int last = end;
        while (text.charAt(last - 1) == '0') last--;
        return text.substring(0, last - 1 == point ? point : last) + text.substring(end);
    }

    /** MySQL's TIME: a span from -838:59:59 to 838:59:59 rather than a time of day. */
    private static String duration(long micros) {
        long rest = Math.abs(micros);
        long seconds = rest / MICROS_PER_SECOND;
        LocalTime withinHour = LocalTime.of(0, (int) (seconds / 60 % 60), (int) (seconds % 60));
        String hours = "%s%02d".formatted(micros < 0 ? "-" : "", seconds / 3600);
        String text = hours + DateTimeFormatter.ofPattern(":mm:ss").format(withinHour);
        long fraction = rest % MICROS_PER_SECOND;
        return fraction == 0 ? text : text + ".%06d".formatted(fraction).replaceFirst("0+$", "");
    }

    /** BIT(n), which comes with its lowest byte first, as n digits. */
    private static String bits(byte[] lowestFirst, Schema schema) {
        byte[] highestFirst = new byte[lowestFirst.length];
        for (int i = 0; i < lowestFirst.length; i++) highestFirst[lowestFirst.length - 1 - i] = lowestFirst[i];
        String digits = new BigInteger(1, highestFirst).toString(2);
        String length = schema.parameters() == null ? null : schema.parameters().get("length");
        int missing = length == null ? 0 : Integer.parseInt(length) - digits.length();
        return "0".repeat(Math.max(0, missing)) + digits;
    }

    private static String variableScale(Struct value) {
        return new BigDecimal(new BigInteger(bytes(value.get("value"))), value.getInt32("scale")).toPlainString();
    }

    private static byte[] bytes(Object value) {
        if (value instanceof byte[] array) return array;
        if (value instanceof ByteBuffer buffer) {
            byte[] array = new byte[buffer.remaining()];
            buffer.duplicate().get(array);
            return array;
        }
        throw new DataException("bytes are a " + value.getClass().getSimpleName());
    }
}
