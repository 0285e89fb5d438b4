package dev.writ.cli;

import dev.writ.base.Json;
import dev.writ.base.Visible;
import java.util.List;
import java.util.Map;

/**
 * JSON for a terminal: the same value, but every character that is invisible or moves its neighbours stands as an
 * escape, so that what a person reads is what a program gets.
 */
final class SafeJson {
    private static final int INDENT = 2;

    private final StringBuilder text = new StringBuilder();
    private final boolean pretty;

    private SafeJson(boolean pretty) {
        this.pretty = pretty;
    }

    /** On one line. */
    static String line(Json value) {
        return of(value, false);
    }

    /** With line breaks and indentation. */
    static String pretty(Json value) {
        return of(value, true);
    }

    private static String of(Json value, boolean pretty) {
        var writer = new SafeJson(pretty);
        writer.append(value, 0);
        return writer.text.toString();
    }

    private void append(Json value, int depth) {
        switch (value) {
            case Json.Null _ -> text.append("null");
            case Json.Bool(var bool) -> text.append(bool);
            case Json.Num(var lexeme) -> text.append(lexeme);
            case Json.Str(var string) -> text.append(quoted(string));
            case Json.Arr(var items) -> array(items, depth);
            case Json.Obj(var members) -> object(members, depth);
        }
    }

    private void array(List<Json> items, int depth) {
        text.append('[');
        boolean first = true;
        for (var item : items) {
            between(first, depth + 1);
            append(item, depth + 1);
            first = false;
        }
        if (!first) lineBreak(depth);
        text.append(']');
    }

    private void object(Map<String, Json> members, int depth) {
        text.append('{');
        boolean first = true;
        for (var member : members.entrySet()) {
            between(first, depth + 1);
            text.append(quoted(member.getKey())).append(pretty ? ": " : ":");
            append(member.getValue(), depth + 1);
            first = false;
        }
        if (!first) lineBreak(depth);
        text.append('}');
    }

    private void between(boolean first, int depth) {
        if (!first) text.append(pretty ? "," : ", ");
        lineBreak(depth);
    }

    private void lineBreak(int depth) {
        if (pretty) text.append('\n').repeat(' ', depth * INDENT);
    }

    static String quoted(String string) {
        var quoted = new StringBuilder("\"");
        string.codePoints().forEach(c -> {
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> {
                    if (!Visible.hidden(c)) quoted.appendCodePoint(c);
                    else for (char unit : Character.toChars(c)) quoted.append(String.format("\\u%04x", (int) unit));
                }
            }
        });
        return quoted.append('"').toString();
    }
}
