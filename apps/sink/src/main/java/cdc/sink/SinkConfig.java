package cdc.sink;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;

import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.NonEmptyString;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;

/** The connector's properties. README.md shows the same table; a test holds the two together. */
public final class SinkConfig extends AbstractConfig {
    static final String URL = "connection.url";
    static final String USERNAME = "connection.username";
    static final String PASSWORD = "connection.password";
    static final String CA_FILE = "connection.ca.file";
    static final String CONNECT_TIMEOUT = "connection.timeout.ms";
    static final String REQUEST_TIMEOUT = "request.timeout.ms";
    static final String TOPIC_PATTERN = "topic.pattern";
    static final String INDEX_TEMPLATE = "index.name.template";
    static final String TABLE_NAMES = "table.names";
    static final String SHARD_KEY_FIELD = "shard.key.field";
    static final String RETRY_TOPIC = "retry.topic";
    static final String REMOVAL_TOPICS = "removal.topics";
    static final String SHARD_FIELD = "shard.field";
    static final String POSITION_FIELD = "position.field";
    static final String SNAPSHOT_WINDOW = "snapshot.window.ms";
    static final String BATCH_SIZE = "batch.size";
    static final String BATCH_BYTES = "batch.bytes";
    static final String LINGER = "linger.ms";
    static final String MAX_IN_FLIGHT = "max.in.flight.requests";
    static final String MAX_BLOCK = "max.block.ms";
    static final String FLUSH_TIMEOUT = "flush.timeout.ms";
    static final String MAX_RETRIES = "max.retries";
    static final String BACKOFF = "retry.backoff.ms";
    static final String BACKOFF_MAX = "retry.backoff.max.ms";

    /** Set by the connector for each of its tasks; not part of what a user configures. */
    static final String TASK_ID = "task.id";

