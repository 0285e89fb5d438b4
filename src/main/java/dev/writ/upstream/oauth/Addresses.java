package dev.writ.upstream.oauth;

import dev.writ.http.client.AddressClass;
import dev.writ.http.client.Destinations;
import dev.writ.http.client.Url;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Which addresses of other people's documents may be dialled for a server. What a person registered is dialled by the
 * rules of the installation; what only the other side names must lie in the public network as well.
 */
final class Addresses {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final Destinations rules;
    private final Set<String> registered = new HashSet<>();

    Addresses(Destinations rules) {
        this.rules = rules;
    }

    /** A host that a person wrote into the server's registration. */
    Addresses registered(String address) {
        url(address).ifPresent(url -> registered.add(url.host()));
        return this;
    }

    Destinations to(Url url) {
        return registered.contains(url.host())
                ? rules
                : new Destinations(
                        rules.resolver(),
                        address -> rules.permits(address) && AddressClass.of(address) == AddressClass.PUBLIC);
    }

    /** @throws OAuthError for anything but https, or http to this machine itself (OAuth 2.1 §1.5) */
    static Url safe(String what, String address) {
        var url = url(address).orElseThrow(() -> new OAuthError(what + " is not an address that can be used"));
        if (!url.tls() && !LOOPBACK.contains(url.host())) throw new OAuthError(what + " is not an https address");
        return url;
    }

    private static Optional<Url> url(String address) {
        try {
            return Optional.of(Url.parse(address));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    static boolean loopback(Url url) {
        return LOOPBACK.contains(url.host());
    }
}
