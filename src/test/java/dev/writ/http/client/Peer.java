package dev.writ.http.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A server of bare bytes: a script decides for each connection what it does. */
final class Peer implements AutoCloseable {
    final AtomicInteger connections = new AtomicInteger();
    final BlockingQueue<String> requests = new LinkedBlockingQueue<>();
    final BlockingQueue<Throwable> ends = new LinkedBlockingQueue<>();
    private final ServerSocket listener;

    interface Script {
        void run(Connection connection) throws IOException;
    }

    /** One client's connection, from the server's side. */
    final class Connection {
        final Socket socket;

        Connection(Socket socket) {
            this.socket = socket;
        }

        /** Reads a request's head (and, with a length, its body); false when the client has closed. */
        boolean request() throws IOException {
            var text = new ByteArrayOutputStream();
            while (!text.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
                int b = socket.getInputStream().read();
                if (b < 0) return false;
                text.write(b);
            }
            var head = text.toString(ISO_8859_1);
            int at = head.indexOf("content-length: ");
            if (at >= 0) {
                int length = Integer.parseInt(head.substring(at + 16, head.indexOf('\r', at)));
                head += new String(socket.getInputStream().readNBytes(length), ISO_8859_1);
            }
            requests.add(head);
            return true;
        }

        Connection send(String bytes) throws IOException {
            socket.getOutputStream().write(bytes.getBytes(ISO_8859_1));
            return this;
        }

        /** Waits until the client has closed. */
        void awaitEnd() throws IOException {
            try {
                while (socket.getInputStream().read() >= 0) {}
            } catch (java.net.SocketException e) {
                // a reset is an end as well
            }
            ends.add(new IOException("ended"));
        }
    }

    Peer(Script script) throws IOException {
        listener = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().start(() -> accept(script));
    }

    /** Answers every request on every connection with the same bytes. */
    static Peer always(String answer) throws IOException {
        return new Peer(connection -> {
            while (connection.request()) connection.send(answer);
        });
    }

    Url url(String target) {
        return Url.parse("http://127.0.0.1:" + listener.getLocalPort() + target);
    }

    private void accept(Script script) {
        try {
            while (true) {
                var socket = listener.accept();
                connections.incrementAndGet();
                Thread.ofPlatform().daemon().start(() -> serve(script, socket));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Script script, Socket socket) {
        try (socket) {
            script.run(new Connection(socket));
        } catch (IOException e) {
            ends.add(e);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
