package dev.writ.upstream;

import dev.writ.base.Canonical;
import dev.writ.base.Json;
import dev.writ.guard.Guard;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The requests of one server that are open. Bounded twice, at once and in all: each is a decision with a record, and a
 * server must not be able to fill the ledger.
 */
final class ServerRequests {
    static final int OPEN_MAX = 8;
    static final int ALL_MAX = 1_000;

    /** What a client can be asked (MCP 2025-11-25, client features). */
    private static final Set<String> METHODS = Set.of("sampling/createMessage", "elicitation/create", "roots/list");

    private static final int METHOD_NOT_FOUND = -32601;
    private static final int INVALID_REQUEST = -32600;

    private final Guard guard;
    private final Wire wire;
    private final Map<Json, ServerRequest> open = new ConcurrentHashMap<>();
    private final AtomicLong all = new AtomicLong();

    ServerRequests(Guard guard, Wire wire) {
        this.guard = guard;
        this.wire = wire;
    }

    /**
     * Takes a server's request on.
     *
     * @param call counts and ends what its call has asked for
     */
    void take(Json id, String method, Json.Obj params, Incoming told, Of call) {
        if (method.equals("ping")) {
            // MCP basic/utilities/ping: both sides may ask at any time.
            wire.send(Canonical.bytes(answer(id).put("result", Json.Obj.EMPTY).build()));
            return;
        }
        if (!METHODS.contains(method)) {
            refuse(id, METHOD_NOT_FOUND, "not offered");
            return;
        }
        var request = new ServerRequest(guard, wire, id, method, params, () -> end(id, call));
        if (open.size() >= OPEN_MAX || all.get() >= ALL_MAX || open.putIfAbsent(id, request) != null) {
            refuse(id, INVALID_REQUEST, "too many requests, or one with this id is open");
            return;
        }
        all.incrementAndGet();
        call.open.put(id, request);
        Thread.ofVirtual().name("mcp-asked").start(() -> ask(request, told));
    }

    private static void ask(ServerRequest request, Incoming told) {
        try {
            told.request(request);
        } finally {
            // Whatever happened to it on our side, the server does not wait for ever.
            request.refuse("no answer");
        }
    }

    void cancelled(Json id) {
        var request = open.get(id);
        if (request != null) request.withdraw();
    }

    /** Ends everything that is open. */
    void close() {
        open.values().forEach(request -> request.cancellation().cancel());
    }

    private void end(Json id, Of call) {
        open.remove(id);
        call.open.remove(id);
    }

    private void refuse(Json id, int code, String message) {
        var error = Json.object().put("code", code).put("message", message).build();
        wire.send(Canonical.bytes(answer(id).put("error", error).build()));
    }

    private static Json.ObjectBuilder answer(Json id) {
        return Json.object().put("jsonrpc", "2.0").put("id", id);
    }

    /** The requests that a server makes while it answers one call; they end with it. */
    static final class Of implements AutoCloseable {
        private final Map<Json, ServerRequest> open = new ConcurrentHashMap<>();

        /** Whether the server waits for the client, so that its silence is no fault. */
        boolean waiting() {
            return !open.isEmpty();
        }

        @Override
        public void close() {
            open.values().forEach(request -> request.cancellation().cancel());
        }
    }

    /** The id of a request, as JSON-RPC 2.0 §4 allows it; no other can be answered. */
    static Optional<Json> id(Json.Obj message) {
        return message.get("id").filter(id -> switch (id) {
            case Json.Str text -> text.value().length() <= 256;
            case Json.Num number -> number.lexeme().length() <= 32;
            default -> false;
        });
    }
}
