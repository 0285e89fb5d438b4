package dev.writ.admin;

import dev.writ.http.server.Answer;
import java.util.List;
import java.util.function.Function;

/**
 * One thing that the API does.
 *
 * @param path below {@code /api/v1}
 * @param body what the body is, for the description: empty for none, else a resource's kind or its members
 * @param query the query parameters it knows
 */
record Endpoint(
        String method, String path, String summary, String body, List<String> query, Function<Asked, Answer> handler) {
    Endpoint {
        query = List.copyOf(query);
    }

    static Endpoint get(String path, String summary, Function<Asked, Answer> handler) {
        return new Endpoint("GET", path, summary, "", List.of(), handler);
    }

    static Endpoint post(String path, String summary, String body, Function<Asked, Answer> handler) {
        return new Endpoint("POST", path, summary, body, List.of(), handler);
    }

    static Endpoint put(String path, String summary, String body, Function<Asked, Answer> handler) {
        return new Endpoint("PUT", path, summary, body, List.of(), handler);
    }

    static Endpoint delete(String path, String summary, Function<Asked, Answer> handler) {
        return new Endpoint("DELETE", path, summary, "", List.of(), handler);
    }

    /** An order that says everything in its path. */
    static Endpoint order(String method, String path, String summary, Function<Asked, Answer> handler) {
        return new Endpoint(method, path, summary, "", List.of(), asked -> {
            asked.nothing();
            return handler.apply(asked);
        });
    }

    Endpoint asking(String... names) {
        return new Endpoint(method, path, summary, body, List.of(names), handler);
    }
}
