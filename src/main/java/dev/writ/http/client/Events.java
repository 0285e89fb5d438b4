package dev.writ.http.client;

import java.util.Optional;

/** The events of an answer, one by one as they arrive. Closing from another thread wakes the reader. */
public final class Events implements AutoCloseable {
    private final Exchange exchange;
    private final EventParser parser;

    Events(Exchange exchange, int eventBytesMax) {
        this.exchange = exchange;
        this.parser = new EventParser(eventBytesMax);
    }

    /** Waits for the next event; empty when the stream has ended in order. */
    public Optional<Event> next() {
        while (true) {
            var event = parser.poll();
            if (event.isPresent()) return event;
            var piece = exchange.next();
            if (piece.isEmpty()) return Optional.empty();
            try {
                parser.feed(piece.get());
            } catch (ClientError e) {
                exchange.close();
                throw e;
            }
        }
    }

    @Override
    public void close() {
        exchange.close();
    }
}
