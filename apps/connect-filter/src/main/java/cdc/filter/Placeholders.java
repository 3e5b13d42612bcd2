package cdc.filter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Placeholders of secrets, as in {@code "tasks.max": "${file:/run/secrets/connectors.properties:debezium.password}"}. The worker
 * puts the secret in before anything looks at the value, and what finds the value wrong says it: {@code Invalid value hunter2}.
 * So only what the pipeline itself configures may hold one: that property, with that very value.
 */
final class Placeholders {
    private final JsonFactory json = new JsonFactory();
    private final Set<Map.Entry<String, String>> planned = new HashSet<>();
    private final Set<String> properties = new TreeSet<>();

    /**
     * @param planned {@code PROPERTY=VALUE}, each URL-encoded, separated by commas: the worker would put the secret in here too.
     * @throws IllegalArgumentException when an entry has no {@code =}.
     */
    Placeholders(String planned) {
        for (String entry : planned.isEmpty() ? new String[0] : planned.split(",")) {
            String pair = URLDecoder.decode(entry, StandardCharsets.UTF_8);
            int equals = pair.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("found " + entry + ", but an entry is PROPERTY=VALUE, URL-encoded");
            }
            String property = pair.substring(0, equals);
            this.planned.add(Map.entry(property, pair.substring(equals + 1)));
            properties.add(property);
        }
    }

    /**
     * Looks at every text of the body, however deep, and at both of two values with one name.
     *
     * @return why it is refused, with what to do; never a secret, as none has been put in yet. Empty when it may pass.
     * @throws IOException when the body is no JSON.
     */
    Optional<String> refusal(byte[] body) throws IOException {
        try (JsonParser parser = json.createParser(body)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                boolean isName = token == JsonToken.FIELD_NAME;
                if ((isName || token == JsonToken.VALUE_STRING) && !mayStand(isName, parser.currentName(), parser.getText())) {
                    String where = isName ? "the name of a property" : parser.currentName() == null ? "a list" : parser.currentName();
                    return Optional.of(why(where));
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Looks at the path: the worker takes a connector's name from there into its configuration.
     *
     * @param path as the worker reads it, decoded.
     */
    Optional<String> refusalOfPath(String path) {
        return holdsPlaceholder(path) ? Optional.of(why("the path")) : Optional.empty();
    }

    private String why(String where) {
        return Sites.cut(where) + " holds a placeholder of a secret; only what the pipeline's own connectors are"
                + " configured with may (" + String.join(", ", properties) + "). Write the value itself, or the"
                + " property into cdc:connectors.properties or cdc:readSide.sink.properties, and run pulumi up";
    }

    /**
     * Whatever the provider is called: <code>${</code> and a colon before it is closed. Kafka's own pattern
     * ({@code ConfigTransformer.DEFAULT_PATTERN}) wants the closing brace too; on a text of colons without one it takes
     * minutes, in whoever runs it, so the worker gets no such text either.
     */
    private static boolean holdsPlaceholder(String text) {
        boolean isOpen = false;
        for (int at = 0; at < text.length(); at++) {
            char character = text.charAt(at);
            if (isOpen && character == ':') {
                return true;
            }
            isOpen = character == '{' ? isOpen || (at > 0 && text.charAt(at - 1) == '$') : isOpen && character != '}';
        }
        return false;
    }

    private boolean mayStand(boolean isName, String property, String text) {
        return !holdsPlaceholder(text) || (!isName && property != null && planned.contains(Map.entry(property, text)));
    }
}
