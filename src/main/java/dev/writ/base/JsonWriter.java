package dev.writ.base;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Map;

/** Writes compact UTF-8 with string escapes as in RFC 8785 §3.2.2.2; {@code sorted} orders members by UTF-16 code units. */
final class JsonWriter {
    private static final byte[] HEX = "0123456789abcdef".getBytes(UTF_8);

    private final boolean sorted;
    private byte[] out = new byte[256];
    private int size;

    JsonWriter(boolean sorted) {
        this.sorted = sorted;
    }

    byte[] write(Json value) {
        append(value);
        return Arrays.copyOf(out, size);
    }

    private void append(Json value) {
        switch (value) {
            case Json.Null _ -> ascii("null");
            case Json.Bool(var bool) -> ascii(bool ? "true" : "false");
            case Json.Num(var lexeme) -> ascii(lexeme);
            case Json.Str(var string) -> string(string);
            case Json.Arr array -> array(array);
            case Json.Obj object -> object(object.members());
        }
    }

    private void array(Json.Arr array) {
        put((byte) '[');
        boolean first = true;
        for (var item : array.items()) {
            if (!first) put((byte) ',');
            first = false;
            append(item);
        }
        put((byte) ']');
    }

    private void object(Map<String, Json> members) {
        put((byte) '{');
        boolean first = true;
        if (sorted) {
            // String.compareTo orders by UTF-16 code units, which is what RFC 8785 §3.2.3 asks for.
            var names = members.keySet().toArray(new String[0]);
            Arrays.sort(names);
            for (var name : names) {
                if (!first) put((byte) ',');
                first = false;
                member(name, java.util.Objects.requireNonNull(members.get(name)));
            }
        } else {
            for (var member : members.entrySet()) {
                if (!first) put((byte) ',');
                first = false;
                member(member.getKey(), member.getValue());
            }
        }
        put((byte) '}');
    }

    private void member(String name, Json value) {
        string(name);
        put((byte) ':');
        append(value);
    }

    private void string(String value) {
        put((byte) '"');
        int length = value.length();
        int i = 0;
        for (; i < length; i++) {
            char c = value.charAt(i);
            if (c >= 0x80) break;
            if (c >= 0x20 && c != '"' && c != '\\') put((byte) c);
            else escape(c);
        }
        if (i < length) rest(value, i);
        put((byte) '"');
    }

    private void rest(String value, int from) {
        for (byte b : value.substring(from).getBytes(UTF_8)) {
            if (b < 0 || (b >= 0x20 && b != '"' && b != '\\')) put(b);
            else escape((char) b);
        }
    }

    private void escape(char c) {
        put((byte) '\\');
        switch (c) {
            case '"', '\\' -> put((byte) c);
            case '\b' -> put((byte) 'b');
            case '\f' -> put((byte) 'f');
            case '\n' -> put((byte) 'n');
            case '\r' -> put((byte) 'r');
            case '\t' -> put((byte) 't');
            default -> {
                ascii("u00");
                put(HEX[c >> 4]);
                put(HEX[c & 15]);
            }
        }
    }

    @SuppressWarnings("deprecation") // copies Latin-1 bytes without a decoder; the text is ASCII
    private void ascii(String text) {
        room(text.length());
        text.getBytes(0, text.length(), out, size);
        size += text.length();
    }

    private void put(byte b) {
        room(1);
        out[size++] = b;
    }

    private void room(int more) {
        if (size + more > out.length) out = Arrays.copyOf(out, Math.max(out.length * 2, size + more));
    }
}
