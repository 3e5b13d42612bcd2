package cdc.sink;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.sink.SinkRecord;

/**
 * Reads from the topics of TRUNCATE events and of schema changes which tables lost their rows. Of schema changes all but
 * those that remove rows are passed over.
 */
final class RemovalReader {
    /** Comments before a statement. Debezium leaves them where they are. */
    private static final Pattern LEADING = Pattern.compile("^(\\s+|/\\*.*?\\*/|--[^\\n]*\\n|#[^\\n]*\\n)+", Pattern.DOTALL);
    private static final Pattern DROP_TABLE = pattern("DROP\\s+TABLE\\b.*");
    private static final Pattern DROP_DATABASE = pattern("DROP\\s+(DATABASE|SCHEMA)\\b.*");
    private static final Pattern PARTITION =
            pattern("ALTER\\s+TABLE\\b.*\\b((TRUNCATE|DROP|EXCHANGE|DISCARD|IMPORT)\\s+PARTITION|(DISCARD|IMPORT)\\s+TABLESPACE)\\b.*");
    private static final Pattern RENAME =
            pattern("(RENAME\\s+TABLES?\\b|ALTER\\s+TABLE\\b.*\\bRENAME\\s+(?!COLUMN\\b|INDEX\\b|KEY\\b)).*");

    private final Map<String, String> shards;
    private final List<TopicTargets.Target> tables;
    private final boolean merged;

    /** @param topics what the sink reads (Connect's property {@code topics}): tables that are not among them are not its own */
    RemovalReader(SinkConfig config, String topics) {
        this.shards = config.removalTopics();
        this.merged = !config.shardKeyField().isEmpty();
        TopicTargets targets = TopicTargets.of(config);
        this.tables = Arrays.stream((topics == null ? "" : topics).split(",")).map(String::strip)
                .filter(topic -> !shards.containsKey(topic) && targets.matches(topic))
                .map(targets::of)
                .filter(target -> target.table() != null)
                .toList();
    }

    private static Pattern pattern(String statement) {
        return Pattern.compile(statement, Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    }

    boolean isOf(String topic) {
        return shards.containsKey(topic);
    }

    /**
     * @return none when no row of the sink's tables went
     * @throws DataException if rows went, or came, and it cannot be told which
     */
    List<Removal> read(String topic, SinkRecord record) {
        Fields value = Fields.of(record.value());
        Fields source = value == null ? null : value.nested("source");
        if (source == null) throw new DataException("the record on " + topic + " is no event of a TRUNCATE or a schema change");
        String shard = shards.get(topic);
        String database = source.text("db");
        String table = database + '.' + source.text("table");
        Position position = ChangeReader.position(source, "", record);
        if ("t".equals(value.text("op"))) return of(shard, table, position);
        String ddl = value.text("ddl");
        // a snapshot tells how tables are made, beginning with a DROP
        if (ddl == null || position.kind() != Position.Kind.STREAM) return List.of();
        String statement = LEADING.matcher(ddl).replaceFirst("");
        if (DROP_TABLE.matcher(statement).matches()) return of(shard, table, position);
        if (DROP_DATABASE.matcher(statement).matches()) return ofDatabase(shard, value.text("databaseName"), position);
        refuseUnclear(shard, database, table, statement);
        return List.of();
    }

    private List<Removal> of(String shard, String table, Position position) {
        return matching(shard, target -> target.table().equals(table), position);
    }

    private List<Removal> ofDatabase(String shard, String database, Position position) {
        return matching(shard, target -> target.table().startsWith(database + '.'), position);
    }

    private List<Removal> matching(
            String shard, java.util.function.Predicate<TopicTargets.Target> wanted, Position position) {
        Map<String, Removal> found = new HashMap<>();
        for (TopicTargets.Target target : tables) {
            // a merged topic's name tells no shard
            boolean ofShard = merged || shard.equals(target.shard());
            if (!ofShard || !wanted.test(target)) continue;
            found.put(target.table(), new Removal(target.index(), shard, target.table(), position));
        }
        return List.copyOf(found.values());
    }

    /** @throws DataException for what moves rows without an event of any, to or from one of the sink's tables */
    private void refuseUnclear(String shard, String database, String table, String statement) {
        boolean partition = PARTITION.matcher(statement).matches();
        if (!partition && !RENAME.matcher(statement).matches()) return;
        List<String> touched = matching(shard,
                target -> partition ? target.table().equals(table) : mentions(statement, database, target.table()), null)
                .stream().map(Removal::table).sorted().toList();
        if (touched.isEmpty()) return;
        throw new DataException("rows of " + String.join(", ", touched) + " on " + shard + " went or came without events: "
                + shortened(statement) + "; cdc reconcile --repair brings the index in line, then discard this letter");
    }

    private static boolean mentions(String statement, String database, String table) {
        if (!table.startsWith(database + '.')) return false;
        String name = Pattern.quote(table.substring(database.length() + 1));
        return Pattern.compile("(?<![\\w$])" + name + "(?![\\w$])", Pattern.UNICODE_CHARACTER_CLASS).matcher(statement).find();
    }

    private static String shortened(String statement) {
        String line = statement.replaceAll("\\s+", " ");
        return line.length() <= 200 ? line : line.substring(0, 200) + "…";
    }
}
