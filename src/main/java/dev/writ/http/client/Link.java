package dev.writ.http.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.writ.base.Headers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** One connection to an origin: one exchange at a time, then back to the pool. Runs on the channel's event loop. */
final class Link extends SimpleChannelInboundHandler<HttpObject> {
    static final long NEVER = Long.MAX_VALUE;

    private static final int COPY_BYTES_MAX = 32 << 10;

    private final Url.Origin origin;
    private final Channel channel;
    private final AnswerDecoder decoder;
    private final Pool pool;

    private @Nullable Receiver current;
    private @Nullable Receiver unread;
    private boolean informational;
    private boolean reusable;
    private boolean written;
    private volatile long due = NEVER;

    Link(Url.Origin origin, Channel channel, AnswerDecoder decoder, Pool pool) {
        this.origin = origin;
        this.channel = channel;
        this.decoder = decoder;
        this.pool = pool;
    }

    Url.Origin origin() {
        return origin;
    }

    InetAddress address() {
        return ((InetSocketAddress) channel.remoteAddress()).getAddress();
    }

    Channel channel() {
        return channel;
    }

    void send(Call call, Receiver receiver) {
        if (channel.eventLoop().inEventLoop()) write(call, receiver);
        else channel.eventLoop().execute(() -> write(call, receiver));
    }

    /** Ends an exchange by closing the connection, if it is still this one's. */
    void abort(Receiver receiver) {
        onLoop(() -> {
            if (current == receiver) fail(ClientError.Code.ABORTED, "the exchange was closed");
        });
    }

    private void onLoop(Runnable what) {
        try {
            channel.eventLoop().execute(what);
        } catch (RejectedExecutionException e) {
            // A loop that has ended has closed its connections, so there is nothing left to be done.
        }
    }

    /** When the exchange in hand has waited too long, in {@link System#nanoTime}; {@link #NEVER} where a reader waits. */
    void due(long nanos) {
        due = nanos;
    }

    void expireIfDue(long now) {
        if (isPast(due, now)) onLoop(this::expire);
    }

    private void expire() {
        if (!isPast(due, System.nanoTime())) return;
        due = NEVER;
        fail(ClientError.Code.TIMED_OUT, "waited too long for the answer");
    }

    private static boolean isPast(long due, long now) {
        return due != NEVER && now - due >= 0;
    }

    void close() {
        var _ = channel.close();
    }

    private void write(Call call, Receiver receiver) {
        if (!channel.isActive()) {
            receiver.neverSent();
            return;
        }
        current = receiver;
        written = false;
        informational = false;
        decoder.expect(call.method());
        receiver.sending();
        var _ = channel.writeAndFlush(encoded(call)).addListener(done -> {
            written = done.isSuccess();
            if (!done.isSuccess()) fail(ClientError.Code.PEER_CLOSED, "the request could not be written");
        });
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
        var receiver = current;
        if (receiver == null) {
            // Nobody asked: what an idle connection brings belongs to no exchange of ours.
            close();
            return;
        }
        unread = receiver;
        if (message.decoderResult().isFailure()) {
            fail(ClientError.Code.MALFORMED, "the answer is not HTTP/1.1 as we accept it");
            return;
        }
        try {
            if (message instanceof HttpResponse response && !head(response, receiver)) return;
            if (message instanceof HttpContent content && !informational) body(content);
        } catch (ClientError e) {
            fail(e.code(), e.getMessage() + "");
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        tell();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail(ClientError.Code.PEER_CLOSED, "the peer closed the connection before the answer was complete");
        tell();
        pool.gone(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(
                ClientError.Code.PEER_CLOSED,
                "the connection failed (" + cause.getClass().getSimpleName() + ")");
    }

    private boolean head(HttpResponse response, Receiver receiver) {
        int status = response.status().code();
        informational = status < 200;
        if (status == 101 || status < 100 || status > 599) {
            fail(ClientError.Code.MALFORMED, "status " + status + " answers nothing we asked");
            return false;
        }
        if (informational) return true;
        if (isCoded(response)) {
            fail(ClientError.Code.MALFORMED, "the answer is coded in a way that was not asked for");
            return false;
        }
        reusable = response.protocolVersion().equals(HttpVersion.HTTP_1_1)
                && !response.headers().containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, true)
                && (HttpUtil.isTransferEncodingChunked(response)
                        || response.headers().contains(HttpHeaderNames.CONTENT_LENGTH)
                        || status == 204
                        || status == 304);
        try {
            var next = receiver.head(new Receiver.Head(status, headers(response)), this);
            current = next;
            unread = next;
            return true;
        } catch (IllegalArgumentException e) {
            fail(ClientError.Code.MALFORMED, "a header of the answer has a forbidden character");
            return false;
        }
    }

    /** Anything but plain bytes, perhaps in chunks: what cannot be read cannot be judged, and unpacking has no bound. */
    private static boolean isCoded(HttpResponse response) {
        for (var coding : response.headers().getAll(HttpHeaderNames.CONTENT_ENCODING))
            if (!coding.equalsIgnoreCase("identity")) return true;
        var transfer = response.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
        return transfer.size() > 1
                || (!transfer.isEmpty() && !transfer.getFirst().equalsIgnoreCase("chunked"));
    }

    private void body(HttpContent content) {
        var receiver = current;
        if (receiver == null) return;
        if (content.content().isReadable()) receiver.chunk(content.content());
        if (content instanceof LastHttpContent) end(receiver);
    }

    private void tell() {
        if (unread != null) unread.wake();
        unread = null;
    }

    private static Headers headers(HttpResponse response) {
        var fields = new ArrayList<Headers.Field>(response.headers().size());
        var all = response.headers().iteratorAsString();
        while (all.hasNext()) {
            var field = all.next();
            fields.add(new Headers.Field(field.getKey(), field.getValue()));
        }
        return Headers.of(fields);
    }

    private void end(Receiver receiver) {
        current = null;
        receiver.detach();
        // First back to the pool, then the end: a reader that calls again finds this connection. Bytes behind the
        // answer
        // would be taken for the next one.
        if (reusable && written && channel.isActive() && !decoder.hasMore()) {
            channel.config().setAutoRead(true);
            pool.put(this);
        } else {
            close();
        }
        receiver.end();
    }

    private void fail(ClientError.Code code, String message) {
        due = NEVER;
        if (current != null) current.fail(code, message);
        current = null;
        close();
    }

    private ByteBuf encoded(Call call) {
        var body = call.body();
        boolean copy = body.length <= COPY_BYTES_MAX;
        var out = channel.alloc().directBuffer(512 + (copy ? body.length : 0));
        var head = new StringBuilder(256);
        head.append(call.method()).append(' ').append(call.url().target()).append(" HTTP/1.1\r\nhost: ");
        head.append(call.url().authority()).append("\r\naccept-encoding: identity\r\n");
        for (var field : call.headers())
            head.append(field.name()).append(": ").append(field.value()).append("\r\n");
        boolean mayHaveBody = !call.method().equals("GET") && !call.method().equals("HEAD");
        if (body.length > 0 || mayHaveBody)
            head.append("content-length: ").append(body.length).append("\r\n");
        out.writeCharSequence(head.append("\r\n"), ISO_8859_1);
        return copy ? out.writeBytes(body) : Unpooled.wrappedBuffer(out, Unpooled.wrappedBuffer(body));
    }
}
