package dev.writ.http.server;

import dev.writ.http.KeepAlive;
import dev.writ.http.Loops;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** An HTTP/1.1 server on one address. */
public final class HttpServer implements AutoCloseable {
    static final System.Logger LOG = System.getLogger(HttpServer.class.getName());

    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final WriteBufferWaterMark WRITE_MARKS = new WriteBufferWaterMark(32 << 10, 64 << 10);

    final Limits limits;
    final Gate gate;
    final Encoder encoder;
    final Deadlines deadlines = new Deadlines();
    private final Optional<Tls> tls;

    private final Routes routes;
    private final Admission admission;
    final Loops loops;
    private final boolean ownLoops;
    private final Channel listener;
    private final Future<?> sweeping;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<Void> emptied = new CompletableFuture<>();
    private final Networks networks;
    private volatile boolean closing;

    private HttpServer(Settings settings, Routes routes, InstantSource clock, Loops loops, boolean ownLoops) {
        this.limits = settings.limits();
        this.tls = settings.tls();
        this.routes = routes;
        this.networks = new Networks(limits.connectionsMax());
        this.admission = new Admission(limits, settings.sharePercent());
        this.gate = new Gate(routes, settings, admission);
        this.encoder =
                new Encoder(clock, tls.isPresent() && settings.publicUrl().isPresent());
        this.loops = loops;
        this.ownLoops = ownLoops;
        this.listener = bind(settings);
        long sweep = Deadlines.sweep(limits).toMillis();
        this.sweeping = loops.group().scheduleAtFixedRate(this::sweep, sweep, sweep, TimeUnit.MILLISECONDS);
    }

    /** Listens from now on. @throws ServerError {@code ADDRESS_UNAVAILABLE} */
    public static HttpServer start(Settings settings, Routes routes, InstantSource clock) {
        return new HttpServer(settings, routes, clock, Loops.start(settings.threads(), "http-server"), true);
    }

    /** As the other one, on loops that the caller closes afterwards; the number of threads is theirs. */
    public static HttpServer start(Settings settings, Routes routes, InstantSource clock, Loops loops) {
        return new HttpServer(settings, routes, clock, loops, false);
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    /** The inventory of what this server answers. */
    public Routes routes() {
        return routes;
    }

    public int connectionsOpen() {
        return connections.size();
    }

    public int callsInFlight() {
        return admission.callsInFlight();
    }

    /** Streams that are open. */
    public int streamsOpen() {
        return admission.streamsOpen();
    }

    /** Bytes of request bodies that are being read or handled. */
    public long bytesInFlight() {
        return admission.bytesInFlight();
    }

    @Override
    public void close() {
        close(GRACE);
    }

    /** Stops listening, ends open streams, lets calls finish within the grace period and cuts what is left. */
    public void close(Duration grace) {
        if (closing) return;
        listener.close().awaitUninterruptibly();
        closing = true;
        connections.forEach(Connection::retire);
        if (connections.isEmpty()) emptied.complete(null);
        if (!emptiedWithin(grace)) {
            connections.forEach(Connection::kill);
            emptiedWithin(Duration.ofSeconds(1));
        }
        sweeping.cancel(false);
        if (ownLoops) loops.close();
    }

    boolean closing() {
        return closing;
    }

    /** Counts a connection in; false when there are too many, of all or from its network. */
    boolean join(Connection connection) {
        if (closing || connections.size() >= limits.connectionsMax()) return false;
        if (!networks.enter(connection.peer())) return false;
        return connections.add(connection);
    }

    void leave(Connection connection) {
        if (connections.remove(connection)) networks.leave(connection.peer());
        if (closing && connections.isEmpty()) emptied.complete(null);
    }

    private void sweep() {
        connections.forEach(Connection::expireIfDue);
    }

    private boolean emptiedWithin(Duration time) {
        try {
            emptied.get(time.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private Channel bind(Settings settings) {
        var address = new InetSocketAddress(settings.address(), settings.port());
        var server = new ServerBootstrap()
                .group(loops.group())
                .channel(Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WRITE_MARKS)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        var secured = tls.map(each -> each.secured(channel.alloc(), limits.head()));
                        secured.ifPresent(channel.pipeline()::addLast);
                        channel.pipeline().addLast(new Connection(HttpServer.this, channel, secured));
                    }
                });
        KeepAlive.options().forEach(server::childOption);
        var bound = server.bind(address).awaitUninterruptibly();
        if (bound.isSuccess()) return bound.channel();
        if (ownLoops) loops.close();
        throw new ServerError(
                ServerError.Code.ADDRESS_UNAVAILABLE,
                "cannot listen on " + settings.address() + ":" + settings.port()
                        + ": stop the process that holds the port, or choose another port or address");
    }
}
