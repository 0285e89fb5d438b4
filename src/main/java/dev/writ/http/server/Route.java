package dev.writ.http.server;

import dev.writ.base.Headers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * A method and a path that we answer. The pattern's segments are literals or parameters: {@code /mcp/{server}}.
 *
 * @param bodyBytesMax the largest body, at most {@value #BODY_BYTES_MAX}; 0 for none
 * @param audience whom the route is for, for example {@code public}, {@code agent}, {@code person}: the inventory tests
 *     and the gateways read it
 */
public record Route(String method, String pattern, int bodyBytesMax, String audience, Handler handler) {
    public static final int BODY_BYTES_MAX = 64 << 20;

    public Route {
        if (!Headers.isToken(method)) throw new IllegalArgumentException("not a method: " + method);
        if (bodyBytesMax < 0 || bodyBytesMax > BODY_BYTES_MAX)
            throw new IllegalArgumentException("body limit of " + pattern + ": " + bodyBytesMax);
        if (audience.isBlank()) throw new IllegalArgumentException("no audience for " + pattern);
        var names = new HashSet<String>();
        for (var segment : split(pattern))
            if (isParameter(segment) && !names.add(segment))
                throw new IllegalArgumentException("parameter twice in " + pattern);
    }

    /** A route that is answered on the event loop. */
    public static Route evented(String method, String pattern, int bodyBytesMax, String audience, Evented handler) {
        return new Route(method, pattern, bodyBytesMax, audience, new Evented.OnLoop(handler));
    }

    List<String> segments() {
        return split(pattern);
    }

    static boolean isParameter(String segment) {
        return segment.startsWith("{");
    }

    private static List<String> split(String pattern) {
        if (!pattern.startsWith("/")) throw new IllegalArgumentException("a pattern begins with /: " + pattern);
        var segments = new ArrayList<String>();
        if (pattern.equals("/")) return segments;
        for (var segment : pattern.substring(1).split("/", -1)) {
            if (!segment.matches("[A-Za-z0-9._~-]+|\\{[a-z][A-Za-z0-9]*}"))
                throw new IllegalArgumentException("not a segment: '" + segment + "' in " + pattern);
            segments.add(segment);
        }
        return segments;
    }
}
