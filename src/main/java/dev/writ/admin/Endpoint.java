package dev.writ.admin;

import dev.writ.guard.Caller;
import dev.writ.http.server.Answer;
import dev.writ.http.server.Request;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * One thing that the API does.
 *
 * @param path below {@code /api/v1}
 * @param body what the body is, for the description: empty for none, else a resource's kind or its members
 * @param query the query parameters it knows
 * @param ofAgents what it does for an agent; empty where it is for people alone
 */
record Endpoint(
        String method,
        String path,
        String summary,
        String body,
        List<String> query,
        Function<Asked, Answer> handler,
        Optional<BiFunction<Request, Caller.OfAgent, Answer>> ofAgents) {
    Endpoint {
        query = List.copyOf(query);
    }

    static Endpoint get(String path, String summary, Function<Asked, Answer> handler) {
        return new Endpoint("GET", path, summary, "", List.of(), handler, Optional.empty());
    }

    static Endpoint post(String path, String summary, String body, Function<Asked, Answer> handler) {
        return new Endpoint("POST", path, summary, body, List.of(), handler, Optional.empty());
    }

    static Endpoint put(String path, String summary, String body, Function<Asked, Answer> handler) {
        return new Endpoint("PUT", path, summary, body, List.of(), handler, Optional.empty());
    }

    static Endpoint delete(String path, String summary, Function<Asked, Answer> handler) {
        return new Endpoint("DELETE", path, summary, "", List.of(), handler, Optional.empty());
    }

    /** An order that says everything in its path. */
    static Endpoint order(String method, String path, String summary, Function<Asked, Answer> handler) {
        return new Endpoint(
                method,
                path,
                summary,
                "",
                List.of(),
                asked -> {
                    asked.nothing();
                    return handler.apply(asked);
                },
                Optional.empty());
    }

    Endpoint asking(String... names) {
        return new Endpoint(method, path, summary, body, List.of(names), handler, ofAgents);
    }

    /** Also for agents, who see nothing else of this API. */
    Endpoint alsoOfAgents(BiFunction<Request, Caller.OfAgent, Answer> answering) {
        return new Endpoint(method, path, summary, body, query, handler, Optional.of(answering));
    }

    String audience() {
        return ofAgents.isEmpty() ? "person" : "person or agent";
    }
}
