package dev.writ.walks;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Json;
import dev.writ.base.JsonReader;
import dev.writ.http.client.Event;
import dev.writ.http.client.Events;
import dev.writ.http.client.Exchange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A stream as a client reads it, event by event. */
public final class Conversation implements AutoCloseable {
    private final Exchange exchange;
    private final Events events;
    private Optional<String> last = Optional.empty();
    private boolean retried;

    public Conversation(Exchange exchange) {
        this.exchange = exchange;
        this.events = exchange.events(16 << 20);
    }

    /** The next message; events without data are passed over. */
    public Optional<Json.Obj> next() {
        for (var event = event(); event.isPresent(); event = event())
            if (!event.get().data().isEmpty())
                return Optional.of(JsonReader.readObject(event.get().data().getBytes(UTF_8)));
        return Optional.empty();
    }

    public Json.Obj message() {
        return next().orElseThrow(() -> new AssertionError("the stream has ended"));
    }

    /** All messages to the end of the stream. */
    public List<Json.Obj> rest() {
        var all = new ArrayList<Json.Obj>();
        for (var message = next(); message.isPresent(); message = next()) all.add(message.get());
        return all;
    }

    public Optional<Event> event() {
        var event = events.next();
        event.flatMap(Event::id).ifPresent(id -> last = Optional.of(id));
        if (event.flatMap(Event::retry).isPresent()) retried = true;
        return event;
    }

    /** The id of the last event that had one. */
    public Optional<String> last() {
        return last;
    }

    /** Whether the server said when to come back. */
    public boolean retried() {
        return retried;
    }

    @Override
    public void close() {
        exchange.close();
    }
}
