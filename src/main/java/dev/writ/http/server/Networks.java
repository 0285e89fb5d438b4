package dev.writ.http.server;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts connections by the network they come from, so that one peer cannot take them all: an IPv4 address, or the first 64
 * bits of an IPv6 address, within which a host chooses freely. This machine is not counted: everybody behind a proxy comes
 * from there, and who is on it needs no connection to do harm.
 */
final class Networks {
    /** The part of all connections that one network may have. */
    private static final double PART = 0.75;

    private final int max;
    private final Map<String, Integer> open = new ConcurrentHashMap<>();

    Networks(int connectionsMax) {
        this.max = (int) Math.max(1, connectionsMax * PART);
    }

    boolean enter(InetAddress address) {
        if (address.isLoopbackAddress()) return true;
        var network = network(address);
        // Over by one when refused, which take back below.
        int count = open.merge(network, 1, Integer::sum);
        if (count <= max) return true;
        leave(address);
        return false;
    }

    void leave(InetAddress address) {
        if (address.isLoopbackAddress()) return;
        open.computeIfPresent(network(address), (_, count) -> count > 1 ? count - 1 : null);
    }

    /** How many networks have connections open. */
    int size() {
        return open.size();
    }

    private static String network(InetAddress address) {
        return address instanceof Inet6Address
                ? Arrays.toString(Arrays.copyOf(address.getAddress(), 8))
                : address.getHostAddress();
    }
}
