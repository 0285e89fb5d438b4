package dev.writ.http.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.Optional;

/** A {@link Sink} that speaks server-sent events (WHATWG HTML §9.2). Each call writes one whole block. */
public final class EventSink implements AutoCloseable {
    private static final byte[] KEEP_ALIVE = ":\n\n".getBytes(UTF_8);

    private final Sink sink;

    EventSink(Sink sink) {
        this.sink = sink;
    }

    /** Writes an event of the default type; see {@link Sink#write} for blocking and errors. */
    public void send(String data) {
        send(Optional.empty(), Optional.empty(), data);
    }

    /** @param type and id must be of one line */
    public void send(Optional<String> type, Optional<String> id, String data) {
        var block = new StringBuilder(data.length() + 64);
        type.ifPresent(t -> block.append("event: ").append(line(t)).append('\n'));
        id.ifPresent(i -> block.append("id: ").append(line(i)).append('\n'));
        data.lines().forEach(l -> block.append("data: ").append(l).append('\n'));
        // lines() drops what an empty last line would tell; the field says it.
        if (data.isEmpty() || data.endsWith("\n") || data.endsWith("\r")) block.append("data:\n");
        sink.write(block.append('\n').toString().getBytes(UTF_8));
    }

    /** Tells the client how long to wait before it connects again. */
    public void retry(Duration wait) {
        sink.write(("retry: " + wait.toMillis() + "\n\n").getBytes(UTF_8));
    }

    /** Writes a comment, which keeps proxies and patience alive. */
    public void keepAlive() {
        sink.write(KEEP_ALIVE);
    }

    public boolean open() {
        return sink.open();
    }

    public void onClose(Runnable callback) {
        sink.onClose(callback);
    }

    /** Ends the stream as the protocol wants it; from any thread, as often as one likes. */
    @Override
    public void close() {
        sink.close();
    }

    /** Cuts the connection; from any thread. */
    public void abort() {
        sink.abort();
    }

    private static String line(String text) {
        for (int i = 0; i < text.length(); i++)
            if (text.charAt(i) < ' ') throw new IllegalArgumentException("an event's type and id are of one line");
        return text;
    }
}
