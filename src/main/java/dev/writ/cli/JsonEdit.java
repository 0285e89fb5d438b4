package dev.writ.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import dev.writ.imports.Jsonc;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Changes one member of one section of a JSON file that a person wrote, comments and all, and leaves every other byte
 * alone. Texts are held with one char per byte, so that positions are those of the file.
 */
final class JsonEdit {
    /** A member by its positions: name and value from their first byte to behind their last. */
    private record Member(String name, int nameFrom, int from, int to) {}

    /** An object: the brace that opens it, the one that closes it, and what is between. */
    private record Braces(int from, int to, List<Member> members) {
        Optional<Member> find(String name) {
            return members.stream().filter(m -> m.name.equals(name)).findFirst();
        }
    }

    private final String text;
    private final String plain;
    private final String uncommented;
    private final String newline;

    private JsonEdit(byte[] bytes) {
        this.text = new String(bytes, ISO_8859_1);
        this.plain = new String(Jsonc.plain(bytes), ISO_8859_1);
        this.uncommented = new String(Jsonc.withoutComments(bytes), ISO_8859_1);
        this.newline = text.contains("\r\n") ? "\r\n" : "\n";
    }

    /** Sets a member of a section, which is made when missing. */
    static byte[] put(Path file, byte[] bytes, String section, String name, Json value) {
        if (new String(bytes, UTF_8).isBlank()) {
            var whole = Json.object()
                    .put(section, Json.object().put(name, value).build())
                    .build();
            return (SafeJson.pretty(whole) + "\n").getBytes(UTF_8);
        }
        var edit = checked(file, bytes, section);
        var root = edit.braces(edit.skipSpace(0));
        var found = root.find(section);
        if (found.isEmpty())
            return edit.insert(root, section, Json.object().put(name, value).build());
        var members = edit.braces(found.get().from);
        var old = members.find(name);
        if (old.isEmpty()) return edit.insert(members, name, value);
        return edit.replace(old.get().from, old.get().to, edit.indented(value, edit.indentAt(old.get().nameFrom)));
    }

    /** Removes a member of a section; a text without it stays as it is. */
    static byte[] remove(Path file, byte[] bytes, String section, String name) {
        if (new String(bytes, UTF_8).isBlank()) return bytes;
        var edit = checked(file, bytes, section);
        var root = edit.braces(edit.skipSpace(0));
        var members = root.find(section).map(m -> edit.braces(m.from));
        var found = members.flatMap(m -> m.find(name));
        return found.isEmpty() ? bytes : edit.removed(members.get(), found.get());
    }

    private static JsonEdit checked(Path file, byte[] bytes, String section) {
        try {
            if (!(Jsonc.read(bytes) instanceof Json.Obj root)) throw new JsonError("expected an object", 0);
            if (root.get(section).isPresent() && root.object(section).isEmpty())
                throw new JsonError(section + " is not an object", 0);
        } catch (JsonError e) {
            throw new CliError(
                    Exit.FAILED,
                    file + " is malformed and was not touched",
                    String.valueOf(e.getMessage()),
                    "correct it, or move it away");
        }
        return new JsonEdit(bytes);
    }

    private byte[] insert(Braces object, String name, Json value) {
        boolean oneLine = text.substring(object.from, object.to).indexOf('\n') < 0;
        if (object.members.isEmpty()) {
            var outer = indentAt(object.from);
            var inner = outer + unit();
            var member = newline + inner + SafeJson.quoted(name) + ": " + indented(value, inner);
            int at = spaceStart(object.to);
            boolean onItsOwnLine = text.substring(at, object.to).indexOf('\n') >= 0;
            return replace(at, at, member + (onItsOwnLine ? "" : newline + outer));
        }
        var last = object.members.getLast();
        if (oneLine) return replace(last.to, last.to, ", " + SafeJson.quoted(name) + ": " + SafeJson.line(value));
        boolean comma = uncommented.charAt(skipSpace(uncommented, last.to)) == ',';
        var indent = indentAt(last.nameFrom);
        var member = newline + indent + SafeJson.quoted(name) + ": " + indented(value, indent);
        int at = spaceStart(object.to);
        var changed = text.substring(0, last.to)
                + (comma ? "" : ",")
                + text.substring(last.to, at)
                + latin(member)
                + text.substring(at);
        return changed.getBytes(ISO_8859_1);
    }

