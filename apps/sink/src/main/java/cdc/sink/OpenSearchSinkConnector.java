package cdc.sink;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.IntStream;
import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.sink.SinkConnector;

/** Keeps OpenSearch indices in step with MySQL tables, from Debezium's change events: a document per row. */
public final class OpenSearchSinkConnector extends SinkConnector {
    private Map<String, String> properties;

    @Override
    public String version() {
        return pluginVersion();
    }

    static String pluginVersion() {
        try (InputStream in = OpenSearchSinkConnector.class.getResourceAsStream("version.properties")) {
            Properties values = new Properties();
            values.load(in);
            return values.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public ConfigDef config() {
        return SinkConfig.DEF;
    }

    /** Checks the properties one by one, and if each is fine, how they go together. */
    @Override
    public Config validate(Map<String, String> connectorConfigs) {
        Config config = super.validate(connectorConfigs);
        boolean eachIsFine = config.configValues().stream().allMatch(value -> value.errorMessages().isEmpty());
        if (eachIsFine) {
            Map<String, String> conflicts = SinkConfig.conflicts(connectorConfigs);
            config.configValues().stream()
                    .filter(value -> conflicts.containsKey(value.name()))
                    .forEach(value -> value.addErrorMessage(value.name() + " " + conflicts.get(value.name())));
        }
        return config;
    }

    @Override
    public void start(Map<String, String> props) {
        new SinkConfig(props);
        properties = Map.copyOf(props);
    }

    @Override
    public Class<? extends Task> taskClass() {
        return OpenSearchSinkTask.class;
    }

    @Override
    public List<Map<String, String>> taskConfigs(int maxTasks) {
        return IntStream.range(0, maxTasks).mapToObj(task -> {
            Map<String, String> props = new HashMap<>(properties);
            props.put(SinkConfig.TASK_ID, Integer.toString(task));
            return props;
        }).toList();
    }

    @Override
    public void stop() {
        // the connector itself holds nothing open; its tasks do
    }
}
