package dev.writ.http.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.writ.base.Headers;
import dev.writ.base.Turns;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection: reads a request, has it answered, reads the next. Everything but the few methods for other
 * threads runs on the channel's event loop, so the fields need no locks. One request is in hand at a time and further
 * bytes wait, which answers pipelined requests in order; reading goes on meanwhile, for that is how we see the client leave.
 */
final class Connection extends ChannelInboundHandlerAdapter {
    private static final int HELD_BYTES_MAX = 64 << 10;
    private static final int DRAINED_BYTES_MAX = 4 << 20;
    private static final Duration DRAIN = Duration.ofSeconds(1);
    private static final ByteBuf CONTINUE =
            Unpooled.unreleasableBuffer(Unpooled.copiedBuffer("HTTP/1.1 100 Continue\r\n\r\n", US_ASCII));
    private static final ByteBuf LAST_CHUNK = Unpooled.unreleasableBuffer(Unpooled.copiedBuffer("0\r\n\r\n", US_ASCII));

    private enum State {
        IDLE,
        HEAD,
        BODY,
        ANSWERING,
        DRAINING,
        CLOSED;

        boolean reading() {
            return this == IDLE || this == HEAD || this == BODY;
        }
    }

    private final HttpServer server;
    private final Channel channel;
    private final Turns turns;
    private final InetSocketAddress peer;
    private final RequestReader reader;
    private final Optional<Secured> secured;

    private State state = State.IDLE;
    private @Nullable ByteBuf held;
    private @Nullable Request request;
    private @Nullable Sink sink;
    private volatile @Nullable Thread worker;
    private @Nullable Call call;
    private boolean closeAfter;
    private boolean advancing;
    private int drained;
    private volatile long deadline = Deadlines.NONE;

    Connection(HttpServer server, Channel channel, Optional<Secured> secured) {
        this.server = server;
        this.channel = channel;
        this.turns = server.loops.turns(channel.eventLoop());
        this.peer = (InetSocketAddress) channel.remoteAddress();
        this.secured = secured;
        this.reader = new RequestReader(server.gate, peer, () -> secured.flatMap(Secured::certificate));
    }

    InetAddress peer() {
        return peer.getAddress();
    }

    // For the call's thread.

    boolean onEventLoop() {
        return channel.eventLoop().inEventLoop();
    }

    boolean writable() {
        return channel.isWritable() || !channel.isActive();
    }

    void write(ByteBuf bytes) {
        var _ = channel.writeAndFlush(bytes, channel.voidPromise());
    }

    void deliver(Answer.Full answer) {
        var loop = channel.eventLoop();
        if (loop.inEventLoop()) answered(answer);
        else loop.execute(() -> answered(answer));
    }

    /** An answer that cannot be written, for want of a clock say, must not leave its client waiting. */
    private void answered(Answer.Full answer) {
        try {
            writeFull(answer, isHead());
        } catch (RuntimeException e) {
            var _ = channel.close();
            throw e;
        }
    }

    Turns loop() {
        return turns;
    }

    /** Whom to interrupt when the connection is killed. */
    void workOn(Thread thread) {
        worker = thread;
    }

    void open(Sink opened, int status, Headers headers) {
        channel.eventLoop().execute(() -> openStream(opened, status, headers));
    }

    void endStream() {
        channel.eventLoop().execute(() -> {
            if (state == State.ANSWERING) awaitWritten(channel.writeAndFlush(LAST_CHUNK.duplicate()));
        });
    }

    void cut() {
        var _ = channel.close();
    }

    // For the server.

    void expireIfDue() {
        if (server.deadlines.passed(deadline)) channel.eventLoop().execute(this::expire);
    }

    /** Ends the connection as soon as its answer is out; an open stream is ended now. */
    void retire() {
        channel.eventLoop().execute(() -> {
            closeAfter = true;
            if (state == State.IDLE) cut();
            else if (sink != null) sink.close();
        });
    }

    void kill() {
        channel.eventLoop().execute(() -> {
            var working = worker;
            if (working != null) working.interrupt();
            cut();
        });
    }

