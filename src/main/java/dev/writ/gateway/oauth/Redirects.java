package dev.writ.gateway.oauth;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;

/** Where codes may go: https, this machine, or an app whose scheme we know. */
final class Redirects {
    private static final int CHARS_MAX = 512;
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
    /** Schemes that only the app of that name is registered for (RFC 8252 §7.1). */
    private static final Set<String> APPS = Set.of("cursor", "vscode", "vscode-insiders");

    private Redirects() {}

    /** @throws IllegalArgumentException with what is wrong */
    static void check(String redirect) {
        if (redirect.length() > CHARS_MAX) throw wrong("longer than " + CHARS_MAX + " characters");
        for (int i = 0; i < redirect.length(); i++)
            if (redirect.charAt(i) <= ' ' || redirect.charAt(i) > '~' || "\"<>\\^`{|}".indexOf(redirect.charAt(i)) >= 0)
                throw wrong("a character that is not allowed in a URL");
        var uri = parsed(redirect);
        if (uri.getRawFragment() != null) throw wrong("a fragment");
        if (uri.getRawUserInfo() != null) throw wrong("user information");
        var scheme = uri.getScheme() == null ? "" : uri.getScheme();
        boolean known =
                switch (scheme) {
                    case "https" -> uri.getHost() != null;
                    case "http" -> uri.getHost() != null && loopback(uri);
                    default -> APPS.contains(scheme) && uri.getRawAuthority() != null;
                };
        if (!known) throw wrong("neither https, nor http on this machine, nor the scheme of a known app");
    }

    private static IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException("a redirect URI with " + what);
    }

    private static URI parsed(String redirect) {
        try {
            return new URI(redirect);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("a redirect URI that is none", e);
        }
    }

    /** Letter by letter (RFC 9700 §2.1), but for the port on this machine, which an app learns late (RFC 8252 §7.3). */
    static boolean same(String registered, String shown) {
        if (registered.equals(shown)) return true;
        URI one;
        URI other;
        try {
            check(shown);
            one = parsed(registered);
            other = parsed(shown);
        } catch (IllegalArgumentException e) {
            return false;
        }
        return "http".equals(one.getScheme())
                && loopback(one)
                && withoutPort(one).equals(withoutPort(other));
    }

    /** Whether whoever listens on the port gets the code: any program of this machine. */
    static boolean local(String redirect) {
        var uri = parsed(redirect);
        return "http".equals(uri.getScheme()) && loopback(uri);
    }

    private static boolean loopback(URI uri) {
        return uri.getHost() != null && LOOPBACK.contains(uri.getHost().toLowerCase(Locale.ROOT));
    }

    private static String withoutPort(URI uri) {
        return uri.getScheme() + "://" + uri.getHost() + uri.getRawPath() + "?" + uri.getRawQuery();
    }

    /** A redirect URI with more parameters in its query (RFC 6749 §4.1.2). */
    static String with(String redirect, String parameters) {
        return redirect + (redirect.indexOf('?') < 0 ? "?" : "&") + parameters;
    }
}
