package dev.writ.admin;

import dev.writ.base.Json;
import dev.writ.guard.control.Reply;
import dev.writ.http.server.Answer;
import java.util.List;

/** Writes replies down. */
final class Answers {
    private Answers() {}

    static Answer document(Reply<Json.Obj> reply) {
        return document(200, reply);
    }

    static Answer created(Reply<Json.Obj> reply) {
        return document(201, reply);
    }

    private static Answer document(int status, Reply<Json.Obj> reply) {
        return reply instanceof Reply.Done<Json.Obj>(var document, var warnings)
                ? json(status, warned(document, warnings))
                : Problem.of(reply);
    }

    static Answer items(Reply<List<Json.Obj>> reply) {
        return reply instanceof Reply.Done<List<Json.Obj>>(var items, var _)
                ? json(
                        200,
                        Json.object()
                                .put("items", new Json.Arr(List.copyOf(items)))
                                .build())
                : Problem.of(reply);
    }

    static Answer names(Reply<List<String>> reply) {
        return reply instanceof Reply.Done<List<String>>(var names, var _)
                ? json(200, Json.object().put("items", names).build())
                : Problem.of(reply);
    }

    static Answer text(Reply<String> reply) {
        return reply instanceof Reply.Done<String>(var text, var _)
                ? Answer.text(200, text).with("cache-control", "no-store")
                : Problem.of(reply);
    }

    static Answer bytes(String contentType, Reply<byte[]> reply) {
        return reply instanceof Reply.Done<byte[]>(var bytes, var _)
                ? Answer.of(200, contentType, bytes).with("cache-control", "no-store")
                : Problem.of(reply);
    }

    /** Nothing of the control plane is for a cache: keys are shown once. */
    static Answer json(int status, Json.Obj body) {
        return Answer.json(status, body).with("cache-control", "no-store");
    }

    private static Json.Obj warned(Json.Obj document, List<String> warnings) {
        return warnings.isEmpty() ? document : document.with("warnings", Json.Arr.ofStrings(warnings));
    }
}
