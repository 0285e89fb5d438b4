package dev.writ.base;

import java.util.regex.Pattern;

/**
 * The name of a tenant, agent, server, group or category: 1 to 63 characters of {@code a-z 0-9 . _ -}, beginning with
 * a letter or digit. A name is an identity: it is chosen once, stands in policies, and is never given again. The narrow
 * alphabet leaves no room for look-alikes, zero-width or bidirectional characters.
 */
public record Name(String text) implements Comparable<Name> {
    private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");

    public Name {
        if (!FORM.matcher(text).matches() || text.contains("__"))
            throw new IllegalArgumentException("a name has 1 to 63 characters of a-z 0-9 . _ -, begins with a letter or"
                    + " digit and has no double underscore: " + Visible.text(text, 80));
    }

    @Override
    public int compareTo(Name other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
