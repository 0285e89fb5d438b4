package dev.writ.http.client;

import dev.writ.base.Headers;
import java.net.InetSocketAddress;

/** What came of a call that was begun ({@link HttpClient#begin}). */
public sealed interface Arrival {
    /** The whole answer. */
    final class Whole implements Arrival {
        private final int status;
        private final Headers headers;
        private final byte[] body;
        private final InetSocketAddress peer;

        Whole(int status, Headers headers, byte[] body, InetSocketAddress peer) {
            this.status = status;
            this.headers = headers;
            this.body = body;
            this.peer = peer;
        }

        public int status() {
            return status;
        }

        public Headers headers() {
            return headers;
        }

        /** The array is the receiver's own. */
        public byte[] body() {
            return body;
        }

        /** The address that answered. */
        public InetSocketAddress peer() {
            return peer;
        }
    }

    /** An event stream has opened: read it in blocking style, on another thread, and close it. */
    record Opened(Exchange exchange) implements Arrival {}

    record Failed(ClientError error) implements Arrival {}
}
