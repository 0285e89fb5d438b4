package dev.writ.guard;

import com.networknt.schema.SchemaException;
import com.networknt.schema.regex.RegularExpression;
import com.networknt.schema.regex.RegularExpressions;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression from a tool's schema, with an end to what it may cost. The expression is the server's and the
 * text is the agent's, and the JDK's matcher backtracks: {@code ^(a+)+$} over forty letters would keep a thread for
 * hours. Read as the library reads it, with {@code $} at the very end only (ECMA-262).
 */
final class BoundedPattern implements RegularExpression {
    static final int PATTERN_CHARS_MAX = 4_000;
    private static final int NESTED_MAX = 50;
    private static final long REPEATED_MAX = 1_000_000;
    private static final int STEPS_MAX = 1_000_000;
    private static final int STEPS_FOR_EACH_CHAR = 20;

    private final Pattern pattern;

    private BoundedPattern(Pattern pattern) {
        this.pattern = pattern;
    }

    /**
     * Compiles an expression.
     *
     * @throws SchemaException when it is none, or one that could cost too much before it looks at any text
     */
    static BoundedPattern of(String text) {
        if (text.length() > PATTERN_CHARS_MAX) throw new SchemaException("a pattern is too long");
        if (nested(text) > NESTED_MAX) throw new SchemaException("a pattern is nested too deeply");
        if (repeated(text) > REPEATED_MAX) throw new SchemaException("a pattern repeats too often");
        try {
            return new BoundedPattern(Pattern.compile(RegularExpressions.replaceLongformCharacterProperties(
                    RegularExpressions.replaceDollarAnchors(text))));
        } catch (PatternSyntaxException e) {
            throw new SchemaException("a pattern is no regular expression: " + e.getDescription());
        }
    }

    /**
     * Whether it is found anywhere in the text.
     *
     * @throws SchemaException when finding out takes too long
     */
    @Override
    public boolean matches(String text) {
        try {
            return pattern.matcher(new Counted(text)).find();
        } catch (StackOverflowError e) {
            // Alternatives under a star recurse once for each character.
            throw new SchemaException("a pattern goes too deep for this argument");
        }
    }

    private static int nested(String text) {
        int depth = 0;
        int deepest = 0;
        for (int i = 0; i < text.length(); i++) {
            char next = text.charAt(i);
            if (next == '(' || next == '[') deepest = Math.max(deepest, ++depth);
            if (next == ')' || next == ']') depth--;
        }
        return deepest;
    }

    /** How often the innermost part is certainly repeated: even what matches nothing is tried that often. */
    private static long repeated(String text) {
        long times = 1;
        for (int at = text.indexOf('{'); at >= 0; at = text.indexOf('{', at + 1)) {
            int end = at + 1;
            while (end < text.length() && Character.isDigit(text.charAt(end))) end++;
            if (end == at + 1) continue;
            if (end - at > 10) return Long.MAX_VALUE;
            times *= Math.max(1, Long.parseLong(text, at + 1, end, 10));
            if (times > REPEATED_MAX) return times;
        }
        return times;
    }

    /** A text that counts how often the matcher looks at it. */
    private static final class Counted implements CharSequence {
        private final String text;
        private final long stepsMax;
        private long steps;

        Counted(String text) {
            this.text = text;
            this.stepsMax = STEPS_MAX + (long) STEPS_FOR_EACH_CHAR * text.length();
        }

        @Override
        public char charAt(int at) {
            if (++steps > stepsMax) throw new SchemaException("a pattern takes too long over this argument");
            return text.charAt(at);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int from, int to) {
            return text.subSequence(from, to);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
