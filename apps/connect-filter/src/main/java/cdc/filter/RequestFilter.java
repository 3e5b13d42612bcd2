package cdc.filter;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stands before everything that the worker does for a request. Refusals have the form of the worker's own errors. */
@PreMatching
final class RequestFilter implements ContainerRequestFilter {
    private static final Logger log = LoggerFactory.getLogger(RequestFilter.class);

    /** The worker keeps a configuration as one record of its topic, of at most 1 MiB. */
    static final int MAX_BODY_BYTES = 4 << 20;

    private final Doors doors;
    private final Sites sites;
    private final Placeholders placeholders;

    /** Of the request that is looked at: the framework puts a stand-in here. */
    @Context
    private HttpServletRequest connection;

    RequestFilter(Doors doors, Sites sites, Placeholders placeholders) {
        this.doors = doors;
        this.sites = sites;
        this.placeholders = placeholders;
    }

    @Override
    public void filter(ContainerRequestContext request) throws IOException {
        Optional<String> stranger = doors.refusal(connection.getLocalAddr()).or(() -> sites.refusal(
                headers(request, "Host"), request.getUriInfo().getRequestUri().getRawAuthority(),
                headers(request, "Origin"), request.getHeaderString("Sec-Fetch-Site")));
        if (stranger.isPresent()) {
            refuse(request, 403, stranger.get());
            return;
        }
        Optional<String> inPath = placeholders.refusalOfPath(request.getUriInfo().getPath(true));
        if (inPath.isPresent()) {
            refuse(request, 403, inPath.get());
            return;
        }
        byte[] body = request.getEntityStream().readNBytes(MAX_BODY_BYTES + 1);
        if (body.length > MAX_BODY_BYTES) {
            refuse(request, 413, "the body has more than " + MAX_BODY_BYTES + " bytes; a configuration has at most 1 MiB");
            return;
        }
        try {
            placeholders.refusal(body).ifPresent(why -> refuse(request, 403, why));
        } catch (IOException e) {
            // Its words have pieces of the body, where nobody has put a secret in yet; they would help no one here.
            refuse(request, 400, "the body is no JSON; send JSON, with Content-Type: application/json");
        }
        request.setEntityStream(new ByteArrayInputStream(body));
    }

    private static List<String> headers(ContainerRequestContext request, String name) {
        List<String> values = request.getHeaders().get(name);
        return values == null ? List.of() : values;
    }

    private static void refuse(ContainerRequestContext request, int status, String why) {
        String message = new String(JsonStringEncoder.getInstance().quoteAsString(why));
        // Escaped: a name with a line break in it writes no line of its own into the log.
        log.warn("Refused {} {}: {}", request.getMethod(), Sites.cut(request.getUriInfo().getRequestUri().getRawPath()), message);
        String answer = "{\"error_code\":" + status + ",\"message\":\"" + message + "\"}";
        request.abortWith(Response.status(status).type(MediaType.APPLICATION_JSON_TYPE).entity(answer).build());
    }
}
