package dev.writ.registry;

import dev.writ.base.Json;
import dev.writ.base.Visible;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Something in a definition that a person should look at before approving it. Finding nothing proves nothing.
 *
 * @param where the path of the text, for example {@code /inputSchema/properties/to/description}
 * @param excerpt the text around it, hidden characters visible
 */
public record Finding(Kind kind, String where, String excerpt) {
    public static final int FINDINGS_MAX = 100;
    private static final int EXCERPT_CHARS_MAX = 120;
    private static final int BEFORE_CHARS = 20;

    private static final Pattern ANSI = Pattern.compile("[\u001B\u009B]");
    private static final Pattern COMMENT = Pattern.compile("<!--");
    private static final Pattern INSTRUCTION = Pattern.compile(
            "(?i)\\b(ignore|disregard|forget)\\s{1,5}(all\\s{1,5}|any\\s{1,5})?(the\\s{1,5})?(previous|prior|above|earlier)\\b"
                    + "|\\bdo not (tell|mention|inform|show|reveal)\\b"
                    + "|\\bwithout (telling|asking|informing) the user\\b"
                    + "|\\b(before|instead of) (using|calling) (this|any other) tool\\b"
                    + "|<\\s{0,5}/?\\s{0,5}(important|system|secret|instructions?)\\s{0,5}>"
                    + "|\\bsystem prompt\\b");

    /** What was found. */
    public enum Kind {
        /** A character that cannot be seen or moves its neighbours. */
        HIDDEN_CHARACTER,
        /** A terminal escape. */
        TERMINAL_ESCAPE,
        HTML_COMMENT,
        /** Words that read like instructions to a model. */
        INSTRUCTION
    }

    /** Everything found in names and values of a definition, at most {@value #FINDINGS_MAX}. */
    public static List<Finding> in(Definition definition) {
        var found = new ArrayList<Finding>();
        search(definition.json(), "", found);
        return List.copyOf(found.subList(0, Math.min(found.size(), FINDINGS_MAX)));
    }

    private static void search(Json value, String path, List<Finding> found) {
        switch (value) {
            case Json.Obj object ->
                object.members().forEach((name, member) -> {
                    var at = path + "/" + Visible.text(name, EXCERPT_CHARS_MAX);
                    search(name, at, found);
                    search(member, at, found);
                });
            case Json.Arr array -> {
                int i = 0;
                for (var item : array.items()) search(item, path + "/" + i++, found);
            }
            case Json.Str(var text) -> search(text, path, found);
            case Json.Num _, Json.Bool _, Json.Null _ -> {}
        }
    }

    private static void search(String text, String path, List<Finding> found) {
        int hidden = firstHidden(text);
        if (hidden >= 0) found.add(new Finding(Kind.HIDDEN_CHARACTER, path, excerpt(text, hidden)));
        search(Kind.TERMINAL_ESCAPE, ANSI, text, path, found);
        search(Kind.HTML_COMMENT, COMMENT, text, path, found);
        search(Kind.INSTRUCTION, INSTRUCTION, text, path, found);
    }

    private static void search(Kind kind, Pattern pattern, String text, String path, List<Finding> found) {
        var match = pattern.matcher(text);
        if (match.find()) found.add(new Finding(kind, path, excerpt(text, match.start())));
    }

    /** The first hidden character but for line ends and tabs, which every longer description has; -1 when none. */
    private static int firstHidden(String text) {
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int c = text.codePointAt(i);
            if (Visible.hidden(c) && c != '\n' && c != '\r' && c != '\t') return i;
        }
        return -1;
    }

    private static String excerpt(String text, int at) {
        int from = Math.max(0, at - BEFORE_CHARS);
        if (from > 0 && Character.isLowSurrogate(text.charAt(from))) from--;
        return Visible.text(text.substring(from), EXCERPT_CHARS_MAX);
    }
}
