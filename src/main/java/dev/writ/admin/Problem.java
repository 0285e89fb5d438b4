package dev.writ.admin;

import dev.writ.base.Json;
import dev.writ.guard.Guard;
import dev.writ.guard.control.Reply;
import dev.writ.http.server.Answer;

/** A request that ends early; carries the answer and no stack, for a client could make many. */
final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Answer.Full answer;

    private Problem(Answer.Full answer) {
        super(null, null, false, false);
        this.answer = answer;
    }

    Answer.Full answer() {
        return answer;
    }

    static Problem malformed(String why) {
        return new Problem(Answer.problem(400, "Bad Request", why));
    }

    static Problem invalid(String why) {
        return new Problem(Answer.problem(422, why, "Correct the request and send it again."));
    }

    static Problem unauthorized() {
        return new Problem(Answer.problem(
                        401, "Unauthorized", "Send a person's credential as Authorization: Bearer writ_person_….")
                .with("www-authenticate", "Bearer realm=\"writ\""));
    }

    static Problem agent() {
        return new Problem(Answer.problem(403, "agents do not administer", "This API is for people."));
    }

    /** The problem that a reply is which is not done. */
    static Answer.Full of(Reply<?> reply) {
        return switch (reply) {
            case Reply.Done<?> _ -> throw new IllegalArgumentException("nothing is wrong");
            case Reply.Forbidden<?>(var why, var decision) -> {
                var body = body(403, why, "Ask an administrator; the decision's id names the record.");
                yield answer(
                        403,
                        decision.map(id -> body.with("decision", Json.of(id.text())))
                                .orElse(body));
            }
            case Reply.NotFound<?>(var what) ->
                answer(404, body(404, "there is no " + what, "Look at the list for what there is."));
            case Reply.Conflict<?>(var why, var findings) -> {
                var body = body(409, why, "Look at how things are now, then decide again.");
                var listed = findings.stream().map(Problem::finding).toList();
                yield answer(409, listed.isEmpty() ? body : body.with("findings", new Json.Arr(listed)));
            }
            case Reply.Invalid<?>(var why) -> answer(422, body(422, why, "Correct the request and send it again."));
            // Accepted, and not done: RFC 9110 §15.3.3.
            case Reply.Waiting<?>(var change, var until) ->
                answer(
                        202,
                        body(
                                        202,
                                        "this takes a second administrator",
                                        "Nothing was changed yet; another administrator confirms it.")
                                .with("waiting", Json.of(change.text()))
                                .with("until", Json.of(Guard.time(until))));
            case Reply.Unavailable<?>(var why) ->
                answer(503, body(503, why, "Nothing was done; try again, and see the doctor if it lasts."));
        };
    }

    private static Json finding(Reply.Shortcoming finding) {
        return Json.object()
                .put("severity", finding.severity())
                .put("file", finding.file())
                .put("line", finding.line())
                .put("column", finding.column())
                .put("message", finding.message())
                .put("suggestion", finding.suggestion())
                .build();
    }

    private static Json.Obj body(int status, String title, String detail) {
        return Json.object()
                .put("type", "about:blank")
                .put("title", title)
                .put("status", status)
                .put("detail", detail)
                .build();
    }

    private static Answer.Full answer(int status, Json.Obj body) {
        return Answer.of(status, "application/problem+json", body.bytes()).with("cache-control", "no-store");
    }
}
