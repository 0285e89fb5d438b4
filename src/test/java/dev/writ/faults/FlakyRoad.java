package dev.writ.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** A road to a server on which the n-th connection, piece there or piece back is cut off with a reset. */
final class FlakyRoad implements AutoCloseable {
    /** What can break, counted from the moment of arming. */
    enum Step {
        CONNECT,
        THERE,
        BACK
    }

    private final ServerSocket door;
    private final int port;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong passed = new AtomicLong();
    private volatile Step step = Step.CONNECT;
    private volatile long failing = Long.MAX_VALUE;

    FlakyRoad(int port) throws IOException {
        this.port = port;
        this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("road").start(this::accept);
    }

    int port() {
        return door.getLocalPort();
    }

    /** From now on the n-th step of this kind breaks, and only that one. */
    void arm(Step broken, long nth) {
        closeAll();
        step = broken;
        passed.set(0);
        failing = nth;
    }

    /** How many steps of the armed kind there were. */
    long passed() {
        return passed.get();
    }

    private boolean breaks(Step now) {
        return now == step && passed.incrementAndGet() == failing;
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                var here = door.accept();
                open.add(here);
                if (breaks(Step.CONNECT)) reset(here);
                else through(here);
            } catch (IOException e) {
                // Closed, or the server behind is gone: then there is no road.
            }
        }
    }

    private void through(Socket here) throws IOException {
        var there = new Socket(InetAddress.getLoopbackAddress(), port);
        open.add(there);
        Thread.ofVirtual().start(() -> pump(here, there, Step.THERE));
        Thread.ofVirtual().start(() -> pump(there, here, Step.BACK));
    }

    private void pump(Socket from, Socket to, Step kind) {
        var buffer = new byte[16 << 10];
        try {
            var in = from.getInputStream();
            var out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (breaks(kind)) {
                    reset(from);
                    reset(to);
                    return;
                }
                out.write(buffer, 0, read);
            }
            to.shutdownOutput();
        } catch (IOException e) {
            reset(from);
            reset(to);
        }
    }

    private void reset(Socket socket) {
        open.remove(socket);
        try {
            socket.setSoLinger(true, 0); // a reset instead of an orderly end
            socket.close();
        } catch (IOException e) {
            // It is gone already.
        }
    }

    private void closeAll() {
        Set.copyOf(open).forEach(this::reset);
    }

    @Override
    public void close() {
        try {
            door.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        closeAll();
    }
}
