package dev.writ.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** The way to a server, which a test can hold up, cut, or cut at the very moment of a commit. */
public final class Cable implements AutoCloseable {
    private final ServerSocket listening;
    private final int to;
    private final Set<Socket> ends = ConcurrentHashMap.newKeySet();
    private final AtomicInteger held = new AtomicInteger();
    private volatile CountDownLatch flowing = new CountDownLatch(0);
    private volatile boolean refusing;
    private volatile Cut cutAtNextRequest = Cut.NOT;
    private volatile boolean refuseWhenCut;
    private volatile boolean cutAtNextAnswer;
    private volatile CountDownLatch answered = new CountDownLatch(0);

    /** What happens to the next thing that a client sends. */
    public enum Cut {
        NOT,
        /** The server does not get it. */
        BEFORE_THE_REQUEST,
        /** The server gets it and acts; the client does not hear of it. */
        BEFORE_THE_ANSWER
    }

    private Cable(ServerSocket listening, int to) {
        this.listening = listening;
        this.to = to;
    }

    public static Cable to(int port) {
        try {
            var cable = new Cable(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), port);
            Thread.ofVirtual().start(cable::accept);
            return cable;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return listening.getLocalPort();
    }

    /** From now on nothing goes through in either direction, and nobody is told. */
    public void hold() {
        flowing = new CountDownLatch(1);
    }

    public void release() {
        flowing.countDown();
    }

    /** How many times something was kept from going through. */
    public int held() {
        return held.get();
    }

    public void cut() {
        cut(Set.copyOf(ends));
    }

    private void cut(Set<Socket> those) {
        for (var end : those) close(end);
        ends.removeAll(those);
    }

    public void refuse() {
        refusing = true;
        cut();
    }

    public void acceptAgain() {
        refusing = false;
    }

    public void cutAtNextRequest(Cut when, boolean refuseAfterwards) {
        refuseWhenCut = refuseAfterwards;
        cutAtNextRequest = when;
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                var client = listening.accept();
                if (refusing) {
                    close(client);
                    continue;
                }
                var server = new Socket(InetAddress.getLoopbackAddress(), to);
                ends.add(client);
                ends.add(server);
                Thread.ofVirtual().start(() -> pump(client, server, true));
                Thread.ofVirtual().start(() -> pump(server, client, false));
            } catch (IOException e) {
                // The listening socket is closed, or the server is gone: the client will see it.
            }
        }
    }

    private void pump(Socket from, Socket into, boolean requests) {
        var bytes = new byte[65_536];
        try (from;
                into) {
            int n;
            while ((n = from.getInputStream().read(bytes)) >= 0) {
                if (flowing.getCount() > 0) held.incrementAndGet();
                flowing.await();
                var cut = cutAtNextRequest;
                if (requests && cut != Cut.NOT) {
                    cutAtNextRequest = Cut.NOT;
                    refusing = refuseWhenCut;
                    // Not those of a client that connects again as soon as it notices.
                    var now = Set.copyOf(ends);
                    if (cut == Cut.BEFORE_THE_ANSWER) {
                        answered = new CountDownLatch(1);
                        cutAtNextAnswer = true;
                        into.getOutputStream().write(bytes, 0, n);
                        into.getOutputStream().flush();
                        // Once it answers, the server has acted on it.
                        answered.await();
                    }
                    cut(now);
                    return;
                }
                if (!requests && cutAtNextAnswer) {
                    cutAtNextAnswer = false;
                    answered.countDown();
                    return;
                }
                into.getOutputStream().write(bytes, 0, n);
                into.getOutputStream().flush();
            }
        } catch (IOException | InterruptedException e) {
            // Either end is gone, and so is the other one now.
        } finally {
            ends.remove(from);
            ends.remove(into);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        release();
        cut();
    }
}
