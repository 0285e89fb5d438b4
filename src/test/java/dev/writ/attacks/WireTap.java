package dev.writ.attacks;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/** A wire that somebody listens to: passes everything on to a port of this machine and keeps what was sent there. */
final class WireTap implements AutoCloseable {
    private final ServerSocket listener;
    private final int to;
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
    private final AtomicInteger connections = new AtomicInteger();

    private WireTap(ServerSocket listener, int to) {
        this.listener = listener;
        this.to = to;
    }

    /** @param to 0 for a wire that ends here */
    static WireTap before(int to) {
        try {
            var tap = new WireTap(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), to);
            Thread.ofVirtual().start(tap::accept);
            return tap;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    int connections() {
        return connections.get();
    }

    /** Everything that went towards the server. */
    String heard() {
        synchronized (heard) {
            return heard.toString(ISO_8859_1);
        }
    }

    private void accept() {
        while (!listener.isClosed())
            try {
                var near = listener.accept();
                connections.incrementAndGet();
                if (to == 0) near.close();
                else join(near, new Socket(InetAddress.getLoopbackAddress(), to));
            } catch (IOException e) {
                return;
            }
    }

    private void join(Socket near, Socket far) {
        Thread.ofVirtual().start(() -> copy(near, far, true));
        Thread.ofVirtual().start(() -> copy(far, near, false));
    }

    private void copy(Socket from, Socket into, boolean keep) {
        try (from;
                into) {
            InputStream in = from.getInputStream();
            OutputStream out = into.getOutputStream();
            var buffer = new byte[8 << 10];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                if (keep)
                    synchronized (heard) {
                        heard.write(buffer, 0, n);
                    }
                out.write(buffer, 0, n);
                out.flush();
            }
        } catch (IOException e) {
            // One end has hung up, and so does the other.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
