package dev.writ.base;

import java.util.regex.Pattern;

/**
 * The id of something that Writ made: a kind and 26 characters of Crockford base 32, {@code tsk_01k…}. Most are
 * UUIDv7 (RFC 9562 §5.7), so they sort by the time they were made; a person's is random, for it stands in records as a
 * pseudonym. {@link Ids} makes them.
 */
public record Id(String text) implements Comparable<Id> {
    private static final Pattern FORM = Pattern.compile("[a-z]{2,4}_[0-9a-hjkmnp-tv-z]{26}");

    public Id {
        if (!FORM.matcher(text).matches()) throw new IllegalArgumentException("not an id: " + Visible.text(text, 40));
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
