package dev.writ.upstream;

import dev.writ.base.Canonical;
import dev.writ.base.Json;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** Lines to a process that needs no handshake (MCP 2026-07-28, basic/transports/stdio). */
final class StdioCarrier implements Carrier {
    private final StdioWire wire;
    private final Map<Long, Listening> listening = new ConcurrentHashMap<>();

    private record Listening(Wire.Meanwhile told, CompletableFuture<Void> ended) {}

    StdioCarrier(StdioWire wire) {
        this.wire = wire;
    }

    /** From now on what the process says unasked is ours. */
    void take() {
        wire.ready(Revision.VERSION, this::unasked);
    }

    @Override
    public boolean begins() {
        return false;
    }

    @Override
    public void begin(
            Letter letter, Wire.Meanwhile meanwhile, Cancellation cancellation, Consumer<Coming<Json.Obj>> then) {
        then.accept(new Coming<>(true, () -> exchange(letter, meanwhile, cancellation)));
    }

    @Override
    public Json.Obj exchange(Letter letter, Wire.Meanwhile meanwhile, Cancellation cancellation) {
        // Basic/patterns/cancellation: on stdio a notification is the only way to cancel. Telling it must not hold up
        // whoever cancels.
        try (var _ =
                cancellation.then(() -> Thread.ofVirtual().name("mcp-cancel").start(() -> cancelled(letter.id())))) {
            return wire.exchange(
                    letter.id(),
                    Canonical.bytes(letter.message()),
                    letter.showing(),
                    message -> {
                        if (message.get("id").isEmpty()) meanwhile.message(message);
                    },
                    cancellation);
        }
    }

    /**
     * The answer that ends a subscription is dropped by the wire, which knows no waiter for it; the notification that a
     * server must send as well (basic/patterns/cancellation) says the same.
     */
    @Override
    public Optional<Json.Obj> listen(Letter letter, Wire.Meanwhile meanwhile, Cancellation cancellation) {
        var here = new Listening(meanwhile, new CompletableFuture<>());
        listening.put(letter.id(), here);
        try (var _ = cancellation.then(() -> here.ended().complete(null))) {
            wire.send(Canonical.bytes(letter.message()));
            while (!wire.lost() && !ended(here)) {}
            if (cancellation.cancelled()) cancelled(letter.id());
            return Optional.empty();
        } finally {
            listening.remove(letter.id());
        }
    }

    private static boolean ended(Listening here) {
        try {
            here.ended().get(1, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private void unasked(Json.Obj message) {
        var params = message.object("params").orElse(Json.Obj.EMPTY);
        if (message.get("id").isPresent()) return;
        if (message.string("method").equals(Optional.of("notifications/cancelled"))) {
            params.integer("requestId").map(listening::get).ifPresent(here -> here.ended()
                    .complete(null));
            return;
        }
        params.object("_meta")
                .flatMap(meta -> meta.integer(Revision.SUBSCRIPTION))
                .map(listening::get)
                .ifPresent(here -> here.told().message(message));
    }

    private void cancelled(long id) {
        var params = Json.object().put("requestId", id).build();
        var message = Json.object()
                .put("jsonrpc", "2.0")
                .put("method", "notifications/cancelled")
                .put("params", params)
                .build();
        try {
            wire.send(Canonical.bytes(message));
        } catch (UpstreamError e) {
            // Its process is gone, and the request with it.
        }
    }

    @Override
    public boolean mirrors() {
        return false;
    }

    @Override
    public boolean lost() {
        return wire.lost();
    }

    @Override
    public String peer() {
        return wire.peer();
    }

    @Override
    public void close() {
        listening.values().forEach(here -> here.ended().complete(null));
        wire.close();
    }
}
