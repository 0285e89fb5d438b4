package dev.writ.http.server;

import dev.writ.base.Headers;
import java.net.URI;
import java.util.Optional;
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
 * @param publicUrl the URL under which others reach us where it is not the listener's own, {@code https://writ.corp}:
 *     scheme and authority and nothing behind; its name may stand in a Host header
 * @param tls how connections are secured; without it they are plain
 */
public record Settings(
        String address,
        int port,
        Set<String> hosts,
        Set<String> origins,
        Limits limits,
        int threads,
        Function<Headers, String> shares,
        int sharePercent,
        Optional<URI> publicUrl,
        Optional<Tls> tls) {
    public Settings {
        if (port < 0 || port > 65_535) throw new IllegalArgumentException("port " + port);
        if (sharePercent < 1 || sharePercent > 100) throw new IllegalArgumentException("a share is 1 to 100 percent");
        if (threads < 1) throw new IllegalArgumentException("no event loop");
        var names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        names.addAll(Set.of("localhost", "127.0.0.1", "[::1]"));
        names.addAll(hosts);
        publicUrl.ifPresent(url -> names.add(host(url)));
        hosts = java.util.Collections.unmodifiableSortedSet(names);
        var sources = new TreeSet<>(origins);
        publicUrl.ifPresent(url -> sources.add(url.toString()));
        origins = java.util.Collections.unmodifiableSortedSet(sources);
    }

    private static String host(URI url) {
        boolean whole = url.getHost() != null
                && Set.of("http", "https").contains(url.getScheme())
                && url.toString().equals(url.getScheme() + "://" + url.getAuthority())
                && url.getUserInfo() == null;
        if (!whole)
            throw new IllegalArgumentException("a public URL is scheme and host, and a port if need be: " + url);
        return url.getHost();
    }

    /** Without shares: the limits are for all together. */
    public Settings(String address, int port, Set<String> hosts, Set<String> origins, Limits limits, int threads) {
        this(address, port, hosts, origins, limits, threads, _ -> "", 100, Optional.empty(), Optional.empty());
    }

    /** Loopback only. */
    public static Settings loopback(int port) {
        return new Settings("127.0.0.1", port, Set.of(), Set.of(), Limits.DEFAULT, 2);
    }

    public Settings with(Limits limits) {
        return new Settings(address, port, hosts, origins, limits, threads, shares, sharePercent, publicUrl, tls);
    }

    public Settings withNames(Set<String> hosts, Set<String> origins) {
        return new Settings(address, port, hosts, origins, limits, threads, shares, sharePercent, publicUrl, tls);
    }

    public Settings shared(Function<Headers, String> shares, int sharePercent) {
        return new Settings(address, port, hosts, origins, limits, threads, shares, sharePercent, publicUrl, tls);
    }

    public Settings known(Optional<URI> publicUrl) {
        return new Settings(address, port, hosts, origins, limits, threads, shares, sharePercent, publicUrl, tls);
    }

    public Settings secured(Optional<Tls> tls) {
        return new Settings(address, port, hosts, origins, limits, threads, shares, sharePercent, publicUrl, tls);
    }
}
