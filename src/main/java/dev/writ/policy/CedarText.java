package dev.writ.policy;

import java.util.Set;
import java.util.regex.Pattern;

/** Strings and names as Cedar's grammar writes them. */
final class CedarText {
    private static final Pattern IDENTIFIER = Pattern.compile("[_a-zA-Z][_a-zA-Z0-9]*");
    private static final Set<String> RESERVED =
            Set.of("true", "false", "if", "then", "else", "in", "like", "has", "is", "__cedar");

    private CedarText() {}

    static String quoted(String text) {
        var out = new StringBuilder(text.length() + 2).append('"');
        text.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') out.append('\\').appendCodePoint(c);
            else if (plain(c)) out.appendCodePoint(c);
            else out.append("\\u{").append(Integer.toHexString(c)).append('}');
        });
        return out.append('"').toString();
    }

    /** A member name: bare where the grammar lets it be, quoted otherwise. */
    static String member(String name) {
        return IDENTIFIER.matcher(name).matches() && !RESERVED.contains(name) ? name : quoted(name);
    }

    private static boolean plain(int codePoint) {
        return codePoint == ' ' || !dev.writ.base.Visible.hidden(codePoint);
    }
}
