package dev.writ.registry;

import dev.writ.base.Json;
import dev.writ.base.Name;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What people say about a tool when they approve it; the server's own annotations count for nothing.
 *
 * @param categories for example {@code read}, {@code write}, {@code irreversible}, {@code money}, {@code external}
 * @param data classes of data that a call concerns
 * @param pathArguments arguments that are paths, normalised before they are judged
 * @param resultLabels labels that an answer puts on the task
 * @param resultTrusted whether what an answer says comes from a trusted origin; if not it is labelled {@code untrusted}
 */
public record Classification(
        Set<Name> categories,
        Set<Name> data,
        Set<String> pathArguments,
        Set<Name> resultLabels,
        boolean resultTrusted) {
    public static final Name UNTRUSTED = new Name("untrusted");
    public static final int SET_MAX = 50;

    public Classification {
        categories = Set.copyOf(categories);
        data = Set.copyOf(data);
        pathArguments = Set.copyOf(pathArguments);
        resultLabels = Set.copyOf(resultLabels);
        for (var set : List.of(categories, data, pathArguments, resultLabels))
            if (set.size() > SET_MAX) throw new IllegalArgumentException("more than " + SET_MAX + " entries");
        for (var argument : pathArguments)
            if (argument.isEmpty() || argument.length() > 200)
                throw new IllegalArgumentException("an argument's name has 1 to 200 characters");
    }

    /** The labels that an answer puts on the task, its origin included. */
    public Set<Name> labels() {
        var all = new TreeSet<>(resultLabels);
        if (!resultTrusted) all.add(UNTRUSTED);
        return Set.copyOf(all);
    }

    public Json.Obj json() {
        return Json.object()
                .put("categories", texts(categories))
                .put("data", texts(data))
                .put("pathArguments", new TreeSet<>(pathArguments))
                .put("resultLabels", texts(resultLabels))
                .put("resultTrusted", resultTrusted)
                .build();
    }

    /** Reads what {@link #json} wrote. */
    public static Classification of(Json.Obj json) {
        return new Classification(
                names(json, "categories"),
                names(json, "data"),
                Set.copyOf(json.strings("pathArguments")),
                names(json, "resultLabels"),
                json.bool("resultTrusted").orElse(false));
    }

    private static List<String> texts(Set<Name> names) {
        return names.stream().sorted().map(Name::text).toList();
    }

    private static Set<Name> names(Json.Obj json, String member) {
        return json.strings(member).stream().map(Name::new).collect(Collectors.toUnmodifiableSet());
    }
}
