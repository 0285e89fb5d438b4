package dev.writ.http.server;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a server answers: the inventory, and the way from a request to its route. A literal segment wins over
 * a parameter; two routes that would match alike are refused when the inventory is made.
 */
public final class Routes {
    private final List<Route> all;
    private final Node root = new Node();

    /** Where a request belongs. */
    public sealed interface Match {
        record Found(Route route, Map<String, String> parameters) implements Match {}

        /** The path exists, for these methods. */
        record OtherMethod(Collection<String> allowed) implements Match {}

        record Unknown() implements Match {}
    }

    public Routes(List<Route> routes) {
        this.all = List.copyOf(routes);
        for (var route : all) add(route);
    }

    public static Routes of(Route... routes) {
        return new Routes(List.of(routes));
    }

    /** The routes of several parts as one inventory. */
    @SafeVarargs
    public static Routes of(List<Route>... parts) {
        var routes = new ArrayList<Route>();
        for (var part : parts) routes.addAll(part);
        return new Routes(routes);
    }

    public List<Route> all() {
        return all;
    }

    Match match(String method, List<String> segments) {
        var node = find(root, segments, 0);
        if (node == null) return new Match.Unknown();
        var route = node.routes.get(method);
        if (route == null) return new Match.OtherMethod(new TreeSet<>(node.routes.keySet()));
        return new Match.Found(route.route, parameters(route.pattern, segments));
    }

    private static @Nullable Node find(Node node, List<String> segments, int at) {
        if (at == segments.size()) return node.routes.isEmpty() ? null : node;
        var literal = node.literals.get(segments.get(at));
        var found = literal == null ? null : find(literal, segments, at + 1);
        if (found != null || node.parameter == null || segments.get(at).isEmpty()) return found;
        return find(node.parameter, segments, at + 1);
    }

    private static Map<String, String> parameters(List<String> pattern, List<String> segments) {
        Map<String, String> parameters = Map.of();
        for (int i = 0; i < pattern.size(); i++) {
            var segment = pattern.get(i);
            if (!Route.isParameter(segment)) continue;
            if (parameters.isEmpty()) parameters = new HashMap<>(4);
            parameters.put(segment.substring(1, segment.length() - 1), segments.get(i));
        }
        return parameters;
    }

    private void add(Route route) {
        var node = root;
        var pattern = route.segments();
        for (var segment : pattern) node = node.next(segment);
        if (node.routes.putIfAbsent(route.method(), new Placed(route, pattern)) != null)
            throw new IllegalArgumentException("two routes for " + route.method() + " " + route.pattern());
    }

    /** A route with the segments of its pattern. */
    private record Placed(Route route, List<String> pattern) {}

    private static final class Node {
        private final Map<String, Node> literals = new HashMap<>();
        private final Map<String, Placed> routes = new LinkedHashMap<>();
        private @Nullable Node parameter;

        Node next(String segment) {
            if (!Route.isParameter(segment)) return literals.computeIfAbsent(segment, _ -> new Node());
            if (parameter == null) parameter = new Node();
            return parameter;
        }
    }
}
