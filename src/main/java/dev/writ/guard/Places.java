package dev.writ.guard;

import dev.writ.base.Name;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Under which URLs our authorization servers and resources are known: one spelling each, compared as text. */
final class Places {
    /** Whose routes have no prefix. */
    static final Name DEFAULT = new Name("default");

    private final Supplier<String> base;
    private final Supplier<Set<String>> aliases;

    Places(Supplier<String> base, Supplier<Set<String>> aliases) {
        this.base = base;
        this.aliases = aliases;
    }

    /** One of our resources; without a server it is all of them together. */
    record Place(Name tenant, Optional<Name> server) {}

    String issuer(Name tenant) {
        return base.get() + prefix(tenant);
    }

    /** The resource that a client means that names none. */
    String joint(Name tenant) {
        return base.get() + prefix(tenant) + "/mcp";
    }

    private static String prefix(Name tenant) {
        return tenant.equals(DEFAULT) ? "" : "/t/" + tenant;
    }

    /** What a URL names, where it names one of our resources (RFC 8707 §2). */
    Optional<Place> resource(String url) {
        for (var alias : aliases.get())
            if (url.startsWith(alias + "/"))
                return place(List.of(url.substring(alias.length() + 1).split("/", -1)));
        return Optional.empty();
    }

    private static Optional<Place> place(List<String> segments) {
        boolean prefixed = segments.size() > 2 && segments.getFirst().equals("t");
        if (prefixed && !Name.isName(segments.get(1))) return Optional.empty();
        var tenant = prefixed ? new Name(segments.get(1)) : DEFAULT;
        // One spelling: the default tenant has no prefix.
        if (prefixed && tenant.equals(DEFAULT)) return Optional.empty();
        var rest = prefixed ? segments.subList(2, segments.size()) : segments;
        if (!rest.getFirst().equals("mcp") || rest.size() > 2) return Optional.empty();
        if (rest.size() == 1) return Optional.of(new Place(tenant, Optional.empty()));
        return Name.isName(rest.get(1))
                ? Optional.of(new Place(tenant, Optional.of(new Name(rest.get(1)))))
                : Optional.empty();
    }
}
