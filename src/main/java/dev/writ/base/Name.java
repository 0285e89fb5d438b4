package dev.writ.base;

/**
 * The name of a tenant, agent, server, group or category: 1 to 63 characters of {@code a-z 0-9 . _ -}, beginning with
 * a letter or digit. A name is an identity: it is chosen once, stands in policies, and is never given again. The narrow
 * alphabet leaves no room for look-alikes, zero-width or bidirectional characters.
 */
public record Name(String text) implements Comparable<Name> {
    private static final int CHARS_MAX = 63;

    public Name {
        if (!isName(text))
            throw new IllegalArgumentException("a name has 1 to 63 characters of a-z 0-9 . _ -, begins with a letter or"
                    + " digit and has no double underscore: " + Visible.text(text, 80));
    }

    /** {@code [a-z0-9][a-z0-9._-]{0,62}} without a double underscore. */
    public static boolean isName(String text) {
        if (text.isEmpty() || text.length() > CHARS_MAX) return false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) continue;
            if (i == 0 || (c != '.' && c != '_' && c != '-')) return false;
            if (c == '_' && text.charAt(i - 1) == '_') return false;
        }
        return true;
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
