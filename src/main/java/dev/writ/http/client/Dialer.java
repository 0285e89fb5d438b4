package dev.writ.http.client;

import dev.writ.http.KeepAlive;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Opens connections: name, judged addresses, TCP, TLS, all within one deadline. */
final class Dialer {
    private static final int RESOLVERS = 4;

    private final Pool pool;
    private final SslContext tls;
    private final Bootstrap bootstrap;
    // The system's resolver is native code, which would pin a virtual thread to its carrier.
    private final ExecutorService resolvers = Executors.newFixedThreadPool(
            RESOLVERS, Thread.ofPlatform().daemon().name("http-resolver-", 0).factory());

    Dialer(EventLoopGroup loops, Pool pool, List<X509Certificate> trust) {
        this.pool = pool;
        this.tls = tls(trust);
        this.bootstrap = new Bootstrap()
                .group(loops)
                .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                // Nothing is read before somebody is there to take it.
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(32 << 10, 64 << 10))
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        // Failures before the exchange begins are told by the futures that dial() awaits.
                        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                            @Override
                            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                                var _ = context.close();
                            }
                        });
                    }
                });
        KeepAlive.options().forEach(bootstrap::option);
    }

    /**
     * Opens a connection in a place that was granted, or gives the place back.
     *
     * @param home the loop that the connection is to hang on; null for any
     */
    Link dial(Url url, Destinations destinations, Duration limit, @Nullable EventLoop home) {
        long until = System.nanoTime() + limit.toNanos();
        boolean open = false;
        try {
            var link = anyOf(resolve(url, destinations, until), url, until, home);
            open = true;
            return link;
        } finally {
            if (!open) pool.release();
        }
    }

    private Link anyOf(List<InetAddress> addresses, Url url, long until, @Nullable EventLoop home) {
        ClientError last = null;
        for (var address : addresses) {
            try {
                return connect(url, address, until, home);
            } catch (ClientError e) {
                if (e.code() != ClientError.Code.CONNECT_FAILED) throw e;
                last = e;
            }
        }
        throw last == null
                ? new ClientError(ClientError.Code.UNKNOWN_HOST, false, "no address for " + url.host())
                : last;
    }

    void close() {
        resolvers.shutdownNow();
    }

    private List<InetAddress> resolve(Url url, Destinations destinations, long until) {
        if (url.literal().isPresent()) return destinations.resolve(url);
        var answer = resolvers.submit(() -> destinations.resolve(url));
        try {
            return answer.get(until - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ClientError known) throw known;
            throw new ClientError(ClientError.Code.UNKNOWN_HOST, false, "the resolver failed for " + url.host());
        } catch (TimeoutException e) {
            throw new ClientError(ClientError.Code.TIMED_OUT, false, "no address for " + url.host() + " in time");
        } catch (InterruptedException e) {
            throw interrupted();
        } finally {
            answer.cancel(true);
        }
    }

    private Link connect(Url url, InetAddress address, long until, @Nullable EventLoop home) {
        boolean open = false;
        var on = home == null ? bootstrap : bootstrap.clone(home);
        var connecting = on.connect(new InetSocketAddress(address, url.port()));
        try {
            if (!connecting.await(Math.max(1, until - System.nanoTime()), TimeUnit.NANOSECONDS))
                throw new ClientError(
                        ClientError.Code.TIMED_OUT, false, "no connection to " + url.authority() + " in time");
            if (!connecting.isSuccess())
                throw new ClientError(ClientError.Code.CONNECT_FAILED, false, "no connection to " + url.authority());
            if (url.tls()) secure(url, connecting.channel(), until);
            var link = linked(url, connecting.channel());
            open = true;
            return link;
        } catch (InterruptedException e) {
            throw interrupted();
        } finally {
            if (!open) {
                connecting.cancel(true);
                var _ = connecting.channel().close();
            }
        }
    }

    private void secure(Url url, Channel channel, long until) throws InterruptedException {
        var host =
                url.host().startsWith("[") ? url.host().substring(1, url.host().length() - 1) : url.host();
        // The peer's name is what makes SNI and the verification of the certificate (RFC 9110 §4.3.4) happen.
        SslHandler handler = tls.newHandler(channel.alloc(), host, url.port());
        handler.setHandshakeTimeoutMillis(0);
        // On the event loop: a peer that has closed by now is noticed here, not when time is up.
        var attached = channel.eventLoop().submit(() -> {
            if (!channel.isActive()) return false;
            channel.pipeline().addFirst(handler);
            channel.config().setAutoRead(true);
            return true;
        });
        if (!attached.await().isSuccess() || !Boolean.TRUE.equals(attached.getNow()))
            throw new ClientError(
                    ClientError.Code.TLS_FAILED, false, url.authority() + " closed the connection before TLS");
        var handshake = handler.handshakeFuture();
        if (!handshake.await(Math.max(1, until - System.nanoTime()), TimeUnit.NANOSECONDS))
            throw new ClientError(ClientError.Code.TIMED_OUT, false, "no TLS with " + url.authority() + " in time");
        if (!handshake.isSuccess())
            throw new ClientError(
                    ClientError.Code.TLS_FAILED,
                    false,
                    "TLS with " + url.authority() + " failed: "
                            + handshake.cause().getMessage());
    }

    /** Attaches the exchange's handlers on the event loop, so that no byte slips through in between. */
    private Link linked(Url url, Channel channel) {
        var decoder = new AnswerDecoder();
        var link = new Link(url.origin(), channel, decoder, pool);
        var attached = channel.eventLoop().submit(() -> {
            if (!channel.isActive()) return false;
            channel.pipeline().addLast(decoder, link);
            channel.config().setAutoRead(true);
            pool.opened(link);
            return true;
        });
        if (attached.awaitUninterruptibly().isSuccess() && Boolean.TRUE.equals(attached.getNow())) return link;
        throw new ClientError(
                ClientError.Code.CONNECT_FAILED, false, url.authority() + " closed the connection at once");
    }

    private static ClientError interrupted() {
        Thread.currentThread().interrupt();
        return new ClientError(ClientError.Code.ABORTED, false, "interrupted while connecting");
    }

    private static SslContext tls(List<X509Certificate> trust) {
        try {
            var context = SslContextBuilder.forClient()
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .endpointIdentificationAlgorithm("HTTPS");
            if (!trust.isEmpty()) context.trustManager(trust);
            return context.build();
        } catch (SSLException e) {
            throw new IllegalStateException("no TLS", e);
        }
    }
}
