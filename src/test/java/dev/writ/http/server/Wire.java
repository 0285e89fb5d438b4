package dev.writ.http.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.writ.base.Headers;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;

/** A client of bare bytes: sends what a well-behaved one never would, and reads answers as they are on the wire. */
final class Wire implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    record Reply(int status, Headers headers, String body) {}

    Wire(InetSocketAddress address) throws IOException {
        this(address, 0);
    }

    Wire(InetSocketAddress address, int receiveBytes) throws IOException {
        socket = new Socket();
        if (receiveBytes > 0) socket.setReceiveBufferSize(receiveBytes);
        socket.connect(address, 5_000);
        socket.setSoTimeout(10_000);
        in = socket.getInputStream();
    }

    Wire send(String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(ISO_8859_1));
        return this;
    }

    /** A request with the headers that every request needs. */
    Wire request(String methodAndTarget, String... headerLines) throws IOException {
        var head = new StringBuilder(methodAndTarget + " HTTP/1.1\r\nHost: localhost\r\n");
        for (var line : headerLines) head.append(line).append("\r\n");
        return send(head.append("\r\n").toString());
    }

    Reply reply() throws IOException {
        return reply(false);
    }

    Reply reply(boolean toHead) throws IOException {
        var statusLine = line();
        int status = Integer.parseInt(statusLine.substring(9, 12));
        var headers = headers();
        if (status == 100) return new Reply(status, headers, "");
        var body = toHead ? "" : headers.first("transfer-encoding").isPresent() ? chunks() : body(headers);
        return new Reply(status, headers, body);
    }

    /** Reads the head of an answer and leaves its body. */
    Reply head() throws IOException {
        int status = Integer.parseInt(line().substring(9, 12));
        return new Reply(status, headers(), "");
    }

    /** The next chunk of a stream; empty is its end. */
    String chunk() throws IOException {
        int size = Integer.parseInt(line(), 16);
        var chunk = new String(in.readNBytes(size), ISO_8859_1);
        if (!line().isEmpty()) throw new IOException("a chunk without its end");
        return chunk;
    }

    int read(byte[] buffer) throws IOException {
        return in.read(buffer);
    }

    /** Whether the server ends the connection, in order or not, and without another byte. */
    boolean ends() throws IOException {
        try {
            return in.read() < 0;
        } catch (java.net.SocketException reset) {
            return true;
        }
    }

    void finishSending() throws IOException {
        socket.shutdownOutput();
    }

    /** Closes with a reset, as a crashed peer would. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private Headers headers() throws IOException {
        var fields = new ArrayList<Headers.Field>();
        for (var line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            fields.add(new Headers.Field(line.substring(0, colon), line.substring(colon + 1)));
        }
        return Headers.of(fields);
    }

    private String body(Headers headers) throws IOException {
        int length = Integer.parseInt(headers.only("content-length").orElse("0"));
        var body = in.readNBytes(length);
        if (body.length < length) throw new EOFException("the body ends early");
        return new String(body, ISO_8859_1);
    }

    private String chunks() throws IOException {
        var all = new StringBuilder();
        for (var chunk = chunk(); !chunk.isEmpty(); chunk = chunk()) all.append(chunk);
        return all.toString();
    }

    private String line() throws IOException {
        var line = new ByteArrayOutputStream();
        while (true) {
            int b = in.read();
            if (b < 0) throw new EOFException("the server closed the connection");
            if (b == '\n') break;
            line.write(b);
        }
        var text = line.toString(ISO_8859_1);
        if (!text.endsWith("\r")) throw new IOException("a line without CR: " + text);
        return text.substring(0, text.length() - 1);
    }
}
