package dev.writ.http.client;

import dev.writ.base.Headers;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * An answer whose head has arrived; its body is read by one thread, as a whole, in pieces or as events. Closing it from
 * any thread ends it at once: the connection is cut if the answer is not complete, and a waiting reader gets
 * {@code ABORTED}. Read to its end, the connection is used again.
 */
public final class Exchange implements AutoCloseable {
    private final Link link;
    private final Inbox inbox;
    private final Receiver.Head head;
    private volatile Duration idle;

    Exchange(Link link, Inbox inbox, Receiver.Head head, Duration idle) {
        this.link = link;
        this.inbox = inbox;
        this.head = head;
        this.idle = idle;
    }

    public int status() {
        return head.status();
    }

    public Headers headers() {
        return head.headers();
    }

    /** The address that answered. */
    public InetSocketAddress peer() {
        return (InetSocketAddress) link.channel().remoteAddress();
    }

    /** The body's next piece, as it arrives; empty at the end. */
    public Optional<byte[]> next() {
        try {
            return inbox.take(idle);
        } catch (ClientError e) {
            close();
            throw e;
        }
    }

    /** How long the reader waits for the next piece from now on; the whole exchange ends when it had to all the same. */
    public void patience(Duration between) {
        idle = between;
    }

    /** The whole body. @throws ClientError {@code TOO_LARGE} beyond the limit */
    public byte[] body(int bytesMax) {
        if (headers().first("content-length").filter(l -> exceeds(l, bytesMax)).isPresent()) throw tooLarge(bytesMax);
        var first = next();
        if (first.isEmpty()) return new byte[0];
        var second = first.get().length > bytesMax ? Optional.<byte[]>empty() : next();
        if (second.isEmpty() && first.get().length <= bytesMax) return first.get();
        var whole = new ByteArrayOutputStream(first.get().length * 2);
        whole.writeBytes(first.get());
        for (var piece = second; piece.isPresent(); piece = next()) {
            if (whole.size() + piece.get().length > bytesMax) throw tooLarge(bytesMax);
            whole.writeBytes(piece.get());
        }
        if (whole.size() > bytesMax) throw tooLarge(bytesMax);
        return whole.toByteArray();
    }

    /** The body as server-sent events. @throws ClientError {@code MALFORMED} when the answer is something else */
    public Events events(int eventBytesMax) {
        if (!isEventStream(headers())) {
            close();
            throw new ClientError(ClientError.Code.MALFORMED, true, "the answer is not an event stream");
        }
        return new Events(this, eventBytesMax);
    }

    @Override
    public void close() {
        boolean over = inbox.ended();
        inbox.close();
        if (!over) link.abort(inbox);
    }

    static boolean isEventStream(Headers headers) {
        var type = headers.only("content-type").orElse("");
        int end = type.indexOf(';');
        return (end < 0 ? type : type.substring(0, end)).strip().equalsIgnoreCase("text/event-stream");
    }

    static boolean exceeds(String length, int bytesMax) {
        return length.length() > 10 || Long.parseLong(length) > bytesMax;
    }

    static ClientError tooLargeFor(int bytesMax) {
        return new ClientError(ClientError.Code.TOO_LARGE, true, "an answer of more than " + bytesMax + " bytes");
    }

    private ClientError tooLarge(int bytesMax) {
        close();
        return tooLargeFor(bytesMax);
    }
}
