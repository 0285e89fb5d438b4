package dev.writ.http.client;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Where a client may connect to. A name is resolved once, and one forbidden address among its addresses forbids them
 * all; what is dialled is an address that was judged, so a name cannot change its mind in between (DNS rebinding).
 * Addresses whose class is not {@linkplain AddressClass#grantable grantable}, and the names of metadata services, are
 * forbidden whatever the predicate says.
 *
 * @param resolver from a name to its addresses; empty when there are none. Runs on a thread where it may block
 */
public record Destinations(Function<String, List<InetAddress>> resolver, Predicate<InetAddress> permitted) {
    private static final Set<String> METADATA_NAMES = Set.of(
            "metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal");

    /** Public addresses only. */
    public static Destinations publicOnly() {
        return permitting(address -> AddressClass.of(address) == AddressClass.PUBLIC);
    }

    /** This machine only. */
    public static Destinations loopbackOnly() {
        return permitting(address -> AddressClass.of(address) == AddressClass.LOOPBACK);
    }

    /** Everything that can be granted. */
    public static Destinations anyGrantable() {
        return permitting(_ -> true);
    }

    public static Destinations permitting(Predicate<InetAddress> permitted) {
        return new Destinations(Destinations::system, permitted);
    }

    public boolean permits(InetAddress address) {
        return AddressClass.of(address).grantable() && permitted.test(address);
    }

    /** The addresses that may be dialled for a URL, at least one. May block on the resolver. */
    List<InetAddress> resolve(Url url) {
        var found = url.literal().map(List::of).orElseGet(() -> named(url.host()));
        for (var address : found)
            if (!permits(address))
                throw new ClientError(
                        ClientError.Code.FORBIDDEN,
                        false,
                        url.host() + " leads to an address that may not be dialled (" + AddressClass.of(address) + ")");
        return found;
    }

    private List<InetAddress> named(String host) {
        if (METADATA_NAMES.contains(host))
            throw new ClientError(ClientError.Code.FORBIDDEN, false, host + " names a metadata service");
        var found = resolver.apply(host);
        if (found.isEmpty()) throw new ClientError(ClientError.Code.UNKNOWN_HOST, false, host + " has no address");
        return found;
    }

    private static List<InetAddress> system(String host) {
        try {
            return List.of(InetAddress.getAllByName(host));
        } catch (UnknownHostException e) {
            return List.of();
        }
    }
}
