package dev.writ.cli;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Finds the tables of a TOML 1.0 text and refuses a text that is malformed. It checks the form of every line and value;
 * what values mean is not its business.
 */
final class TomlScan {
    private static final int DEPTH_MAX = 64;
    private static final Pattern BARE = Pattern.compile("true|false|[+-]?(inf|nan)"
            + "|[+-]?(0|[1-9](_?[0-9])*)(\\.[0-9](_?[0-9])*)?([eE][+-]?[0-9](_?[0-9])*)?"
            + "|0x[0-9A-Fa-f](_?[0-9A-Fa-f])*|0o[0-7](_?[0-7])*|0b[01](_?[01])*"
            + "|[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})?)?"
            + "|[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?");

    /** A text that is no TOML, with the line where that shows. */
    static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1;

        Malformed(int line, String why) {
            super("line " + line + ": " + why);
        }
    }

    /**
     * A table: its path, where its header's line begins, and where its last line with something to say ends. The root's
     * own keys are the table with the empty path.
     *
     * @param keys full paths of what is set in it
     */
    record Table(List<String> path, boolean array, int from, int to, List<List<String>> keys) {}

    private final String text;
    private final List<Table> tables = new ArrayList<>();
    private final Set<List<String>> headers = new HashSet<>();
    private Set<List<String>> assigned = new HashSet<>();
    private int at;

    private TomlScan(String text) {
        this.text = text;
    }

    static List<Table> tables(String text) {
        var scan = new TomlScan(text);
        scan.document();
        return scan.tables;
    }

    private void document() {
        var keys = new ArrayList<List<String>>();
        var table = new Table(List.of(), false, 0, 0, keys);
        int end = 0;
        while (true) {
            skipBlank();
            if (at >= text.length()) break;
            int from = lineStart(at);
            if (text.charAt(at) == '[') {
                tables.add(new Table(table.path, table.array, table.from, end, table.keys));
                table = header(from);
            } else {
                keyValue(table);
            }
            lineEnd();
            end = at;
        }
        tables.add(new Table(table.path, table.array, table.from, end, table.keys));
    }

    private Table header(int from) {
        boolean array = text.startsWith("[[", at);
        at += array ? 2 : 1;
        var path = key();
        expect(array ? "]]" : "]");
        // Every element of an array of tables begins anew.
        if (array)
            headers.removeIf(
                    h -> h.size() > path.size() && h.subList(0, path.size()).equals(path));
        else if (!headers.add(path)) throw malformed("the table " + String.join(".", path) + " is there twice");
        assigned = new HashSet<>();
        return new Table(path, array, from, at, new ArrayList<>());
    }

    private void keyValue(Table table) {
        var key = key();
        if (!assigned.add(key)) throw malformed("the key " + String.join(".", key) + " is there twice");
        expect("=");
        skipSpace();
        value(0);
        var full = new ArrayList<>(table.path);
        full.addAll(key);
        table.keys.add(List.copyOf(full));
    }

    private List<String> key() {
        var parts = new ArrayList<String>();
        do {
            skipSpace();
            parts.add(keyPart());
            skipSpace();
        } while (accept("."));
        return List.copyOf(parts);
    }

    private String keyPart() {
        int from = at;
        if (accept("\"")) {
            string('"', true);
            return unquoted(text.substring(from + 1, at - 1));
        }
        if (accept("'")) {
            string('\'', false);
            return text.substring(from + 1, at - 1);
        }
        while (at < text.length() && isBareKey(text.charAt(at))) at++;
        if (at == from) throw malformed("expected a key");
        return text.substring(from, at);
    }

    /** Only what the names of servers can need; anything else stays different from every name of ours. */
    private static String unquoted(String quoted) {
        return quoted.replace("\\\"", "\"").replace("\\\\", "\\");
    }

    private void value(int depth) {
        if (depth > DEPTH_MAX) throw malformed("nested deeper than " + DEPTH_MAX);
        if (accept("\"\"\"")) longString("\"\"\"", true);
        else if (accept("'''")) longString("'''", false);
        else if (accept("\"")) string('"', true);
        else if (accept("'")) string('\'', false);
        else if (accept("[")) array(depth);
        else if (accept("{")) inlineTable(depth);
        else bare();
    }

    private void array(int depth) {
        skipBlank();
        while (!accept("]")) {
            value(depth + 1);
            skipBlank();
            if (!accept(",") && !text.startsWith("]", at)) throw malformed("expected ',' or ']'");
            skipBlank();
        }
    }

    private void inlineTable(int depth) {
        skipSpace();
        if (accept("}")) return;
        do {
            key();
            expect("=");
            skipSpace();
            value(depth + 1);
            skipSpace();
        } while (accept(","));
        expect("}");
    }

    private void bare() {
        int from = at;
        while (at < text.length() && ",]}#\r\n".indexOf(text.charAt(at)) < 0) at++;
        var token = text.substring(from, at).stripTrailing();
        if (!BARE.matcher(token).matches()) throw malformed("expected a value");
        at = from + token.length();
    }

    private void string(char quote, boolean escapes) {
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == quote) {
                at++;
                return;
            }
            if (isControl(c)) break;
            if (escapes && c == '\\') at++;
        }
        throw malformed("string without an end");
    }

    private void longString(String quotes, boolean escapes) {
        for (; at < text.length(); at++) {
            if (text.startsWith(quotes, at)) {
                at += 3;
                // One or two quotes may stand directly before the closing three.
                for (int i = 0; i < 2 && at < text.length() && text.charAt(at) == quotes.charAt(0); i++) at++;
                return;
            }
            char c = text.charAt(at);
            if (isControl(c) && c != '\n' && c != '\r') break;
            if (escapes && c == '\\') at++;
        }
        throw malformed("string without an end");
    }

    private void skipSpace() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) at++;
    }

    /** Space, line breaks and comments. */
    private void skipBlank() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '#') skipComment();
            else if (c == ' ' || c == '\t' || c == '\n' || text.startsWith("\r\n", at)) at++;
            else return;
        }
    }

    private void skipComment() {
        while (at < text.length() && text.charAt(at) != '\n') {
            if (isControl(text.charAt(at)) && !text.startsWith("\r\n", at)) throw malformed("control character");
            at++;
        }
    }

    private void lineEnd() {
        skipSpace();
        if (at < text.length() && text.charAt(at) == '#') skipComment();
        if (text.startsWith("\r\n", at)) at += 2;
        else if (at < text.length() && text.charAt(at) == '\n') at++;
        else if (at < text.length()) throw malformed("something follows where the line should end");
    }

    private int lineStart(int position) {
        return text.lastIndexOf('\n', position - 1) + 1;
    }

    private boolean accept(String token) {
        if (!text.startsWith(token, at)) return false;
        at += token.length();
        return true;
    }

    private void expect(String token) {
        skipSpace();
        if (!accept(token)) throw malformed("expected " + token);
    }

    private Malformed malformed(String why) {
        int line = 1
                + (int) text.substring(0, Math.min(at, text.length()))
                        .chars()
                        .filter(c -> c == '\n')
                        .count();
        return new Malformed(line, why);
    }

    private static boolean isBareKey(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    }

    private static boolean isControl(char c) {
        return (c < 0x20 && c != '\t') || c == 0x7f;
    }
}
