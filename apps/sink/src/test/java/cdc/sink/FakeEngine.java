package cdc.sink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** An engine on loopback that keeps documents by the rules of external_gte, and misbehaves as told. */
final class FakeEngine implements AutoCloseable {
    static {
        // else each answer waits for the client's delayed acknowledgement
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** @param source null for a deleted document, whose version the engine still knows */
    record Document(long version, JsonNode source, long sequence) {
        private static final AtomicInteger CHANGES = new AtomicInteger();

        Document(long version, JsonNode source) {
            this(version, source, CHANGES.incrementAndGet());
        }
    }

    /** What one bulk request meets before it is carried out; returns false if it was answered already. */
    interface Behaviour {
        boolean meet(HttpExchange exchange, List<String> ids) throws IOException, InterruptedException;
    }

    /** Status of one item instead of carrying it out; 0 to carry it out. */
    interface ItemBehaviour {
        int status(String id);
    }

    final Map<String, Document> documents = new ConcurrentHashMap<>();
    final Queue<Behaviour> nextBulks = new ConcurrentLinkedQueue<>();
    final List<List<String>> bulks = java.util.Collections.synchronizedList(new ArrayList<>());
    final AtomicInteger reads = new AtomicInteger();
    final AtomicInteger failReads = new AtomicInteger();
    final AtomicInteger mostAtOnce = new AtomicInteger();
    final Set<String> sharedIds = ConcurrentHashMap.newKeySet();
    final Set<String> authorizations = ConcurrentHashMap.newKeySet();
    volatile ItemBehaviour items = id -> 0;
    volatile int maxBodyBytes = Integer.MAX_VALUE;
    private final Set<String> underWay = new HashSet<>();
    private int requestsUnderWay;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    FakeEngine() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/_bulk", exchange -> guarded(exchange, this::bulk));
        server.createContext("/_mget", exchange -> guarded(exchange, this::read));
        server.createContext("/", exchange -> guarded(exchange, this::other));
        server.setExecutor(threads);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** The document's source; null when there is none or it was deleted. */
    JsonNode document(String index, String id) {
        Document document = documents.get(index + "/" + id);
        return document == null ? null : document.source();
    }

    /** The engine forgets the versions of deleted documents, as after index.gc_deletes. */
    void forgetDeletions() {
        documents.values().removeIf(document -> document.source() == null);
    }

    /** Somebody deletes the document, or puts another in its place, without a version of the source. */
    void changeByHand(String index, String id, JsonNode source) {
        documents.compute(index + "/" + id, (key, old) -> new Document(old == null ? 1 : old.version() + 1, source));
    }

    static Behaviour answer(int status, String body) {
        return (exchange, ids) -> {
            respond(exchange, status, body);
            return false;
        };
    }

    static Behaviour dropConnection() {
        return (exchange, ids) -> {
            exchange.close();
            return false;
        };
    }

    /** Holds the request until the latch is open, then carries it out; tells by the other latch that it is held. */
    static Behaviour hold(CountDownLatch held, CountDownLatch release) {
        return (exchange, ids) -> {
            held.countDown();
            if (!release.await(20, TimeUnit.SECONDS)) throw new IOException("never released");
            return true;
        };
    }

    private interface Handler {
        void handle(HttpExchange exchange) throws IOException, InterruptedException;
    }

    private void guarded(HttpExchange exchange, Handler handler) throws IOException {
        try (exchange) {
            handler.handle(exchange);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void bulk(HttpExchange exchange) throws IOException, InterruptedException {
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        if (authorization != null) authorizations.add(authorization);
        byte[] body = exchange.getRequestBody().readAllBytes();
        if (body.length > maxBodyBytes) {
            respond(exchange, 413, "");
            return;
        }
        List<String> lines = new String(body, StandardCharsets.UTF_8).lines().toList();
        List<JsonNode> actions = new ArrayList<>();
        List<JsonNode> sources = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            JsonNode action = MAPPER.readTree(lines.get(i));
            actions.add(action);
            sources.add(!action.has("delete") ? MAPPER.readTree(lines.get(++i)) : null);
        }
        List<String> keys = actions.stream().map(FakeEngine::key).toList();
        enter(keys);
        try {
            bulks.add(actions.stream().map(action -> action.elements().next().get("_id").asText()).toList());
            Behaviour behaviour = nextBulks.poll();
            if (behaviour != null && !behaviour.meet(exchange, keys)) return;
            ObjectNode answer = MAPPER.createObjectNode();
            ArrayNode results = answer.putArray("items");
            for (int i = 0; i < actions.size(); i++) results.add(carryOut(actions.get(i), sources.get(i)));
            respond(exchange, 200, answer.toString());
        } finally {
            leave(keys);
        }
    }

    private synchronized void enter(List<String> keys) {
        mostAtOnce.accumulateAndGet(++requestsUnderWay, Math::max);
        keys.stream().filter(underWay::contains).forEach(sharedIds::add);
        underWay.addAll(keys);
    }

    private synchronized void leave(List<String> keys) {
        requestsUnderWay--;
        keys.forEach(underWay::remove);
    }

    private static String key(JsonNode action) {
        JsonNode target = action.elements().next();
        return target.get("_index").asText() + "/" + target.get("_id").asText();
    }

    private synchronized ObjectNode carryOut(JsonNode action, JsonNode source) {
        String operation = action.fieldNames().next();
        JsonNode target = action.get(operation);
        int forced = items.status(target.get("_id").asText());
        if (forced >= 400) return item(operation, forced, "planted_exception");
        Document old = documents.get(key(action));
        if (target.has("if_seq_no")) {
            boolean same = old != null && old.sequence() == target.get("if_seq_no").asLong();
            if (!same) return item(operation, 409, "version_conflict_engine_exception");
            documents.put(key(action), new Document(old.version() + 1, null));
            return item(operation, 200, null);
        }
        boolean create = operation.equals("create");
        if (create && old != null && old.source() != null) return item(operation, 409, "version_conflict_engine_exception");
        long version = create ? (old == null ? 1 : old.version() + 1) : target.get("version").asLong();
        if (old != null && version < old.version()) return item(operation, 409, "version_conflict_engine_exception");
        documents.put(key(action), new Document(version, source));
        boolean existed = old != null && old.source() != null;
        return item(operation, source == null && !existed ? 404 : existed ? 200 : 201, null);
    }

    private static ObjectNode item(String operation, int status, String error) {
        ObjectNode item = MAPPER.createObjectNode();
        ObjectNode result = item.putObject(operation).put("status", status);
        if (error != null) result.putObject("error").put("type", error).put("reason", "as planted, " + status);
        return item;
    }

    private synchronized void read(HttpExchange exchange) throws IOException {
        reads.incrementAndGet();
        ObjectNode answer = MAPPER.createObjectNode();
        ArrayNode docs = answer.putArray("docs");
        for (JsonNode wanted : MAPPER.readTree(exchange.getRequestBody()).get("docs")) {
            Document document = documents.get(wanted.get("_index").asText() + "/" + wanted.get("_id").asText());
            boolean found = document != null && document.source() != null;
            ObjectNode doc = docs.addObject();
            if (failReads.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
                doc.putObject("error").put("type", "illegal_argument_exception").put("reason", "as planted");
                continue;
            }
            doc.put("found", found);
            if (found) doc.put("_version", document.version()).set("_source", document.source());
        }
        respond(exchange, 200, answer.toString());
    }

    /** Mappings by index, as told; searches by shard, all hits in one page; the page after it is empty. */
    final Map<String, String> mappings = new ConcurrentHashMap<>();
    /** The next requests for a mapping are answered with these, in their order. */
    final java.util.Queue<Integer> mappingFailures = new java.util.concurrent.ConcurrentLinkedQueue<>();
    /** Done once before the next search is answered. */
    volatile Runnable beforeSearch = () -> {};
    final AtomicInteger failSearches = new AtomicInteger();

    private void other(HttpExchange exchange) throws IOException {
        JsonNode body = MAPPER.readTree(exchange.getRequestBody());
        String[] path = exchange.getRequestURI().getPath().substring(1).split("/");
        if (path[path.length - 1].equals("_mapping")) {
            Integer failure = mappingFailures.poll();
            String mapping = mappings.getOrDefault(path[0], "{}");
            if (failure != null) respond(exchange, failure, "");
            else respond(exchange, 200, "{\"x\":{\"mappings\":{\"properties\":" + mapping + "}}}");
        } else if (path[path.length - 1].equals("_search")) {
            search(exchange, path[0], body);
        } else if (path[path.length - 1].equals("scroll")) {
            respond(exchange, 200, "{\"_scroll_id\":\"s\",\"hits\":{\"hits\":[]}}");
        } else {
            respond(exchange, 200, "{}");
        }
    }

    private synchronized void search(HttpExchange exchange, String index, JsonNode body) throws IOException {
        if (failSearches.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
            respond(exchange, 503, "");
            return;
        }
        String shard = body.at("/query/term/shard").asText();
        ObjectNode answer = MAPPER.createObjectNode().put("_scroll_id", "s");
        ArrayNode hits = answer.putObject("hits").putArray("hits");
        documents.forEach((key, document) -> {
            boolean isOf = key.startsWith(index + "/") && document.source() != null;
            if (!isOf || (!shard.isEmpty() && !shard.equals(document.source().path("shard").asText()))) return;
            hits.addObject().put("_index", index).put("_id", key.substring(index.length() + 1))
                    .put("_seq_no", document.sequence()).put("_primary_term", 1).set("_source", document.source());
        });
        Runnable meanwhile = beforeSearch;
        if (!shard.isEmpty()) {
            beforeSearch = () -> {};
            meanwhile.run();
        }
        respond(exchange, 200, answer.toString());
    }

    private static void respond(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
