package cdc.sink;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.client5.http.nio.AsyncClientConnectionManager;
import org.apache.hc.client5.http.ssl.ClientTlsStrategyBuilder;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.message.BasicHeader;
import org.apache.hc.core5.util.Timeout;
import org.apache.kafka.common.config.ConfigException;
import org.opensearch.client.json.jackson.JacksonJsonpMapper;
import org.opensearch.client.opensearch.generic.Body;
import org.opensearch.client.opensearch.generic.OpenSearchGenericClient;
import org.opensearch.client.opensearch.generic.Request;
import org.opensearch.client.opensearch.generic.Requests;
import org.opensearch.client.opensearch.generic.Response;
import org.opensearch.client.transport.OpenSearchTransport;
import org.opensearch.client.transport.httpclient5.ApacheHttpClient5TransportBuilder;
import org.opensearch.client.transport.httpclient5.ResponseException;

/**
 * Requests to the engine, and the two that write and read documents, through OpenSearch's own client. Its generic form is used, as documents are
 * JSON already: written once, measured for batch.bytes, sent again as they are.
 */
final class Engine implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int MAX_REASON = 500;

    /** What the engine says of one change. @param error type and reason; null when it was carried out */
    record Outcome(int status, String error) {}

    /** A document as the engine has it. @param position null when the document does not tell */
    record Stored(boolean found, long version, Position position) {}

    private final OpenSearchTransport transport;
    private final OpenSearchGenericClient client;
    private final String positionField;

    Engine(SinkConfig config) {
        HttpHost[] hosts = config.urls().stream().map(HttpHost::create).toArray(HttpHost[]::new);
        ApacheHttpClient5TransportBuilder builder = ApacheHttpClient5TransportBuilder.builder(hosts)
                // the client's own mapper looks for Jackson's modules, and would find the worker's, of another Jackson
                .setMapper(new JacksonJsonpMapper(MAPPER))
                .setRequestConfigCallback(request ->
                        request.setResponseTimeout(config.getInt(SinkConfig.REQUEST_TIMEOUT), TimeUnit.MILLISECONDS))
                .setConnectionConfigCallback(connection ->
                        connection.setConnectTimeout(Timeout.ofMilliseconds(config.getInt(SinkConfig.CONNECT_TIMEOUT))))
                .setHttpClientConfigCallback(http -> {
                    // retries are counted and paced in one place, BulkRun
                    http.disableAutomaticRetries().setThreadFactory(runnable -> {
                        Thread thread = new Thread(runnable, "opensearch-sink-http");
                        thread.setDaemon(true);
                        return thread;
                    });
                    if (!config.caFile().isEmpty()) http.setConnectionManager(connectionsTrusting(config));
                    return http;
                });
        if (!config.username().isEmpty()) builder.setDefaultHeaders(new Header[] {authorization(config)});
        this.transport = builder.build();
        this.client = new OpenSearchGenericClient(transport);
        this.positionField = config.getString(SinkConfig.POSITION_FIELD);
    }

    /** As the client makes them itself, but for whom they trust. */
    private static AsyncClientConnectionManager connectionsTrusting(SinkConfig config) {
        try {
            SSLContext trust = Authorities.trusting(Path.of(config.caFile()));
            Timeout timeout = Timeout.ofMilliseconds(config.getInt(SinkConfig.CONNECT_TIMEOUT));
            return PoolingAsyncClientConnectionManagerBuilder.create()
                    .setDefaultConnectionConfig(ConnectionConfig.custom().setConnectTimeout(timeout).build())
                    .setMaxConnPerRoute(ApacheHttpClient5TransportBuilder.DEFAULT_MAX_CONN_PER_ROUTE)
                    .setMaxConnTotal(ApacheHttpClient5TransportBuilder.DEFAULT_MAX_CONN_TOTAL)
                    .setTlsStrategy(ClientTlsStrategyBuilder.create().setSslContext(trust).buildAsync())
                    .build();
        } catch (IOException | GeneralSecurityException e) {
            throw new ConfigException(SinkConfig.CA_FILE, config.caFile(), "cannot be used: " + e);
        }
    }

    /** Sent unasked: a challenge would mean every first request twice, body and all. */
    private static Header authorization(SinkConfig config) {
        String credentials = config.username() + ':' + config.password().value();
        return new BasicHeader("Authorization",
                "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)));
    }

    /** Carries out the changes in one request; one outcome for each, in their order. */
    List<Outcome> bulk(List<Pending> changes) throws EngineException, InterruptedException {
        ByteBuffer body = bodyOf(changes);
        JsonNode answer = post("/_bulk", Map.of("filter_path", "items.*.status,items.*.error.type,"
                + "items.*.error.reason,items.*.error.caused_by.reason"), body.array(), "application/x-ndjson");
        JsonNode items = answer.path("items");
        if (items.size() != changes.size()) {
            throw new EngineException(EngineException.Kind.PASSING,
                    items.size() + " answers to " + changes.size() + " changes", null);
        }
        List<Outcome> outcomes = new ArrayList<>(items.size());
        for (JsonNode item : items) {
            JsonNode result = item.elements().next();
            outcomes.add(new Outcome(result.path("status").asInt(), result.has("error") ? reason(result) : null));
        }
        return outcomes;
    }

    /** Of its size from the beginning: a buffer that grows holds a large document three times over. */
    private static ByteBuffer bodyOf(List<Pending> changes) {
        List<byte[]> actions = changes.stream().map(Engine::action).toList();
        int size = 0;
        for (int i = 0; i < actions.size(); i++) {
            byte[] document = changes.get(i).change().document();
            size = Math.addExact(size, actions.get(i).length + (document == null ? 0 : document.length + 1));
        }
        ByteBuffer body = ByteBuffer.allocate(size);
        for (int i = 0; i < actions.size(); i++) {
            body.put(actions.get(i));
            byte[] document = changes.get(i).change().document();
            if (document != null) body.put(document).put((byte) '\n');
        }
        return body;
    }

    private static byte[] action(Pending pending) {
        Change change = pending.change();
        boolean put = change.operation() == Change.Operation.PUT;
        String operation = pending.version() == Pending.CREATE ? "create" : put ? "index" : "delete";
        String version = pending.version() == Pending.CREATE ? ""
                : ",\"version\":" + pending.version() + ",\"version_type\":\"external_gte\"";
        String action = "{\"" + operation + "\":{\"_index\":\"" + quoted(change.address().index())
                + "\",\"_id\":\"" + quoted(change.address().id()) + '"' + version + "}}\n";
        return action.getBytes(StandardCharsets.UTF_8);
    }

    static String quoted(String text) {
        return String.valueOf(JsonStringEncoder.getInstance().quoteAsString(text));
    }

    /** Reads versions and positions of the changes' documents, in their order, from the primary copies. */
    List<Stored> read(List<Pending> changes) throws EngineException, InterruptedException {
        StringBuilder body = new StringBuilder("{\"docs\":[");
        for (Pending pending : changes) {
            DocumentId.Address address = pending.change().address();
            if (body.charAt(body.length() - 1) == '}') body.append(',');
            body.append("{\"_index\":\"").append(quoted(address.index())).append("\",\"_id\":\"")
                    .append(quoted(address.id())).append("\",\"_source\":[\"").append(positionField).append("\"]}");
        }
        JsonNode docs = post("/_mget", Map.of("preference", "_primary"),
                body.append("]}").toString().getBytes(StandardCharsets.UTF_8), "application/json").path("docs");
        List<Stored> stored = new ArrayList<>(docs.size());
        for (JsonNode doc : docs) {
            // "no such index" is no document; anything else is no answer
            if (doc.has("error") && !doc.at("/error/type").asText().equals("index_not_found_exception")) {
                throw new EngineException(EngineException.Kind.PASSING, "/_mget: " + reason(doc), null);
            }
            stored.add(new Stored(doc.path("found").asBoolean(), doc.path("_version").asLong(),
                    Position.read(doc.path("_source").path(positionField))));
        }
        if (stored.size() != changes.size()) {
            throw new EngineException(EngineException.Kind.PASSING, "an incomplete answer to _mget", null);
        }
        return stored;
    }

    private JsonNode post(String path, Map<String, String> query, byte[] body, String type)
            throws EngineException, InterruptedException {
        return send(path, Requests.builder().method("POST").endpoint(path).query(query).body(Body.from(body, type)).build());
    }

    /** Any other request with a JSON body. */
    JsonNode request(String method, String path, Map<String, String> query, String json)
            throws EngineException, InterruptedException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        return send(path, Requests.builder().method(method).endpoint(path).query(query)
                .body(Body.from(body, path.equals("/_bulk") ? "application/x-ndjson" : "application/json")).build());
    }

    private JsonNode send(String path, Request request) throws EngineException, InterruptedException {
        // not execute(): a task that is stopped does not wait for an answer
        CompletableFuture<Response> answer = client.executeAsync(request);
        try (Response response = answer.get()) {
            byte[] bytes = response.getBody().map(Body::bodyAsBytes).orElse(new byte[0]);
            if (response.getStatus() < 300) return MAPPER.readTree(bytes);
            throw refused(path, response.getStatus(), new String(bytes, StandardCharsets.UTF_8));
        } catch (InterruptedException e) {
            answer.cancel(true);
            throw e;
        } catch (ExecutionException e) {
            throw failed(path, e.getCause());
        } catch (IOException e) {
            throw failed(path, e);
        }
    }

    /** The client answers some statuses with exceptions of its own. */
    private static EngineException failed(String path, Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof ResponseException response) return refused(path, response.status(), "");
        }
        String said = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return new EngineException(EngineException.Kind.PASSING, path + ": " + said, e);
    }

    private static EngineException refused(String path, int status, String body) {
        EngineException.Kind kind = status == 413 ? EngineException.Kind.TOO_LARGE
                : status == 408 || status == 429 || status >= 500 ? EngineException.Kind.PASSING
                : EngineException.Kind.LASTING;
        String reason = body;
        try {
            JsonNode answer = MAPPER.readTree(body);
            if (answer.path("error").isObject()) reason = reason(answer);
        } catch (IOException e) {
            // a proxy's page rather than the engine's answer: shown as it is
        }
        String detail = reason.isBlank() ? "" : ": " + shortened(reason.strip());
        if (status == 401 || status == 403) {
            detail += " (see " + SinkConfig.USERNAME + ", " + SinkConfig.PASSWORD + " and the user's permissions)";
        }
        return new EngineException(kind, status, path + " was answered with HTTP " + status + detail);
    }

    private static String reason(JsonNode answer) {
        JsonNode error = answer.get("error");
        String cause = error.path("caused_by").path("reason").asText("");
        return shortened(error.path("type").asText() + ": " + error.path("reason").asText()
                + (cause.isEmpty() ? "" : " (" + cause + ")"));
    }

    private static String shortened(String text) {
        return text.length() <= MAX_REASON ? text : text.substring(0, MAX_REASON) + "…";
    }

    @Override
    public void close() {
        try {
            transport.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
