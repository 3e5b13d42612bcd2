package cdc.sink;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.connect.errors.DataException;

/**
 * Which index a topic's records go to, and which shard they are of, by the topic's name, or by the table that is given
 * for it. The event's source block does not decide: a tombstone has no source block and must meet the same document.
 */
final class TopicTargets {
    /** PREFIX.DATABASE.TABLE; the prefix may have dots itself. */
    static final String DEFAULT_PATTERN = "(?<shard>.+)\\.(?<database>[^.]+)\\.(?<table>[^.]+)";

    private static final Pattern VARIABLE = Pattern.compile("\\{([^{}]*)}");
    private static final int MAX_INDEX_NAME_BYTES = 255;

    /**
     * @param shard the topic's group {@code shard}; null when the pattern has none
     * @param table DATABASE.TABLE, by its name or by the topic's groups; null when the pattern lacks one of them
     */
    record Target(String index, String shard, String table) {}

    /** A property and what is wrong with it. */
    record Problem(String property, String message) {}

    private final Pattern pattern;
    private final String template;
    private final Map<String, String> names;
    private final Map<String, Target> targets = new HashMap<>();

    /** @param names DATABASE.TABLE by the topics whose names do not tell it */
    TopicTargets(String pattern, String template, Map<String, String> names) {
        this.pattern = Pattern.compile(pattern);
        this.template = template;
        this.names = names;
    }

    static TopicTargets of(SinkConfig config) {
        return new TopicTargets(config.getString(SinkConfig.TOPIC_PATTERN), config.getString(SinkConfig.INDEX_TEMPLATE),
                config.tableNames());
    }

    /** What does not fit between pattern, template and the field for the shard. */
    static Optional<Problem> problem(String pattern, String template, String shardKeyField) {
        Matcher variables = VARIABLE.matcher(template);
        while (variables.find()) {
            String name = variables.group(1);
            if (!name.matches("shard|database|table|topic")) {
                return Optional.of(new Problem(SinkConfig.INDEX_TEMPLATE,
                        "{" + name + "} is none of {shard}, {database}, {table} and {topic}"));
            }
            if (!name.equals("topic") && !pattern.contains("(?<" + name + ">")) {
                return Optional.of(new Problem(SinkConfig.TOPIC_PATTERN,
                        "has no group (?<" + name + ">…), which " + SinkConfig.INDEX_TEMPLATE + " asks for"));
            }
        }
        if (!template.contains("{table}") && !template.contains("{topic}")) {
            return Optional.of(new Problem(SinkConfig.INDEX_TEMPLATE,
                    "holds neither {table} nor {topic}: rows of two tables with one key would be one document"));
        }
        if (shardKeyField.isEmpty() && !pattern.contains("(?<shard>")) {
            return Optional.of(new Problem(SinkConfig.TOPIC_PATTERN,
                    "has no group (?<shard>…), and " + SinkConfig.SHARD_KEY_FIELD + " is empty: no shard to be had"));
        }
        return Optional.empty();
    }

    /** @throws DataException if the topic's name does not match {@code topic.pattern} */
    Target of(String topic) {
        return targets.computeIfAbsent(topic, this::resolve);
    }

    boolean matches(String topic) {
        return pattern.matcher(topic).matches();
    }

    private Target resolve(String topic) {
        Matcher matcher = pattern.matcher(topic);
        if (!matcher.matches()) {
            throw new DataException("the topic's name does not match " + SinkConfig.TOPIC_PATTERN + " " + pattern);
        }
        String told = names.get(topic);
        String name = VARIABLE.matcher(template).replaceAll(variable -> Matcher.quoteReplacement(
                switch (variable.group(1)) {
                    case "topic" -> topic;
                    case "database" -> told == null ? matcher.group("database") : told.substring(0, told.indexOf('.'));
                    case "table" -> told == null ? matcher.group("table") : told.substring(told.indexOf('.') + 1);
                    default -> matcher.group(variable.group(1));
                }));
        boolean named = has("database") && has("table");
        String table = named ? matcher.group("database") + '.' + matcher.group("table") : null;
        return new Target(indexName(name), has("shard") ? matcher.group("shard") : null, told == null ? table : told);
    }

    private boolean has(String group) {
        return pattern.pattern().contains("(?<" + group + ">");
    }

    /**
     * The nearest name that the engine allows: lower case; \ / * ? " &lt; &gt; | , # : and white space become _; what a
     * name may not begin with is dropped.
     */
    static String indexName(String name) {
        String valid = name.toLowerCase(Locale.ROOT).replaceAll("[\\\\/*?\"<>|,#:\\s]", "_").replaceFirst("^[-_+.]+", "");
        if (valid.isEmpty() || valid.getBytes(StandardCharsets.UTF_8).length > MAX_INDEX_NAME_BYTES) {
            throw new DataException("no index name can be made of \"" + name + "\" (1 to 255 bytes)");
        }
        return valid;
    }
}