    private byte[] removed(Braces object, Member member) {
        int i = object.members.indexOf(member);
        if (object.members.size() == 1) return replace(object.from + 1, object.to, "");
        if (i == 0) return replace(member.nameFrom, object.members.get(1).nameFrom, "");
        // The comma before it goes with it; a comment between the two belongs to the one that stays.
        int before = object.members.get(i - 1).to;
        int comma = skipSpace(before);
        var between = text.substring(before, comma)
                + text.substring(comma + 1, Math.max(comma + 1, spaceStart(member.nameFrom)));
        // What follows must not end up in the comment's line.
        var end = between.contains("//") ? newline : "";
        return (text.substring(0, before) + between + end + text.substring(member.to)).getBytes(ISO_8859_1);
    }

    private byte[] replace(int from, int to, String by) {
        return (text.substring(0, from) + latin(by) + text.substring(to)).getBytes(ISO_8859_1);
    }

    private static String latin(String added) {
        return new String(added.getBytes(UTF_8), ISO_8859_1);
    }

    /** The value with line breaks, its lines behind the first indented like the member that it belongs to. */
    private String indented(Json value, String indent) {
        var lines = SafeJson.pretty(value).split("\n");
        var built = new StringBuilder(lines[0]);
        for (int i = 1; i < lines.length; i++) {
            int depth = (lines[i].length() - lines[i].stripLeading().length()) / 2;
            built.append(newline).append(indent).append(unit().repeat(depth)).append(lines[i].stripLeading());
        }
        return built.toString();
    }

    /** One step of indentation, as the root's first member has it. */
    private String unit() {
        var root = braces(skipSpace(0));
        var unit = root.members.isEmpty() ? "" : indentAt(root.members.getFirst().nameFrom);
        return unit.isEmpty() ? "  " : unit;
    }

    /** The white space that a position's line begins with. */
    private String indentAt(int position) {
        int line = text.lastIndexOf('\n', position - 1) + 1;
        int end = line;
        while (end < text.length() && (text.charAt(end) == ' ' || text.charAt(end) == '\t')) end++;
        return text.substring(line, Math.min(end, Math.max(line, position)));
    }

    /** Where the white space before a position begins; a comment there is no white space. */
    private int spaceStart(int position) {
        int at = position;
        while (at > 0 && Character.isWhitespace(text.charAt(at - 1))) at--;
        return at;
    }

    private Braces braces(int from) {
        var members = new ArrayList<Member>();
        int at = skipSpace(from + 1);
        while (plain.charAt(at) != '}') {
            int nameTo = valueEnd(at);
            int value = skipSpace(skipSpace(nameTo) + 1);
            int to = valueEnd(value);
            members.add(new Member(name(at, nameTo), at, value, to));
            at = skipSpace(to);
            if (plain.charAt(at) == ',') at = skipSpace(at + 1);
        }
        return new Braces(from, at, members);
    }

    private String name(int from, int to) {
        var json = JsonReader.read(plain.substring(from, to).getBytes(ISO_8859_1));
        return json instanceof Json.Str(var name) ? name : "";
    }

    /** Behind the value that begins there; the text is known to be well-formed. */
    private int valueEnd(int from) {
        int depth = 0;
        int at = from;
        do {
            char c = plain.charAt(at);
            if (c == '"') at = stringEnd(at);
            else if (c == '{' || c == '[') depth++;
            else if (c == '}' || c == ']') depth--;
            else if (depth == 0) return wordEnd(at);
            at++;
        } while (depth > 0);
        return at;
    }

    private int stringEnd(int from) {
        int at = from + 1;
        while (plain.charAt(at) != '"') at += plain.charAt(at) == '\\' ? 2 : 1;
        return at;
    }

    private int wordEnd(int from) {
        int at = from;
        while (at < plain.length() && ",}] \t\r\n".indexOf(plain.charAt(at)) < 0) at++;
        return at;
    }

    private int skipSpace(int from) {
        return skipSpace(plain, from);
    }

    private static int skipSpace(String in, int from) {
        int at = from;
        while (at < in.length() && Character.isWhitespace(in.charAt(at))) at++;
        return at;
    }
}
