package dev.writ.authority;

import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Visible;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a task may touch. Empty sets allow nothing.
 *
 * @param tools when present, only these of the servers' tools, each as {@code server/tool}
 * @param categories tool categories
 * @param data data classes
 */
public record Scope(Set<Name> servers, Optional<Set<String>> tools, Set<Name> categories, Set<Name> data) {
    public static final int SET_MAX = 500;
    private static final Pattern TOOL = Pattern.compile("([a-z0-9][a-z0-9._-]{0,62})/[A-Za-z0-9_.-]{1,128}");

    public Scope {
        servers = Set.copyOf(servers);
        tools = tools.map(Set::copyOf);
        categories = Set.copyOf(categories);
        data = Set.copyOf(data);
        for (var set : List.of(servers, tools.orElse(Set.of()), categories, data))
            if (set.size() > SET_MAX) throw new IllegalArgumentException("a scope has sets of at most " + SET_MAX);
        for (var tool : tools.orElse(Set.of())) {
            var form = TOOL.matcher(tool);
            if (!form.matches()) throw new IllegalArgumentException("not server/tool: " + Visible.text(tool, 80));
            if (!servers.contains(new Name(form.group(1))))
                throw new IllegalArgumentException("the scope does not hold the server of " + tool);
        }
    }

    public boolean allowsServer(Name server) {
        return servers.contains(server);
    }

    /** @param tool its name without the server's */
    public boolean allowsTool(Name server, String tool) {
        return servers.contains(server) && (tools.isEmpty() || tools.get().contains(server + "/" + tool));
    }

    /** Whether everything in this scope is in another one as well. */
    public boolean within(Scope other) {
        return other.servers.containsAll(servers)
                && other.categories.containsAll(categories)
                && other.data.containsAll(data)
                && toolsWithin(other);
    }

    private boolean toolsWithin(Scope other) {
        if (other.tools.isEmpty()) return true;
        // Without tools of its own a scope holds every tool of its servers, also those that come later.
        return tools.isPresent() && other.tools.get().containsAll(tools.get());
    }

    public Json.Obj json() {
        var json = Json.object().put("servers", texts(servers));
        tools.ifPresent(list -> json.put("tools", new TreeSet<>(list)));
        return json.put("categories", texts(categories))
                .put("data", texts(data))
                .build();
    }

    /** Reads what {@link #json} wrote. */
    static Scope of(Json.Obj json) {
        return new Scope(
                names(json.strings("servers")),
                json.array("tools").map(_ -> Set.copyOf(json.strings("tools"))),
                names(json.strings("categories")),
                names(json.strings("data")));
    }

    static List<String> texts(Set<Name> names) {
        return names.stream().sorted().map(Name::text).toList();
    }

    static Set<Name> names(List<String> texts) {
        return texts.stream().map(Name::new).collect(Collectors.toUnmodifiableSet());
    }
}
