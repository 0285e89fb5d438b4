package dev.writ.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Changes one table of a TOML file that a person wrote and leaves every other byte alone. */
final class TomlEdit {
    private TomlEdit() {}

    /** Sets a table, given by the lines below its header. */
    static byte[] put(Path file, byte[] bytes, List<String> path, List<String> lines) {
        var text = text(file, bytes);
        var newline = text.contains("\r\n") ? "\r\n" : "\n";
        var table = header(path) + newline + String.join(newline, lines) + newline;
        var tables = tables(file, text, path);
        var old = below(tables, path);
        if (!old.isEmpty()) {
            var rest = cut(text, old);
            int at = old.getFirst().from();
            return (rest.substring(0, at) + table + rest.substring(at)).getBytes(UTF_8);
        }
        var end = text.isEmpty() || text.endsWith("\n") ? "" : newline;
        var gap = text.isBlank() ? "" : newline;
        return (text + end + gap + table).getBytes(UTF_8);
    }

    /** Removes a table with the tables below it; a text without it stays as it is. */
    static byte[] remove(Path file, byte[] bytes, List<String> path) {
        var text = text(file, bytes);
        var found = below(tables(file, text, path), path);
        return found.isEmpty() ? bytes : cut(text, found).getBytes(UTF_8);
    }

    private static String cut(String text, List<TomlScan.Table> tables) {
        var cut = new StringBuilder(text);
        for (var table : tables.reversed()) cut.delete(table.from(), table.to());
        return cut.toString();
    }

    /** The table itself and what is below it. */
    private static List<TomlScan.Table> below(List<TomlScan.Table> tables, List<String> path) {
        var found = new ArrayList<TomlScan.Table>();
        for (var table : tables) if (startsWith(table.path(), path)) found.add(table);
        return found;
    }

    private static List<TomlScan.Table> tables(Path file, String text, List<String> path) {
        try {
            var tables = TomlScan.tables(text);
            for (var table : tables)
                if (!startsWith(table.path(), path))
                    for (var key : table.keys())
                        if (startsWith(key, path) || startsWith(path, key))
                            throw new TomlScan.Malformed(
                                    1, String.join(".", key) + " is set in a form that cannot be changed in place");
            return tables;
        } catch (TomlScan.Malformed e) {
            throw untouched(file, String.valueOf(e.getMessage()));
        }
    }

    private static boolean startsWith(List<String> path, List<String> prefix) {
        return path.size() >= prefix.size() && path.subList(0, prefix.size()).equals(prefix);
    }

    private static String text(Path file, byte[] bytes) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw untouched(file, "it is not UTF-8 text");
        }
    }

    private static CliError untouched(Path file, String why) {
        return new CliError(
                Exit.FAILED, file + " is malformed and was not touched", why, "correct it, or move it away");
    }

    private static String header(List<String> path) {
        var parts = new ArrayList<String>();
        for (var part : path) parts.add(part.matches("[A-Za-z0-9_-]+") ? part : SafeJson.quoted(part));
        return "[" + String.join(".", parts) + "]";
    }
}
