package cdc.sink;

import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;

/** One way to look at a Struct (converters with schemas) and at a Map (without). */
interface Fields {
    /** @param schema null when there is none */
    record Entry(String name, Schema schema, Object value) {}

    /** In the schema's order; without a schema by name, as a Map has no order of its own. */
    List<Entry> entries();

    /** The value of a field; null when it is null or there is no such field. */
    Object get(String name);

    boolean has(String name);

    /** The field as fields; null when it is none. */
    default Fields nested(String name) {
        return of(get(name));
    }

    default String text(String name) {
        Object value = get(name);
        return value == null ? null : value.toString();
    }

    /** @return null when there is no such number */
    default Long number(String name) {
        return get(name) instanceof Number number ? Long.valueOf(number.longValue()) : null;
    }

    /** @return null when the value is neither Struct nor Map */
    static Fields of(Object value) {
        if (value instanceof Struct struct) return new OfStruct(struct);
        if (value instanceof Map<?, ?> map) return new OfMap(map);
        return null;
    }

    /** Without defaults: a Struct gives a column's default for null, but NULL is what the row holds. */
    record OfStruct(Struct struct) implements Fields {
        @Override
        public List<Entry> entries() {
            return struct.schema().fields().stream()
                    .map(field -> new Entry(field.name(), field.schema(), struct.getWithoutDefault(field.name())))
                    .toList();
        }

        @Override
        public Object get(String name) {
            return has(name) ? struct.getWithoutDefault(name) : null;
        }

        @Override
        public boolean has(String name) {
            return struct.schema().field(name) != null;
        }
    }

    record OfMap(Map<?, ?> map) implements Fields {
        @Override
        public List<Entry> entries() {
            return map.entrySet().stream()
                    .map(entry -> new Entry(entry.getKey().toString(), null, entry.getValue()))
                    .sorted(java.util.Comparator.comparing(Entry::name))
                    .toList();
        }

        @Override
        public Object get(String name) {
            return map.get(name);
        }

        @Override
        public boolean has(String name) {
            return map.containsKey(name);
        }
    }
}
