package dev.writ.base;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A JSON value (RFC 8259), immutable. Numbers stay the text they were written as, so {@code 1}, {@code 1.0} and
 * integers above 2^53 remain different values. Objects keep the order in which their members came; two objects with
 * the same members in another order are equal.
 */
public sealed interface Json {

    record Null() implements Json {
        public static final Null VALUE = new Null();
    }

    record Bool(boolean value) implements Json {}

    /** A number as its source lexeme, at most {@value JsonReader#NUMBER_CHARS_MAX} characters. */
    record Num(String lexeme) implements Json {
        public static Num of(long value) {
            return new Num(Long.toString(value));
        }

        /** The value when it is written as an integer that fits a long. */
        public Optional<Long> asLong() {
            if (lexeme.length() > 20) return Optional.empty();
            try {
                return Optional.of(Long.parseLong(lexeme));
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        }
    }

    record Str(String value) implements Json {}

    record Arr(List<Json> items) implements Json {
        public Arr {
            items = List.copyOf(items);
        }

        public static Arr ofStrings(Iterable<String> values) {
            var items = new ArrayList<Json>();
            for (var value : values) items.add(new Str(value));
            return new Arr(items);
        }
    }

    record Obj(Map<String, Json> members) implements Json {
        public static final Obj EMPTY = new Obj(Map.of());

        public Obj {
            members = Collections.unmodifiableMap(members);
        }

        public Optional<Json> get(String name) {
            return Optional.ofNullable(members.get(name));
        }

        public Optional<String> string(String name) {
            return members.get(name) instanceof Str(var value) ? Optional.of(value) : Optional.empty();
        }

        public Optional<Long> integer(String name) {
            return members.get(name) instanceof Num number ? number.asLong() : Optional.empty();
        }

        public Optional<Boolean> bool(String name) {
            return members.get(name) instanceof Bool(var value) ? Optional.of(value) : Optional.empty();
        }

        public Optional<Obj> object(String name) {
            return members.get(name) instanceof Obj value ? Optional.of(value) : Optional.empty();
        }

        public Optional<Arr> array(String name) {
            return members.get(name) instanceof Arr value ? Optional.of(value) : Optional.empty();
        }

        /** The strings of an array member; other items are left out, an absent member is an empty list. */
        public List<String> strings(String name) {
            var found = new ArrayList<String>();
            if (members.get(name) instanceof Arr(var items))
                for (var item : items) if (item instanceof Str(var value)) found.add(value);
            return List.copyOf(found);
        }

        /** This object with one member set, at its old place or at the end. */
        public Obj with(String name, Json value) {
            var changed = new LinkedHashMap<>(members);
            changed.put(name, value);
            return new Obj(changed);
        }

        public Obj without(String name) {
            if (!members.containsKey(name)) return this;
            var changed = new LinkedHashMap<>(members);
            changed.remove(name);
            return new Obj(changed);
        }
    }

    static Json of(String value) {
        return new Str(value);
    }

    static Json of(long value) {
        return Num.of(value);
    }

    static Json of(boolean value) {
        return new Bool(value);
    }

    static ObjectBuilder object() {
        return new ObjectBuilder();
    }

    /** This value as compact UTF-8 text, members in their own order; {@link Canonical} has the sorted form. */
    default byte[] bytes() {
        return new JsonWriter(false).write(this);
    }

    default String text() {
        return new String(bytes(), java.nio.charset.StandardCharsets.UTF_8);
    }

    /** Collects members in order; a name set twice keeps its first place and its last value. */
    final class ObjectBuilder {
        private final Map<String, Json> members = new LinkedHashMap<>();

        private ObjectBuilder() {}

        public ObjectBuilder put(String name, Json value) {
            members.put(name, value);
            return this;
        }

        public ObjectBuilder put(String name, String value) {
            return put(name, new Str(value));
        }

        public ObjectBuilder put(String name, long value) {
            return put(name, Num.of(value));
        }

        public ObjectBuilder put(String name, boolean value) {
            return put(name, new Bool(value));
        }

        public ObjectBuilder put(String name, Iterable<String> values) {
            return put(name, Arr.ofStrings(values));
        }

        /** Sets the member when there is a value and leaves it out otherwise. */
        public ObjectBuilder put(String name, Optional<String> value) {
            value.ifPresent(present -> put(name, present));
            return this;
        }

        public Obj build() {
            return new Obj(new LinkedHashMap<>(members));
        }
    }
}
