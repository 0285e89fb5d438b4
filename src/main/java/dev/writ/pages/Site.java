package dev.writ.pages;

import java.net.URI;

/**
 * Where people reach us with a browser. A passkey belongs to a host name and an IP address is none (WebAuthn §5.1.2), so
 * what listens on a loopback address is {@code localhost} to people.
 *
 * @param base scheme, host and port, without a slash at the end
 */
public record Site(URI base) {
    public Site {
        var url = base.toString();
        if (!url.matches("https?://([A-Za-z0-9.-]+|\\[[0-9a-fA-F:.]+])(:[0-9]{1,5})?"))
            throw new IllegalArgumentException("not the base of a site: " + url);
    }

    /** @param listening where the listener is, for example {@code http://127.0.0.1:7400} */
    public static Site of(URI listening) {
        var host = listening.getHost();
        boolean loopback = host.equals("127.0.0.1") || host.equals("[::1]");
        return loopback
                ? new Site(URI.create(listening.getScheme() + "://localhost:" + listening.getPort()))
                : new Site(listening);
    }

    public boolean secure() {
        return base.getScheme().equals("https");
    }

    /** The host alone: what passkeys are bound to. */
    public String host() {
        return base.getHost();
    }

    /** As a browser's Origin header says it. */
    public String origin() {
        return base.toString();
    }

    public String at(String path) {
        return base + path;
    }

    /**
     * The name of one of our cookies. Where TLS protects it the browser enforces that it comes from this host alone (RFC
     * 6265bis §4.1.3.2); on loopback the port tells one installation from the next, for cookies do not.
     */
    String cookie(String what) {
        return secure() ? "__Host-writ-" + what : "writ-" + what + "-" + Math.max(base.getPort(), 0);
    }
}
