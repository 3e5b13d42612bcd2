package cdc.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SitesTest {
    private final Sites sites = new Sites(List.of("localhost", "127.0.0.1", "[::1]", "connect", "cdc-dev-connect"));

    private String refusal(String host, String target, String origin, String fetchSite) {
        List<String> hosts = host == null ? List.of() : List.of(host);
        return sites.refusal(hosts, target, origin == null ? List.of() : List.of(origin), fetchSite).orElse("");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "localhost:8083", "localhost", "LOCALHOST:8083", "LocalHost", "localhost.:8083", "localhost.",
        "127.0.0.1:30083", "[::1]:8083", "[::1]", "connect:8083", "Connect", "connect.", "cdc-dev-connect:8083",
    })
    void takesItsNamesWithAnyPort(String host) {
        assertEquals("", refusal(host, host, null, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "evil.example", "evil.example:8083", "localhost.evil.example:8083", "evil-localhost", "xlocalhost", "localhostx",
        "localhost..", ".localhost", "localhost@evil.example", "evil.example#localhost", "localhost/evil", "localhost,evil.example",
        "localhost:8083:8083", "localhost:", "localhost:x", "localhost:123456", "", " ", "localhost ", "lоcalhost",
        "127.0.0.2", "127.1", "0.0.0.0:8083", "2130706433", "0x7f000001", "172.18.0.5:8083",
        "::1", "[::1", "::1]", "[0:0:0:0:0:0:0:1]", "[::2]", "[::1%25lo]", "[::ffff:127.0.0.1]", "connect.evil",
    })
    void takesNoOtherHost(String host) {
        assertTrue(refusal(host, "localhost", null, null).startsWith("the host \"" + host + "\" is none of this worker's names"), host);
        assertTrue(refusal("localhost", host, null, null).startsWith("the host \"" + host), host);
    }

    @Test
    void takesARequestWithoutAHostWhichNoBrowserSends() {
        assertEquals("", refusal(null, "172.18.0.5:8083", null, null));
        assertTrue(refusal(null, "172.18.0.5:8083", "http://172.18.0.5:8083", null).startsWith("a page of"));
    }

    @Test
    void takesOneHostOnly() {
        assertEquals("the request has several Host headers; send one",
                sites.refusal(List.of("localhost", "localhost"), "localhost", List.of(), null).orElse(""));
    }

    @ParameterizedTest
    @CsvSource({
        "localhost:8083, http://localhost:8083",
        "LOCALHOST:8083, http://localhost:8083",
        "127.0.0.1:8083, http://127.0.0.1:8083",
        "[::1]:8083, http://[::1]:8083",
        "localhost, http://localhost",
    })
    void takesItsOwnOrigin(String host, String origin) {
        assertEquals("", refusal(host, host, origin, "same-origin"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "http://evil.example", "http://evil.example:8083", "http://localhost", "http://localhost:3000", "https://localhost:8083",
        "http://127.0.0.1:8083", "http://localhost:8083/", "http://localhost:8083.evil.example", "null", "", "localhost:8083",
        "file://", "chrome-extension://abc",
    })
    void takesNoOtherOrigin(String origin) {
        assertEquals("a page of \"" + origin + "\" sent the request, and pages of other sites may not;"
                + " ask with a program that is no browser, such as curl", refusal("localhost:8083", "localhost:8083", origin, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cross-site", "same-site", "Cross-Site", "", "anything"})
    void takesNoRequestThatABrowserCallsForeign(String fetchSite) {
        assertTrue(refusal("localhost:8083", "localhost:8083", null, fetchSite).startsWith("a page of another site"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "same-origin"})
    void takesWhatAPersonTyped(String fetchSite) {
        assertEquals("", refusal("localhost:8083", "localhost:8083", null, fetchSite));
    }

    @Test
    void repeatsNoEndlessName() {
        assertTrue(refusal("x".repeat(8000), "localhost", null, null).length() < 400);
    }
}
