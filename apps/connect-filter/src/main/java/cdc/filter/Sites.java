package cdc.filter;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who may ask: programs that call the worker by one of its names, and no page of another site. A page that reaches the
 * worker by DNS rebinding gives itself away by its Host, which is the page's own name; every other page by Origin or
 * Sec-Fetch-Site, which browsers send and pages cannot change.
 */
final class Sites {
    /** A name or an address, in brackets when it is one of IPv6, and perhaps a port. */
    private static final Pattern HOST = Pattern.compile("(\\[[0-9a-f:.]+]|[a-z0-9._-]+?)\\.?(?::\\d{1,5})?");

    private final Set<String> names;

    /** @param names hosts without ports, as a Host header has them: {@code localhost}, {@code [::1]}. */
    Sites(List<String> names) {
        this.names = new TreeSet<>();
        for (String name : names) {
            this.names.add(name.toLowerCase(Locale.ROOT));
        }
    }

    /**
     * @param hosts all Host headers; none is sent by programs of HTTP/1.0 only, and by no browser.
     * @param target the authority of the request's URI; null when it has none.
     * @param origins all Origin headers.
     * @param fetchSite Sec-Fetch-Site; null when it is not sent.
     * @return why the request is refused, with what to do; empty when it may pass.
     */
    Optional<String> refusal(List<String> hosts, String target, List<String> origins, String fetchSite) {
        if (hosts.size() > 1) {
            return Optional.of("the request has several Host headers; send one");
        }
        String host = hosts.isEmpty() ? null : hosts.get(0);
        // The target of a request without a Host is the address that it came in by.
        for (String asked : host == null ? List.<String>of() : target == null ? List.of(host) : List.of(host, target)) {
            if (!isOwn(asked)) {
                return Optional.of("the host " + quoted(asked) + " is none of this worker's names, so that a page of another"
                        + " site may have sent the request; ask by one of " + String.join(", ", names));
            }
        }
        for (String origin : origins) {
            if (host == null || !origin.equalsIgnoreCase("http://" + host)) {
                return Optional.of("a page of " + quoted(origin) + " sent the request, and pages of other sites may not;"
                        + " ask with a program that is no browser, such as curl");
            }
        }
        if (fetchSite != null && !fetchSite.equals("same-origin") && !fetchSite.equals("none")) {
            return Optional.of("a page of another site sent the request (Sec-Fetch-Site: " + quoted(fetchSite)
                    + "), and these may not; type the address into the browser, or ask with curl");
        }
        return Optional.empty();
    }

    private boolean isOwn(String asked) {
        Matcher matcher = HOST.matcher(asked.toLowerCase(Locale.ROOT));
        return matcher.matches() && names.contains(matcher.group(1));
    }

    private static String quoted(String text) {
        return '"' + cut(text) + '"';
    }

    /** What a stranger wrote: not endless. */
    static String cut(String text) {
        return text.length() <= 100 ? text : text.substring(0, 100) + "…";
    }
}
