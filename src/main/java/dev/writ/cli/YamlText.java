package dev.writ.cli;

import dev.writ.base.Json;
import dev.writ.base.Visible;
import java.util.Set;
import java.util.regex.Pattern;

/** Writes a value as YAML 1.2 in block style; strings that another reader could take for something else are quoted. */
final class YamlText {
    /** A word that no YAML reader, old or new, takes for anything but this string. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z/][A-Za-z0-9._/@-]*( [A-Za-z0-9._/@-]+)*");

    private static final Set<String> WORDS = Set.of("true", "false", "null", "yes", "no", "on", "off", "y", "n");

    private final StringBuilder text = new StringBuilder();

    private YamlText() {}

    static String of(Json value) {
        var writer = new YamlText();
        writer.block(value, 0);
        return writer.text.toString();
    }

    private void block(Json value, int indent) {
        switch (value) {
            case Json.Obj(var members)
            when !members.isEmpty() ->
                members.forEach((name, member) -> {
                    indent(indent);
                    text.append(scalar(name)).append(':');
                    after(member, indent + 2);
                });
            case Json.Arr(var items)
            when !items.isEmpty() -> {
                for (var item : items) {
                    indent(indent);
                    text.append('-');
                    item(item, indent + 2);
                }
            }
            default -> {
                indent(indent);
                text.append(inline(value)).append('\n');
            }
        }
    }

    /** The value behind {@code name:}. */
    private void after(Json value, int indent) {
        if (isBlock(value)) {
            text.append('\n');
            block(value, indent);
        } else {
            text.append(' ').append(inline(value)).append('\n');
        }
    }

    /** The value behind a dash: its first line goes beside it. */
    private void item(Json value, int indent) {
        if (!isBlock(value)) {
            text.append(' ').append(inline(value)).append('\n');
            return;
        }
        int from = text.length();
        block(value, indent);
        text.replace(from, from + indent, " ");
    }

    private static boolean isBlock(Json value) {
        return switch (value) {
            case Json.Obj(var members) -> !members.isEmpty();
            case Json.Arr(var items) -> !items.isEmpty();
            default -> false;
        };
    }

    private static String inline(Json value) {
        return switch (value) {
            case Json.Str(var string) -> scalar(string);
            default -> SafeJson.line(value);
        };
    }

    private static String scalar(String string) {
        if (PLAIN.matcher(string).matches() && !WORDS.contains(string.toLowerCase(java.util.Locale.ROOT)))
            return string;
        var quoted = new StringBuilder("\"");
        string.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') quoted.append('\\').appendCodePoint(c);
            else if (c == '\n') quoted.append("\\n");
            else if (c == '\t') quoted.append("\\t");
            else if (Visible.hidden(c)) quoted.append(String.format("\\U%08x", c));
            else quoted.appendCodePoint(c);
        });
        return quoted.append('"').toString();
    }

    private void indent(int columns) {
        text.repeat(' ', columns);
    }
}
