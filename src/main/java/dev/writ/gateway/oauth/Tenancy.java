package dev.writ.gateway.oauth;

import dev.writ.base.Name;
import dev.writ.http.server.Answer;
import dev.writ.http.server.Handler;
import dev.writ.http.server.Request;
import dev.writ.http.server.Route;
import java.util.List;

/** For which tenant a request speaks before anybody is known: the one in front of its path, or {@code default}. */
record Tenancy(Name tenant, String prefix) {
    static final Name DEFAULT = new Name("default");

    /** What answers a request of a tenant. */
    interface Answering {
        Answer handle(Request request, Tenancy tenancy);
    }

    /** A route without a prefix and the same with one. */
    static List<Route> routes(String method, String path, int bodyBytesMax, Answering answering) {
        Handler plain = request -> answering.handle(request, new Tenancy(DEFAULT, ""));
        return List.of(
                new Route(method, path, bodyBytesMax, "public", plain),
                new Route(
                        method, "/t/{tenant}" + path, bodyBytesMax, "public", request -> prefixed(request, answering)));
    }

    /** As {@link #routes} for well-known documents, whose path has the prefix behind it (RFC 8414 §3.1). */
    static List<Route> wellKnown(String path, Answering answering) {
        Handler plain = request -> answering.handle(request, new Tenancy(DEFAULT, ""));
        return List.of(
                new Route("GET", path, 0, "public", plain),
                new Route("GET", path + "/t/{tenant}", 0, "public", request -> prefixed(request, answering)),
                new Route("GET", "/t/{tenant}" + path, 0, "public", request -> prefixed(request, answering)));
    }

    /** A tenant that nobody has is answered like any other: what is public tells nobody which there are. */
    static Answer prefixed(Request request, Answering answering) {
        var text = request.parameter("tenant");
        if (!Name.isName(text) || text.equals(DEFAULT.text()))
            return Answer.problem(404, "Not Found", "Nothing is served at this path.");
        return answering.handle(request, new Tenancy(new Name(text), "/t/" + text));
    }
}
