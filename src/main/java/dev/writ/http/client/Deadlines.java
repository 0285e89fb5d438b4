package dev.writ.http.client;

import java.time.Duration;

/**
 * How long a call waits.
 *
 * @param connect for name, connection and TLS together
 * @param firstByte from sending the request to the head of the answer
 * @param idle between two pieces of the answer's body
 * @param total from the beginning to the end of the answer, for a stream as well
 */
public record Deadlines(Duration connect, Duration firstByte, Duration idle, Duration total) {
    /** For an ordinary exchange. */
    public static final Deadlines DEFAULT =
            new Deadlines(Duration.ofSeconds(5), Duration.ofSeconds(60), Duration.ofSeconds(60), Duration.ofMinutes(2));

    /** For a stream that may be silent for an hour and last a day. */
    public static final Deadlines STREAM =
            new Deadlines(Duration.ofSeconds(5), Duration.ofSeconds(60), Duration.ofHours(1), Duration.ofDays(1));

    public Deadlines {
        for (var time : new Duration[] {connect, firstByte, idle, total})
            if (!time.isPositive() || time.compareTo(Duration.ofDays(366)) > 0)
                throw new IllegalArgumentException("not a time to wait: " + time);
    }
}
