package dev.writ.http;

import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import java.util.Map;
import jdk.net.ExtendedSocketOptions;

/**
 * TCP keep-alive on both sides (RFC 9293 §3.8.4): a peer that has gone without a word, its machine off or its network cut,
 * is noticed on a silent stream within two minutes.
 */
public final class KeepAlive {
    public static final int IDLE_SECONDS = 60;
    public static final int INTERVAL_SECONDS = 15;
    public static final int PROBES = 4;

    private KeepAlive() {}

    /** For every channel that carries HTTP. */
    @SuppressWarnings("unchecked")
    public static Map<ChannelOption<Object>, Object> options() {
        var options = Epoll.isAvailable()
                ? Map.<ChannelOption<?>, Object>of(
                        ChannelOption.SO_KEEPALIVE, true,
                        EpollChannelOption.TCP_KEEPIDLE, IDLE_SECONDS,
                        EpollChannelOption.TCP_KEEPINTVL, INTERVAL_SECONDS,
                        EpollChannelOption.TCP_KEEPCNT, PROBES)
                : Map.<ChannelOption<?>, Object>of(
                        ChannelOption.SO_KEEPALIVE,
                        true,
                        NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE),
                        IDLE_SECONDS,
                        NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL),
                        INTERVAL_SECONDS,
                        NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT),
                        PROBES);
        return (Map<ChannelOption<Object>, Object>) (Map<?, ?>) options;
    }
}
