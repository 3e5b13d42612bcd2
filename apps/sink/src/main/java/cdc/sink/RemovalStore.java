package cdc.sink;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the engine keeps of removals, for all tasks and over restarts: a document for each table and shard, with the place
 * of the last one. And the documents that such a removal leaves, a page at a time.
 */
final class RemovalStore {
    /** Hidden, so that no pattern of index names meets it. */
    static final String INDEX = "cdc-removals";

    private static final Logger LOG = LoggerFactory.getLogger(RemovalStore.class);
    private static final JsonFactory JSON = new JsonFactory();
    private static final int PAGE = 1_000;
    private static final String KEPT = "5m";

    /** A document as it was read; its deletion is carried out only while it is that still. */
    record Found(String index, String id, long sequence, long term, Position position) {}

    /** @param next where the next page is to be had; null after the last one */
    record Page(List<Found> documents, String next) {}

    private final Engine engine;
    private final String shardField;
    private final String positionField;

    RemovalStore(Engine engine, SinkConfig config) {
        this.engine = engine;
        this.shardField = config.getString(SinkConfig.SHARD_FIELD);
        this.positionField = config.getString(SinkConfig.POSITION_FIELD);
    }

    /** By {@link Removal#key}, the place of the last removal; empty where nothing was ever removed. */
    Map<String, Position> load() throws EngineException, InterruptedException {
        Map<String, Position> places = new HashMap<>();
        JsonNode answer;
        try {
            answer = engine.request("POST", '/' + INDEX + "/_search", Map.of(), "{\"size\":10000}");
        } catch (EngineException e) {
            if (e.isMissing()) return places;
            throw e;
        }
        for (JsonNode hit : answer.at("/hits/hits")) {
            Position position = Position.read(hit.path("_source").path("position"));
            if (position != null) places.put(hit.path("_id").asText(), position);
        }
        return places;
    }

    /** Keeps them; an older one never takes the place of a newer one. */
    void save(List<Removal> removals) throws EngineException, InterruptedException {
        createIndex();
        StringBuilder body = new StringBuilder();
        for (Removal removal : removals) {
            body.append("{\"index\":{\"_index\":\"" + INDEX + "\",\"_id\":\"").append(Engine.quoted(removal.key()))
                    .append("\",\"version\":").append(removal.position().version(0))
                    .append(",\"version_type\":\"external_gte\"}}\n").append(document(removal)).append('\n');
        }
        // found by the other tasks' search from now on
        JsonNode answer = engine.request("POST", "/_bulk", Map.of("refresh", "true"), body.toString());
        for (JsonNode item : answer.path("items")) {
            int status = item.elements().next().path("status").asInt();
            if (status < 300 || status == 409) continue;
            throw new EngineException(EngineException.Kind.PASSING, INDEX + ": " + item, null);
        }
    }

    private void createIndex() throws EngineException, InterruptedException {
        try {
            engine.request("PUT", '/' + INDEX, Map.of(), "{\"settings\":{\"index\":{\"number_of_shards\":1,"
                    + "\"auto_expand_replicas\":\"0-1\",\"hidden\":true}},\"mappings\":{\"dynamic\":\"false\"}}");
        } catch (EngineException e) {
            // it is there
            if (!e.isRefused()) throw e;
        }
    }

    private String document(Removal removal) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(text)) {
            out.writeStartObject();
            out.writeStringField("shard", removal.shard());
            out.writeStringField("table", removal.table());
            out.writeFieldName("position");
            removal.position().write(out);
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /** The first of a shard's documents, all that were acknowledged among them; an empty page when there is no index. */
    Page firstPage(String index, String shard) throws EngineException, InterruptedException {
        try {
            engine.request("POST", '/' + index + "/_refresh", Map.of(), "{}");
            return page(engine.request("POST", '/' + index + "/_search", Map.of("scroll", KEPT),
                    "{\"size\":" + PAGE + ",\"sort\":[\"_doc\"],\"seq_no_primary_term\":true,\"_source\":[\"" + positionField
                            + "\"],\"query\":{\"term\":{\"" + shardField + "\":\"" + Engine.quoted(shard) + "\"}}}"));
        } catch (EngineException e) {
            if (e.isMissing()) return new Page(List.of(), null);
            throw e;
        }
    }

    Page nextPage(String scroll) throws EngineException, InterruptedException {
        return page(engine.request("POST", "/_search/scroll", Map.of(),
                "{\"scroll\":\"" + KEPT + "\",\"scroll_id\":\"" + Engine.quoted(scroll) + "\"}"));
    }

    private Page page(JsonNode answer) throws InterruptedException {
        List<Found> found = new ArrayList<>();
        for (JsonNode hit : answer.at("/hits/hits")) {
            found.add(new Found(hit.path("_index").asText(), hit.path("_id").asText(), hit.path("_seq_no").asLong(),
                    hit.path("_primary_term").asLong(), Position.read(hit.path("_source").path(positionField))));
        }
        String scroll = answer.path("_scroll_id").asText();
        if (found.isEmpty()) forget(scroll);
        return new Page(found, found.isEmpty() ? null : scroll);
    }

    /** The engine would forget it by itself, but keeps a few hundred at most. */
    private void forget(String scroll) throws InterruptedException {
        try {
            engine.request("DELETE", "/_search/scroll", Map.of(), "{\"scroll_id\":\"" + Engine.quoted(scroll) + "\"}");
        } catch (EngineException e) {
            LOG.debug("A scroll is left to the engine: {}", e.getMessage());
        }
    }

    /** @return how many are not what they were read as any more, and are still there */
    int delete(List<Found> documents) throws EngineException, InterruptedException {
        StringBuilder body = new StringBuilder();
        for (Found document : documents) {
            body.append("{\"delete\":{\"_index\":\"").append(Engine.quoted(document.index())).append("\",\"_id\":\"")
                    .append(Engine.quoted(document.id())).append("\",\"if_seq_no\":").append(document.sequence())
                    .append(",\"if_primary_term\":").append(document.term()).append("}}\n");
        }
        JsonNode answer = engine.request("POST", "/_bulk", Map.of(), body.toString());
        int conflicts = 0;
        for (JsonNode item : answer.path("items")) {
            int status = item.elements().next().path("status").asInt();
            if (status == 409) conflicts++;
            else if (status >= 300 && status != 404) {
                throw new EngineException(EngineException.Kind.PASSING, "/_bulk: " + item, null);
            }
        }
        return conflicts;
    }
}
