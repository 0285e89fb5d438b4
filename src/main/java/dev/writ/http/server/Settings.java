package dev.writ.http.server;

import dev.writ.base.Headers;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Where and for whom a server listens.
 *
 * @param address the address to bind, a literal or name of this machine
 * @param port 0 for any free one
 * @param hosts names that a Host header may carry besides {@code localhost}, {@code 127.0.0.1} and {@code [::1]},
 *     without port; a page of another name that resolves to us is refused (DNS rebinding)
 * @param origins values that an Origin header may carry besides the server's own
 * @param threads event loops
 * @param shares in whose share of the limits a request counts, told from its headers before its body is read; must be
 *     quick, and give few different answers
 * @param sharePercent the largest part of the limits that one share may take while the others are empty
 */
public record Settings(
        String address,
        int port,
        Set<String> hosts,
        Set<String> origins,
        Limits limits,
        int threads,
        Function<Headers, String> shares,
        int sharePercent) {
    public Settings {
        if (port < 0 || port > 65_535) throw new IllegalArgumentException("port " + port);
        if (sharePercent < 1 || sharePercent > 100) throw new IllegalArgumentException("a share is 1 to 100 percent");
        if (threads < 1) throw new IllegalArgumentException("no event loop");
        var names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        names.addAll(Set.of("localhost", "127.0.0.1", "[::1]"));
        names.addAll(hosts);
        hosts = java.util.Collections.unmodifiableSortedSet(names);
        origins = Set.copyOf(origins);
    }

    /** Without shares: the limits are for all together. */
    public Settings(String address, int port, Set<String> hosts, Set<String> origins, Limits limits, int threads) {
        this(address, port, hosts, origins, limits, threads, _ -> "", 100);
    }

    /** Loopback only. */
    public static Settings loopback(int port) {
        return new Settings("127.0.0.1", port, Set.of(), Set.of(), Limits.DEFAULT, 2);
    }

    public Settings with(Limits limits) {
        return new Settings(address, port, hosts, origins, limits, threads, shares, sharePercent);
    }

    public Settings withNames(Set<String> hosts, Set<String> origins) {
        return new Settings(address, port, hosts, origins, limits, threads, shares, sharePercent);
    }

    public Settings shared(Function<Headers, String> shares, int sharePercent) {
        return new Settings(address, port, hosts, origins, limits, threads, shares, sharePercent);
    }
}
