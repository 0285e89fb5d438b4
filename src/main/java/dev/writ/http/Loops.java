package dev.writ.http;

import dev.writ.base.NeverWaits;
import dev.writ.base.Turns;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Event loops for servers and clients together. What is sent from a loop's own thread goes out and comes back on that
 * loop, so a proxied call needs no hand-over between threads. Nothing on them may block.
 */
public final class Loops implements AutoCloseable {
    private final EventLoopGroup group;
    private final Map<EventLoop, Turns> turns = new ConcurrentHashMap<>();

    private Loops(int threads, String name) {
        this.group = new MultiThreadIoEventLoopGroup(
                threads,
                new Threads(name),
                Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }

    /** Threads that whatever waits can tell from others. */
    private static final class Threads extends DefaultThreadFactory {
        Threads(String name) {
            super(name, true);
        }

        @Override
        protected Thread newThread(Runnable work, String name) {
            return new LoopThread(threadGroup, work, name);
        }
    }

    private static final class LoopThread extends FastThreadLocalThread implements NeverWaits {
        LoopThread(ThreadGroup group, Runnable work, String name) {
            super(group, work, name);
        }
    }

    /** @param name what the threads are called */
    public static Loops start(int threads, String name) {
        if (threads < 1) throw new IllegalArgumentException("no event loop");
        return new Loops(threads, name);
    }

    public EventLoopGroup group() {
        return group;
    }

    /** The turns of a loop: the same object for the same loop. */
    public Turns turns(EventLoop loop) {
        return turns.computeIfAbsent(loop, Turning::new);
    }

    /** The loop whose thread we are on. */
    public Optional<EventLoop> current() {
        for (var executor : group) if (executor.inEventLoop()) return Optional.of((EventLoop) executor);
        return Optional.empty();
    }

    /** Ends the threads; whatever still hangs on them is cut. */
    @Override
    public void close() {
        var _ = group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}
