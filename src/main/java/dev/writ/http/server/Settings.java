package dev.writ.http.server;

import java.util.Set;
import java.util.TreeSet;

/**
 * Where and for whom a server listens.
 *
 * @param address the address to bind, a literal or name of this machine
 * @param port 0 for any free one
 * @param hosts names that a Host header may carry besides {@code localhost}, {@code 127.0.0.1} and {@code [::1]},
 *     without port; a page of another name that resolves to us is refused (DNS rebinding)
 * @param origins values that an Origin header may carry besides the server's own
 * @param threads event loops
 */
public record Settings(String address, int port, Set<String> hosts, Set<String> origins, Limits limits, int threads) {
    public Settings {
        if (port < 0 || port > 65_535) throw new IllegalArgumentException("port " + port);
        if (threads < 1) throw new IllegalArgumentException("no event loop");
        var names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        names.addAll(Set.of("localhost", "127.0.0.1", "[::1]"));
        names.addAll(hosts);
        hosts = java.util.Collections.unmodifiableSortedSet(names);
        origins = Set.copyOf(origins);
    }

    /** Loopback only. */
    public static Settings loopback(int port) {
        return new Settings("127.0.0.1", port, Set.of(), Set.of(), Limits.DEFAULT, 2);
    }

    public Settings with(Limits limits) {
        return new Settings(address, port, hosts, origins, limits, threads);
    }

    public Settings withNames(Set<String> hosts, Set<String> origins) {
        return new Settings(address, port, hosts, origins, limits, threads);
    }
}
