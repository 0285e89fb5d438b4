package dev.writ.http.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.writ.base.Headers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
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
import org.jspecify.annotations.Nullable;

/** One connection to an origin: one exchange at a time, then back to the pool. Runs on the channel's event loop. */
final class Link extends SimpleChannelInboundHandler<HttpObject> {
    private static final int COPY_BYTES_MAX = 32 << 10;

    private final Url.Origin origin;
    private final Channel channel;
    private final AnswerDecoder decoder;
    private final Pool pool;

    private @Nullable Inbox current;
    private @Nullable Inbox unread;
    private boolean informational;
    private boolean reusable;
    private boolean written;

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

    void send(Call call, Inbox inbox) {
        channel.eventLoop().execute(() -> write(call, inbox));
    }

    /** Ends an exchange by closing the connection, if it is still this one's. */
    void abort(Inbox inbox) {
        channel.eventLoop().execute(() -> {
            if (current == inbox) close();
        });
    }

    void close() {
        var _ = channel.close();
    }

    private void write(Call call, Inbox inbox) {
        if (!channel.isActive()) {
            inbox.neverSent();
            return;
        }
        current = inbox;
        written = false;
        informational = false;
        decoder.expect(call.method());
        inbox.sending();
        var _ = channel.writeAndFlush(encoded(call)).addListener(done -> {
            written = done.isSuccess();
            if (!done.isSuccess()) fail(ClientError.Code.PEER_CLOSED, "the request could not be written");
        });
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
        var inbox = current;
        if (inbox == null) {
            // Nobody asked: what an idle connection brings belongs to no exchange of ours.
            close();
            return;
        }
        unread = inbox;
        if (message.decoderResult().isFailure()) {
            fail(ClientError.Code.MALFORMED, "the answer is not HTTP/1.1 as we accept it");
            return;
        }
        if (message instanceof HttpResponse response && !head(response, inbox)) return;
        if (message instanceof HttpContent content && !informational) {
            if (content.content().isReadable()) inbox.chunk(ByteBufUtil.getBytes(content.content()));
            if (content instanceof LastHttpContent) end(inbox);
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

    private boolean head(HttpResponse response, Inbox inbox) {
        int status = response.status().code();
        informational = status < 200;
        if (status == 101 || status < 100 || status > 599) {
            fail(ClientError.Code.MALFORMED, "status " + status + " answers nothing we asked");
            return false;
        }
        if (informational) return true;
        reusable = response.protocolVersion().equals(HttpVersion.HTTP_1_1)
                && !response.headers().containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, true)
                && (HttpUtil.isTransferEncodingChunked(response)
                        || response.headers().contains(HttpHeaderNames.CONTENT_LENGTH)
                        || status == 204
                        || status == 304);
        try {
            inbox.head(new Inbox.Head(status, headers(response)));
            return true;
        } catch (IllegalArgumentException e) {
            fail(ClientError.Code.MALFORMED, "a header of the answer has a forbidden character");
            return false;
        }
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

    private void end(Inbox inbox) {
        current = null;
        inbox.detach();
        // First back to the pool, then the end: a reader that calls again finds this connection.
        if (reusable && written && channel.isActive()) {
            channel.config().setAutoRead(true);
            pool.put(this);
        } else {
            close();
        }
        inbox.end();
    }

    private void fail(ClientError.Code code, String message) {
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
        head.append(call.url().authority()).append("\r\n");
        for (var field : call.headers())
            head.append(field.name()).append(": ").append(field.value()).append("\r\n");
        boolean mayHaveBody = !call.method().equals("GET") && !call.method().equals("HEAD");
        if (body.length > 0 || mayHaveBody)
            head.append("content-length: ").append(body.length).append("\r\n");
        out.writeCharSequence(head.append("\r\n"), ISO_8859_1);
        return copy ? out.writeBytes(body) : Unpooled.wrappedBuffer(out, Unpooled.wrappedBuffer(body));
    }
}
