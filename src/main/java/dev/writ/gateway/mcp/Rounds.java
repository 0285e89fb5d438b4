package dev.writ.gateway.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Canonical;
import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import dev.writ.guard.Action;
import dev.writ.guard.Attempt;
import dev.writ.guard.Caller;
import dev.writ.guard.Guard;
import dev.writ.guard.Outcome;
import dev.writ.guard.Permit;
import dev.writ.guard.Refusal;
import dev.writ.upstream.Revision;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Requests that take several rounds (MCP 2026-07-28, basic/patterns/mrtr). What a server asks of the client is decided,
 * question by question, before the client sees it. The server's state travels inside a seal of ours that binds caller,
 * server, request, questions and time; only under such a seal do a client's answers reach a server, and only answers to
 * what was asked. Each round is an action of its own, decided and recorded anew, with the answers in its payload.
 */
final class Rounds {
    static final Duration STATE_LIFETIME = Duration.ofMinutes(30);
    static final int QUESTIONS_MAX = 16;
    static final int STATE_CHARS_MAX = 256 << 10;

    private final Guard guard;
    private final InstantSource clock;
    private final StateSeal seal;

    /** @param random must be unpredictable */
    Rounds(Guard guard, RandomGenerator random, InstantSource clock) {
        this.guard = guard;
        this.clock = clock;
        this.seal = new StateSeal("writ-request-state-v1", random);
    }

    sealed interface Read {
        /** The request as it goes on: with the server's own state, and answers to what it asked. */
        record Good(Message.Request request) implements Read {}

        record Wrong(String why) implements Read {}

        /** A state that is not ours, or not for this. */
        record Forged(String why) implements Read {}
    }

    /** Reads what a client brings back; without our seal there is nothing to bring back, whatever it says. */
    Read read(Caller.OfAgent caller, Name server, Message.Request request) {
        var params = request.params();
        var responses = params.get(Methods.RESPONSES);
        var state = params.get(Methods.STATE);
        if (responses.isPresent() && !(responses.get() instanceof Json.Obj))
            return new Read.Wrong("inputResponses must be an object");
        if (state.isPresent() && !(state.get() instanceof Json.Str))
            return new Read.Wrong("requestState must be a string");
        var bare = params.without(Methods.RESPONSES).without(Methods.STATE);
        if (state.isEmpty() || !Revision.ROUNDS.contains(request.method())) return good(request, bare);
        return opened(params.string(Methods.STATE).orElse(""), caller, server, binding(request.method(), bare))
                .<Read>map(inner -> answered(request, bare, inner, params.object(Methods.RESPONSES)))
                .orElseGet(() ->
                        new Read.Forged("requestState is not one that was given for this request, or no longer good"));
    }

    private static Read answered(Message.Request request, Json.Obj bare, Json.Obj inner, Optional<Json.Obj> responses) {
        var asked = inner.strings("asked");
        var answers = new LinkedHashMap<String, Json>();
        for (var answer : responses.orElse(Json.Obj.EMPTY).members().entrySet()) {
            // What was not asked is no answer (error handling: unexpected information is ignored).
            if (!asked.contains(answer.getKey())) continue;
            if (!(answer.getValue() instanceof Json.Obj)) return new Read.Wrong("an input response must be an object");
            answers.put(answer.getKey(), answer.getValue());
        }
        var params = responses.isEmpty() ? bare : bare.with(Methods.RESPONSES, new Json.Obj(answers));
        return good(
                request,
                inner.string("state")
                        .map(state -> params.with(Methods.STATE, Json.of(state)))
                        .orElse(params));
    }

    private static Read good(Message.Request request, Json.Obj params) {
        return new Read.Good(new Message.Request(request.id(), request.method(), params, request.hasParams()));
    }

    private Optional<Json.Obj> opened(String state, Caller.OfAgent caller, Name server, String binding) {
        if (state.length() > 2 * STATE_CHARS_MAX) return Optional.empty();
        return seal.open(state)
                .map(JsonReader::readObject)
                .filter(inner -> inner.string("for").equals(Optional.of(holder(caller, server))))
                .filter(inner -> inner.string("request").equals(Optional.of(binding)))
                .filter(inner -> inner.integer("until")
                        .filter(until -> clock.instant().isBefore(Instant.ofEpochSecond(until)))
                        .isPresent());
    }

