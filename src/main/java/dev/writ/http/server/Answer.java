package dev.writ.http.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Headers;
import dev.writ.base.Json;
import java.util.List;
import java.util.function.Consumer;

/**
 * What a handler gives back: a whole answer, or a stream that goes on after the handler has returned. Framing
 * (Content-Length, Transfer-Encoding, Connection) and Date are the server's own and refused here.
 */
public sealed interface Answer {
    int status();

    Headers headers();

    /** An answer whose body is at hand. The array belongs to the answer from now on. */
    final class Full implements Answer {
        private final int status;
        private final Headers headers;
        private final byte[] body;

        public Full(int status, Headers headers, byte[] body) {
            this.status = checked(status);
            this.headers = checked(headers);
            this.body = body;
            if (body.length > 0 && bodiless(status)) throw new IllegalArgumentException("a body with status " + status);
        }

        @Override
        public int status() {
            return status;
        }

        @Override
        public Headers headers() {
            return headers;
        }

        public byte[] body() {
            return body;
        }

        public Full with(String name, String value) {
            return new Full(status, headers.with(name, value), body);
        }
    }

    /**
     * A body that is written bit by bit. The writer runs on the call's virtual thread and may block or hand the sink on
     * and return: the stream is open until the sink is closed, the client leaves or the writer throws.
     */
    record Stream(int status, Headers headers, Consumer<Sink> writer) implements Answer {
        public Stream {
            checked(status);
            checked(headers);
            if (bodiless(status)) throw new IllegalArgumentException("a stream with status " + status);
        }
    }

    /** Server-sent events (WHATWG HTML §9.2): status 200, {@code text/event-stream}; otherwise as {@link Stream}. */
    record EventStream(Headers headers, Consumer<EventSink> writer) implements Answer {
        public EventStream {
            // X-Accel-Buffering and no-transform keep proxies in between from holding events back.
            headers = checked(headers)
                    .with("content-type", "text/event-stream")
                    .with("cache-control", "no-cache, no-transform")
                    .with("x-accel-buffering", "no");
        }

        public EventStream(Consumer<EventSink> writer) {
            this(Headers.EMPTY, writer);
        }

        @Override
        public int status() {
            return 200;
        }
    }

    static Full of(int status, String contentType, byte[] body) {
        return new Full(status, Headers.of("content-type", contentType), body);
    }

    static Full json(int status, Json body) {
        return of(status, "application/json", body.bytes());
    }

    static Full text(int status, String body) {
        return of(status, "text/plain; charset=utf-8", body.getBytes(UTF_8));
    }

    static Full empty(int status) {
        return new Full(status, Headers.EMPTY, new byte[0]);
    }

    /** A problem (RFC 9457 §3): the title says what, the detail why and what to do next. */
    static Full problem(int status, String title, String detail) {
        var body = Json.object()
                .put("type", "about:blank")
                .put("status", status)
                .put("title", title)
                .put("detail", detail)
                .build();
        return of(status, "application/problem+json", body.bytes()).with("cache-control", "no-store");
    }

    /** Statuses that have no body (RFC 9110 §6.4.1). */
    static boolean bodiless(int status) {
        return status == 204 || status == 304;
    }

    private static int checked(int status) {
        if (status < 200 || status > 599) throw new IllegalArgumentException("status " + status);
        return status;
    }

    private static Headers checked(Headers headers) {
        for (var own : List.of("content-length", "transfer-encoding", "connection", "date"))
            if (headers.has(own)) throw new IllegalArgumentException("the server itself sets " + own);
        return headers;
    }
}
