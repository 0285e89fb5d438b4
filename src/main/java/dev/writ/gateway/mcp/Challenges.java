package dev.writ.gateway.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Canonical;
import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.guard.Guard;
import dev.writ.guard.Recognised;
import dev.writ.guard.Recognised.Lack;
import dev.writ.http.server.Answer;
import dev.writ.http.server.Request;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The 401 that tells a client where to get a token (RFC 9728 §5.1). Some clients answer the same call with the same
 * challenge thousands of times; the fourth within ten seconds is told in the form that every model reads.
 */
final class Challenges {
    private static final int SAME_MAX = 3;
    private static final Duration WITHIN = Duration.ofSeconds(10);
    private static final int REMEMBERED_MAX = 4_096;
    private static final String METADATA = "/.well-known/oauth-protected-resource";
    private static final String ALGORITHMS = "ES256 ES384 PS256 RS256";

    private final Guard guard;
    private final InstantSource clock;
    private final Map<Digest, Seen> calls = new LinkedHashMap<>();

    private record Seen(Instant since, int times) {}

    Challenges(Guard guard, InstantSource clock) {
        this.guard = guard;
        this.clock = clock;
    }

    /** The answer to a request that does not say who sends it. */
    Answer answer(Request request, Recognised.Nobody nobody) {
        var call = call(request);
        if (call.isPresent() && tooOften(request, nobody, call.get())) return told(request, call.get());
        var answer = Answer.problem(
                401,
                "Unauthorized",
                "sign in: the WWW-Authenticate header says where; or send the key of an agent's task as Authorization:"
                        + " Bearer writ_…");
        var challenged = answer.with("www-authenticate", challenge(request, nobody));
        return nobody.lack() == Lack.NONCE
                ? challenged.with("dpop-nonce", guard.tokens().nonce())
                : challenged;
    }

    private static String challenge(Request request, Recognised.Nobody nobody) {
        var metadata = "resource_metadata=\"" + request.base() + METADATA + request.path() + "\"";
        return switch (nobody.lack()) {
            case CREDENTIAL -> "Bearer " + metadata;
            case TOKEN -> "Bearer error=\"invalid_token\", error_description=\"" + nobody.why() + "\", " + metadata;
            case PROOF ->
                "DPoP error=\"invalid_dpop_proof\", error_description=\"" + nobody.why() + "\", algs=\"" + ALGORITHMS
                        + "\", " + metadata;
            case NONCE -> "DPoP error=\"use_dpop_nonce\", algs=\"" + ALGORITHMS + "\", " + metadata;
        };
    }

    private static Optional<Message.Request> call(Request request) {
        if (!request.method().equals("POST")) return Optional.empty();
        try {
            return MessageReader.read(request.body()) instanceof Message.Request message
                            && message.method().equals("tools/call")
                    ? Optional.of(message)
                    : Optional.empty();
        } catch (MessageReader.Malformed e) {
            return Optional.empty();
        }
    }

    /** Whoever it is: a client that loops may show a fresh token each time. */
    private boolean tooOften(Request request, Recognised.Nobody nobody, Message.Request call) {
        var of = Digest.of(
                (request.peer().getAddress().getHostAddress() + " " + request.url() + " " + nobody.lack() + " ")
                        .getBytes(UTF_8),
                Canonical.bytes(call.params()));
        var now = clock.instant();
        synchronized (calls) {
            calls.values().removeIf(seen -> !now.isBefore(seen.since().plus(WITHIN)));
            var before = calls.get(of);
            var seen = before == null ? new Seen(now, 1) : new Seen(before.since(), before.times() + 1);
            if (before != null || calls.size() < REMEMBERED_MAX) calls.put(of, seen);
            return seen.times() > SAME_MAX;
        }
    }

    private static Answer told(Request request, Message.Request call) {
        var block = Json.object().put("type", "text").put("text", """
                        NOT SIGNED IN: stop and tell the user to sign in again
                        Why: this call was sent several times without a credential that is good here.
                        Do not retry; nothing was done.""").build();
        var result = Json.object().put("content", new Json.Arr(List.of(block))).put("isError", true);
        if (Envelope.opens(request.headers(), call)) result.put("resultType", "complete");
        return Answer.json(
                200,
                Json.object()
                        .put("jsonrpc", "2.0")
                        .put("id", call.id())
                        .put("result", result.build())
                        .build());
    }
}