    /** Whose the state is: of the task and its agent, whichever of its keys they show. */
    private static String holder(Caller.OfAgent caller, Name server) {
        return caller.tenant() + "/" + caller.agent() + "/" + caller.task().text() + "/" + server;
    }

    /** What must stay the same from round to round: everything but the answers and what describes the message. */
    private static String binding(String method, Json.Obj params) {
        var request = Json.object()
                .put("method", method)
                .put(
                        "params",
                        params.without("_meta").without(Methods.RESPONSES).without(Methods.STATE))
                .build();
        return Canonical.digest(request).toString();
    }

    /** The answer to a client whose server asks for more: the questions under our seal, or why they are not put. */
    Json.Obj asked(Calls.Call call, Json.Obj result) {
        var questions = result.object("inputRequests").map(Json.Obj::members).orElse(Map.of());
        var state = result.string("requestState");
        if (InputRequests.malformed(result)
                || questions.size() > QUESTIONS_MAX
                || state.filter(this::tooLong).isPresent())
            return Calls.failed(call, true, "the server asks for more input in a form that is not passed on");
        var missing = InputRequests.undeclared(questions, call.requester().capabilities());
        if (!missing.members().isEmpty())
            return RpcError.answer(
                    call.id(),
                    Revision.CAPABILITY_MISSING,
                    "the server asks for what this client did not declare",
                    Json.object().put("requiredCapabilities", missing).build());
        var refused = decided(call, questions);
        return refused.orElseGet(() -> RpcError.result(
                call.id(), result.with("requestState", Json.of(sealed(call, questions.keySet(), state)))));
    }

    private boolean tooLong(String state) {
        return state.length() > STATE_CHARS_MAX;
    }

    /** Decides each question; one that is refused stops all. */
    private Optional<Json.Obj> decided(Calls.Call call, Map<String, Json> questions) {
        var permits = new ArrayList<Permit>();
        for (var question : questions.values()) {
            var payload = (Json.Obj) question;
            var method = payload.string("method").orElseThrow();
            var action = new Action.AnswerServer(call.hop().server(), method, payload);
            var verdict = guard.admit(
                    new Attempt(call.hop().caller(), action, call.asked().claims()));
            if (verdict instanceof Permit permit) {
                permits.add(permit);
                continue;
            }
            settle(permits, Outcome.Status.NOT_SENT);
            // Approvals play no part in this decision, so nothing holds it.
            var refusal = verdict instanceof Refusal no
                    ? no
                    : new Refusal(
                            verdict.decision(), new Refusal.NotAllowed("nobody can approve it"), Optional.empty());
            return Optional.of(refused(call, method, refusal));
        }
        for (var permit : permits)
            if (guard.use(permit) instanceof Guard.Use.Stop(var reason)) {
                settle(permits, Outcome.Status.NOT_SENT);
                return Optional.of(refused(
                        call, permit.action().target(), new Refusal(permit.decision(), reason, Optional.empty())));
            }
        settle(permits, Outcome.Status.DONE);
        return Optional.empty();
    }

    private void settle(List<Permit> permits, Outcome.Status status) {
        for (var permit : permits)
            guard.settle(
                    permit,
                    Outcome.without(
                            status, "client", 0, status == Outcome.Status.DONE ? "put to the client" : "not put"));
    }

    private static Json.Obj refused(Calls.Call call, String method, Refusal refusal) {
        return call.asked().action() instanceof Action.CallTool tool
                ? RpcError.result(call.id(), Denials.asking(tool.tool(), method, refusal))
                : RpcError.answer(
                        call.id(),
                        RpcError.INTERNAL_ERROR,
                        "the server may not ask for this: " + Denials.line(refusal));
    }

    private String sealed(Calls.Call call, Iterable<String> asked, Optional<String> state) {
        var params = call.asked().action().payload().object("params").orElse(Json.Obj.EMPTY);
        var inner = Json.object()
                .put("for", holder(call.hop().caller(), call.hop().server()))
                .put("request", binding(call.method(), params))
                .put("until", clock.instant().plus(STATE_LIFETIME).getEpochSecond())
                .put("asked", asked)
                .put("state", state)
                .build();
        return seal.seal(inner.text().getBytes(UTF_8));
    }
}
