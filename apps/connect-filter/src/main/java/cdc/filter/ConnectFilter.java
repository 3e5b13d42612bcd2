package cdc.filter;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.rest.ConnectRestExtension;
import org.apache.kafka.connect.rest.ConnectRestExtensionContext;

/** Puts the filter in front of the worker's REST API; named by the worker's {@code rest.extension.classes}. */
public final class ConnectFilter implements ConnectRestExtension {
    /** Worker property: names for the addresses at which the worker may be asked, separated by commas; loopback need not be among them. */
    static final String DOORS = "cdc.rest.doors";
    /** Worker property: the names by which the worker may be asked, without ports, separated by commas. */
    static final String HOSTS = "cdc.rest.hosts";
    /** Worker property: what {@link Placeholders} takes. */
    static final String PLACEHOLDERS = "cdc.rest.placeholders";

    private RequestFilter filter;

    /** @throws ConfigException when a property is missing or no list: then the worker does not start. */
    @Override
    public void configure(Map<String, ?> worker) {
        List<String> doors = List.of(required(worker, DOORS).split(","));
        List<String> hosts = List.of(required(worker, HOSTS).split(","));
        String placeholders = required(worker, PLACEHOLDERS);
        try {
            filter = new RequestFilter(new Doors(doors), new Sites(hosts), new Placeholders(placeholders));
        } catch (IllegalArgumentException e) {
            throw new ConfigException(PLACEHOLDERS + ": " + e.getMessage());
        }
    }

    @Override
    public void register(ConnectRestExtensionContext context) {
        context.configurable().register(filter);
    }

    @Override
    public void close() {}

    @Override
    public String version() {
        Properties properties = new Properties();
        try (InputStream file = ConnectFilter.class.getResourceAsStream("version.properties")) {
            properties.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }

    private static String required(Map<String, ?> worker, String property) {
        if (worker.get(property) instanceof String text) {
            return text;
        }
        throw new ConfigException("the worker's property " + property + " is missing; pulumi up writes it");
    }
}
