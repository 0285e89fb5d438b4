package dev.writ.demo;

import dev.writ.base.Json;
import dev.writ.http.server.EventSink;
import dev.writ.http.server.ServerError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** What the shop remembers of one client between {@code initialize} and DELETE. */
final class ShopSession {
    private final String version;
    private final List<EventSink> streams = new CopyOnWriteArrayList<>();
    private final Map<Json, CountDownLatch> running = new ConcurrentHashMap<>();

    ShopSession(String version) {
        this.version = version;
    }

    String version() {
        return version;
    }

    /** Revisions are dates, so their order is that of their text. */
    boolean isAtLeast(String revision) {
        return version.compareTo(revision) >= 0;
    }

    void open(EventSink stream) {
        streams.add(stream);
        stream.onClose(() -> streams.remove(stream));
    }

    /** Sends a message on one stream only, as the transport asks. */
    void tell(Json.Obj message) {
        for (var stream : streams) {
            try {
                stream.send(message.text());
                return;
            } catch (ServerError gone) {
                // Its close callback removes it; the next one is told.
            }
        }
    }

    /** A call that can be cancelled until it has taken effect; empty when its id is in use already. */
    Optional<CountDownLatch> begin(Json id) {
        var cancelled = new CountDownLatch(1);
        return running.putIfAbsent(id, cancelled) == null ? Optional.of(cancelled) : Optional.empty();
    }

    void finish(Json id) {
        running.remove(id);
    }

    void cancel(Json id) {
        var call = running.get(id);
        if (call != null) call.countDown();
    }

    void end() {
        running.values().forEach(CountDownLatch::countDown);
        streams.forEach(EventSink::close);
    }
}
