package dev.writ.gateway.mcp;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.guard.Action;
import dev.writ.guard.Attempt;
import dev.writ.guard.Caller;
import dev.writ.guard.Guard;
import dev.writ.guard.Permit;
import dev.writ.guard.Refusal;
import dev.writ.upstream.ServerRequest;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a server asks of the client in one session. Each request is an action: decided before the client sees it, with
 * a record before and after, denied unless policy says otherwise. The ids that the client sees are ours; an answer counts
 * for a request of this session that is open, once. What a client answers is the server's to know and nobody's approval.
 */
final class Asks {
    static final Duration ANSWER_WITHIN = Duration.ofMinutes(10);
    static final int ELICITATIONS_MAX = 256;

    private record Open(Name server, String method, CompletableFuture<Json.Obj> answer) {}

    /** The requests that are put to one client, from however many servers: no two have the same id. */
    static final class Table {
        private final Map<Json, Open> open = new ConcurrentHashMap<>();
        private final AtomicLong ids = new AtomicLong();
    }

    private final Guard guard;
    private final Caller.OfAgent caller;
    private final Name server;
    private final Offer offer;
    private final Table table;
    private final LinkedHashSet<String> elicitations = new LinkedHashSet<>();

    Asks(Guard guard, Caller.OfAgent caller, Name server, Offer offer, Table table) {
        this.guard = guard;
        this.caller = caller;
        this.server = server;
        this.offer = offer;
        this.table = table;
    }

    Caller.OfAgent caller() {
        return caller;
    }

    Name server() {
        return server;
    }

    Offer offer() {
        return offer;
    }

    /** Puts a server's request to the client and takes the answer back; waits for it. */
    void ask(ServerRequest request, Optional<Line> line) {
        var attempt = new Attempt(caller, new Action.AnswerServer(server, request.method(), request.payload()));
        var objection = offer.objection(request.method(), request.params());
        if (objection.isPresent()) {
            var _ = guard.refused(attempt, new Refusal.NotAllowed(objection.get()));
            request.refuse("not offered");
            return;
        }
        if (!(guard.admit(attempt) instanceof Permit permit)) {
            request.refuse("refused");
            return;
        }
        if (request.use(permit).isPresent()) {
            request.refuse("refused");
            return;
        }
        if (line.isEmpty()) {
            request.unanswered(permit, "the client does not listen");
            return;
        }
        put(request, permit, line.get());
    }

