package dev.writ.policy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;

/**
 * Brings a path into one form before a policy sees it, so that {@code like "/reports/*"} cannot be walked around.
 * Refused, not repaired: steps above the start, NUL, backslashes, and percent-encoded separators, dots or NULs at any
 * depth of encoding.
 */
final class PathRule {
    static final int CHARS_MAX = 4_096;
    private static final int DECODINGS_MAX = 8;

    private PathRule() {}

    sealed interface Outcome {}

    record Normal(String path) implements Outcome {}

    record Bad(String reason) implements Outcome {}

    static Outcome apply(String path) {
        if (path.length() > CHARS_MAX) return new Bad("the path is longer than " + CHARS_MAX + " characters");
        if (path.indexOf('\0') >= 0) return new Bad("the path holds a NUL");
        if (path.indexOf('\\') >= 0) return new Bad("the path holds a backslash");
        if (hidesSeparators(path)) return new Bad("the path hides a separator, a dot or a NUL behind percent-encoding");
        return normal(path);
    }

    private static Outcome normal(String path) {
        boolean absolute = path.startsWith("/");
        var steps = new ArrayDeque<String>();
        for (var step : path.split("/", -1)) {
            if (step.isEmpty() || step.equals(".")) continue;
            if (!step.equals("..")) steps.addLast(step);
            else if (steps.pollLast() == null) return new Bad("the path leads above its start");
        }
        var joined = String.join("/", steps);
        if (absolute) return new Normal("/" + joined);
        return new Normal(joined.isEmpty() && !path.isEmpty() ? "." : joined);
    }

    /** Decodes again and again, as a chain of careless servers would, and looks at what comes out of the encoding. */
    private static boolean hidesSeparators(String path) {
        var bytes = path.getBytes(StandardCharsets.UTF_8);
        for (int round = 0; round < DECODINGS_MAX; round++) {
            var decoded = new byte[bytes.length];
            int size = 0;
            boolean changed = false;
            for (int i = 0; i < bytes.length; i++) {
                int c = bytes[i] == '%' ? encoded(bytes, i) : -1;
                if (c < 0) {
                    decoded[size++] = bytes[i];
                    continue;
                }
                if (c == '/' || c == '\\' || c == '.' || c == 0) return true;
                decoded[size++] = (byte) c;
                changed = true;
                i += 2;
            }
            if (!changed) return false;
            bytes = java.util.Arrays.copyOf(decoded, size);
        }
        return true;
    }

    private static int encoded(byte[] bytes, int at) {
        if (at + 2 >= bytes.length) return -1;
        int high = Character.digit(bytes[at + 1], 16);
        int low = Character.digit(bytes[at + 2], 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }
}
