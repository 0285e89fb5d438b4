package dev.writ.imports;

import dev.writ.base.Json;
import dev.writ.base.Visible;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** A value of a file with its path, so that every complaint can say where it is. */
record Place(String file, String path, Json value) {
    private static final int TEXT_CHARS_MAX = 8_000;
    private static final int ITEMS_MAX = 500;

    static Place root(String file, Json value) {
        return new Place(file, "", value);
    }

    /** A member that is there and not null. */
    Optional<Place> member(String name) {
        return Optional.ofNullable(members().get(name));
    }

    Place required(String name) {
        return member(name).orElseThrow(() -> wrong("has no " + name, "add " + name + "."));
    }

    Map<String, Place> members() {
        if (!(value instanceof Json.Obj(var members))) throw wrong("is not an object", "write it as {…}.");
        if (members.size() > ITEMS_MAX) throw tooMany();
        var places = new LinkedHashMap<String, Place>();
        members.forEach((name, member) -> {
            if (!(member instanceof Json.Null)) places.put(name, new Place(file, path + step(name), member));
        });
        return places;
    }

    List<Place> items() {
        if (!(value instanceof Json.Arr(var items))) throw wrong("is not a list", "write it as […].");
        if (items.size() > ITEMS_MAX) throw tooMany();
        return IntStream.range(0, items.size())
                .mapToObj(i -> new Place(file, path + "[" + i + "]", items.get(i)))
                .toList();
    }

    /** A string that a person can read whole: bounded, nothing hidden in it. */
    String line() {
        var text = string();
        if (text.codePoints().anyMatch(Visible::hidden))
            throw new ImportError(
                    ImportError.Code.HIDDEN_TEXT,
                    where(),
                    "has hidden characters: " + Visible.text(text, 80),
                    "find out who put them there; remove them only if you know why they are there.");
        return text;
    }

    /** A string as it stands. */
    String string() {
        if (!(value instanceof Json.Str(var text))) throw wrong("is not a string", "put it in double quotes.");
        if (text.length() > TEXT_CHARS_MAX)
            throw new ImportError(
                    ImportError.Code.TOO_LARGE,
                    where(),
                    "is longer than " + TEXT_CHARS_MAX + " characters",
                    "shorten it.");
        return text;
    }

    /** A value that stands for a text, as people write {@code "PORT": 8080} among environment variables. */
    String scalar() {
        return switch (value) {
            case Json.Num(var lexeme) -> lexeme;
            case Json.Bool(var bool) -> Boolean.toString(bool);
            default -> string();
        };
    }

    boolean isTrue() {
        if (value instanceof Json.Bool(var bool)) return bool;
        throw wrong("is neither true nor false", "write true or false, without quotes.");
    }

    String where() {
        return path.isEmpty() ? file : file + ", " + path;
    }

    ImportError wrong(String why, String next) {
        return new ImportError(ImportError.Code.WRONG_VALUE, where(), why, next);
    }

    private ImportError tooMany() {
        return new ImportError(
                ImportError.Code.TOO_LARGE, where(), "has more than " + ITEMS_MAX + " entries", "split the file.");
    }

    private String step(String name) {
        if (name.matches("[A-Za-z0-9_$-]{1,80}")) return path.isEmpty() ? name : "." + name;
        return "[\"" + Visible.text(name, 80) + "\"]";
    }
}
