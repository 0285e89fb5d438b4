package dev.writ.base;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes the {@link Canonical} form of one object straight to bytes, for what is written at every call. Whoever writes
 * gives the members in their order; a member out of order, or twice, is refused, so what comes out is canonical or
 * nothing. Used by one thread, once.
 */
public final class CanonicalWriter {
    private static final int DEPTH_MAX = JsonReader.DEPTH_MAX;

    private final JsonBytes out;
    /** Of each open object the name last written, of each open array the mark. */
    private @Nullable String[] open = new String[8];

    private int depth = -1;
    private boolean first = true;
    private boolean named;

    /** The place of a name in an open array: never compared with a name. */
    private static final String ARRAY = new String("[");

    public CanonicalWriter(int capacity) {
        out = new JsonBytes(capacity);
    }

    /** The bytes of a string as it stands in JSON, quotes included. */
    public static byte[] string(String value) {
        var out = new JsonBytes(value.length() + 2);
        out.string(value);
        return out.bytes();
    }

    public CanonicalWriter object() {
        value();
        out.put('{');
        push(null);
        return this;
    }

    public CanonicalWriter array() {
        value();
        out.put('[');
        push(ARRAY);
        return this;
    }

    /** Ends the innermost object or array. */
    @SuppressWarnings("ReferenceEquality") // the mark is an object of its own
    public CanonicalWriter end() {
        if (depth < 0 || named) throw new IllegalStateException("nothing to end here");
        out.put(open[depth] == ARRAY ? ']' : '}');
        depth--;
        first = false;
        return this;
    }

    @SuppressWarnings("ReferenceEquality")
    public CanonicalWriter name(String name) {
        if (depth < 0 || named || open[depth] == ARRAY) throw new IllegalStateException("no place for a name: " + name);
        var last = open[depth];
        // String.compareTo orders by UTF-16 code units, which is what RFC 8785 §3.2.3 asks for.
        if (last != null && name.compareTo(last) <= 0)
            throw new IllegalStateException("member " + name + " does not follow " + last);
        if (!first) out.put(',');
        open[depth] = name;
        out.string(name);
        out.put(':');
        named = true;
        return this;
    }

    /** Takes note of a member that somebody else puts in later at this place; answers where. */
    public int reserve(String name) {
        var last = depth == 0 ? open[0] : null;
        if (named || last == null || name.compareTo(last) <= 0)
            throw new IllegalStateException("member " + name + " has no place here");
        open[0] = name;
        return out.size();
    }

    public CanonicalWriter string(String name, String value) {
        return name(name).text(value);
    }

    public CanonicalWriter integer(String name, long value) {
        return name(name).integer(value);
    }

    /** A member whose value was written before, in canonical form. */
    public CanonicalWriter written(String name, byte[] canonical) {
        return name(name).written(canonical);
    }

    public CanonicalWriter json(String name, Json value) {
        return name(name).json(value);
    }

    public CanonicalWriter texts(String name, Iterable<String> values) {
        name(name).array();
        for (var value : values) text(value);
        return end();
    }

    public CanonicalWriter text(String value) {
        value();
        out.string(value);
        return done();
    }

    public CanonicalWriter integer(long value) {
        value();
        out.ascii(Long.toString(value));
        return done();
    }

    public CanonicalWriter bool(boolean value) {
        value();
        out.ascii(value ? "true" : "false");
        return done();
    }

    public CanonicalWriter json(Json value) {
        value();
        new JsonWriter(true, out).append(value);
        return done();
    }

    public CanonicalWriter written(byte[] canonical) {
        value();
        out.raw(canonical);
        return done();
    }

    /** How many bytes are written. */
    public int size() {
        return out.size();
    }

    /** What was written; the outermost value is complete. */
    public byte[] bytes() {
        if (depth >= 0 || first) throw new IllegalStateException("the text is not complete");
        return out.bytes();
    }

    @SuppressWarnings("ReferenceEquality")
    private void value() {
        if (depth < 0) {
            if (!first) throw new IllegalStateException("a second value");
            return;
        }
        if (named) named = false;
        else if (open[depth] != ARRAY) throw new IllegalStateException("a value without a name");
        else if (!first) out.put(',');
    }

    private CanonicalWriter done() {
        first = false;
        return this;
    }

    private void push(@Nullable String mark) {
        if (++depth > DEPTH_MAX) throw new IllegalStateException("nested deeper than " + DEPTH_MAX);
        if (depth == open.length) open = Arrays.copyOf(open, depth * 2);
        open[depth] = mark;
        first = true;
    }
}
