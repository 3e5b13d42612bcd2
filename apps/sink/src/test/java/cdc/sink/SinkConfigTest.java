package cdc.sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.sink.SinkConnector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SinkConfigTest {
    private static final String URL = "http://127.0.0.1:9200";

    private static Map<String, String> properties(String... settings) {
        Map<String, String> props = new HashMap<>(Map.of(SinkConfig.URL, URL));
        for (int i = 0; i < settings.length; i += 2) props.put(settings[i], settings[i + 1]);
        return props;
    }

    private static Map<String, List<String>> problems(Map<String, String> props) {
        return new OpenSearchSinkConnector().validate(props).configValues().stream()
                .filter(value -> !value.errorMessages().isEmpty())
                .collect(Collectors.toMap(ConfigValue::name, ConfigValue::errorMessages));
    }

    @Test
    void theAddressIsEnough() {
        assertEquals(Map.of(), problems(properties()));
        assertEquals(Map.of(), problems(Map.of(SinkConfig.URL, "https://a:9200,https://b.example:9201/")));
        assertEquals(List.of(SinkConfig.URL), List.copyOf(problems(Map.of()).keySet()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "connection.url          | localhost:9200          | is not of the form http://HOST:PORT",
        "connection.url          | http://localhost        | is not of the form http://HOST:PORT",
        "connection.url          | http://u:p@localhost:92 | is not of the form http://HOST:PORT",
        "connection.url          | http://host:92/path     | is not of the form http://HOST:PORT",
        "max.in.flight.requests  | 0                       | at least 1",
        "max.in.flight.requests  | 11                      | no more than 10",
        "batch.size              | many                    | Not a number",
        "shard.field             | a.b                     | has to be a letter",
        "position.field          | _cdc                    | has to be a letter",
        "position.field          | shard                   | is the same as shard.field",
        "connection.password     | secret                  | ",
        "connection.ca.file      | /some/ca.pem            | is set, and connection.url has an address without https",
        "retry.backoff.max.ms    | 50                      | is less than retry.backoff.ms (100)",
        "topic.pattern           | (                       | is no regular expression",
        "topic.pattern           | .*                      | has no group (?<database>",
        "topic.pattern           | (?<database>.)(?<table>.) | shard.key.field is empty",
        "index.name.template     | {database}              | rows of two tables with one key would be one document",
        "index.name.template     | {schema}-{table}        | {schema} is none of {shard}, {database}, {table} and {topic}",
    })
    void whatIsWrongIsToldOfItsProperty(String name, String value, String message) {
        Map<String, List<String>> problems = problems(properties(name, value));
        String at = name.equals(SinkConfig.PASSWORD) ? SinkConfig.USERNAME : name;
        assertEquals(List.of(at), List.copyOf(problems.keySet()));
        assertTrue(message == null || problems.get(at).get(0).contains(message), problems.get(at).get(0));
        assertThrows(ConfigException.class, () -> new OpenSearchSinkConnector().start(properties(name, value)));
    }

    @Test
    void authoritiesThatCannotBeReadAreTold(@TempDir Path folder) throws IOException {
        Path empty = Files.createFile(folder.resolve("empty.pem"));
        for (Path file : List.of(empty, folder.resolve("none.pem"))) {
            Map<String, List<String>> problems = problems(
                    Map.of(SinkConfig.URL, "https://a:9200", SinkConfig.CA_FILE, file.toString()));
            assertTrue(problems.get(SinkConfig.CA_FILE).get(0).contains("cannot be used: "), problems.toString());
        }
    }

    @Test
    void thePasswordIsNeverShown() {
        Map<String, String> props = properties(SinkConfig.USERNAME, "cdc", SinkConfig.PASSWORD, "s3cret");
        assertTrue(!new SinkConfig(props).toString().contains("s3cret"));
        assertEquals("[hidden]", new SinkConfig(props).password().toString());
    }

    @Test
    void connectFindsThePluginByItsManifest() {
        List<SinkConnector> found = ServiceLoader.load(SinkConnector.class).stream().map(ServiceLoader.Provider::get).toList();
        assertEquals(1, found.size());
        SinkConnector connector = assertInstanceOf(OpenSearchSinkConnector.class, found.get(0));
        assertTrue(connector.version().matches("\\d+\\.\\d+\\.\\d+"), connector.version());
        connector.start(properties());
        assertEquals(List.of("0", "1"), connector.taskConfigs(2).stream().map(task -> task.get("task.id")).toList());
    }

    @Test
    void theReadmeShowsEveryProperty() throws IOException {
        List<String> shown = Files.readAllLines(Path.of("README.md")).stream().filter(line -> line.startsWith("| `")
                && SinkConfig.DEF.names().stream().anyMatch(name -> line.startsWith("| `" + name + "` |"))).toList();
        List<String> expected = SinkConfig.DEF.configKeys().values().stream()
                .sorted(java.util.Comparator.comparing((ConfigDef.ConfigKey key) -> groupOrder(key.group))
                        .thenComparingInt(key -> key.orderInGroup))
                .map(SinkConfigTest::line)
                .toList();
        assertEquals(String.join("\n", expected), String.join("\n", shown));
    }

    private static int groupOrder(String group) {
        return List.of("Connection", "Documents", "Requests", "Retries").indexOf(group);
    }

    private static String line(ConfigDef.ConfigKey key) {
        String value = !key.hasDefault() ? "(needed)" : key.type == ConfigDef.Type.PASSWORD || "".equals(key.defaultValue)
                ? "(empty)" : "`" + key.defaultValue + "`";
        return "| `" + key.name + "` | " + key.documentation + " | "
                + key.type.toString().toLowerCase(java.util.Locale.ROOT) + " | " + value + " |";
    }
}
