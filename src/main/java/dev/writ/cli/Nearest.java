package dev.writ.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the known word that a mistyped one probably means. */
final class Nearest {
    private static final int CHARS_MAX = 60;

    private Nearest() {}

    static Optional<String> to(String word, Collection<String> known) {
        if (word.length() > CHARS_MAX) return Optional.empty();
        int distanceMax = Math.max(1, word.length() / 2);
        return known.stream()
                .filter(candidate -> distance(word, candidate) <= distanceMax)
                .min(Comparator.<String>comparingInt(candidate -> distance(word, candidate))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** Damerau and Levenshtein's distance, two neighbours in the wrong order counting once. */
    private static int distance(String a, String b) {
        var table = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) table[i][0] = i;
        for (int j = 0; j <= b.length(); j++) table[0][j] = j;
        for (int i = 1; i <= a.length(); i++)
            for (int j = 1; j <= b.length(); j++) {
                int changed = table[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                table[i][j] = Math.min(changed, Math.min(table[i - 1][j], table[i][j - 1]) + 1);
                boolean swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) table[i][j] = Math.min(table[i][j], table[i - 2][j - 2] + 1);
            }
        return table[a.length()][b.length()];
    }
}
