package cdc.sink;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine's own word for a field's type. Debezium calls a TINYINT(1) a number where it read how the table is, and a boolean
 * where it read an ALTER that says BOOLEAN, and no key tells an unsigned BIGINT from a signed one; the mapping, which was made
 * of the table's columns, tells both. Used by the task's thread only.
 */
final class MappedFields implements FieldTypes {
    private static final Logger LOG = LoggerFactory.getLogger(MappedFields.class);
    private static final Set<String> NUMBERS = Set.of("byte", "short", "integer", "long", "unsigned_long", "float", "double");
    private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** @param problem why there are no types; null when there are */
    private record Known(Map<String, String> types, EngineException problem, long since) {}

    private final Engine engine;
    private final Map<String, Known> byIndex = new HashMap<>();

    MappedFields(Engine engine) {
        this.engine = engine;
    }

    @Override
    public boolean isNumber(String index, String field) {
        Known known = known(index);
        // the write fails with the same, and is tried again or reported
        if (known.problem() != null) LOG.warn("The mapping of {} cannot be read: {}", index, known.problem().getMessage());
        return NUMBERS.contains(known.types().getOrDefault(field, ""));
    }

    @Override
    public boolean isUnsigned(String index, String field) {
        Known known = known(index);
        EngineException problem = known.problem();
        // asked anew the next time
        if (problem != null) byIndex.remove(index);
        // an index that is not there has no such field; else a guess would be a document that no later change finds
        if (problem != null && !problem.isMissing()) {
            String message = "The mapping of " + index + " cannot be read: " + problem.getMessage();
            if (problem.kind() == EngineException.Kind.PASSING) throw new RetriableException(message, problem);
            throw new ConnectException(message, problem);
        }
        return "unsigned_long".equals(known.types().get(field));
    }

    private Known known(String index) {
        Known known = byIndex.get(index);
        if (known == null || System.nanoTime() - known.since() > KEPT_NANOS) {
            known = read(index);
            byIndex.put(index, known);
        }
        return known;
    }

    private Known read(String index) {
        Map<String, String> types = new HashMap<>();
        try {
            for (JsonNode one : engine.request("GET", '/' + index + "/_mapping", Map.of(), "")) {
                one.at("/mappings/properties").fields()
                        .forEachRemaining(field -> types.put(field.getKey(), field.getValue().path("type").asText()));
            }
            return new Known(types, null, System.nanoTime());
        } catch (EngineException e) {
            return new Known(Map.of(), e, System.nanoTime());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectException("interrupted while waiting for OpenSearch", e);
        }
    }
}
