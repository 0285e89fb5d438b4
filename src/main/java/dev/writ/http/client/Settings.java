package dev.writ.http.client;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;

/**
 * How a client connects.
 *
 * @param destinations for calls that bring none of their own
 * @param trust the certificate authorities to trust; empty for the JDK's
 * @param connectionsMax open at once, over all origins
 * @param keep how long an idle connection stays open; shorter than servers keep theirs, so that few go stale
 * @param threads event loops
 */
public record Settings(
        Destinations destinations, List<X509Certificate> trust, int connectionsMax, Duration keep, int threads) {
    public Settings {
        trust = List.copyOf(trust);
        if (connectionsMax < 1 || threads < 1) throw new IllegalArgumentException("a limit below one");
        if (keep.isNegative()) throw new IllegalArgumentException("idle time " + keep);
    }

    public static Settings to(Destinations destinations) {
        return new Settings(destinations, List.of(), 10_000, Duration.ofSeconds(20), 2);
    }

    public Settings trusting(List<X509Certificate> trust) {
        return new Settings(destinations, trust, connectionsMax, keep, threads);
    }

    public Settings withConnections(int connectionsMax, Duration keep) {
        return new Settings(destinations, trust, connectionsMax, keep, threads);
    }
}
