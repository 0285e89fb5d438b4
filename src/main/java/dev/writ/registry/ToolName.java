package dev.writ.registry;

import dev.writ.base.Visible;
import java.util.Locale;
import java.util.regex.Pattern;

/** A tool's name as its server gave it: 1 to 128 characters of {@code A-Z a-z 0-9 _ . -}, case kept. */
public record ToolName(String text) implements Comparable<ToolName> {
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_.-]{1,128}");

    public ToolName {
        if (!valid(text))
            throw new IllegalArgumentException(
                    "a tool's name has 1 to 128 characters of A-Z a-z 0-9 _ . -: " + Visible.text(text, 80));
    }

    static boolean valid(String text) {
        return FORM.matcher(text).matches();
    }

    /** What two names that look alike have in common. */
    String folded() {
        return text.toLowerCase(Locale.ROOT);
    }

    @Override
    public int compareTo(ToolName other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
