package dev.writ.cli;

import dev.writ.base.Json;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A column of a table, or a line of a single thing: its title and what stands in it. */
record Column(String title, Function<Json.Obj, String> text) {
    static final String NOTHING = "-";

    /** What stands at a path such as {@code spec.owner}. */
    static Column at(String title, String path) {
        return new Column(title, object -> words(find(object, path)));
    }

    /** The path's last six characters, as people read ids out. */
    static Column brief(String title, String path) {
        return new Column(title, object -> brief(words(find(object, path))));
    }

    static String brief(String id) {
        boolean ours = id.matches("[a-z]{2,4}_[0-9a-z]{26}");
        return ours ? id.substring(id.length() - 6).toUpperCase(java.util.Locale.ROOT) : id;
    }

    static Optional<Json> find(Json.Obj object, String path) {
        Json found = object;
        for (var step : path.split("\\.")) {
            if (!(found instanceof Json.Obj(var members))) return Optional.empty();
            var next = members.get(step);
            if (next == null) return Optional.empty();
            found = next;
        }
        return Optional.of(found);
    }

    static String words(Json.Obj object, String path) {
        return words(find(object, path));
    }

    private static String words(Optional<Json> value) {
        return value.map(Column::words).filter(text -> !text.isEmpty()).orElse(NOTHING);
    }

    static String words(Json value) {
        return switch (value) {
            case Json.Null _ -> NOTHING;
            case Json.Bool(var bool) -> bool ? "yes" : "no";
            case Json.Num(var lexeme) -> lexeme;
            case Json.Str(var text) -> text;
            case Json.Arr(var items) -> items.stream().map(Column::words).collect(Collectors.joining(", "));
            case Json.Obj object -> SafeJson.line(object);
        };
    }
}
