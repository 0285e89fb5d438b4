package dev.writ.base;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;

/**
 * Reads exactly one JSON text (RFC 8259) and refuses everything that two readers might understand differently:
 * duplicate member names, malformed UTF-8, lone surrogates, byte order marks, bytes after the value, numbers outside
 * the grammar. Depth and the number of values are bounded, so memory stays proportional to the text.
 */
public final class JsonReader {
    public static final int DEPTH_MAX = 128;
    public static final int VALUES_MAX = 250_000;
    public static final int NUMBER_CHARS_MAX = 400;

    private final byte[] text;
    private final int end;
    private final int valuesMax;
    private int at;
    private int depth;
    private int values;

    private JsonReader(byte[] text, int from, int to, int valuesMax) {
        this.text = text;
        this.at = from;
        this.end = to;
        this.valuesMax = valuesMax;
    }

    public static Json read(byte[] text) {
        return read(text, 0, text.length);
    }

    public static Json read(byte[] text, int from, int to) {
        return read(text, from, to, VALUES_MAX);
    }

    private static Json read(byte[] text, int from, int to, int valuesMax) {
        var reader = new JsonReader(text, from, to, valuesMax);
        reader.skipSpace();
        var value = reader.value();
        reader.skipSpace();
        if (reader.at < reader.end) throw reader.error("bytes after the value");
        return value;
    }

    public static Json read(String text) {
        return read(text.getBytes(UTF_8));
    }

    /** Reads a text that must be an object. */
    public static Json.Obj readObject(byte[] text) {
        if (read(text) instanceof Json.Obj object) return object;
        throw new JsonError("expected an object", 0);
    }

    /** The same with another bound on the number of values, for large files that we wrote ourselves. */
    public static Json.Obj readObject(byte[] text, int valuesMax) {
        if (read(text, 0, text.length, valuesMax) instanceof Json.Obj object) return object;
        throw new JsonError("expected an object", 0);
    }

    private Json value() {
        if (++values > valuesMax) throw error("more than " + valuesMax + " values");
        if (at >= end) throw error("text ends where a value is expected");
        return switch (text[at]) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> new Json.Str(string());
            case 't' -> literal("true", new Json.Bool(true));
            case 'f' -> literal("false", new Json.Bool(false));
            case 'n' -> literal("null", Json.Null.VALUE);
            default -> number();
        };
    }

    private Json object() {
        enter();
        var members = new LinkedHashMap<String, Json>();
        at++;
        skipSpace();
        if (peek() == '}') {
            at++;
            depth--;
            return Json.Obj.EMPTY;
        }
        while (true) {
            if (peek() != '"') throw error("expected a member name");
            int nameAt = at;
            var name = string();
            skipSpace();
            if (peek() != ':') throw error("expected ':'");
            at++;
            skipSpace();
            if (members.put(name, value()) != null) throw new JsonError("duplicate member name", nameAt);
            skipSpace();
            int next = peek();
            at++;
            if (next == '}') break;
            if (next != ',') throw errorBefore("expected ',' or '}'");
            skipSpace();
        }
        depth--;
        return new Json.Obj(members);
    }

    private Json array() {
        enter();
        var items = new ArrayList<Json>();
        at++;
        skipSpace();
        if (peek() == ']') {
            at++;
        } else {
            while (true) {
                items.add(value());
                skipSpace();
                int next = peek();
                at++;
                if (next == ']') break;
                if (next != ',') throw errorBefore("expected ',' or ']'");
                skipSpace();
            }
        }
        depth--;
        return new Json.Arr(items);
    }

    private void enter() {
        if (++depth > DEPTH_MAX) throw error("nested deeper than " + DEPTH_MAX);
    }

    private String string() {
        int from = ++at;
        boolean ascii = true;
        while (at < end) {
            byte b = text[at];
            if (b == '"') {
                var plain = ascii ? new String(text, from, at - from, StandardCharsets.ISO_8859_1) : decode(from, at);
                at++;
                return plain;
            }
            if (b == '\\') return stringWithEscapes(from);
            if (b >= 0 && b < 0x20) throw error("control character in a string");
            ascii &= b >= 0;
            at++;
        }
        throw error("string without an end");
    }

    private String stringWithEscapes(int from) {
        var built = new StringBuilder();
        int plainFrom = from;
        while (at < end) {
            byte b = text[at];
            if (b == '"') {
                built.append(decode(plainFrom, at));
                at++;
                checkSurrogates(built, from);
                return built.toString();
            }
            if (b == '\\') {
                built.append(decode(plainFrom, at));
                built.append(escape());
                plainFrom = at;
                continue;
            }
            if (b >= 0 && b < 0x20) throw error("control character in a string");
            at++;
        }
        throw error("string without an end");
    }

    private char escape() {
        at++;
        int kind = peek();
        at++;
        return switch (kind) {
            case '"' -> '"';
            case '\\' -> '\\';
            case '/' -> '/';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> codeUnit();
            default -> throw errorBefore("unknown escape");
        };
    }

    private char codeUnit() {
        if (at + 4 > end) throw error("text ends inside an escape");
        int unit = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(text[at], 16);
            if (digit < 0) throw error("expected a hexadecimal digit");
            unit = unit * 16 + digit;
            at++;
        }
        return (char) unit;
    }

    private String decode(int from, int to) {
        try {
            return UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(text, from, to - from))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new JsonError("malformed UTF-8", from);
        }
    }

    private static void checkSurrogates(CharSequence string, int from) {
        int i = 0;
        while (i < string.length()) {
            int c = Character.codePointAt(string, i);
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)
                throw new JsonError("lone surrogate", from);
            i += Character.charCount(c);
        }
    }

    private Json number() {
        int from = at;
        if (at < end && text[at] == '-') at++;
        if (at < end && text[at] == '0') at++;
        else digits();
        if (at < end && text[at] == '.') {
            at++;
            digits();
        }
        if (at < end && (text[at] == 'e' || text[at] == 'E')) {
            at++;
            if (at < end && (text[at] == '+' || text[at] == '-')) at++;
            digits();
        }
        if (at - from > NUMBER_CHARS_MAX) throw error("number longer than " + NUMBER_CHARS_MAX + " characters");
        return new Json.Num(new String(text, from, at - from, StandardCharsets.ISO_8859_1));
    }

    private void digits() {
        int from = at;
        while (at < end && text[at] >= '0' && text[at] <= '9') at++;
        if (at == from) throw error("expected a value");
    }

    private Json literal(String word, Json value) {
        for (int i = 0; i < word.length(); i++, at++)
            if (at >= end || text[at] != word.charAt(i)) throw error("expected a value");
        return value;
    }

    private void skipSpace() {
        while (at < end && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) at++;
    }

    private int peek() {
        if (at >= end) throw error("text ends too early");
        return text[at];
    }

    private JsonError error(String reason) {
        return new JsonError(reason, at);
    }

    private JsonError errorBefore(String reason) {
        return new JsonError(reason, at - 1);
    }
}
