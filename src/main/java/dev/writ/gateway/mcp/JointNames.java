package dev.writ.gateway.mcp;

import dev.writ.base.Digest;
import dev.writ.base.Name;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Names of tools and prompts where several servers meet: {@code server__tool}, at most {@value #CHARS_MAX} characters.
 * No server's part holds two underscores or ends with one, so the first two mark its end and no tool's name can pretend
 * to be another server's. What is too long is cut and ends with a hash of the whole; two that end up alike are both left
 * out. A server whose name ends with an underscore is reached at its own address alone.
 */
final class JointNames {
    static final int CHARS_MAX = 64;
    static final int SERVER_CHARS_MAX = 40;
    private static final int HASH_CHARS = 8;
    private static final String BETWEEN = "__";
    private static final String URI = "writ:";

    private final Map<String, Name> servers = new HashMap<>();

    JointNames(List<Name> all) {
        var twice = new HashSet<String>();
        for (var server : all)
            if (!server.text().endsWith("_") && servers.put(alias(server), server) != null) twice.add(alias(server));
        servers.keySet().removeAll(twice);
    }

    /** A server and what is asked of it there. */
    record Target(Name server, String rest) {}

    List<Name> servers() {
        return servers.values().stream().sorted().toList();
    }

    static String alias(Name server) {
        return shortened(server.text(), SERVER_CHARS_MAX, "-");
    }

    static String of(Name server, String name) {
        return shortened(alias(server) + BETWEEN + name, CHARS_MAX, "_");
    }

    /** The server of a name, and the rest of it: a tool's own name, unless that was cut. */
    Optional<Target> target(String name) {
        int at = name.indexOf(BETWEEN);
        if (at <= 0) return Optional.empty();
        return Optional.ofNullable(servers.get(name.substring(0, at)))
                .map(server -> new Target(server, name.substring(at + BETWEEN.length())));
    }

    /** The one of a server's own names that is shown as this; empty when none is, or more than one. */
    static Optional<String> own(Target target, String shown, List<String> names) {
        var own = names.stream()
                .filter(name -> of(target.server(), name).equals(shown))
                .toList();
        return own.size() == 1 ? Optional.of(own.getFirst()) : Optional.empty();
    }

    /** A resource's URI with its server bound in. */
    static String uri(Name server, String uri) {
        return URI + alias(server) + "/" + uri;
    }

    Optional<Target> resource(String uri) {
        int slash = uri.indexOf('/');
        if (!uri.startsWith(URI) || slash < 0) return Optional.empty();
        return Optional.ofNullable(servers.get(uri.substring(URI.length(), slash)))
                .map(server -> new Target(server, uri.substring(slash + 1)));
    }

    private static String shortened(String text, int charsMax, String mark) {
        if (text.length() <= charsMax) return text;
        var hash = Digest.of(text.getBytes(StandardCharsets.UTF_8)).toString().substring(0, HASH_CHARS);
        int cut = charsMax - HASH_CHARS - mark.length();
        // Never between the halves of a pair of surrogates.
        if (Character.isHighSurrogate(text.charAt(cut - 1))) cut--;
        return text.substring(0, cut) + mark + hash;
    }
}