    private void put(ServerRequest request, Permit permit, Line line) {
        var id = Json.of(table.ids.incrementAndGet());
        var asked = new Open(server, request.method(), new CompletableFuture<>());
        table.open.put(id, asked);
        remember(request.params());
        try (var _ = request.cancellation().then(() -> asked.answer().cancel(false))) {
            if (!line.say(message(id, request))) {
                request.unanswered(permit, "the client's call is over");
                return;
            }
            request.answer(permit, asked.answer().get(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            withdraw(line, id, "no answer in time");
            request.unanswered(permit, "the client did not answer in time");
        } catch (ExecutionException | java.util.concurrent.CancellationException e) {
            withdraw(line, id, "withdrawn");
            request.unanswered(permit, "withdrawn before the client answered");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            request.unanswered(permit, "interrupted");
        } finally {
            table.open.remove(id);
        }
    }

    private String message(Json id, ServerRequest request) {
        return Json.object()
                .put("jsonrpc", "2.0")
                .put("id", id)
                .put("method", request.method())
                .put("params", shown(request))
                .build()
                .text();
    }

    /** The server's words as they are; a URL that a person may open is said to be the server's claim. */
    private Json.Obj shown(ServerRequest request) {
        var params = request.params();
        // We pass no progress on to the server, so the client is asked for none.
        var meta = params.object("_meta").map(own -> own.without("progressToken"));
        if (meta.isPresent())
            params = meta.get().members().isEmpty() ? params.without("_meta") : params.with("_meta", meta.get());
        return isUrl(params)
                ? params.with(
                        "message",
                        Json.of("The server " + server + " says: "
                                + params.string("message").orElse("")))
                : params;
    }

    private static boolean isUrl(Json.Obj params) {
        return params.string("mode").equals(Optional.of("url"));
    }

    private static void withdraw(Line line, Json id, String why) {
        var params = Json.object().put("requestId", id).put("reason", why).build();
        var _ = line.say(Json.object()
                .put("jsonrpc", "2.0")
                .put("method", "notifications/cancelled")
                .put("params", params)
                .build()
                .text());
    }

    /** Takes a client's answer; why not, when it is none. Nobody else's answer can be given: the ids are this session's. */
    Optional<String> answered(Json id, Json.Obj body) {
        var asked = table.open.get(id);
        if (asked == null) return unsolicited(id, "no request of ours waits for this answer");
        // Revoked since it was asked: what waits is being cut, and an answer must not overtake that.
        if (asked.answer().isDone() || guard.barred(caller, asked.server()).isPresent())
            return unsolicited(id, "this request was withdrawn");
        var mismatch = Offer.mismatch(asked.method(), body);
        if (mismatch.isPresent()) return unsolicited(id, mismatch.get());
        if (!table.open.remove(id, asked)) return unsolicited(id, "this request was answered already");
        asked.answer().complete(body);
        return Optional.empty();
    }

    private Optional<String> unsolicited(Json id, String why) {
        var payload = Json.object()
                .put("method", "response")
                .put("params", Json.object().put("id", id).build())
                .build();
        var _ = guard.refused(
                new Attempt(caller, new Action.Unmapped(server, "response", payload)), new Refusal.BadArguments(why));
        return Optional.of(why);
    }

    /**
     * A call's error that sends a person to a URL first (2025-11-25, {@code -32042}): the same question by another way,
     * so it is decided as one.
     */
    Json.Obj decided(Json.Obj answer) {
        var error = answer.object("error").orElse(Json.Obj.EMPTY);
        if (!error.integer("code").equals(Optional.of((long) RpcError.URL_ELICITATION_REQUIRED))) return answer;
        var asked = error.object("data")
                .flatMap(data -> data.array("elicitations"))
                .map(Json.Arr::items)
                .orElse(java.util.List.of());
        var payload = Json.object()
                .put("method", "elicitation/create")
                .put("params", error.object("data").orElse(Json.Obj.EMPTY))
                .build();
        var attempt = new Attempt(caller, new Action.AnswerServer(server, "elicitation/create", payload));
        var objection = asked.isEmpty() ? Optional.of("no URL is named") : Optional.<String>empty();
        for (var one : asked) if (objection.isEmpty()) objection = objection(one);
        var verdict = objection.isPresent()
                ? guard.refused(attempt, new Refusal.NotAllowed(objection.get()))
                : guard.admit(attempt);
        if (!(verdict instanceof Permit permit) || !shownUnder(permit))
            return RpcError.answer(
                    answer.get("id").orElse(Json.Null.VALUE),
                    RpcError.INTERNAL_ERROR,
                    "the server wants a person to open a URL, which is not permitted");
        for (var one : asked) remember((Json.Obj) one);
        return answer;
    }

    private Optional<String> objection(Json asked) {
        return asked instanceof Json.Obj one && isUrl(one)
                ? offer.objection("elicitation/create", one)
                : Optional.of("elicitation by error is by url");
    }

    private boolean shownUnder(Permit permit) {
        if (guard.use(permit) instanceof Guard.Use.Stop) return false;
        guard.settle(
                permit,
                dev.writ.guard.Outcome.without(dev.writ.guard.Outcome.Status.DONE, "client", 0, "shown to the client"));
        return true;
    }

    private void remember(Json.Obj params) {
        if (!isUrl(params)) return;
        synchronized (elicitations) {
            if (elicitations.size() >= ELICITATIONS_MAX) elicitations.remove(elicitations.getFirst());
            params.string("elicitationId").ifPresent(elicitations::add);
        }
    }

    /** Whether policy could still let the client read what it subscribed to. */
    boolean readable(String uri) {
        return guard.resourceShown(caller, server, uri);
    }

    /** Whether a server speaks of an elicitation that this client was asked for. */
    boolean knows(Json.Obj params) {
        synchronized (elicitations) {
            return params.string("elicitationId").filter(elicitations::contains).isPresent();
        }
    }
}
