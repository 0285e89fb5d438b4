package dev.writ.http.client;

import dev.writ.base.Headers;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A request to be sent. Framing and Host are the client's own and refused among the headers; values with line breaks
 * cannot be built ({@link Headers.Field}). The body's array belongs to the call.
 */
public final class Call {
    private static final Set<String> OWN = Set.of(
            "host", "content-length", "transfer-encoding", "connection", "upgrade", "expect", "te", "accept-encoding");

    private final String method;
    private final Url url;
    private final Headers headers;
    private final byte[] body;
    private final Deadlines deadlines;
    private final Optional<Destinations> destinations;

    private Call(
            String method,
            Url url,
            Headers headers,
            byte[] body,
            Deadlines deadlines,
            Optional<Destinations> destinations) {
        if (!Headers.isToken(method) || method.equals("CONNECT"))
            throw new IllegalArgumentException("not a method to send: " + method);
        for (var field : headers)
            if (OWN.contains(field.name().toLowerCase(Locale.ROOT)))
                throw new IllegalArgumentException("the client itself sets " + field.name());
        this.method = method;
        this.url = url;
        this.headers = headers;
        this.body = body;
        this.deadlines = deadlines;
        this.destinations = destinations;
    }

    public static Call of(String method, Url url) {
        return new Call(method, url, Headers.EMPTY, new byte[0], Deadlines.DEFAULT, Optional.empty());
    }

    public static Call get(Url url) {
        return of("GET", url);
    }

    public static Call post(Url url, String contentType, byte[] body) {
        return of("POST", url).header("content-type", contentType).body(body);
    }

    public Call header(String name, String value) {
        return new Call(method, url, headers.plus(name, value), body, deadlines, destinations);
    }

    /** This call with exactly these headers. */
    public Call headers(Headers headers) {
        return new Call(method, url, headers, body, deadlines, destinations);
    }

    public Call body(byte[] body) {
        return new Call(method, url, headers, body, deadlines, destinations);
    }

    public Call within(Deadlines deadlines) {
        return new Call(method, url, headers, body, deadlines, destinations);
    }

    /** This call judged by other rules than the client's own. */
    public Call to(Destinations destinations) {
        return new Call(method, url, headers, body, deadlines, Optional.of(destinations));
    }

    public String method() {
        return method;
    }

    public Url url() {
        return url;
    }

    public Headers headers() {
        return headers;
    }

    public byte[] body() {
        return body;
    }

    public Deadlines deadlines() {
        return deadlines;
    }

    public Optional<Destinations> destinations() {
        return destinations;
    }
}
