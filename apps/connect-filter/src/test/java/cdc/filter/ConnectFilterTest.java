package cdc.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Configurable;
import java.io.ByteArrayInputStream;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.health.ConnectClusterState;
import org.apache.kafka.connect.rest.ConnectRestExtension;
import org.apache.kafka.connect.rest.ConnectRestExtensionContext;
import org.glassfish.jersey.internal.MapPropertiesDelegate;
import org.glassfish.jersey.internal.inject.AbstractBinder;
import org.glassfish.jersey.server.ApplicationHandler;
import org.glassfish.jersey.server.ContainerRequest;
import org.glassfish.jersey.server.ContainerResponse;
import org.glassfish.jersey.server.ResourceConfig;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The extension in the worker's own framework, without a worker. */
class ConnectFilterTest {
    private static final Map<String, String> WORKER = Map.of(
            ConnectFilter.DOORS, "192.0.2.7",
            ConnectFilter.HOSTS, "localhost,connect",
            ConnectFilter.PLACEHOLDERS, "database.password%3D%24%7Bfile%3A%2Fa%3Ab%7D");

    /** Stands for all of the worker: what reaches it is done. */
    @Path("/")
    public static final class Worker {
        private final List<String> done = new ArrayList<>();

        @POST
        public String post(String body) {
            done.add(body);
            return "done";
        }
    }

    @BeforeAll
    static void quiet() {
        Logger.getLogger("org.glassfish.jersey").setLevel(Level.OFF);
    }

    /** The worker's address by which the next request comes. */
    private String entered = "127.0.0.1";
    private final Worker worker = new Worker();
    private final ApplicationHandler jersey = new ApplicationHandler(registered());

    private ResourceConfig registered() {
        ResourceConfig config = new ResourceConfig().register(worker).register(new AbstractBinder() {
            @Override
            protected void configure() {
                bind(connection()).to(HttpServletRequest.class);
            }
        });
        ConnectFilter filter = new ConnectFilter();
        filter.configure(WORKER);
        filter.register(new ConnectRestExtensionContext() {
            @Override
            public Configurable<? extends Configurable<?>> configurable() {
                return config;
            }

            @Override
            public ConnectClusterState clusterState() {
                throw new UnsupportedOperationException();
            }
        });
        return config;
    }

    /** Of a request, the one thing that is asked. */
    private HttpServletRequest connection() {
        return (HttpServletRequest) Proxy.newProxyInstance(ConnectFilterTest.class.getClassLoader(),
                new Class<?>[] {HttpServletRequest.class}, (proxy, method, args) -> switch (method.getName()) {
                    case "getLocalAddr" -> entered;
                    case "toString" -> "a request";
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private ContainerResponse post(String path, byte[] body, String... headers) throws Exception {
        URI root = URI.create("http://localhost:8083/");
        ContainerRequest request = new ContainerRequest(root, root.resolve(path), "POST", null, new MapPropertiesDelegate(), null);
        request.setEntityStream(new ByteArrayInputStream(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return jersey.apply(request).get();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void whatIsRefusedIsNotDone() throws Exception {
        byte[] secret = bytes("{\"tasks.max\": \"${file:/a:b}\"}");
        assertEquals(403, post("/", bytes(""), "Host", "evil.example").getStatus());
        assertEquals(403, post("/", bytes(""), "Host", "localhost", "host", "evil.example").getStatus());
        assertEquals(403, post("/", bytes(""), "Host", "localhost", "Origin", "http://evil.example").getStatus());
        assertEquals(403, post("/", bytes(""), "Host", "localhost", "Sec-Fetch-Site", "cross-site").getStatus());
        assertEquals(403, post("/nothing-there", bytes(""), "Host", "evil.example").getStatus());
        for (String type : List.of("application/json", "text/plain", "application/x-www-form-urlencoded", "no type")) {
            assertEquals(403, post("/", secret, "Host", "localhost", "Content-Type", type).getStatus(), type);
        }
        for (String path : List.of("/%24%7Bfile%3A%2Fa%3Ab%7D", "/$%7Bx:y%7D;a=b", "/connectors/%24%7Bx%3Ay%7D/config")) {
            assertEquals(403, post(path, bytes(""), "Host", "localhost").getStatus(), path);
        }
        assertEquals(400, post("/", bytes("no JSON"), "Host", "localhost").getStatus());
        byte[] large = new byte[RequestFilter.MAX_BODY_BYTES + 1];
        assertEquals(413, post("/", large, "Host", "localhost").getStatus());
        assertEquals(List.of(), worker.done);
    }

    @Test
    void isAskedByLoopbackAndByItsDoorAlone() throws Exception {
        for (String address : List.of("127.0.0.1", "::1", "0:0:0:0:0:0:0:1", "192.0.2.7")) {
            entered = address;
            assertEquals(200, post("/", bytes(""), "Host", "connect").getStatus(), address);
        }
        worker.done.clear();
        for (String address : List.of("192.0.2.8", "198.51.100.7", "2001:db8::7")) {
            entered = address;
            assertEquals(403, post("/", bytes(""), "Host", "connect").getStatus(), address);
        }
        assertEquals(List.of(), worker.done);
    }

    @Test
    void aDoorWhoseNameStandsForNothingIsShut() {
        assertTrue(new Doors(List.of("nowhere.invalid")).refusal("192.0.2.7").isPresent());
        assertTrue(new Doors(List.of("localhost")).refusal("127.0.0.1").isEmpty());
    }

    @Test
    void refusesInTheFormOfTheWorkersErrors() throws Exception {
        ContainerResponse response = post("/", bytes(""), "Host", "a\"b");
        assertEquals("application/json", response.getMediaType().toString());
        assertEquals("{\"error_code\":403,\"message\":\"the host \\\"a\\\"b\\\" is none of this worker's names, so that a page of"
                + " another site may have sent the request; ask by one of connect, localhost\"}", response.getEntity());
    }

    @Test
    void whatPassesIsReadByTheWorkerAsItWas() throws Exception {
        String config = "{\"database.password\": \"${file:/a:b}\", \"x\": \"" + "한".repeat(100_000) + "\"}";
        for (String body : List.of("", config)) {
            assertEquals(200, post("/", bytes(body), "Host", "LOCALHOST:8083", "Origin", "http://localhost:8083").getStatus());
        }
        assertEquals(List.of("", config), worker.done);
    }

    @Test
    void aWorkerWithoutItsPropertiesDoesNotStart() {
        for (Map<String, String> worker : List.of(
                Map.<String, String>of(), Map.of(ConnectFilter.HOSTS, "localhost"), Map.of(ConnectFilter.PLACEHOLDERS, ""),
                Map.of(ConnectFilter.HOSTS, "localhost", ConnectFilter.PLACEHOLDERS, ""),
                Map.of(ConnectFilter.DOORS, "connect", ConnectFilter.HOSTS, "localhost", ConnectFilter.PLACEHOLDERS, "database.password"))) {
            assertThrows(ConfigException.class, () -> new ConnectFilter().configure(worker), worker.toString());
        }
    }

    @Test
    void isFoundByItsManifestAndTellsItsVersion() {
        ConnectRestExtension found = ServiceLoader.load(ConnectRestExtension.class).findFirst().orElseThrow();
        assertEquals(ConnectFilter.class, found.getClass());
        assertTrue(found.version().matches("\\d+\\.\\d+\\.\\d+"), found.version());
    }
}