    // Event loop.

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (!server.join(this)) {
            // No handshake for whom there is no room.
            if (secured.isPresent()) {
                cut();
                return;
            }
            closeAfter = true;
            writeFull(Answer.problem(503, "Busy", "Too many connections are open."), false);
            return;
        }
        wait(State.IDLE, server.limits.head());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        switch (event) {
            case SslHandshakeCompletionEvent done
            when done.isSuccess() -> {
                if (!secured.orElseThrow().completed()) cut();
            }
            // The client has sent its last word, or the connection is over anyway.
            case SslCloseCompletionEvent _ -> cut();
            default -> {}
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var bytes = (ByteBuf) message;
        if (state == State.DRAINING || state == State.CLOSED) {
            drained += bytes.readableBytes();
            bytes.release();
            if (drained > DRAINED_BYTES_MAX) cut();
            return;
        }
        hold(bytes);
        if (state.reading()) advance();
        else if (heldBytes() > HELD_BYTES_MAX) pause();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (sink != null) sink.wake();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        state = State.CLOSED;
        deadline = Deadlines.NONE;
        reader.abandon();
        letGo();
        if (request != null) request.departure().happen();
        if (sink != null) sink.left();
        if (call != null) call.abandon();
        server.leave(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // What cannot be decoded as TLS is the client's doing.
        if (!(cause instanceof IOException)
                && !(cause instanceof DecoderException && cause.getCause() instanceof IOException))
            HttpServer.LOG.log(System.Logger.Level.ERROR, "a connection failed", cause);
        cut();
    }

    private void advance() {
        if (advancing) return;
        advancing = true;
        try {
            while (state.reading() && held != null && held.isReadable() && step(held)) {}
        } finally {
            advancing = false;
        }
        if (held != null && !held.isReadable()) letGo();
    }

    /** Reads on; false when more bytes are needed. */
    private boolean step(ByteBuf bytes) {
        try {
            return switch (reader.read(bytes)) {
                case RequestReader.Step.More _ -> {
                    awaitMore();
                    yield false;
                }
                case RequestReader.Step.Continue _ -> {
                    awaitMore();
                    write(CONTINUE.duplicate());
                    yield true;
                }
                case RequestReader.Step.Ready(var ready, var slot) -> {
                    start(ready, slot);
                    yield true;
                }
            };
        } catch (Refused refused) {
            refuse(refused.answer(), refused.close());
            return true;
        }
    }

    private void awaitMore() {
        if (reader.inBody()) {
            if (state != State.BODY) wait(State.BODY, server.limits.body());
        } else if (state != State.HEAD) {
            wait(State.HEAD, server.limits.head());
        }
    }

    private void start(Request ready, Admission.Slot slot) {
        state = State.ANSWERING;
        deadline = Deadlines.NONE;
        request = ready;
        for (var value : ready.headers().all("connection"))
            for (var option : value.split(",")) if (option.strip().equalsIgnoreCase("close")) closeAfter = true;
        var begun = new Call(this, ready, slot, server.limits);
        call = begun;
        begun.begin();
    }

    private void refuse(Answer.Full answer, boolean close) {
        boolean head = reader.isHeadMethod();
        reader.abandon();
        closeAfter |= close;
        if (close) state = State.DRAINING;
        writeFull(answer, head);
    }

    private void writeFull(Answer.Full answer, boolean head) {
        if (state == State.CLOSED) return;
        if (state != State.DRAINING) state = State.ANSWERING;
        boolean close = closing() || state == State.DRAINING;
        awaitWritten(channel.writeAndFlush(server.encoder.full(channel.alloc(), answer, close, head)));
    }

    private void openStream(Sink opened, int status, Headers headers) {
        if (state == State.CLOSED || heldBytes() > HELD_BYTES_MAX) {
            opened.left();
            cut();
            return;
        }
        sink = opened;
        write(server.encoder.streamHead(channel.alloc(), status, headers, closing()));
        if (server.closing()) opened.close();
    }

    /** Goes on when the answer is out; a client that does not read it is cut off. */
    private void awaitWritten(ChannelFuture written) {
        if (written.isSuccess()) {
            answered();
            return;
        }
        deadline = server.deadlines.in(server.limits.write());
        var _ = written.addListener(w -> {
            if (w.isSuccess()) answered();
            else cut();
        });
    }

    private void answered() {
        if (request != null) request.departure().cancel();
        request = null;
        sink = null;
        worker = null;
        call = null;
        if (state == State.CLOSED) return;
        if (closing() || state == State.DRAINING) {
            finish();
            return;
        }
        wait(State.IDLE, server.limits.idle());
        if (!channel.config().isAutoRead()) channel.config().setAutoRead(true);
        advance();
    }

    /**
     * Closes so that the client can still read the answer: closing with unread bytes in the kernel would reset the
     * connection and may destroy what is under way (RFC 9112 §9.6).
     */
    private void finish() {
        if (state != State.DRAINING && heldBytes() == 0) {
            cut();
            return;
        }
        wait(State.DRAINING, DRAIN);
        letGo();
        channel.config().setAutoRead(true);
        var duplex = (DuplexChannel) channel;
        if (secured.isEmpty()) {
            var _ = duplex.shutdownOutput();
            return;
        }
        // TLS says goodbye in words of its own, first (RFC 8446 §6.1).
        var _ = secured.get().closeOutbound().addListener(_ -> {
            var _ = duplex.shutdownOutput();
        });
    }

    private void expire() {
        if (!server.deadlines.passed(deadline)) return;
        switch (state) {
            case HEAD, BODY ->
                refuse(Answer.problem(408, "Request Timeout", "The request took too long to arrive."), true);
            case IDLE, ANSWERING, DRAINING -> cut();
            case CLOSED -> {}
        }
    }

    private void pause() {
        // A stream needs reading to see its client leave; whoever floods it is not waiting for it.
        if (sink != null) cut();
        else channel.config().setAutoRead(false);
    }

    private boolean isHead() {
        return request != null && request.method().equals("HEAD");
    }

    private boolean closing() {
        return closeAfter || server.closing();
    }

    private void wait(State next, Duration limit) {
        state = next;
        deadline = server.deadlines.in(limit);
    }

    private void hold(ByteBuf bytes) {
        if (held == null) {
            held = bytes;
            return;
        }
        held.discardReadBytes();
        held.writeBytes(bytes);
        bytes.release();
    }

    private int heldBytes() {
        return held == null ? 0 : held.readableBytes();
    }

    private void letGo() {
        if (held != null) held.release();
        held = null;
    }
}
