package dev.writ.imports;

import dev.writ.base.Name;
import dev.writ.base.Visible;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** Makes names of ours from names of others, each only once. */
final class Names {
    /** Leaves room for a secret's suffix and a number within the 63 characters of a name. */
    private static final int CHARS_MAX = 40;

    private final Set<String> taken = new HashSet<>();

    /** The name that a server gets; the first one to ask keeps it, the next gets a number. */
    Name server(Place place, String given) {
        if (given.codePoints().anyMatch(Visible::hidden))
            throw new ImportError(
                    ImportError.Code.HIDDEN_TEXT,
                    place.where(),
                    "the name has hidden characters",
                    "type the name anew, without them.");
        var fitted = fitted(given);
        if (fitted.isEmpty())
            throw place.wrong("the name has no letter or digit of a-z 0-9", "give the server another name.");
        return unique(fitted);
    }

    /** The name of the secret for a header or variable of a server. */
    Name secret(Name server, String header) {
        return unique(cut(server.text() + "-" + fitted(header), 60));
    }

    private Name unique(String text) {
        var name = text;
        for (int i = 2; !taken.add(name); i++) name = text + "-" + i;
        return new Name(name);
    }

    private static String fitted(String given) {
        var plain = given.strip().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9._-]+", "-");
        return cut(plain.replaceAll("__+", "_").replaceAll("^[^a-z0-9]+", ""), CHARS_MAX);
    }

    private static String cut(String text, int charsMax) {
        var cut = text.length() > charsMax ? text.substring(0, charsMax) : text;
        return cut.replaceAll("[^a-z0-9]+$", "");
    }
}
