package dev.writ.base;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The header fields of an HTTP message in the order in which they came (RFC 9110 §5), immutable; names are compared
 * without regard to case. No field can hold a line break or another control character, so what is built here cannot
 * split a message.
 */
public final class Headers implements Iterable<Headers.Field> {
    public static final Headers EMPTY = new Headers(List.of());

    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

    private final List<Field> fields;

    /** One field line: a token and a value of ISO-8859-1 without control characters but tab, white space around it gone. */
    public record Field(String name, String value) {
        public Field {
            if (!isToken(name)) throw new IllegalArgumentException("not a header name: " + Visible.text(name, 60));
            value = stripped(value);
            for (int i = 0; i < value.length(); i++)
                if (!isText(value.charAt(i)))
                    throw new IllegalArgumentException("a value of the header " + name + " has a forbidden character");
        }

        public boolean is(String otherName) {
            return name.equalsIgnoreCase(otherName);
        }
    }

    private Headers(List<Field> fields) {
        this.fields = fields;
    }

    /** Fields from names and values by turns. */
    public static Headers of(String... namesAndValues) {
        if (namesAndValues.length % 2 != 0) throw new IllegalArgumentException("a header name without a value");
        var fields = new ArrayList<Field>(namesAndValues.length / 2);
        for (int i = 0; i < namesAndValues.length; i += 2)
            fields.add(new Field(namesAndValues[i], namesAndValues[i + 1]));
        return new Headers(List.copyOf(fields));
    }

    public static Headers of(List<Field> fields) {
        return new Headers(List.copyOf(fields));
    }

    public List<Field> fields() {
        return fields;
    }

    public boolean has(String name) {
        for (var field : fields) if (field.is(name)) return true;
        return false;
    }

    public Optional<String> first(String name) {
        for (var field : fields) if (field.is(name)) return Optional.of(field.value());
        return Optional.empty();
    }

    /** The value of a field that may stand once at most; two are as good as none, because readers disagree on them. */
    public Optional<String> only(String name) {
        var found = all(name);
        return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }

    public List<String> all(String name) {
        List<String> found = List.of();
        for (var field : fields) {
            if (!field.is(name)) continue;
            if (found.isEmpty()) found = new ArrayList<>(2);
            found.add(field.value());
        }
        return found;
    }

    /** These fields with every field of that name replaced by one. */
    public Headers with(String name, String value) {
        return without(name).plus(name, value);
    }

    public Headers plus(String name, String value) {
        var more = new ArrayList<>(fields);
        more.add(new Field(name, value));
        return new Headers(List.copyOf(more));
    }

    public Headers without(String name) {
        if (!has(name)) return this;
        return new Headers(fields.stream().filter(f -> !f.is(name)).toList());
    }

    @Override
    public Iterator<Field> iterator() {
        return fields.iterator();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Headers headers && fields.equals(headers.fields);
    }

    @Override
    public int hashCode() {
        return fields.hashCode();
    }

    /** Names only: a value may be a secret. */
    @Override
    public String toString() {
        return fields.stream().map(Field::name).toList().toString();
    }

    /** A token (RFC 9110 §5.6.2). */
    public static boolean isToken(String text) {
        if (text.isEmpty()) return false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!plain && TOKEN_MARKS.indexOf(c) < 0) return false;
        }
        return true;
    }

    private static boolean isText(char c) {
        return c == '\t' || (c >= 0x20 && c <= 0x7e) || (c >= 0x80 && c <= 0xff);
    }

    private static String stripped(String value) {
        int from = 0;
        int to = value.length();
        while (from < to && isSpace(value.charAt(from))) from++;
        while (to > from && isSpace(value.charAt(to - 1))) to--;
        return value.substring(from, to);
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t';
    }
}
