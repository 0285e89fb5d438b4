package dev.writ.http.client;

import dev.writ.base.Visible;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An absolute http or https URL that can be read in one way only. Refused: user information, fragments, backslashes,
 * everything that is not ASCII, and host names that some resolver would take for an address ({@code 127.1},
 * {@code 2852039166}, {@code 0x7f.1}): {@link java.net.InetAddress} and {@link java.net.URI} take several of them.
 *
 * @param host lower case; an IPv6 address stands in brackets
 * @param target path and query, as they go on the wire
 */
public record Url(boolean tls, String host, int port, String target) {
    private static final int CHARS_MAX = 8 << 10;
    private static final Pattern FORM =
            Pattern.compile("(?i)(https?)://(\\[[0-9a-f:.]{2,45}]|[a-z0-9._-]{1,253})(?::([0-9]{1,5}))?([/?].*)?");
    private static final Pattern LABEL = Pattern.compile("[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?");
    private static final Pattern QUAD =
            Pattern.compile("(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(\\.(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)){3}");
    private static final Pattern NUMBER = Pattern.compile("\\d+|0x[0-9a-f]*");

    /** What a connection is kept for. */
    public record Origin(boolean tls, String host, int port) {}

    public static Url parse(String text) {
        if (text.length() > CHARS_MAX) throw refused(text, "longer than " + CHARS_MAX + " characters");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c > '~' || c == '\\' || c == '#')
                throw refused(text, "a character that is not allowed in a URL");
        }
        var parts = FORM.matcher(text);
        if (!parts.matches()) throw refused(text, "not http(s)://host[:port][/path][?query]");
        boolean tls = parts.group(1).equalsIgnoreCase("https");
        var host = parts.group(2).toLowerCase(Locale.ROOT);
        checkHost(text, host);
        int port = parts.group(3) == null ? (tls ? 443 : 80) : Integer.parseInt(parts.group(3));
        if (port < 1 || port > 65_535) throw refused(text, "no such port");
        var target = parts.group(4) == null ? "/" : parts.group(4);
        return new Url(tls, host, port, target.startsWith("?") ? "/" + target : target);
    }

    public Origin origin() {
        return new Origin(tls, host, port);
    }

    /** The host with the port when it is not the scheme's own, as the Host header has it. */
    public String authority() {
        return port == (tls ? 443 : 80) ? host : host + ":" + port;
    }

    /** The same origin with another path and query. */
    public Url at(String target) {
        return parse((tls ? "https://" : "http://") + host + ":" + port + target);
    }

    /** The address when the host is one. */
    Optional<InetAddress> literal() {
        if (host.startsWith("[")) return Optional.of(InetAddress.ofLiteral(host.substring(1, host.length() - 1)));
        return QUAD.matcher(host).matches() ? Optional.of(InetAddress.ofLiteral(host)) : Optional.empty();
    }

    private static void checkHost(String text, String host) {
        if (host.startsWith("[")) {
            checkLiteral(text, host.substring(1, host.length() - 1));
            return;
        }
        if (QUAD.matcher(host).matches()) return;
        var labels = host.split("\\.", -1);
        for (var label : labels) if (!LABEL.matcher(label).matches()) throw refused(text, "not a host name");
        // WHATWG URL, "ends in a number": readers that follow it take such a name for an IPv4 address.
        if (NUMBER.matcher(labels[labels.length - 1]).matches())
            throw refused(text, "a host that could be read as a number");
    }

    private static void checkLiteral(String text, String literal) {
        try {
            // ofLiteral unwraps ::ffff:a.b.c.d; that form names an address by a detour and is refused.
            if (InetAddress.ofLiteral(literal).getAddress().length == 16) return;
        } catch (IllegalArgumentException e) {
            throw refused(text, "not an IPv6 address");
        }
        throw refused(text, "an IPv4 address in IPv6 clothes");
    }

    private static IllegalArgumentException refused(String text, String reason) {
        return new IllegalArgumentException("not a URL we accept (" + reason + "): " + Visible.text(text, 120));
    }

    @Override
    public String toString() {
        return (tls ? "https://" : "http://") + authority() + target;
    }
}
