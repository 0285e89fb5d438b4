package dev.writ.base;

/**
 * The id of something that Writ made: a kind and 26 characters of Crockford base 32, {@code tsk_01k…}. Most are
 * UUIDv7 (RFC 9562 §5.7), so they sort by the time they were made; a person's is random, for it stands in records as a
 * pseudonym. {@link Ids} makes them.
 */
public record Id(String text) implements Comparable<Id> {
    private static final int NUMBER_CHARS = 26;

    public Id {
        if (!isId(text)) throw new IllegalArgumentException("not an id: " + Visible.text(text, 40));
    }

    /** {@code [a-z]{2,4}_[0-9a-hjkmnp-tv-z]{26}}; by hand, because several are made at every call. */
    private static boolean isId(String text) {
        int kind = text.length() - NUMBER_CHARS - 1;
        if (kind < 2 || kind > 4 || text.charAt(kind) != '_') return false;
        for (int i = 0; i < kind; i++) if (text.charAt(i) < 'a' || text.charAt(i) > 'z') return false;
        for (int i = kind + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' && c != 'i' && c != 'l' && c != 'o' && c != 'u';
            if (!letter && (c < '0' || c > '9')) return false;
        }
        return true;
    }

    /** What the id names, for example {@code tsk}. */
    public String kind() {
        return text.substring(0, text.indexOf('_'));
    }

    /** Refuses an id of another kind, for use in compact constructors. */
    public Id require(String kind) {
        if (!kind().equals(kind)) throw new IllegalArgumentException("expected an id of kind " + kind + ": " + text);
        return this;
    }

    /** The last six characters in capitals, which people read out and type; unique enough to look up, never to trust. */
    public String brief() {
        return text.substring(text.length() - 6).toUpperCase(java.util.Locale.ROOT);
    }

    @Override
    public int compareTo(Id other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
