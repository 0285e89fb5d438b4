package dev.writ.http.server;

import java.time.Duration;

/**
 * How much a server takes on at once, and how long it waits.
 *
 * @param connectionsMax open connections; one more is answered 503 and closed
 * @param callsMax calls between the end of their head and the handler's return; one more is answered 503 before its
 *     body is read. Open streams count as connections only
 * @param bodyBytesInFlightMax bodies being read or handled, all together, as far as they have come. A declared length
 *     that does not fit now is answered 503 before it is read; beyond the cap reading ends with 503
 * @param head from a connection's opening or a request's first byte to the end of its head
 * @param body from there to the end of the body
 * @param idle how long a connection may stay open between two requests
 * @param write how long a client may leave bytes of an answer unread
 */
public record Limits(
        int connectionsMax,
        int callsMax,
        long bodyBytesInFlightMax,
        Duration head,
        Duration body,
        Duration idle,
        Duration write) {
    public static final int HEAD_BYTES_MAX = 32 << 10;
    public static final int TARGET_BYTES_MAX = 8 << 10;
    public static final int FIELDS_MAX = 100;

    public static final Limits DEFAULT = new Limits(
            20_000,
            1_000,
            64L << 20,
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(75),
            Duration.ofSeconds(20));

    public Limits {
        if (connectionsMax < 1 || callsMax < 1 || bodyBytesInFlightMax < 1)
            throw new IllegalArgumentException("a limit below one");
        for (var time : new Duration[] {head, body, idle, write})
            if (!time.isPositive()) throw new IllegalArgumentException("a time limit that is not positive: " + time);
    }

    /** These limits with other caps. */
    public Limits withCaps(int connectionsMax, int callsMax, long bodyBytesInFlightMax) {
        return new Limits(connectionsMax, callsMax, bodyBytesInFlightMax, head, body, idle, write);
    }

    /** These limits with other times. */
    public Limits withTimes(Duration head, Duration body, Duration idle, Duration write) {
        return new Limits(connectionsMax, callsMax, bodyBytesInFlightMax, head, body, idle, write);
    }
}
