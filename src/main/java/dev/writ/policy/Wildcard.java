package dev.writ.policy;

import java.util.List;

/**
 * The pattern of {@code like}: literal pieces with anything between them. Greedy from the left, so matching is linear
 * in text times pieces and no pattern can make it explode.
 *
 * @param pieces the literals between wildcards; one piece means no wildcard; the first and last are anchored
 */
record Wildcard(List<String> pieces) {
    Wildcard {
        pieces = List.copyOf(pieces);
        if (pieces.isEmpty()) throw new IllegalArgumentException("a pattern has at least one piece");
    }

    boolean matches(String text) {
        var first = pieces.getFirst();
        if (pieces.size() == 1) return text.equals(first);
        var last = pieces.getLast();
        if (text.length() < first.length() + last.length() || !text.startsWith(first) || !text.endsWith(last))
            return false;
        int at = first.length();
        int end = text.length() - last.length();
        for (int i = 1; i < pieces.size() - 1; i++) {
            var piece = pieces.get(i);
            int found = text.indexOf(piece, at);
            if (found < 0 || found + piece.length() > end) return false;
            at = found + piece.length();
        }
        return true;
    }
}
