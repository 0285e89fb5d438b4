package dev.writ.http.server;

import dev.writ.base.Digest;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes requests out of a connection's bytes, one at a time. Belongs to the connection's event loop. */
final class RequestReader {
    /** With this byte TLS begins (RFC 8446 §5.1), and no method. */
    private static final byte TLS_HANDSHAKE = 22;

    private final Gate gate;
    private final InetSocketAddress peer;
    private final Supplier<Optional<Digest>> certificate;

    private int scanned;
    private int lineFrom;
    private Gate.@Nullable Head head;
    private Gate.@Nullable Pass pass;
    private @Nullable BodyReader body;

    /** Where reading stands. */
    sealed interface Step {
        record More() implements Step {}

        /** The client waits for a word before it sends the body (RFC 9110 §10.1.1). */
        record Continue() implements Step {}

        record Ready(Request request, Admission.Slot slot) implements Step {}
    }

    RequestReader(Gate gate, InetSocketAddress peer, Supplier<Optional<Digest>> certificate) {
        this.certificate = certificate;
        this.gate = gate;
        this.peer = peer;
    }

    Step read(ByteBuf in) {
        if (body == null) {
            if (!headIsWhole(in)) return new Step.More();
            if (readHead(in)) return new Step.Continue();
        }
        return readBody(in);
    }

    boolean inBody() {
        return body != null;
    }

    /** Whether the request in hand asks for no body in its answer (RFC 9110 §9.3.2). */
    boolean isHeadMethod() {
        return head != null && head.method().equals("HEAD");
    }

    /** Gives back what a request that will not be completed holds, and begins anew. */
    void abandon() {
        if (pass != null) pass.slot().release();
        scanned = 0;
        lineFrom = 0;
        head = null;
        pass = null;
        body = null;
    }

    private boolean headIsWhole(ByteBuf in) {
        int from = in.readerIndex();
        if (in.getByte(from) == TLS_HANDSHAKE) throw Refused.malformed("There is no TLS at this port.");
        while (true) {
            int lf = in.indexOf(from + scanned, in.writerIndex(), (byte) '\n') - from;
            int seen = lf < 0 ? in.readableBytes() : lf + 1;
            if (seen > Limits.HEAD_BYTES_MAX)
                throw HeadParser.tooLarge("The head may have at most " + Limits.HEAD_BYTES_MAX + " bytes.");
            scanned = seen;
            if (lf < 0) return false;
            if (lf == 0 || in.getByte(from + lf - 1) != '\r')
                throw Refused.malformed("A line must end with CR and LF.");
            boolean empty = lf - 1 == lineFrom;
            lineFrom = lf + 1;
            if (!empty) continue;
            if (lf == 1) throw Refused.malformed("An empty line where a request should begin.");
            return true;
        }
    }

    /** Reads and judges the head; true when the client waits for a go-ahead. */
    private boolean readHead(ByteBuf in) {
        var bytes = new byte[scanned];
        in.readBytes(bytes);
        var parsed = HeadParser.parse(bytes);
        head = parsed;
        var expect = parsed.headers().all("expect");
        if (!expect.isEmpty() && !(expect.size() == 1 && expect.getFirst().equalsIgnoreCase("100-continue")))
            throw Refused.unwelcome(417, "Expectation Failed", "Only 100-continue is known.", parsed.hasBody());
        var admitted = gate.admit(parsed);
        pass = admitted;
        body = new BodyReader(parsed.framing(), admitted.route().bodyBytesMax(), admitted.slot());
        return !expect.isEmpty() && parsed.hasBody();
    }

    private Step readBody(ByteBuf in) {
        if (body == null || head == null || pass == null) throw new IllegalStateException("no head was read");
        if (!body.feed(in)) return new Step.More();
        var ready = new Step.Ready(new Request(head, pass, body.body(), peer, certificate.get()), pass.slot());
        pass = null;
        abandon();
        return ready;
    }
}
