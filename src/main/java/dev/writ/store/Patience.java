package dev.writ.store;

import java.time.Duration;

/**
 * How long a database may take, so that one that stalls holds up nobody for longer.
 *
 * @param connect to accept a connection
 * @param statement to answer one statement
 * @param caller to do everything that a caller waits for, standing in the queue included
 */
record Patience(Duration connect, Duration statement, Duration caller) {
    static final Patience WRITING = new Patience(Duration.ofSeconds(3), Duration.ofSeconds(5), Duration.ofSeconds(10));
    static final Patience READING = new Patience(Duration.ofSeconds(3), Duration.ofSeconds(15), Duration.ofSeconds(30));

    /** For migrations, which may rewrite large tables. */
    static final Patience STARTING = new Patience(Duration.ofSeconds(10), Duration.ofHours(1), Duration.ofHours(1));

    Patience {
        for (var each : new Duration[] {connect, statement, caller})
            if (each.toSeconds() < 1) throw new IllegalArgumentException("patience is at least a second");
    }
}
