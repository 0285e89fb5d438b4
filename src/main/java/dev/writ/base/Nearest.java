package dev.writ.base;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the known name that a misspelt one probably means. */
public final class Nearest {
    private static final int CHARS_MAX = 100;
    private static final int DISTANCE_MAX = 3;

    private Nearest() {}

    public static Optional<String> to(String name, Collection<String> known) {
        if (name.length() > CHARS_MAX) return Optional.empty();
        return known.stream()
                .filter(candidate -> candidate.length() <= CHARS_MAX)
                .filter(candidate -> distance(name, candidate) <= Math.min(DISTANCE_MAX, name.length() / 2))
                .min(Comparator.<String>comparingInt(candidate -> distance(name, candidate))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** Levenshtein's distance. */
    private static int distance(String a, String b) {
        var row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) row[j] = j;
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(changed, Math.min(above, row[j - 1]) + 1);
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
