package cdc.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlaceholdersTest {
    private static final String SECRET = "${file:/run/secrets/connectors.properties:debezium.password}";
    private static final String JAAS = "x.PlainLoginModule required username=\"a+b\" password=\"${file:/run/secrets/own:p}\";";

    private final Placeholders placeholders =
            new Placeholders(entry("database.password", SECRET) + "," + entry("sasl.jaas.config", JAAS));

    private static String entry(String property, String value) {
        return URLEncoder.encode(property + "=" + value, StandardCharsets.UTF_8);
    }

    private Optional<String> refusal(String body) throws IOException {
        return placeholders.refusal(body.getBytes(StandardCharsets.UTF_8));
    }

    private static String body(String template) {
        return template.replace('\'', '"').replace("SECRET", SECRET);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "  ", "{}", "null", "3",
        "{'database.password': 'SECRET'}",
        "{'name': 'x', 'config': {'database.password': 'SECRET'}, 'initial_state': 'PAUSED'}",
        "[{'database.password': 'SECRET'}, {'database.password': 'SECRET'}]",
        "{'transforms.route.replacement': '$1', 'topic.pattern': '(?<shard>.+)', 'a': '${}', 'b': '${x}', 'c': '$ {x:y}', 'd': 'a:b}'}",
    })
    void letsPass(String template) throws IOException {
        assertEquals(Optional.empty(), refusal(body(template)));
    }

    @Test
    void letsPassWhatIsPlannedInTheMiddleOfAText() throws IOException {
        String text = JAAS.replace("\"", "\\\"");
        assertEquals(Optional.empty(), refusal("{\"sasl.jaas.config\": \"" + text + "\"}"));
        assertEquals("sasl.jaas.config", property(refusal("{\"sasl.jaas.config\": \"nothing " + text + "\"}")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{'tasks.max': 'SECRET'} | tasks.max",
        "{'name': 'SECRET', 'config': {}} | name",
        "{'config': {'errors.tolerance': 'SECRET'}} | errors.tolerance",
        "{'database.hostname': 'SECRET'} | database.hostname",
        "{'transforms': 'SECRET'} | transforms",
        "{'topic.prefix': 'a-SECRET'} | topic.prefix",
        // a planned property with another value
        "{'database.password': 'xSECRET'} | database.password",
        "{'database.password': 'SECRETSECRET'} | database.password",
        "{'database.password': '${file:/run/secrets/connectors.properties:other}'} | database.password",
        "{'Database.Password': 'SECRET'} | Database.Password",
        "{'transforms.x.database.password': 'SECRET'} | transforms.x.database.password",
        // any provider, in any form that Kafka takes
        "{'a': '${env:PATH}'} | a",
        "{'a': '${directory:/run/secrets:x}'} | a",
        "{'a': '${x:}'} | a",
        "{'a': '${:}'} | a",
        "{'a': '${file:/a\\nb:c}'} | a",
        // Kafka takes it for none, and minutes to find out where it is long
        "{'a': '${x:'} | a",
        "{'a': '${x} ${{y:z'} | a",
        // written in other ways
        "{'a': '\\u0024{file:/a:b}'} | a",
        "{'a': '$\\u007bfile:/a:b\\u007D'} | a",
        "{'\\u0061': '${file:/a:b}'} | a",
        // elsewhere
        "{'SECRET': 'x'} | the name of a property",
        "{'database.password': ['SECRET']} | a list",
        "{'a': [{'b': {'c': 'SECRET'}}]} | c",
        "['SECRET'] | a list",
        "'SECRET' | a list",
        // hidden by a second one
        "{'tasks.max': 'SECRET', 'tasks.max': '1'} | tasks.max",
        "{'tasks.max': '1', 'tasks.max': 'SECRET'} | tasks.max",
        "{} {'tasks.max': 'SECRET'} | tasks.max",
    })
    void refuses(String template, String property) throws IOException {
        assertEquals(property, property(refusal(body(template))));
    }

    private static String property(Optional<String> refusal) {
        return refusal.orElseThrow().replaceFirst(" holds a placeholder of a secret; .*", "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "UTF-16BE", "UTF-16LE", "UTF-32BE", "UTF-32LE"})
    void readsTheCharsetsThatTheWorkerReads(String charset) throws IOException {
        byte[] body = body("{'tasks.max': 'SECRET'}").getBytes(Charset.forName(charset));
        assertEquals("tasks.max", property(placeholders.refusal(body)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a=b", "{", "{'a'", "{a: 1}", "// {}", "{} x", "tasks.max=${file:/a:b}"})
    void isToldWhatIsNoJson(String template) {
        assertThrows(IOException.class, () -> refusal(body(template)));
    }

    @Test
    void takesNoLongerForAHostileText() throws IOException {
        String colons = "${" + ":".repeat(1 << 20);
        String opened = "${".repeat(1 << 20);
        assertEquals("a", property(refusal("{\"a\": \"" + colons + "\"}")));
        assertEquals(Optional.empty(), refusal("{\"a\": \"" + opened + "\"}"));
    }

    @Test
    void saysOfALongNameItsBeginning() throws IOException {
        assertEquals("n".repeat(100) + "…", property(refusal(body("{'" + "n".repeat(10_000) + "': 'SECRET'}"))));
    }

    @Test
    void looksAtThePath() {
        assertEquals("the path", property(placeholders.refusalOfPath("connectors/" + SECRET + "/config")));
        assertEquals(Optional.empty(), placeholders.refusalOfPath("connectors/a:b${c}/config"));
    }

    @Test
    void saysWhatToDo() throws IOException {
        assertEquals("tasks.max holds a placeholder of a secret; only what the pipeline's own connectors are configured with may "
                + "(database.password, sasl.jaas.config). Write the value itself, or the property into cdc:connectors.properties "
                + "or cdc:readSide.sink.properties, and run pulumi up", refusal(body("{'tasks.max': 'SECRET'}")).orElse(""));
    }

    @Test
    void maybeNothingIsPlanned() throws IOException {
        byte[] body = body("{'database.password': 'SECRET'}").getBytes(StandardCharsets.UTF_8);
        assertEquals("database.password", property(new Placeholders("").refusal(body)));
        assertThrows(IllegalArgumentException.class, () -> new Placeholders("database.password"));
    }
}