    private static final Pattern FIELD_NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]*");

    static final ConfigDef DEF = new Groups()
            .group("Connection")
            .add(URL, Type.LIST, ConfigDef.NO_DEFAULT_VALUE, new Urls(), HIGH,
                    "Addresses of the engine's nodes, comma-separated: http://HOST:PORT or https://HOST:PORT.")
            .add(USERNAME, Type.STRING, "", null, MEDIUM,
                    "User for HTTP basic authentication; empty for none. Goes with connection.password.")
            .add(PASSWORD, Type.PASSWORD, "", null, MEDIUM,
                    "Password for HTTP basic authentication; empty for none. Goes with connection.username.")
            .add(CA_FILE, Type.STRING, "", null, MEDIUM,
                    "File on the workers (PEM) with the certificates of the authorities that may have signed the engine's;"
                            + " empty for those that Java trusts.")
            .add(CONNECT_TIMEOUT, Type.INT, 5_000, Range.between(1, 600_000), LOW,
                    "How long to wait for a connection to a node.")
            .add(REQUEST_TIMEOUT, Type.INT, 30_000, Range.between(1, 600_000), MEDIUM,
                    "How long to wait for the answer to a request; after that it is retried.")
            .group("Documents")
            .add(TOPIC_PATTERN, Type.STRING, TopicTargets.DEFAULT_PATTERN, new NonEmptyString(), MEDIUM,
                    "Regular expression that a topic's whole name has to match, with named groups for what"
                            + " index.name.template asks for, and the group shard unless shard.key.field is set.")
            .add(INDEX_TEMPLATE, Type.STRING, "{database}-{table}", new NonEmptyString(), MEDIUM,
                    "Name of a table's index, from {shard}, {database}, {table} and {topic}; must hold {table} or"
                            + " {topic}. Made valid: lower case, what the engine does not allow becomes _.")
            .add(TABLE_NAMES, Type.LIST, List.of(), new Pairs("TOPIC=DATABASE.TABLE"), LOW,
                    "Tables that their topics' names do not tell, as Kafka takes no other letters than ASCII's:"
                            + " TOPIC=DATABASE.TABLE, the table URL-encoded. {database} and {table} are of this name then.")
            .add(SHARD_KEY_FIELD, Type.STRING, "", null, MEDIUM,
                    "Field of the record's key that holds the shard's name, as in merged topics; empty when the"
                            + " topic's name holds it. A key without that field takes the shard from the topic's name, if"
                            + " topic.pattern has the group.")
            .add(RETRY_TOPIC, Type.STRING, "", null, MEDIUM,
                    "Topic of records to be tried again, each of which names its own topic in the header"
                            + " cdc.origin.topic; empty for none.")
            .add(REMOVAL_TOPICS, Type.LIST, List.of(), new Pairs("TOPIC=SHARD"), MEDIUM,
                    "Topics of TRUNCATE events (cdc.sink.RouteTruncates) and of schema changes, each with the shard that it"
                            + " is of: TOPIC=SHARD. A table that was emptied or dropped there loses that shard's documents."
                            + " They have to be among topics too.")
            .add(SHARD_FIELD, Type.STRING, "shard", new FieldName(), LOW,
                    "Field of the document that holds the shard's name.")
            .add(POSITION_FIELD, Type.STRING, "cdc", new FieldName(), LOW,
                    "Field of the document that holds the change's position in the source.")
            .add(SNAPSHOT_WINDOW, Type.LONG, 86_400_000L, Range.atLeast(0), LOW,
                    "Longest time from the moment that a snapshot shows to the end of its reading, and longest lag of"
                            + " streaming behind an incremental snapshot.")
            .group("Requests")
            .add(BATCH_SIZE, Type.INT, 1_000, Range.between(1, 100_000), MEDIUM,
                    "Most changes in one bulk request.")
            .add(BATCH_BYTES, Type.INT, 5_242_880, Range.between(1_024, 104_857_600), MEDIUM,
                    "Most bytes in one bulk request; a single larger document goes alone.")
            .add(LINGER, Type.INT, 10, Range.between(0, 60_000), MEDIUM,
                    "How long changes wait for others before a request that is not full is sent.")
            .add(MAX_IN_FLIGHT, Type.INT, 2, Range.between(1, 10), MEDIUM,
                    "Most requests of a task under way at once, at most as many as the client keeps connections to a node;"
                            + " never two with the same document.")
            .add(MAX_BLOCK, Type.INT, 30_000, Range.between(1, 600_000), LOW,
                    "How long the task waits for a free request before Connect has to pause its partitions; keep it"
                            + " well below the consumer's max.poll.interval.ms.")
            .add(FLUSH_TIMEOUT, Type.INT, 10_000, Range.between(0, 600_000), LOW,
                    "How long an offset commit waits for requests under way; what is not acknowledged by then is left"
                            + " to the next commit.")
            .group("Retries")
            .add(MAX_RETRIES, Type.INT, 8, Range.between(0, 1_000), MEDIUM,
                    "How often in a row a request without any progress is repeated (429, 5xx, time-out, lost"
                            + " connection) before Connect is told, which pauses the partitions and has it tried again.")
            .add(BACKOFF, Type.LONG, 100L, Range.between(1, 600_000), LOW,
                    "Pause before the first repetition; doubles with each, and is shortened by chance by up to half.")
            .add(BACKOFF_MAX, Type.LONG, 10_000L, Range.between(1, 600_000), LOW,
                    "Longest pause before a repetition.")
            .def;

    public SinkConfig(Map<String, String> properties) {
        super(DEF, properties, false);
        conflicts().forEach((name, problem) -> {
            throw new ConfigException(name, values().get(name), problem);
        });
    }

    private SinkConfig(Map<String, ?> parsed, boolean unchecked) {
        super(DEF, parsed, false);
    }

    /**
     * What is wrong with properties that are fine one by one but do not go together.
     *
     * @param properties properties each of which {@link #DEF} accepts
     * @return problem by name of the property to change; empty when all is well
     */
    static Map<String, String> conflicts(Map<String, String> properties) {
        return new SinkConfig(properties, true).conflicts();
    }

    private Map<String, String> conflicts() {
        Map<String, String> problems = new java.util.TreeMap<>();
        if (username().isEmpty() != password().value().isEmpty()) {
            problems.put(username().isEmpty() ? USERNAME : PASSWORD, "username and password are set both or neither");
        }
        tlsProblem().ifPresent(problem -> problems.put(CA_FILE, problem));
        if (getLong(BACKOFF_MAX) < getLong(BACKOFF)) {
            problems.put(BACKOFF_MAX, "is less than " + BACKOFF + " (" + getLong(BACKOFF) + ")");
        }
        if (getString(SHARD_FIELD).equals(getString(POSITION_FIELD))) {
            problems.put(POSITION_FIELD, "is the same as " + SHARD_FIELD + "; the document needs both");
        }
        try {
            Pattern.compile(getString(TOPIC_PATTERN));
            TopicTargets.problem(getString(TOPIC_PATTERN), getString(INDEX_TEMPLATE), shardKeyField())
                    .ifPresent(problem -> problems.put(problem.property(), problem.message()));
        } catch (PatternSyntaxException e) {
            problems.put(TOPIC_PATTERN, "is no regular expression: " + e.getDescription());
        }
        return problems;
    }

    private Optional<String> tlsProblem() {
        if (caFile().isEmpty()) return Optional.empty();
        if (urls().stream().anyMatch(url -> !"https".equals(url.getScheme()))) {
            return Optional.of("is set, and " + URL + " has an address without https");
        }
        try {
            Authorities.trusting(Path.of(caFile()));
            return Optional.empty();
        } catch (IOException | GeneralSecurityException | InvalidPathException e) {
            return Optional.of("cannot be used: " + e);
        }
    }

    List<URI> urls() {
        return getList(URL).stream().map(URI::create).toList();
    }

    String username() {
        return getString(USERNAME);
    }

    String caFile() {
        return getString(CA_FILE);
    }

    Password password() {
        return getPassword(PASSWORD);
    }

    /** The shard by the topic's name. */
    Map<String, String> removalTopics() {
        return pairs(REMOVAL_TOPICS);
    }

    /** DATABASE.TABLE by the topic's name. */
    Map<String, String> tableNames() {
        Map<String, String> tables = pairs(TABLE_NAMES);
        tables.replaceAll((topic, table) -> URLDecoder.decode(table, StandardCharsets.UTF_8));
        return tables;
    }

    private Map<String, String> pairs(String property) {
        Map<String, String> pairs = new java.util.LinkedHashMap<>();
        for (String told : getList(property)) {
            int equals = told.indexOf('=');
            pairs.put(told.substring(0, equals), told.substring(equals + 1));
        }
        return pairs;
    }

    String shardKeyField() {
        return getString(SHARD_KEY_FIELD);
    }

    /** Registers properties in their groups, in the order in which they are written. */
    private static final class Groups {
        private final ConfigDef def = new ConfigDef();
        private String group;
        private int order;

        Groups group(String name) {
            group = name;
            order = 0;
            return this;
        }

        Groups add(String name, Type type, Object defaultValue, ConfigDef.Validator validator,
                ConfigDef.Importance importance, String documentation) {
            def.define(name, type, defaultValue, validator, importance, documentation, group, ++order,
                    ConfigDef.Width.MEDIUM, name);
            return this;
        }
    }

    /** A list of http(s) addresses with host and port and nothing else. */
    private static final class Urls implements ConfigDef.Validator {
        @Override
        public void ensureValid(String name, Object value) {
            List<?> urls = (List<?>) value;
            if (urls == null || urls.isEmpty()) {
                throw new ConfigException(name, value, "names no address");
            }
            urls.forEach(url -> check(name, url.toString()));
        }

        private static void check(String name, String url) {
            try {
                URI uri = URI.create(url);
                boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
                boolean node = uri.getHost() != null && uri.getPort() > 0;
                if (http && node && uri.getUserInfo() == null && uri.getQuery() == null && "/".startsWith(uri.getPath())) {
                    return;
                }
            } catch (IllegalArgumentException e) {
                // falls through: the same advice helps
            }
            throw new ConfigException(name, url, "is not of the form http://HOST:PORT or https://HOST:PORT");
        }

        @Override
        public String toString() {
            return "http(s)://HOST:PORT,…";
        }
    }

    /** TOPIC=SHARD,… */
    private record Pairs(String form) implements ConfigDef.Validator {
        @Override
        public void ensureValid(String name, Object value) {
            for (Object told : (List<?>) value) {
                if (told.toString().matches("[^=]+=[^=]+")) continue;
                throw new ConfigException(name, told, "is not of the form " + form);
            }
        }

        @Override
        public String toString() {
            return form + ",…";
        }
    }

    /** A plain field name: dots would make it an object, a leading underscore one of the engine's own. */
    private static final class FieldName implements ConfigDef.Validator {
        @Override
        public void ensureValid(String name, Object value) {
            if (!FIELD_NAME.matcher(String.valueOf(value)).matches()) {
                throw new ConfigException(name, value, "has to be a letter and then letters, digits and _");
            }
        }

        @Override
        public String toString() {
            return "a letter, then letters, digits and _";
        }
    }
}
