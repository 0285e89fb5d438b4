package dev.writ.http.client;

import dev.writ.base.Headers;
import java.net.InetSocketAddress;

/** What came of a call that was begun ({@link HttpClient#begin}). */
public sealed interface Arrival {
    /** The whole answer; the array is the receiver's own. */
    record Whole(int status, Headers headers, byte[] body, InetSocketAddress peer) implements Arrival {}

    /** An event stream has opened: read it in blocking style, on another thread, and close it. */
    record Opened(Exchange exchange) implements Arrival {}

    record Failed(ClientError error) implements Arrival {}
}
